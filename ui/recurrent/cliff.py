"""The view on the cliff: the loss of an unrolled unit, with clipped and unclipped descent."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from optcore.descent import ClipNorm, Run, descend
from optcore.optimizers import GradientDescent
from optcore.recurrent import UnrolledUnit
from ui import controls, prose
from ui.address import Address
from ui.cache import cached
from ui.ground import Ground
from ui.live.stage import Clock, Handle, Panel
from ui.palette import legend
from ui.prose import number
from ui.recurrent import cliff_charts
from ui.recurrent.parameters import Descent, From
from ui.scene import Scene
from ui.state import PageState
from ui.surfaces import ground_of

FREE, CLIPPED = cliff_charts.LOOKS


@dataclass(frozen=True)
class CliffDescent:
    surface: UnrolledUnit
    descent: Descent
    start: From

    @cached_property
    def runs(self) -> dict[str, Run]:
        """The same descent, as it is and with its gradient clipped."""
        return {FREE: self._run(None), CLIPPED: self._run(ClipNorm(self.descent.limit))}

    def _run(self, clip: ClipNorm | None) -> Run:
        method = GradientDescent(learning_rate=self.descent.learning_rate)
        return _descended(
            self.surface, method, (self.start.w, self.start.b), self.descent.steps, clip
        )

    @property
    def ground(self) -> Ground:
        return ground_of(self.surface)


@cached
def _descended(surface, method, start, steps, clip) -> Run:
    return descend(surface, method, start, steps, clip=clip)


def set_up(state: Address) -> tuple[CliffDescent, Any]:
    """The case as the sliders stand, and the board that holds these."""
    dials = [
        controls.Dials("Gradient descent", "descent", Descent()),
        controls.Dials("Unrolled unit", "cliff", UnrolledUnit()),
        controls.Dials("Start", "from", From()),
    ]
    (descent, surface, start), board = controls.tune(state, dials)
    return CliffDescent(surface, descent, start), board


def scene(state: PageState) -> Scene:
    case, board = set_up(state)
    descent, start = case.descent, case.start
    return Scene(
        [
            Panel(cliff_charts.paths(case), span=2, click="from", name="paths", aspect=1.2,
                  view=state.view(0), labels={"x": "w", "y": "b"}),
            Panel(cliff_charts.losses(case), cursor=True, labels={"x": "step", "y": "loss"}),
            Panel(cliff_charts.gradients(case), cursor=True,
                  labels={"x": "step", "y": "gradient norm"}),
        ],
        [board],
        words=lambda: words(case),
        table=lambda: table(case),
        facts=lambda: facts(case),
        columns_of=lambda: columns_of(case),
        program=lambda: program(case),
        clock=Clock(descent.steps, state.clock(range(descent.steps + 1)), opens=4),
        handles=[Handle("from", (start.w, start.b), "Start: drag it, or use the arrow keys")],
        legend=[legend(name, look) for name, look in cliff_charts.LOOKS.items()],
        columns="minmax(0, 5fr) minmax(0, 3fr)",
    )  # fmt: skip


def leaps(run: Run) -> np.ndarray:
    """The length of each step of a run."""
    moves = np.diff(run.points[: int(run.ended) + 1], axis=0)
    return np.sqrt((moves**2).sum(axis=-1))


def words(case: CliffDescent) -> str:
    parts = []
    for name, run in case.runs.items():
        longest = float(leaps(run).max(initial=0.0))
        steepest = float(np.nanmax(run.gradient_norms))
        parts.append(
            f"{name}: loss {number(float(run.last_value))}, largest gradient {number(steepest)}, "
            f"longest step {number(longest)}."
        )
    return " ".join(parts)


def table(case: CliffDescent) -> str:
    rows = [
        [name, number(float(run.last_value)), number(float(np.nanmin(run.values))),
         number(float(np.nanmax(run.gradient_norms))), str(int(np.nanargmax(run.gradient_norms))),
         number(float(leaps(run).max(initial=0.0))), str(_clipped(run))]
        for name, run in case.runs.items()
    ]  # fmt: skip
    heads = ("Descent", "last loss", "lowest loss", "largest gradient", "at step", "longest step",
             "steps clipped")  # fmt: skip
    return prose.table(heads, rows, named=True)


def columns_of(case: CliffDescent) -> dict[str, np.ndarray]:
    found: dict[str, np.ndarray] = {"step": np.arange(case.descent.steps + 1.0)}
    for name, run in case.runs.items():
        short = name.lower()
        found |= {f"{short}_w": run.points[:, 0], f"{short}_b": run.points[:, 1],
                  f"{short}_loss": run.values, f"{short}_gradient": run.gradient_norms}  # fmt: skip
    return found


def program(case: CliffDescent) -> str:
    start = (case.start.w, case.start.b)
    return f"""# Descent on the loss of an unrolled unit, as it is and clipped
from optcore import ClipNorm, GradientDescent, UnrolledUnit, descend

surface, method = {case.surface!r}, GradientDescent(learning_rate={case.descent.learning_rate!r})
for clip in (None, ClipNorm({case.descent.limit!r})):
    run = descend(surface, method, {start!r}, {case.descent.steps}, clip=clip)
    print(clip, run.last.tolist(), float(run.last_value))
"""


def _clipped(run: Run) -> int:
    seen = np.sqrt((run.seen**2).sum(axis=-1))
    with np.errstate(invalid="ignore"):
        return int((seen < run.gradient_norms * (1 - 1e-9)).sum())


def facts(case: CliffDescent) -> dict[str, float | str | None]:
    found: dict[str, float | str | None] = {
        "lag": case.surface.lag,
        "target": case.surface.target,
        "rate": case.descent.learning_rate,
        "limit": case.descent.limit,
        "steps": case.descent.steps,
    }
    for short, name in (("free", FREE), ("clipped", CLIPPED)):
        run = case.runs[name]
        found |= {
            f"{short}.loss": float(run.last_value),
            f"{short}.gradient": float(np.nanmax(run.gradient_norms)),
            f"{short}.at": int(np.nanargmax(run.gradient_norms)),
            f"{short}.leap": float(leaps(run).max(initial=0.0)),
            f"{short}.b": float(run.last[1]),
            f"{short}.clips": _clipped(run),
            f"{short}.arrives": "yes" if run.last_value < 1e-3 else "no",
        }
    return found
