"""Batches, delay and bands: a hand that drags over three racers, and 200 runs in one call."""

from itertools import count
from unittest.mock import patch

import numpy as np

from bench.measure import side_by_side, timed, typical
from bench.report import Check, Section
from optcore.descent import Batches, Delay, descend, loop
from optcore.optimizers import GradientDescent
from optcore.samples import LinearClassifier, LinearRegression, NoisyLine

SAMPLES, STEPS, RUNS = 1000, 1000, 200
DRAWN = np.unique(np.geomspace(1, STEPS, 100).astype(int))
LINE = LinearRegression.drawn(SAMPLES, population=NoisyLine(center=1.0))
LOGISTIC = LinearClassifier.drawn(SAMPLES)


def run() -> Section:
    section = Section(
        "noise",
        f"Full batch, 32 and single samples of {SAMPLES:,}, {STEPS:,} steps each, and the loss at "
        "100 of them: what a hand waits for that drags a rate, a batch's size or a delay, drawing "
        "apart. The line's batches are known by four means each; the logistic fit "
        f"looks at every sample. A band is {RUNS} runs that differ in their seed, in one call, and "
        "its losses at 100 steps.",
        beside="Plain loop",
    )
    section.checks = [
        *_drags("line", LINE, most=20),
        *_drags("logistic fit", LOGISTIC, most=20),
        *(Check(f"a band over {RUNS} runs, {name}", timed(_band, fit), "s", most=1)
          for name, fit in (("line", LINE), ("logistic fit", LOGISTIC))),
        *_torch(),
    ]  # fmt: skip
    return section


def _three(fit, rate: float, sizes=(SAMPLES, 32, 1), delay=None) -> None:
    for size in sizes:
        batches = Batches(size)
        run = descend(fit, GradientDescent(rate), fit.start, STEPS, batches=batches, delay=delay)
        fit.value(run.points[DRAWN])


def _drags(name: str, fit, most: float) -> list[Check]:
    """Every call at values that were never asked for before, as a moving hand's are."""
    turn = count()
    drags = {
        "rate": lambda: _three(fit, 0.05 + 1e-6 * next(turn)),
        "batch size": lambda: _three(fit, 0.05, (SAMPLES, 20 + next(turn) % 60, 1)),
        "delay": lambda: _three(fit, 0.02, delay=Delay(next(turn) % 20, compensation=0.01)),
    }
    with patch.object(loop, "replay", lambda *_: None):
        plain = typical(drags["rate"], 0.5)
    times = side_by_side(list(drags.values()))
    checks = [Check(f"three racers, {name}: {what} dragged", 1e3 * seconds, "ms", most=most)
              for what, seconds in zip(drags, times, strict=True)]  # fmt: skip
    checks[0].plain = 1e3 * plain
    return checks


def _band(fit) -> np.ndarray:
    batches = Batches(32, seed=np.arange(RUNS))
    run = descend(fit, GradientDescent(0.05), fit.start, STEPS, batches=batches)
    return np.quantile(fit.value(run.points[DRAWN]), [0.1, 0.5, 0.9], axis=-1)


def _torch() -> list[Check]:
    """The same 1,000 steps of batches of 32 on the line, ours over torch's time."""
    try:
        import torch
    except ImportError:
        return []
    torch.set_default_dtype(torch.float64)
    x, y = (torch.tensor(part) for part in (LINE.x, LINE.y))
    order = torch.randperm(SAMPLES)

    def theirs():
        point = torch.tensor(LINE.start, requires_grad=True)
        optimizer = torch.optim.SGD([point], lr=0.05)
        for step in range(STEPS):
            chosen = order[32 * (step % 31) : 32 * (step % 31) + 32]
            optimizer.zero_grad()
            ((point[0] * x[chosen] + point[1] - y[chosen]) ** 2).mean().backward()
            optimizer.step()

    turn = count()
    ours, other = side_by_side([lambda: _three(LINE, 0.05 + 1e-6 * next(turn), (32,)), theirs])
    return [Check("the line in batches of 32 over torch's time", ours / other, "", most=1)]
