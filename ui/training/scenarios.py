"""Scenarios of the Training page; tests/pages/test_training_page.py holds words to numbers."""

from ui.scenario import Scenario

SCENARIOS = (
    Scenario(
        "The sigmoid starves layer 1",
        {"at": "0"},
        "Press play. Both networks have eight hidden layers, the same He weights, data and rate. "
        "At step 0 the weights of layer 1 of the sigmoid network have a gradient ∂L/∂W of less "
        "than a ten-thousandth of that of the output weights, in the ReLU network more than half. "
        "After 300 steps the sigmoid network still gives all samples the same answer, at a loss of "
        "ln 2 = 0.693; the ReLU network has every sample of the spirals right.",
    ),
    Scenario(
        "Adam feeds it",
        {"optimizer": "adam"},
        "The gradients of the sigmoid network begin as small as before. But Adam divides every "
        "gradient by its own size, so a tiny one moves a weight as far as a large one: the "
        "sigmoid network leaves the plateau at ln 2 and gets more than 80 % right. ReLU, with "
        "nothing to make up for, is still far ahead.",
    ),
    Scenario(
        "Batch norm wakes it",
        {
            "data": "moons",
            "right": "sigmoid",
            "right.form": "batch-norm",
            "length.steps": "600",
        },
        "Twice the sigmoid, the same weights. Normalising the pre-activations of every layer "
        "keeps the sigmoids in their steep middle: ∂L/∂W of layer 1 is now more than a third of "
        "that of the output layer instead of a ten-thousandth, and the moons come apart. How far "
        "is told under the plots: the loss leaps as it falls, and the last bit of a weight "
        "decides which leap the end meets.",
    ),
    Scenario(
        "Weights too large: inf",
        {"data": "sine", "left": "relu", "right.he-normal.gain": "1.8"},
        "Twice ReLU on a regression, the right one with weights 1.8 times as large. Through nine "
        "layers that makes its first loss more than a thousand times as large and its first "
        "gradient more than five thousand times: the first step throws the weights so far that "
        "the loss overflows to inf at step 2, and training is over.",
    ),
    Scenario(
        "Clipping saves it",
        {
            "data": "sine",
            "left": "relu",
            "right.he-normal.gain": "1.8",
            "clip": "by-norm",
            "clip.limit": "1",
        },
        "The same weights and rate, but no gradient longer than 1 reaches the optimizer. The "
        "right network begins with a gradient of norm near ten thousand, is clipped at most of "
        "its steps, and its loss comes down more than a hundredfold instead of overflowing: the "
        "last panel shows the norms before and, dotted, after clipping. The count is told under "
        "the plots; another last bit of a weight, another count.",
    ),
    Scenario(
        "One rate kills ReLU",
        {
            "left": "leaky-relu",
            "left.leaky-relu.slope": "0.1",
            "gradient-descent.learning_rate": "0.9",
            "length.seed": "3",
        },
        "At a rate of 0.9 a step soon pushes a whole layer of ReLUs below zero for every sample. "
        "From step 29 on the gradient of layer 1 is exactly 0, a hole in the heat map, and the "
        "ReLU network stays at ln 2 for good. The leaky ReLU, with a slope of 0.1 below zero, "
        "keeps a gradient, stumbles, and gets 80 % right.",
    ),
    Scenario(
        "Xavier fails deep ReLU",
        {
            "data": "moons",
            "left": "relu",
            "left.start": "xavier-normal",
            "shape.depth": "20",
            "shape.width": "24",
        },
        "A ReLU passes half of what it gets, and Xavier's weights do not make up for it: after "
        "twenty layers the signal of the left network is so faint that it answers the same "
        "everywhere for all 300 steps. ∂L/∂W does not show it: it is the gradient of a layer's "
        "output times the layer's input, and is even larger in layer 1, whose input has not "
        "faded. He's weights have twice the variance, and the right "
        "network separates the moons.",
    ),
)
