"""Scenarios of the Layers page."""

from ui.scenario import Scenario

SCENARIOS = (
    Scenario(
        "Sigmoid starves the first layer",
        {},
        "Same weights, same batch, same loss: only the activation differs. The sigmoid's slope is "
        "at most 1/4, and here every layer multiplies the gradient by 0.32, so that after 19 "
        "layers 3e−10 of it is left, while ReLU hands on about all of it. The red line is a bound, "
        "1/4 times the largest stretch of each weight matrix: the gradient lies far below it.",
    ),
    Scenario(
        "Tanh at the edge",
        {"activations": "tanh", "init": "xavier-normal", "net.depth": "50"},
        "Gain 1 puts tanh on the critical line, χ = 1: after 49 layers 0.17 of the gradient is "
        "left. Move the gain to 0.9 and only 0.003 is left; move it to 1.5 and the gradient grows "
        "27-fold. Deep tanh networks train in a narrow strip around the line.",
    ),
    Scenario(
        "ReLU dies with the wrong init",
        {
            "activations": "relu,leaky-relu",
            "init": "constant",
            "init.constant": "-0.1",
            "view": "units",
        },
        "Every weight starts at −0.1. Outputs of a ReLU are never negative, so from layer 2 on "
        "every pre-activation is at or below zero, every unit is dead, and no gradient passes: "
        "training cannot even begin. Leaky ReLU has no dead unit, but it is no cure for equal "
        "weights.",
    ),
    Scenario(
        "Xavier is not enough for ReLU",
        {
            "activations": "tanh,relu",
            "init": "xavier-normal",
            "net.depth": "30",
            "fix": "he-for-xavier",
        },
        "Xavier keeps the variance of a linear unit, but a ReLU lets half of it through: each "
        "layer keeps √½ = 0.71 of the gradient, and of 29 layers 5e−5 is left (dotted). He's "
        "weights have twice the variance, and 0.79 arrives. For tanh Xavier was right, and the "
        "same doubling makes the gradient grow.",
    ),
    Scenario(
        "Exploding to inf",
        {
            "activations": "tanh,relu",
            "init": "normal",
            "init.sigma": "1",
            "net.depth": "64",
            "view": "signals",
            "signals.show": "activations-a",
        },
        "Weights of standard deviation 1 at width 128: every ReLU layer makes the signal 8 times "
        "as large. float16 ends in layer 5 and float32 in layer 43; from there on all is inf, the "
        "loss is not a number, and training is over. Tanh stays below 1, but 84 % of its units "
        "are saturated.",
    ),
    Scenario(
        "Residual rescues",
        {"activations": "sigmoid", "init": "xavier-normal", "fix": "residual"},
        "Only 2e−12 of the gradient reached layer 1 of this sigmoid network (dotted). With "
        "a[l] = a[l−1] + φ(z[l]) it need not pass through the slopes: it goes past them, and 0.35 "
        "arrives. The weights are the same to the last digit.",
    ),
    Scenario(
        "dW is flat while delta vanishes",
        {
            "activations": "relu",
            "init": "xavier-normal",
            "bias": "0",
            "gradients.show": "dw",
        },
        "dW is delta times the activation below. In a ReLU network without biases delta shrinks "
        "on its way back exactly as the activations shrink on their way forward, so dW has about "
        "the same size in every hidden layer. Switch to Delta: 0.002 of it is left. Who looks at "
        "dW only does not see the gradient vanish.",
    ),
    Scenario(
        "Narrow networks are a lottery",
        {"activations": "relu", "net.depth": "30", "net.width": "8"},
        "He's weights keep the mean square gradient, yet at width 8 a typical seed loses 99 % of "
        "it: ln ‖δ‖² drifts by −5/(2n) per layer and spreads with variance 5/n (dash-dotted). The "
        "band over 30 seeds spans decades. Widen the network to 128 and it closes.",
    ),
    Scenario(
        "Rotations keep every direction",
        {
            "activations": "tanh,identity",
            "init": "xavier-normal",
            "view": "jacobian",
            "fix": "orthogonal",
        },
        "Of a linear network with Xavier's weights some directions of the gradient grow threefold "
        "while others shrink to 0.3 (dotted). Orthogonal weights of the same variance leave all "
        "singular values at 1, whatever the depth. Tanh bends, so its values still shrink, but "
        "they stay together.",
    ),
    Scenario(
        "Batch norm explodes too",
        {"activations": "relu", "net.depth": "50", "fix": "batch-norm"},
        "Batch norm makes every layer's signal perfect, and at the start of training every ReLU "
        "layer then multiplies the gradient by 1.20: theory says √(π/(π−1)) = 1.21. After 49 "
        "layers it is thousands of times larger. Add the fix Residual to tame it.",
    ),
)
