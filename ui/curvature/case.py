"""What the page shows, worked out once for all who look at it."""

from dataclasses import dataclass

import numpy as np

from optcore.curvature.basins import basin_map
from optcore.curvature.critical import CriticalPoint, critical_points
from optcore.curvature.escape import Escape, escape
from optcore.curvature.forecast import Forecast, forecast
from optcore.curvature.model import TaylorModel, taylor_model
from optcore.curvature.stuck import StuckRun, why_stuck
from optcore.curvature.track import CurvatureTrack, curvature_along
from optcore.descent.loop import descend
from optcore.descent.run import Run
from optcore.optimizers import GradientDescent, Newton, SaddleFreeNewton
from optcore.surfaces import Surface
from ui.cache import cached
from ui.curvature.shapes import nice
from ui.curvature.tint import picture

# Moments of one step, and points of the ray beyond it.
MOMENTS, BEYOND = 40, 80
FINE, COARSE = (120, 90), (40, 30)
# Steps that a start of a map may take.
NEWTON_STEPS, DESCENT_STEPS = 40, 200
MAPS = ("No map", "Newton", "Saddle-free Newton", "Gradient descent")


@dataclass(frozen=True, eq=False)
class StepCase:
    """One step: its forecast, and that of the `rates` along the ray, the first of which is 0.

    The rates up to the step's own are its moments, evenly spread; the rest lie beyond it.
    `change`, `line` and `parabola` are the change of loss at the rates: true, to first and to
    second order.
    """

    surface: Surface
    ahead: Forecast
    rates: np.ndarray
    change: np.ndarray
    line: np.ndarray
    parabola: np.ndarray

    @property
    def rate(self) -> float:
        return float(self.ahead.learning_rate)

    @property
    def point(self) -> np.ndarray:
        return self.ahead.model.point

    @property
    def top(self) -> float:
        return float(self.rates[-1])

    @property
    def moments(self) -> np.ndarray:
        """The changes of loss at the moments of the step (MOMENTS + 1,)."""
        return self.change[: MOMENTS + 1]


@cached
def step_case(surface, point: tuple[float, float], rate: float) -> StepCase:
    """The step of that rate from a point, and the ray that it lies on."""
    ahead = forecast(surface, point, rate)
    ends = [float(each) for each in (ahead.break_even, ahead.true_break_even)]
    known = [end for end in ends if np.isfinite(end) and end < 20 * rate]
    top = nice(1.15 * max([rate, *known])) if known else nice(2 * rate)
    own = np.linspace(0, rate, MOMENTS + 1)
    rates = np.concatenate([own, np.linspace(rate, max(top, 1.01 * rate), BEYOND + 1)[1:]])
    ray = forecast(surface, point, rates[1:])
    with np.errstate(all="ignore"):
        curves = (np.concatenate([[0.0], part]) for part in
                  (ray.measured, ray.first_order, ray.predicted))  # fmt: skip
        return StepCase(surface, ahead, rates, *curves)


@cached
def critical(surface) -> tuple[CriticalPoint, ...]:
    return critical_points(surface)


def marked(surface, moving: bool) -> tuple[CriticalPoint, ...]:
    """What to mark on the ground: while a hand moves the surface itself, its listed minima alone,
    since to look for all of them takes longer than a hand waits."""
    found = critical.known(surface) if moving else critical(surface)
    if found is not None:
        return found
    return tuple(CriticalPoint(point, np.nan, (np.nan, np.nan), 0) for point in surface.minima)


@cached
def saddles(surface) -> tuple[CriticalPoint, ...]:
    """The saddles that have a way out which the Hessian knows."""
    return tuple(each for each in critical(surface) if each.kind == "saddle" and each.index)


@cached
def tinted(surface, kind: str, rate: float, cells: tuple[int, int]) -> dict:
    """The map behind the picture, as an image of a layout; a coarse one walks half as far."""
    method, steps = {
        "Newton": (Newton(), NEWTON_STEPS),
        "Saddle-free Newton": (SaddleFreeNewton(), NEWTON_STEPS),
        "Gradient descent": (GradientDescent(rate), DESCENT_STEPS),
    }[kind]
    steps = steps // 2 if cells == COARSE else steps
    return picture(basin_map(surface, method, cells, steps), surface.window)


def map_behind(surface, kind: str, rate: float, moving: bool) -> dict | None:
    """The map for the rate, which only the one of gradient descent depends on.

    A coarser one while a hand moves what it depends on.
    """
    if kind == MAPS[0]:
        return None
    of = surface, kind, rate if kind == "Gradient descent" else 0.0
    fine = tinted.known(*of, FINE) if moving else tinted(*of, FINE)
    return fine or tinted(*of, COARSE)


@cached
def descent(surface, point: tuple[float, float], rate: float, steps: int) -> Run:
    return descend(surface, GradientDescent(rate), point, steps)


@cached
def track(surface, point: tuple[float, float], rate: float, steps: int) -> CurvatureTrack:
    return curvature_along(surface, descent(surface, point, rate, steps), most=steps + 1)


@cached
def stuck(surface, point: tuple[float, float], rate: float, steps: int) -> StuckRun:
    return why_stuck(surface, descent(surface, point, rate, steps))


@dataclass(frozen=True, eq=False)
class Hover:
    """Gradient descent from beside a saddle.

    `away` is its distance from the saddle, step by step, `line` the same on a quadratic;
    `times` how long it takes to be `radius` away, by the distance it starts at.
    """

    saddle: CriticalPoint
    model: TaylorModel
    distance: float
    radius: float
    run: Run
    away: np.ndarray
    line: np.ndarray
    times: Escape


@dataclass(frozen=True, eq=False)
class SaddleCase:
    """A saddle: gradient descent from beside it, and Newton's two methods from the point."""

    hover: Hover
    newton: Run
    free: Run

    @property
    def saddle(self) -> CriticalPoint:
        return self.hover.saddle


def saddle_case(surface, which: int, distance: float, point, rate: float, steps: int) -> SaddleCase:
    """The case of the saddle with that number. Raises IndexError where there is none."""
    return SaddleCase(_hover(surface, which, distance, rate, steps), *newtons(surface, point))


@cached
def _hover(surface, which: int, distance: float, rate: float, steps: int) -> Hover:
    saddle = saddles(surface)[which]
    (left, right), (low, high) = surface.window
    radius = 0.1 * min(right - left, high - low)
    times = escape(surface, saddle.point, rate, radius)
    start = np.array(saddle.point) + distance * times.direction
    run = descend(surface, GradientDescent(rate), start, steps)
    with np.errstate(all="ignore"):
        away = np.linalg.norm(run.points - saddle.point, axis=-1)
        line = distance * times.growth ** np.arange(steps + 1.0)
    model = taylor_model(surface, saddle.point)
    return Hover(saddle, model, distance, radius, run, away, line, times)


@cached
def newtons(surface, point) -> tuple[Run, Run]:
    """Newton's method and the saddle-free one from a point."""
    plain, free = (descend(surface, rule, point, 30) for rule in (Newton(), SaddleFreeNewton()))
    return plain, free
