"""Scenarios of Shrinking h. tests/pages/test_shrinking_h.py holds the words to the numbers."""

from ui.scenario import Scenario

SCENARIOS = (
    Scenario(
        "Why not h = 1e−12?",
        {"function": "sin-x", "rules": "forward,central", "h": "1e-12"},
        "If a smaller h were always better, 1e−12 would be superb. It leaves the forward rule on "
        "sin at x = 1 off by 4.3e−5, while h = 1e−8 gives 3.0e−9: x + h and x share so many "
        "digits that f(x + h) − f(x) keeps only the last few, and dividing by h blows their "
        "rounding up. The best h is near 1e−8 for forward and near 1e−5 for central.",
    ),
    Scenario(
        "Why central?",
        {"function": "exp-x", "rules": "forward,backward,central", "h": "0.01"},
        "At h = 0.01 forward is 5.0e−3 too high on exp at 0 and backward 5.0e−3 too low; central, "
        "which is their mean, is off by only 1.7e−5. Ten times less h gives a tenth of the error "
        "with forward and a hundredth with central, so central reaches 1e−11 where forward ends "
        "near 1e−8.",
    ),
    Scenario(
        "Complex step never breaks",
        {
            "function": "exp-x-sin³-x-cos³-x",
            "rules": "central,five-point,complex-step",
            "h": "1e-15",
        },
        "At h = 1e−15 central keeps one digit of 3.622 and the five-point rule does no better; "
        "the complex step, which subtracts nothing, is off by 4.4e−16, the last digit there is. "
        "Drag h to the end: it stays within the last digits.",
    ),
    Scenario(
        "float32 fools you",
        {
            "function": "sin-x",
            "rules": "forward,central",
            "float": "float32",
            "h": "1e-6",
        },
        "h = 1e−6 is fine in float64 (forward is off by 4.2e−7), but in float32 forward can only "
        "say 0.477 or 0.536 or 0.596 for 0.540, whole multiples of the spacing of floats over h, "
        "and sin's own last bit decides which. The V has moved: the "
        "best h for central is now near 5e−3 instead of 1e−5, with an error near 1e−6 instead of "
        "2e−12. Below 6e−8, x + h is x.",
    ),
    Scenario(
        "A kink",
        {"function": "relu", "rules": "forward,backward,central", "h": "0.1"},
        "ReLU at x = 0.01 has slope 1, and its code is right. With h = 0.1 the backward and "
        "central rules reach across the kink at 0: they say 0.1 and 0.55. With h below 0.01 all "
        "three say 1. A network's check meets this whenever a unit changes sides within h.",
    ),
    Scenario(
        "The textbook case",
        {"function": "x²-3x", "h": "1"},
        "x² + 3x at 2: even with h = 1 the central secant has slope exactly 7, for a parabola has "
        "no third derivative to be wrong about. Forward says 8 and backward 6, each off by h. "
        "Only round-off is left to central, so for it every smaller h is worse.",
    ),
    Scenario(
        "Higher order, larger h",
        {"function": "sin-x", "rules": "central,five-point,seven-point", "h": "0.01"},
        "At h = 0.01 central is off by 9.0e−6, five points by 1.8e−10, seven by 4.8e−15. The "
        "slopes are 2, 4 and 6: the higher the order, the larger the best h, the less round-off "
        "there is to divide by it.",
    ),
    Scenario(
        "Wrong, or only h too large?",
        {
            "function": "your-own-formula",
            "formula": "sin(100*x)",
            "reach": "0.05",
            "x": "0.3",
            "claim": "100*cos(100*x)",
            "details": "1",
            "test": "0.01",
            "h": "0.01",
        },
        "The derivative claimed below is right, yet at h = 0.01 numeric and analytic differ by "
        "2.4. The textbook test shrinks h tenfold and sees the difference fall 95 times: that is "
        "truncation, from a third derivative of 150,000. A wrong derivative would have stayed.",
    ),
    Scenario(
        "A slip in tanh′",
        {
            "function": "tanh-x",
            "claim": "1 - tanh(x)",
            "test": "0.001",
            "h": "0.001",
            "details": "1",
        },
        "Somebody wrote 1 − tanh x for 1 − tanh² x. At x = 0.5 the claim is 0.538 and the central "
        "rule says 0.786; with h/10 the difference is the same 0.249. What does not fall is not "
        "truncation: the derivative is wrong.",
    ),
)
