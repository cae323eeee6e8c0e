"""A performance as a short Python program that prints the same last place."""

import re

from optcore import optimizers
from optcore.optimizers.base import Optimizer
from ui.steps.case import Playing
from ui.written_out import written_out

_FIELD = re.compile(r"<(\w+)>")


def with_numpy(playing: Playing, optimizer: Optimizer) -> str:
    """With NumPy alone: the stream by its name, or as it was drawn."""
    public = hasattr(optimizers, type(optimizer).__name__)
    module = "optcore" if public else type(optimizer).__module__
    kinds = sorted({type(stream).__name__ for stream in playing.streams})
    schedule = f", schedule={playing.schedule!r}" if playing.scheduled else ""
    imports = [f"from optcore.streams import {', '.join([*kinds, 'play', 'respond'])}"]
    imports.append(f"from {module} import {type(optimizer).__name__}")
    if playing.scheduled:
        imports.append(f"from optcore.descent.schedules import {type(playing.schedule).__name__}")
    return written_out(
        "\n".join(
            [
                f"# {optimizer.name} fed a stream",
                *sorted(imports),
                "",
                f"streams = {list(playing.streams)!r}",
                f"gradients = play(streams, {playing.steps}, {playing.scales!r})",
                f"response = respond({optimizer!r}, gradients{schedule})",
                "print(response.points[-1].tolist())",
                "",
            ]
        )
    )


def with_torch(playing: Playing, optimizer: Optimizer) -> str:
    """With torch.optim, the gradients written out; empty where torch has no such method."""
    if not optimizer.torch:
        return ""
    call, *set_rate = (
        _FIELD.sub(lambda m: repr(getattr(optimizer, m[1])), text)
        for text in (optimizer.torch, *optimizer.torch_rate)
    )
    scheduled = playing.scheduled and optimizer.follows_schedule
    rates = [
        float(playing.schedule.rate(optimizer.learning_rate, t, playing.steps))
        for t in range(playing.steps)
    ]
    return "\n".join(
        [
            f"# {optimizer.name} fed a stream.",
            "import torch",
            "",
            "torch.set_default_dtype(torch.float64)",
            f"gradients = {playing.gradients.tolist()!r}",
            *([f"rates = {rates!r}"] if scheduled else []),
            f"point = torch.zeros({len(playing.streams)}, requires_grad=True)",
            f"optimizer = torch.optim.{call}",
            "for step, gradient in enumerate(gradients):",
            *(f"    {line}" for line in set_rate if scheduled),
            "    point.grad = torch.tensor(gradient)",
            "    optimizer.step()",
            "print(point.tolist())",
            "",
        ]
    )
