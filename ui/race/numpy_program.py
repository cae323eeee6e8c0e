"""A race as a program that needs NumPy alone: surface, method and conditions written out."""

import re

import numpy as np

import optcore
from optcore.descent.disturbance import GradientNoise
from optcore.descent.languages import NUMPY, lines, spelled
from optcore.descent.recording import Recorder
from optcore.optimizers.base import Optimizer
from ui.written_out import written_out

_MADE = re.compile(r"\b([A-Z]\w*)\(")

# Six of 750 runs of 300 steps: AdaDelta lives off the rounding of a gradient that is 0, and on the
# cliff, or where there is no minimum, each last bit counts.
ROUNDED = (
    "# Its sums round in another order than the page's: a run that amplifies its last bits ends"
    " elsewhere."
)
LOOKS = """\
    value, grad = surface.value(point), surface.grad(point)
    sound = np.isfinite(value) and np.isfinite(grad).all()
    if not (sound and np.abs(point).max() <= 1e12):
        break  # the run has diverged"""
MOVES = """\
    move, state = optimizer.update(Look(surface, point, value, grad), state)
    point = point + move
print(point.tolist())
"""


def with_numpy(surface, optimizer, start, steps: int, conditions) -> str:
    """The run as a program that prints its last point."""
    if conditions.get("batches") or not surface.elementwise:
        return _of_samples(surface, optimizer, start, steps, conditions)
    before, within = _disturbed(optimizer, steps, conditions)
    text = [
        f"# {optimizer.name} on {surface.name}: {optimizer.source}.",
        ROUNDED,
        "import numpy as np",
        f"from {_home(type(optimizer))} import {type(optimizer).__name__}",
        "from optcore.objective import Look",
        "from types import SimpleNamespace",
        "",
        *_ground(surface, optimizer),
        f"optimizer = {optimizer!r}",
        *before,
        f"point = np.array({list(map(float, start))!r})",
        "state = optimizer.init(point)",
        'np.seterr(all="ignore")',
        f"for step in range({steps}):",
        LOOKS,
        *(f"    {line}" for line in within),
        MOVES,
    ]
    return written_out("\n".join(text))


def _of_samples(surface, optimizer, start, steps: int, conditions) -> str:
    """A run on samples, whose decks and gradients are the core's own business."""
    given = {name: part for name, part in conditions.items() if part is not None}
    made = (surface, optimizer, *given.values())
    called = {name for part in made for name in _MADE.findall(repr(part))}
    kinds = {type(part).__name__: type(part) for part in made}
    text = [
        f"# {optimizer.name} on {surface.name}: {optimizer.source}.",
        "from optcore import descend",
        *(f"from {_home(kinds[name])} import {name}" if name in kinds
          else f"from optcore import {name}" for name in sorted(called)),
        "",
        f"surface = {surface!r}",
        f"optimizer = {optimizer!r}",
        "run = descend(",
        f"    surface, optimizer, {tuple(map(float, start))!r}, {steps},",
        *(f"    {name}={part!r}," for name, part in given.items()),
        ")",
        "print(run.last.tolist())",
        "",
    ]  # fmt: skip
    return written_out("\n".join(text))


def _home(kind: type) -> str:
    return "optcore" if hasattr(optcore, kind.__name__) else kind.__module__


def _ground(surface, optimizer) -> list[str]:
    """The surface as its own definition comes to, operation by operation, in the order of a run:
    where a method wanders without end the last bit of each counts."""
    parts = {"value": (), "grad": (2,), "hessian": (2, 2)}
    if "hessian" not in optimizer.uses:
        del parts["hessian"]
    functions = [line for name, shape in parts.items() for line in _function(surface, name, shape)]
    named = ", ".join(f"{name}={name}_at" for name in parts)
    return [f"# {surface.name}", *functions, f"surface = SimpleNamespace({named})"]


def _function(surface, name: str, shape: tuple[int, ...]) -> list[str]:
    recorder = Recorder()
    found = recorder.names(getattr(surface, name)(recorder.inputs("p", (2,))), shape)
    numbers = ", ".join(map(spelled, found))
    return [
        f"def {name}_at(point):",
        "    p0, p1 = point[..., 0], point[..., 1]",
        *(f"    {line}" for line in lines(recorder.take(), NUMPY)),
        f"    return np.array([{numbers}]).reshape({shape!r})"
        if shape
        else f"    return {numbers}",
        "",
        "",
    ]


def _disturbed(optimizer, steps: int, conditions) -> tuple[list[str], list[str]]:
    """What is drawn before the loop, and what becomes of rate and gradient within it."""
    before, within = [], []
    schedule = conditions["schedule"]
    if schedule and schedule.name != "Constant" and optimizer.follows_schedule:
        rates = schedule.rate(np.float64(optimizer.learning_rate), np.arange(steps), steps)
        before += ["from dataclasses import replace", f"rates = {rates.tolist()!r}"]
        within += ["optimizer = replace(optimizer, learning_rate=rates[step])"]
    place = "point"
    if type(optimizer).asks_at is not Optimizer.asks_at:
        place = "place"
        within += ["place = optimizer.asks_at(point, state)", "grad = surface.grad(place)"]
    noise, delay, clip = (conditions.get(name) for name in ("noise", "delay", "clip"))
    if delay and delay.on:
        before += ["past = []"]
        within += [f"past.append(({place}, grad))",
                   f"then, grad = past[max(0, step - {delay.lag})]"]  # fmt: skip
    if noise and noise.on:
        before += drawn_noise(noise, steps)
        within += ["grad = grad + noise[step]"]
    if delay and delay.on:
        within += [f"grad = grad + {delay.compensation!r} * grad * grad * ({place} - then)"]
    if clip:
        before += [f"from optcore import {type(clip).__name__}", f"clip = {clip!r}"]
        within += ["grad = clip.apply(grad)"]
    return before, within


def drawn_noise(noise: GradientNoise, steps: int) -> list[str]:
    """Lines that draw the noise of every step beforehand."""
    return [
        f"random = np.random.default_rng({noise.seed})",
        f"noise = {noise.scale!r} * random.standard_normal(({steps + 1}, 2))",
    ]
