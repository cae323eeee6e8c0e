"""Scenarios of the Slow neuron page, held to numbers by tests/pages/test_slow_neuron_page.py."""

from ui.scenario import Scenario

SCENARIOS = (
    Scenario(
        "A little wrong: it learns",
        {"neuron.w": "0.6", "neuron.b": "0.9"},
        "The neuron should answer 0 to an input of 1 and begins at 0.8176. Its sigmoid is steep "
        "enough there: squared error brings it down to 0.0940 in 300 steps.",
    ),
    Scenario(
        "Badly wrong: it stalls",
        {"neuron.w": "2", "neuron.b": "2"},
        "Now it begins at 0.9820, so there is more to correct. But the slope a (1 − a) is down to "
        "0.018, and it multiplies the gradient: the first steps hardly move it, and after 300 it "
        "is still at 0.2028. The gradient is at its largest only half-way down.",
    ),
    Scenario(
        "Hopelessly wrong, and cured",
        {"neuron.w": "5", "neuron.b": "5"},
        "At z = 10 the slope is 4.5e−5: under squared error not even 1 % of the error goes away "
        "in 300 steps. Cross-entropy divides the slope out again, so its gradient is the error "
        "itself: the more wrong, the larger. Half of the error is gone in fewer than 40 steps.",
    ),
    Scenario(
        "A ReLU instead",
        {"neurons": "squared-error,cross-entropy,relu", "neuron.w": "2", "neuron.b": "2"},
        "Above zero a ReLU has slope 1 wherever it is, so squared error pulls it straight down: "
        "each step leaves 70 % of the error, and after two steps half of it is gone.",
    ),
    Scenario(
        "A dead ReLU",
        {
            "neurons": "squared-error,cross-entropy,relu",
            "neuron.w": "-1",
            "neuron.b": "-1",
            "neuron.y": "1",
        },
        "The target is 1 and z begins at −2. The slope of the ReLU is 0 there, and so is its "
        "gradient: it never moves. The sigmoids, for all their slowness, both come up.",
    ),
)
