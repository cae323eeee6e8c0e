"""A run as a program with PyTorch that prints the same final point, and as a table."""

import re
from dataclasses import fields

import numpy as np

from optcore.descent.disturbance import ClipNorm
from optcore.descent.languages import TORCH, lines, spelled
from optcore.descent.recording import Recorder
from ui.prose import csv_text
from ui.race.numpy_program import drawn_noise

_FIELD = re.compile(r"<(\w+)>")


def without_torch(surface, optimizer) -> str:
    """Why there is no program with torch; empty where there is one."""
    if not optimizer.torch:
        return "torch.optim has no such method."
    if not surface.elementwise:
        return f"{surface.name} is told by its samples, which the program with NumPy has."
    return ""


def with_torch(surface, optimizer, start, steps: int, conditions) -> str:
    """The same run with torch.optim and autograd; empty where there is none."""
    if without_torch(surface, optimizer):
        return ""
    call, *set_rate = (
        _FIELD.sub(lambda m: repr(getattr(optimizer, m[1])), text)
        for text in (optimizer.torch, *optimizer.torch_rate)
    )
    schedule = conditions["schedule"]
    scheduled = schedule and schedule.name != "Constant" and optimizer.follows_schedule
    before, within = _disturbed(conditions, steps)
    if scheduled:
        rates = schedule.rate(np.float64(optimizer.learning_rate), np.arange(steps), steps)
        before.append(f"rates = {rates.tolist()!r}")
    program = [
        *(["import numpy as np"] if any("np." in line for line in before) else []),
        "import torch", "", "torch.set_default_dtype(torch.float64)", "", *_loss(surface), "",
        *before,
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
        *(f"    {line}" for line in within),
        "    optimizer.step()",
        "print(point.tolist())",
        "",
    ]  # fmt: skip
    return "\n".join(program)


def _disturbed(conditions, steps: int) -> tuple[list[str], list[str]]:
    """What is drawn before a torch program's loop, and what becomes of a gradient within it."""
    noise, delay, clip = (conditions.get(name) for name in ("noise", "delay", "clip"))
    before, late, noisy, compensated = [], [], [], []
    if noise and noise.on:
        before += drawn_noise(noise, steps)
        noisy = ["point.grad += torch.tensor(noise[step])"]
    if delay and delay.on:
        before += ["past = []"]
        late = [
            "past.append((point.detach().clone(), point.grad.clone()))",
            f"then, late = past[max(0, step - {delay.steps})]",
            "point.grad.copy_(late)",
        ]
        moved = "(point.detach() - then)"
        compensated = [f"point.grad += {delay.compensation!r} * point.grad**2 * {moved}"]
    return before, [*late, *noisy, *compensated, *_clipped(clip)]


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
            "norm = point.grad.norm()",
            f"if norm > {clip.limit!r}:",
            f"    point.grad *= {clip.limit!r} / norm",
        ]
    return [f"point.grad.clamp_(-{clip.limit!r}, {clip.limit!r})"]


def trajectory(optimizer, run) -> str:
    """A run as CSV: a row per step, a column per hyperparameter, as it was used, and per coordinate
    of everything recorded."""
    rows = int(run.ended) + 1
    columns = {"step": np.arange(rows)}
    named = {"point": run.points, "loss": run.values, "gradient": run.grads, "seen": run.seen}
    for name, numbers in {**named, **run.memory}.items():
        flat = numbers[:rows].reshape(rows, -1)
        for at in range(flat.shape[1]):
            label = f"{name}_{'xy'[at]}" if flat.shape[1] == 2 else f"{name}_{at}"
            columns[name if flat.shape[1] == 1 else label] = flat[:, at]
    settings = {f"set_{field.name}": np.full(rows, getattr(optimizer, field.name))
                for field in fields(optimizer)}  # fmt: skip
    if run.rates is not None:
        settings["set_learning_rate"] = np.append(run.rates, np.nan)[:rows]
    columns |= settings
    lines = zip(*(column.tolist() for column in columns.values()), strict=True)
    return csv_text(["optimizer", *columns], ([optimizer.name, *line] for line in lines))
