"""`descend`: a race from one point, and many starts at once beside torch and JAX."""

import time
from statistics import median
from unittest.mock import patch

import numpy as np

from bench.measure import percentile, side_by_side, timed, typical
from bench.report import Check, Section, Table
from optcore.descent import loop as descent
from optcore.descent.loop import descend
from optcore.optimizers import OPTIMIZERS, Adam
from optcore.surfaces import Rosenbrock

EIGHT = ("Gradient descent", "Momentum", "Nesterov momentum", "AdaGrad", "RMSProp", "Adam",
         "AdamW", "NAdam")  # fmt: skip
STARTS, STEPS, RATE = 40_000, 300, 0.05
SURFACE = Rosenbrock()


def run() -> Section:
    racers = [optimizer for optimizer in OPTIMIZERS if optimizer.name in EIGHT]
    section = Section(
        "descend",
        "On Rosenbrock, in float64. One point is run by recording a step once and replaying it on "
        "floats, many starts on columns laid out beforehand; the plain loop is the same call with "
        "both switched off. Each start of a race is a new one, so no result is remembered.",
        beside="Plain loop",
    )
    quick, plain = _race(racers)
    many, many_plain = _many_plain()
    section.checks = [
        Check("8 optimizers × 500 steps, one point, median", 1e3 * median(quick), "ms", most=30,
              plain=1e3 * median(plain)),
        Check("the same, p95", 1e3 * percentile(quick, 0.95), "ms",
              plain=1e3 * percentile(plain, 0.95)),
        Check("40,000 starts × 300 steps of Adam", 1e3 * many, "ms", plain=1e3 * many_plain),
    ]  # fmt: skip
    section.tables = [_peers(section), *_growth(racers)]
    return section


def _starts(count: int) -> np.ndarray:
    return np.random.default_rng(0).uniform(*np.transpose(SURFACE.window), (count, 2))


def _plainly():
    """Within this, `descend` does everything by its plain loop."""
    return patch.multiple(descent, replay=lambda *_: None, columns=lambda *_: None)


def _race(racers, steps: int = 500, count: int = 40) -> tuple[list[float], list[float]]:
    """Seconds of a race from each of several starts, and of a few by the plain loop."""

    def race(start):
        for optimizer in racers:
            descend(SURFACE, optimizer, start, steps)

    starts = _starts(count)
    race(SURFACE.start)
    quick = [timed(race, start) for start in starts]
    with _plainly():
        plain = [timed(race, start) for start in starts[:5]]
    return quick, plain


def _many(starts=None, steps: int = STEPS) -> np.ndarray:
    starts = _starts(STARTS) if starts is None else starts
    return descend(SURFACE, Adam(learning_rate=RATE), starts, steps, record=False).last


def _many_plain() -> tuple[float, float]:
    quick = typical(_many, 1)
    with _plainly():
        return quick, typical(_many, 1)


# ------------------------------------------------------------------ beside torch and JAX


def _peers(section: Section) -> Table:
    """The same descents by others; what they reach is compared with what we reach."""
    table = Table(
        "40,000 starts × 300 steps of Adam, side by side",
        ["", "ms", "of ours", "largest difference of a last point"],
        [],
        "Each in turn, several times, medians. torch may use all cores, Optscope's loop uses one. "
        "The gradient is by autograd unless it says “by hand”; ours is by hand.",
    )
    works = {"Optscope": _many, **_torch(), **_jax(table)}
    reached = {name: np.asarray(work()) for name, work in works.items()}
    times = dict(zip(works, side_by_side(list(works.values()), 1.5), strict=True))
    ours = times["Optscope"]
    for name, seconds in times.items():
        off = float(np.nanmax(np.abs(reached[name] - reached["Optscope"])))
        table.rows.append([name, 1e3 * seconds, f"{seconds / ours:.2f}", off])
    if "torch" in times:
        section.checks.append(
            Check("the same over torch's time (vectorised, autograd)", ours / times["torch"], "",
                  most=1)
        )  # fmt: skip
    else:
        table.rows.append(["torch: not installed", None, None, None])
    return table


def _torch() -> dict:
    """torch.optim.Adam on all starts at once, as its manual does it, and as fast as it goes."""
    try:
        import torch
    except ImportError:
        return {}

    def optimised(fused):
        points = torch.tensor(_starts(STARTS), requires_grad=True)
        rule = torch.optim.Adam([points], lr=RATE, fused=fused)
        for _ in range(STEPS):
            rule.zero_grad()
            x, y = points[:, 0], points[:, 1]
            ((1 - x) ** 2 + 100 * (y - x**2) ** 2).sum().backward()
            rule.step()
        return points.detach().numpy()

    def by_hand():
        points = torch.tensor(_starts(STARTS).T.copy())
        points.grad = torch.empty_like(points)
        rule = torch.optim.Adam([points], lr=RATE, fused=True)
        for _ in range(STEPS):
            x, y = points
            valley = y - x**2
            points.grad[0] = -2 * (1 - x) - 400 * x * valley
            points.grad[1] = 200 * valley
            rule.step()
        return points.numpy().T

    return {
        "torch": lambda: optimised(None),
        "torch, fused Adam": lambda: optimised(True),
        "torch, fused Adam, gradient by hand": by_hand,
    }


def _jax(table: Table) -> dict:
    """Adam written in jax.numpy, a loop compiled whole; its first call compiles."""
    try:
        import jax
    except ImportError:
        table.rows.append(["JAX: not installed", None, None, None])
        return {}
    jax.config.update("jax_platforms", "cpu")
    jax.config.update("jax_enable_x64", True)
    jnp = jax.numpy

    def loss(points):
        x, y = points[:, 0], points[:, 1]
        return ((1 - x) ** 2 + 100 * (y - x**2) ** 2).sum()

    def step(t, carry):
        points, mean, square = carry
        grad = jax.grad(loss)(points)
        mean, square = 0.9 * mean + 0.1 * grad, 0.999 * square + 0.001 * grad**2
        size = jnp.sqrt(square / (1 - 0.999 ** (t + 1.0))) + 1e-8
        return points - RATE * (mean / (1 - 0.9 ** (t + 1.0))) / size, mean, square

    @jax.jit
    def whole(points):
        zero = jnp.zeros_like(points)
        return jax.lax.fori_loop(0, STEPS, step, (points, zero, zero))[0]

    began = time.perf_counter()
    whole(_starts(STARTS)).block_until_ready()
    first = time.perf_counter() - began
    table.rows.append(["JAX, jit, first call: compile and run", 1e3 * first, None, None])
    return {"JAX, jit, once compiled": lambda: whole(_starts(STARTS)).block_until_ready()}


# ------------------------------------------------------------------ growth


def _growth(racers) -> list[Table]:
    def race_ms(some, steps):
        return 1e3 * median(_race(some, steps, 9)[0])

    return [
        Table("One point: growth with steps, 8 optimizers", ["steps", "ms"],
              [[f"{n:,}", race_ms(racers, n)] for n in (125, 250, 500, 1000, 2000)]),
        Table("One point: growth with optimizers, 500 steps", ["optimizers", "ms"],
              [[str(n), race_ms(racers[:n], 500)] for n in (1, 2, 4, 8)]),
        Table("Growth with starts, 300 steps of Adam", ["starts", "ms", "ns per start and step"],
              [_by_starts(n) for n in (1, 10, 100, 1000, 10_000, 40_000, 100_000)]),
    ]  # fmt: skip


def _by_starts(count: int) -> list:
    starts = _starts(count)
    seconds = typical(lambda: _many(starts), 0.4)
    return [f"{count:,}", 1e3 * seconds, 1e9 * seconds / count / STEPS]
