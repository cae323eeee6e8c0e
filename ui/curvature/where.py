"""Where a view on a surface stands, and what several views put on their stage alike."""

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from optcore.curvature.forecast import forecast
from optcore.curvature.model import taylor_model
from optcore.surfaces import Surface
from ui import controls
from ui.address import Address
from ui.curvature import case, step_charts
from ui.curvature.parameters import STEP, Length, Rate
from ui.ground import floor_of
from ui.live.stage import Clock, Handle, Panel
from ui.surfaces import OwnFunction, Reach, ground_of, point_dial, shape

WIDE = "minmax(0, 5fr) minmax(0, 3fr)"
ALONE = "minmax(0, 1fr)"


@dataclass(frozen=True)
class Where:
    """A surface, a point on it, a rate and a length, as the sliders stand."""

    surface: Surface
    point: tuple[float, float]
    rate: float
    steps: int
    boards: list = field(compare=False)

    @property
    def handle(self) -> Handle:
        return Handle("point", self.point, "Point: drag it, or use the arrow keys")

    @property
    def question(self) -> tuple:
        """What a guess is about: another point or rate is another question."""
        return self.surface, self.point, self.rate

    @property
    def floor(self) -> float | None:
        return floor_of(self.surface)


@lru_cache(maxsize=64)
def suited_rate(surface) -> float:
    """Half the best rate at the surface's own start, or what its minimum bears if that is less."""
    ahead = forecast(surface, surface.start, 1.0)
    rates = [0.5 * float(rate) for rate in (ahead.best_rate, ahead.true_best_rate)]
    if surface.minima:
        with np.errstate(all="ignore"):
            rates.append(float(0.5 * taylor_model(surface, surface.minima[0]).stable_rate))
    rates = [rate for rate in rates if np.isfinite(rate) and rate > 1e-6]
    return float(f"{np.clip(min(rates, default=0.01), 1e-6, 10.0):.2g}")


def where(state: Address, surface, *others: controls.Dials) -> tuple[Where, list]:
    """Where a view on a surface stands, and the objects of its further sliders."""
    dials = [
        controls.Dials("Gradient descent", "step", Rate(suited_rate(surface))),
        controls.Dials("Point", "point", point_dial(surface.window, surface.start)),
        *others,
    ]
    if state["view"] != STEP:
        dials.append(controls.Dials("Run", "run", Length()))
    shape = [controls.Dials(surface.name, "surface", surface)]
    if surface.name == OwnFunction.name:
        shape.append(controls.Dials("Window", "window", Reach()))
    (rate, point, *rest), beside = controls.tune(state, dials)
    (surface, *_), below = controls.tune(state, shape)
    steps = rest.pop().steps if state["view"] != STEP else 0
    at = Where(surface, (point.x, point.y), rate.learning_rate, steps, [beside, below])
    return at, rest


def ground_panel(state: Address, at: Where, traces: list, span: int) -> Panel:
    """The contours with the map behind, the critical points, and what the view draws on them."""
    surface = at.surface
    moving = not state.settled
    back = case.map_behind(surface, state["map"], at.rate, moving)
    found = case.marked(surface, moving)
    figure = step_charts.ground(surface, ground_of(surface), back, found, traces)
    x, y = surface.axes
    return Panel(figure, span=span, click="point", labels={"x": x, "y": y}, name="ground",
                 view=state.view(0), aspect=shape(surface))  # fmt: skip


def run_clock(state: Address, steps: int) -> Clock:
    return Clock(steps, state.clock(range(steps + 1)))


def over_steps(charts: list[dict]) -> list[Panel]:
    """Charts over the steps of a run, one below the other."""
    labels = {"x": "step", "y": "value"}
    return [Panel(chart, cursor=True, labels=labels) for chart in charts]
