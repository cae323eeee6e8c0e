"""`respond`: a hand-drawn stream played to eight optimizers, and beside torch."""

from unittest.mock import patch

import numpy as np

from bench.descend import EIGHT
from bench.measure import side_by_side, typical
from bench.report import Check, Section
from optcore.optimizers import OPTIMIZERS, Adam
from optcore.streams import ReddiStream, closed_form, respond, response, turning_beta2

STEPS = 200


def run() -> Section:
    racers = [optimizer for optimizer in OPTIMIZERS if optimizer.name in EIGHT]
    gradients = np.random.default_rng(0).standard_normal((STEPS, 2))
    times = np.arange(1, STEPS + 1)
    stream = ReddiStream()

    def play():
        for optimizer in racers:
            respond(optimizer, gradients)

    def foretell():
        for optimizer in racers:
            closed_form(optimizer, stream, times, (1.0, 0.1))

    with patch.object(response, "replay", lambda *_: None):
        plain = typical(play)
    section = Section(
        "steps",
        "A stream of 200 gradients in two coordinates, in float64. One run is played by an update "
        "recorded once and replayed on floats; the plain loop calls `update` at each step.",
        beside="Plain loop",
    )
    section.checks = [
        Check("8 optimizers × 200 given gradients", 1e3 * typical(play), "ms", most=5,
              plain=1e3 * plain),
        Check("the closed forms of all of them", 1e3 * typical(foretell), "ms"),
        Check("beta2 at which Adam's drift under Reddi's sequence turns",
              1e3 * typical(lambda: turning_beta2(Adam(beta1=0.0), stream)), "ms"),
        *_torch(gradients),
    ]  # fmt: skip
    return section


def _torch(gradients: np.ndarray) -> list[Check]:
    """Adam alone, ours over torch's time for the same steps."""
    try:
        import torch
    except ImportError:
        return []
    torch.set_default_dtype(torch.float64)

    def theirs():
        parameter = torch.zeros(2, requires_grad=True)
        rule = torch.optim.Adam([parameter])
        for gradient in torch.tensor(gradients):
            parameter.grad = gradient
            rule.step()

    ours, other = side_by_side([lambda: respond(Adam(), gradients), theirs])
    return [Check("Adam alone over torch's time", ours / other, "", most=1)]
