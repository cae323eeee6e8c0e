"""Scenarios of the Race page. tests/pages/test_race_scenarios.py holds the words to the numbers."""

from ui.scenario import Scenario

SCENARIOS = (
    Scenario(
        "Zig-zag in a ravine",
        {
            "surface": "ravine",
            "surface.condition": "50",
            "surface.rotation": "30",
            "race": "gradient-descent,momentum",
            "gradient-descent.learning_rate": "0.0388",
            "momentum.learning_rate": "0.02",
            "momentum.momentum": "0.8",
            "race.steps": "100",
        },
        "The ravine is 50 times steeper across than along, and the steep side alone limits the "
        "rate: 2/λmax = 0.04. At 0.0388 gradient descent leaps from wall to wall while it creeps "
        "along the floor; momentum cancels the leaps, adds up the creep, and ends more than a "
        "hundred times nearer.",
    ),
    Scenario(
        "One rate too large",
        {
            "surface": "ravine",
            "surface.condition": "50",
            "surface.rotation": "30",
            "race": "gradient-descent,momentum",
            "gradient-descent.learning_rate": "0.0404",
            "momentum.learning_rate": "0.0404",
            "momentum.momentum": "0.8",
            "race.steps": "300",
        },
        "One per cent above 2/λmax = 0.04 and every leap of gradient descent is longer than the "
        "last: the loss grows without end. Momentum bears the same rate, for its limit is "
        "2(1 + μ)/λmax = 0.072.",
    ),
    Scenario(
        "Momentum overshoots",
        {
            "surface": "bowl",
            "race": "gradient-descent,momentum",
            "gradient-descent.learning_rate": "0.05",
            "momentum.learning_rate": "0.05",
            "momentum.momentum": "0.95",
            "race.steps": "200",
        },
        "In a round bowl there is nothing to cancel: with μ = 0.95 momentum runs past the "
        "minimum again and again. It is first within 0.001, at step 34, and flies on: after 200 "
        "steps at the same rate its loss is still above 1e-6, plain gradient descent's is below "
        "1e-15.",
    ),
    Scenario(
        "Adam without bias correction",
        {
            "surface": "bowl",
            "race": "adam,adam-without-bias-correction",
            "adam.learning_rate": "0.1",
            "adam-without-bias-correction.learning_rate": "0.1",
            "race.steps": "100",
        },
        "Lecture notes often leave the bias correction out. Adam's first step is exactly the rate "
        "in each coordinate, 0.1; without the correction it is (1 − β₁)/√(1 − β₂) = 3.16 times as "
        "long, and the next ones are longer still. Open the step inspector at step 0.",
    ),
    Scenario(
        "AdaGrad stops early",
        {
            "surface": "rosenbrock",
            "race": "adagrad,rmsprop",
            "adagrad.learning_rate": "0.1",
            "rmsprop.learning_rate": "0.01",
            "race.steps": "1000",
        },
        "AdaGrad divides by the root of all squared gradients so far, and that sum only grows: the "
        "huge gradients of the first steps slow it for good, and at step 1,000 it is still left "
        "of x = 0. RMSProp forgets them, and with a tenth of the rate comes far nearer.",
    ),
    Scenario(
        "Newton falls into the saddle",
        {
            "surface": "saddle-between-two-minima",
            "race": "gradient-descent,newton,saddle-free-newton",
            "gradient-descent.learning_rate": "0.1",
            "race.steps": "60",
        },
        "Newton's step goes to where the gradient of the local parabola vanishes, and between two "
        "minima that is the saddle: it stops at loss 0 with gradient 0. Saddle-free Newton takes "
        "the absolute curvature and gets to a minimum, loss −0.25; so does gradient descent.",
    ),
    Scenario(
        "The cliff throws you out",
        {
            "surface": "cliff",
            "race": "gradient-descent",
            "gradient-descent.learning_rate": "0.3",
            "race.steps": "300",
        },
        "A recurrent net's loss has walls. Gradient descent walks calmly down to one, meets a "
        "gradient of almost a hundred at step 23, and a single step of length 29 throws it onto a "
        "far plain where the gradient is zero. It never comes back.",
    ),
    Scenario(
        "Clipping saves you",
        {
            "surface": "cliff",
            "race": "gradient-descent",
            "gradient-descent.learning_rate": "0.3",
            "clip": "by-norm",
            "clip.limit": "0.5",
            "race.steps": "300",
        },
        "The same start, the same rate, but no gradient counts as longer than 0.5, so no step is "
        "longer than 0.15. The wall turns the run back instead of throwing it out, and it ends "
        "less than 0.01 from the line of minima.",
    ),
    Scenario(
        "The wrong side of the hill",
        {
            "surface": "wrong-side-of-the-hill",
            "race": "gradient-descent,momentum,adam",
            "gradient-descent.learning_rate": "0.2",
            "momentum.learning_rate": "0.2",
            "adam.learning_rate": "0.1",
            "race.steps": "1000",
        },
        "From this side every downhill step leads left, along a slope that never ends: all three "
        "lower the loss for ever and never see the minimum at −1, eleven or more away. Drag the "
        "start over the ridge and all three find it.",
    ),
    Scenario(
        "A plateau, and its cure",
        {
            "surface": "sigmoid-neuron-squared-error",
            "race": "gradient-descent,adam",
            "gradient-descent.learning_rate": "1",
            "adam.learning_rate": "0.1",
            "race.steps": "300",
        },
        "A saturated sigmoid neuron with squared error lies on a plateau: gradient descent's "
        "gradient starts near 0.004, and 300 steps at rate 1 leave it 8 from the minimum. The cure "
        "is the next scenario: another loss for the same neuron and the same data.",
    ),
    Scenario(
        "The cure: cross-entropy",
        {
            "surface": "sigmoid-neuron-cross-entropy",
            "race": "gradient-descent,adam",
            "gradient-descent.learning_rate": "1",
            "adam.learning_rate": "0.1",
            "race.steps": "300",
        },
        "The same neuron, data, start and rates with cross-entropy, in whose gradient the slope of "
        "the sigmoid cancels. It starts near 0.9 instead of 0.004, and gradient descent comes to "
        "within 1e-6 of the minimum.",
    ),
)
