"""Scenarios of the page on checks; tests/pages/test_check_network.py holds them to the numbers."""

from ui.scenario import Scenario

NO_L2 = {"loss.weight_decay": "0"}
SLOPE_FORGOTTEN = {"bugs": "slope-forgotten"}
DEEP_SIGMOID = {
    **NO_L2,
    "activation": "sigmoid",
    "loss": "squared-error",
    "net.layers": "16",
    "net.width": "4",
    "net.samples": "32",
}
SATURATED = {
    **NO_L2,
    "bugs": "",
    "data": "random",
    "net.layers": "2",
    "net.width": "8",
    "at.weight_scale": "9",
    "at.input_scale": "3",
    "at.seed": "1",
    "check.h": "1e-05",
}

SCENARIOS = (
    Scenario(
        "A wrong delta spoils all below",
        {"net.layers": "6", "bugs": "slope-forgotten", "bug.slope-forgotten.layer": "4"},
        "The slope was forgotten in the delta of layer 4, one line. That delta feeds layer 3, and "
        "so on down: layers 1 to 4 are wrong, 5 and 6 are right. Move the bug's layer and watch "
        "the border move with it.",
    ),
    Scenario(
        "Right, but looks wrong",
        {**DEEP_SIGMOID, "bugs": "", "at.seed": "43"},
        "Sixteen sigmoid layers and no bug at all. By the difference the relative error at layer 1 "
        "is about a half (the open circle), yet the number over all parameters is far below 1e-7 "
        "and says pass. Neither is a verdict: the gradient of layer 1 lies below the round-off "
        "floor. A second look by the complex step, which subtracts nothing, settles it: right.",
    ),
    Scenario(
        "Depth hides a bug",
        {
            **DEEP_SIGMOID,
            "bugs": "dw-doubled",
            "bug.dw-doubled.layer": "1",
        },
        "Now dW1 is doubled in that deep network. By the difference W1 lies below its floor like "
        "its neighbours (the open circles), and nothing could be said. The complex step subtracts "
        "nothing: the neighbours are right, and W1 stands out at exactly 1/3.",
    ),
    Scenario(
        "Depth lifts the floor",
        {**DEEP_SIGMOID, "net.layers": "8", "bugs": ""},
        "Each sigmoid layer shrinks the gradient, and the rounding of the loss does not shrink "
        "with it: from output to input the floor climbs about a thousandfold in eight layers. "
        "Drag the number of layers and see when layer 1 drowns.",
    ),
    Scenario(
        "Tiny weights hide a bug",
        {
            **NO_L2,
            **SLOPE_FORGOTTEN,
            "net.layers": "3",
            "net.samples": "15",
            "at.weight_scale": "0.0001",
        },
        "At weight scale 1e-4 tanh is a straight line with slope 1, so a forgotten slope changes "
        "nothing: no block is convicted. Drag the weight scale up to 1 and the same bug is "
        "glaring, with errors above 1e-2.",
    ),
    Scenario(
        "Check again after training",
        {
            **NO_L2,
            **SLOPE_FORGOTTEN,
            "net.layers": "3",
            "net.samples": "15",
            "at.weight_scale": "0.001",
            "at.training_steps": "100",
        },
        "The blue triangles are the check at the start, where the weights are small: the number "
        "is below 1e-6 and no block is convicted. After 100 training steps the units are no "
        "longer linear, and the same check of the same code says 1.0. Check twice.",
    ),
    Scenario(
        "L2 hides a bug in W",
        {**SLOPE_FORGOTTEN, "loss.weight_decay": "100000", "check.h": "0.0001"},
        "The weight decay is so large that it makes up nearly all of the gradient of W: the bug "
        "leaves only about 1e-8 there, and W1 and W2 pass. Biases have no L2 term, and b1 and b2 "
        "are still 3 % off. Lower the weight decay and W1 and W2 go wrong too.",
    ),
    Scenario(
        "Freeze the dropout",
        {"bugs": "", "loss.dropout": "0.3", "frozen": "0"},
        "New masks at every evaluation make the loss a random number, and a difference of two "
        "random numbers divided by a tiny h is noise. Freeze the masks under “More” and the very "
        "same network is right in every block.",
    ),
    Scenario(
        "h steps over a kink",
        {"activation": "relu", "bugs": "", "net.layers": "3", "at.seed": "4", "check.h": "0.001"},
        "A ReLU unit changes side within h = 1e-3, so the difference averages two slopes and the "
        "overall error is about 1 %. The gradient is right; the unit and the sample are named. "
        "Take h = 6e-6 and no kink is crossed.",
    ),
    Scenario(
        "The naive logarithm",
        {**SATURATED, "loss": "naive-cross-entropy"},
        "Some outputs of this network lie so near 0 or 1 that log(1 − a) has lost most of its "
        "digits. The gradient is right, and yet its relative error is near 1e-6. Switch the loss "
        "to “Sigmoid cross-entropy”, the same function in stable form: 1e-9.",
    ),
    Scenario(
        "A tanh misprinted",
        {
            "activation": "misprinted-tanh",
            "bugs": "misprinted-tanh-with-1-a²",
            "bug.misprinted-tanh-with-1-a².layer": "1",
        },
        "(1 − e^−z)/(1 + e^−z) is tanh(z/2), though some texts print it as tanh, with the "
        "derivative 1 − a². Then a delta comes out doubled, and a factor 2 leaves a relative "
        "error of exactly 1/3.",
    ),
    Scenario(
        "Your case, detective",
        {"mode": "detective", "case": "7"},
        "Some line of this backward pass is wrong, and you are not told which. Read the pattern: "
        "where do the wrong blocks begin, are W and b both hit, is there one outlier or a "
        "factor? Then name the line.",
    ),
    Scenario(
        "Forgotten inner derivative",
        {"mode": "check-my-own"},
        "f = sin(xy) + x², and someone wrote cos(xy) for ∂f/∂y. The inner derivative x is "
        "missing, so it is right only along x = 1. Drag the point there and its error vanishes.",
    ),
)
