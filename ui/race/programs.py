"""A run as a short Python program that prints the same final point."""

import re
from dataclasses import fields

import numpy as np

from optcore import optimizers
from optcore.descent.disturbance import ClipNorm
from optcore.descent.languages import TORCH, lines, spelled
from optcore.descent.recording import Recorder

_FIELD = re.compile(r"<(\w+)>")


def with_optcore(surface, optimizer, start, steps: int, conditions) -> str:
    """The run with optcore itself."""
    parts = [part for part in (surface, optimizer, *conditions.values()) if part is not None]
    if hasattr(surface, "text"):
        source = "from optcore.formula import formula_surface"
        made = f"formula_surface({surface.text!r}, {surface.window!r})"
    else:
        source, made = f"from optcore.surfaces import {type(surface).__name__}", repr(surface)
    imports = ["from optcore.descent import descend", source]
    imports += [f"from {_public_module(part)} import {type(part).__name__}" for part in parts[1:]]
    given = "".join(
        f",\n    {name}={part!r}" for name, part in conditions.items() if part is not None
    )
    return "\n".join(
        [
            f"# {optimizer.name} on {surface.name}. Run it in the folder that holds optcore:",
            "# PYTHONPATH=. python THIS_FILE",
            *sorted(set(imports)),
            "",
            f"surface = {made}",
            f"optimizer = {optimizer!r}",
            "run = descend(",
            "    surface,\n    optimizer,",
            f"    {tuple(map(float, start))!r},\n    {steps}{given},\n)",
            "print(run.last.tolist())",
            "",
        ]
    )


def with_torch(surface, optimizer, start, steps: int, conditions) -> str:
    """The same run with torch.optim and autograd; empty where torch has no such method."""
    if not optimizer.torch:
        return ""
    call, *set_rate = (
        _FIELD.sub(lambda m: repr(getattr(optimizer, m[1])), text)
        for text in (optimizer.torch, *optimizer.torch_rate)
    )
    schedule, clip, noise = (conditions[name] for name in ("schedule", "clip", "noise"))
    noisy = bool(noise and noise.scale)
    scheduled = schedule and schedule.name != "Constant" and optimizer.follows_schedule
    lines = ["import torch", "", "torch.set_default_dtype(torch.float64)", "", *_loss(surface), ""]
    if noisy:
        lines.insert(0, "import numpy as np")
        lines += [
            f"random = np.random.default_rng({noise.seed})",
            f"noise = {noise.scale!r} * random.standard_normal(({steps + 1}, 2))",
        ]
    if scheduled:
        rates = schedule.rate(np.float64(optimizer.learning_rate), np.arange(steps), steps)
        lines += [f"rates = {rates.tolist()!r}"]
    lines += [
        f"point = torch.tensor({list(map(float, start))!r}, requires_grad=True)",
        f"optimizer = torch.optim.{call}",
        f"for step in range({steps}):",
        *(f"    {line}" for line in set_rate if scheduled),
        "    optimizer.zero_grad()",
        "    value = loss(point)",
        "    value.backward()",
        "    finite = value.isfinite() and point.grad.isfinite().all()",
        "    if not (finite and point.abs().max() <= 1e12):",
        "        break  # the run has diverged",
        *(["    point.grad += torch.tensor(noise[step])"] if noisy else []),
        *_clipped(clip),
        "    optimizer.step()",
        "print(point.tolist())",
        "",
    ]
    return "\n".join(lines)


def _loss(surface) -> list[str]:
    """The surface's own definition, recorded as torch operations on x and y."""
    recorder = Recorder()
    value = spelled(recorder.names(surface.value(recorder.inputs("p", (2,))))[0])
    return [
        f"# {surface.name}",
        "def loss(point):",
        "    p0, p1 = point",
        *(f"    {line}" for line in lines(recorder.take(), TORCH)),
        f"    return {value}",
        "",
    ]


def _clipped(clip) -> list[str]:
    if clip is None:
        return []
    if isinstance(clip, ClipNorm):
        return [
            "    norm = point.grad.norm()",
            f"    if norm > {clip.limit!r}:",
            f"        point.grad *= {clip.limit!r} / norm",
        ]
    return [f"    point.grad.clamp_(-{clip.limit!r}, {clip.limit!r})"]


def _public_module(part) -> str:
    kind = type(part)
    return "optcore.optimizers" if hasattr(optimizers, kind.__name__) else kind.__module__


def trajectory(optimizer, run) -> str:
    """A run as CSV: a row per step, a column per coordinate of everything recorded."""
    rows = int(run.ended) + 1
    columns = {"step": np.arange(rows)}
    named = {"point": run.points, "loss": run.values, "gradient": run.grads, "seen": run.seen}
    for name, numbers in {**named, **run.memory}.items():
        flat = numbers[:rows].reshape(rows, -1)
        for at in range(flat.shape[1]):
            label = f"{name}_{'xy'[at]}" if flat.shape[1] == 2 else f"{name}_{at}"
            columns[name if flat.shape[1] == 1 else label] = flat[:, at]
    settings = " ".join(f"{f.name}={getattr(optimizer, f.name)}" for f in fields(optimizer))
    lines = [f"# {optimizer.name} {settings}", ",".join(columns)]
    table = zip(*(column.tolist() for column in columns.values()), strict=True)
    lines += [",".join(repr(number) for number in row) for row in table]
    return "\n".join(lines) + "\n"
