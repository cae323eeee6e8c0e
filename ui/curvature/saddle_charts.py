"""Saddles: how long gradient descent hovers at one, by the step and by where it starts."""

import numpy as np

from optcore.descent.run import Run
from ui.curvature.case import Hover, SaddleCase
from ui.curvature.run_charts import path
from ui.curvature.shapes import arrow, dots, layout, track
from ui.curvature.step_charts import axes
from ui.figures import later, level, log_range


def on_the_ground(case: SaddleCase, surface) -> list[dict]:
    """The ways out of the saddle, gradient descent from beside it, Newton's two from the point."""
    (left, right), (low, high) = surface.window
    span = np.array([right - left, high - low])
    saddle, out = np.array(case.saddle.point), 0.12 * span.min() * case.hover.times.direction
    ways = [arrow("way out", saddle, saddle + side * out, span) for side in (1, -1)]
    cross = axes(case.hover.model, span, 0.5 * (left + right))
    return [*ways, *cross, *three_paths(case.hover.run, case.newton, case.free, surface)]


def three_paths(descent: Run, newton: Run, free: Run, surface) -> list[dict]:
    """Gradient descent and Newton's two methods, each as it goes."""
    runs = {"Gradient descent": descent, "Newton": newton, "Saddle-free Newton": free}
    return [path(name, run, surface) for name, run in runs.items()]


def away(case: Hover, steps: int) -> dict:
    """The distance from the saddle over the steps, beside the straight line of a quadratic."""
    t = np.arange(len(case.away), dtype=float)
    measured = track("Gradient descent", "curve", x=t, y=case.away, label="distance")
    line = track("quadratic", "still", x=t, y=np.minimum(case.line, 1e3 * case.radius))
    for trace in (measured, line):
        trace["meta"] |= {"log": True, "across": 10}
    ends = log_range([case.away, [case.distance, case.radius]])
    plot = layout("away", "step", (0, max(steps, 1)), "distance from the saddle", ends, log_y=True)
    plot["shapes"] = [level(case.radius)]
    return {"data": [later(line), measured], "layout": plot}


def times(case: Hover) -> dict:
    """Steps until it is out, against the distance that it starts at: a line in its logarithm."""
    found = case.times
    line = track("quadratic", "still", x=found.distances, y=found.predicted)
    spots = dots("Gradient descent", found.distances, found.measured)
    here = np.interp(np.log(case.distance), np.log(found.distances), found.predicted)
    ring = dots("way out", [case.distance], [here])
    ring["marker"]["size"] = 15
    top = max(1.0, np.nanmax(found.predicted))
    ends = np.log10(found.distances[[0, -1]])
    plot = layout("times", "starting distance", ends, "steps to leave", (0, 1.1 * top), log_x=True)
    return {"data": [later(trace) for trace in (line, spots, ring)], "layout": plot}
