"""One step: on the ground, along the negative gradient, and as three bars."""

import numpy as np

from ui.curvature.case import MOMENTS, StepCase
from ui.curvature.shapes import (
    LOOKS,
    SYMBOLS,
    arrow,
    bar,
    dots,
    layout,
    level_set,
    nice,
    notes,
    sign_colour,
    track,
)
from ui.figures import later, level
from ui.ground import Ground, contour
from ui.palette import HUES
from ui.prose import number

ARROW = 0.17


def ground_layout(surface) -> dict:
    (left, right), (low, high) = surface.window
    x, y = surface.axes
    plain = layout(surface.name, x, (left, right), y, (low, high))
    return plain | {"margin": {"l": 48, "r": 8, "t": 10, "b": 38}}


def ground(surface, heights: Ground, tint: dict | None, found, traces) -> dict:
    """Contours, where starts lead to, critical points by kind, and what is to be seen on them."""
    plot = ground_layout(surface)
    if tint is not None:
        plot["images"] = [tint]
    return {"data": [contour(heights), *marks(found), *traces], "layout": plot}


def marks(found) -> list[dict]:
    """Critical points by kind: stars, crosses, triangles, squares."""
    traces = []
    for kind, symbol in SYMBOLS.items():
        points = np.array([each.point for each in found if each.kind == kind])
        if len(points):
            trace = dots("loss", *points.T)
            trace |= {"name": kind, "marker": {"color": "ink", "symbol": symbol, "size": 13}}
            trace["meta"] = {"play": "still"}
            traces.append(trace)
    return traces


def on_the_ground(case: StepCase) -> list[dict]:
    """The level set of the quadratic part, its axes, the arrow downhill and the step."""
    (left, right), (low, high) = case.surface.window
    span = np.array([right - left, high - low])
    model, point = case.ahead.model, case.point
    x, y = level_set(model.hessian, point, 0.22 * span.min())
    curve = track("Hessian", "still", x=x, y=y)
    curve["meta"] |= {"across": float(span.min()), "silent": True}
    size = np.linalg.norm(model.grad / span)
    downhill = point - ARROW * model.grad / (size or 1.0)
    moments = point - case.rates[: MOMENTS + 1, None] * model.grad
    step = track("step", "path", x=moments[:, 0], y=moments[:, 1])
    step["line"]["width"] = 3.6
    step["meta"]["across"] = float(span.min())
    way = arrow("linear", point, downhill, span)
    return [curve, *axes(model, span, 0.5 * (left + right)), way, step]


def axes(model, span, middle: float) -> list[dict]:
    """The eigenvectors as a cross through the point, each with its eigenvalue."""
    reach = 0.16 * span.min()
    # Named at the ends from which words run away from the point.
    side = np.where((model.eigenvectors[0] > 0) == (model.point[0] < middle), 1.0, -1.0)
    ends = model.point + reach * (side * model.eigenvectors).T
    starts = 2 * model.point - ends
    if not np.isfinite(ends).all():
        return []
    gap = [np.nan]
    x, y = (np.concatenate([starts[0, k : k + 1], ends[0, k : k + 1], gap,
                            starts[1, k : k + 1], ends[1, k : k + 1]]) for k in (0, 1))  # fmt: skip
    cross = track("Hessian", "still", x=x, y=y)
    cross["line"] = {"color": HUES[6], "width": 1.2, "dash": "solid"}
    cross["meta"] |= {"silent": True}
    words = [f"λ = {number(value)}" for value in model.eigenvalues]
    return [cross, notes("Hessian", ends[:, 0], ends[:, 1], words)]


def along_the_gradient(case: StepCase, secret: bool = False, asked: bool = False) -> dict:
    """The change of loss against the rate: by the slope, by slope and bend, and the true one.

    The true one is left out while it is a secret; `asked` says that nothing may give it away.
    """
    line = track("linear", "still", x=case.rates, y=case.line)
    parabola = track("quadratic", "still", x=case.rates, y=case.parabola)
    truth = track("loss", "curve", x=case.rates, y=case.change, label="change")
    ends = scale(case, secret or asked)
    curves = [line, parabola] if secret else [line, parabola, truth]
    data = [_here(case, ends), *curves, *_landmarks(case, secret)]
    plot = layout("ray", "rate η", (0, case.top), "change of loss", ends)
    plot["shapes"] = [level(0)]
    return {"data": data, "layout": plot}


def _landmarks(case: StepCase, secret: bool) -> list[dict]:
    """The best and the break-even rate: of the model, on both its curves, and, named, in truth."""
    ahead = case.ahead
    foreseen = {"best": ahead.best_rate, "break-even": ahead.break_even}
    true = {"best": ahead.true_best_rate, "break-even": ahead.true_break_even}
    shown = _marked(case, "linear", case.line, foreseen)
    shown += _marked(case, "quadratic", case.parabola, foreseen, named=secret)
    if not secret:
        shown += map(later, _marked(case, "loss", case.change, true, named=True))
    return shown


def _marked(case: StepCase, name: str, curve, rates: dict, *, named: bool = False) -> list[dict]:
    """Marks on a curve at the rates that are in sight, and what these are called."""
    seen = {words: float(rate) for words, rate in rates.items() if 0 < rate <= case.top}
    if not seen:
        return []
    at = [*seen.values()]
    heights = np.interp(at, case.rates, curve)
    return [dots(name, at, heights), *([notes(name, at, heights, seen)] if named else [])]


def _here(case: StepCase, ends: list[float]) -> dict:
    """An upright at the rate of the step, where it meets every curve."""
    upright = track("step", "still", x=[case.rate, case.rate], y=ends)
    upright["line"]["width"] = 1.2
    upright["meta"] |= {"silent": True}
    return upright


def bars(case: StepCase, secret: bool = False, asked: bool = False) -> dict:
    """What the slope promises, what the bend takes, and what has come of it by the clock."""
    ahead = case.ahead
    promise, cost = float(ahead.first_order), float(ahead.second_order)
    got = float(ahead.measured)
    data = [
        bar(LOOKS["linear"]["colour"], 0, promise, "slope"),
        bar(LOOKS["Hessian"]["colour"], 1, cost, "bend"),
    ]
    ends = scale(case, secret or asked)
    data.append(_amounts([-0.3, 0.7], [promise, cost], ends))
    if not secret:
        heights = _drawable(case.moments)
        # A bar of no height yet would tell by its colour where it will go.
        heights[0] = np.nan
        data.append(bar(sign_colour(got), 2, heights, "measured"))
        data.append(later(_amounts([2.3], [got], ends), MOMENTS))
    plot = layout("bars", "", (-0.6, 2.6), "change of loss", ends)
    plot["xaxis"] |= {
        "tickvals": [0, 1, 2],
        "ticktext": ["slope<br>−η g·g", "bend<br>½ η² g·Hg", "measured<br> "],
        "tickangle": 0,
    }
    plot["shapes"] = [level(0)]
    return {"data": data, "layout": plot}


def _amounts(at, values, ends: list[float]) -> dict:
    """Numbers with their signs where bars end, or the plot does."""
    texts = [f"{'+' if value > 0 else ''}{number(value)}" for value in values]
    return notes("loss", at, np.clip(np.nan_to_num(values), ends[0], ends[1]), texts)


def _drawable(heights: np.ndarray) -> np.ndarray:
    """Bars of what overflows reach far out of the plot."""
    return np.nan_to_num(heights, nan=1e300, posinf=1e300, neginf=-1e300)


def scale(case: StepCase, secret: bool = False) -> list[float]:
    """The range that both plots of a step share, so that their heights can be compared."""
    ahead = case.ahead
    told = [ahead.first_order, ahead.second_order, ahead.predicted, case.parabola.min()]
    if not secret:
        told += [ahead.measured, np.nanmin(case.change)]
    told = np.array(told, float)
    told = told[np.isfinite(told)]
    down = nice(1.1 * max(-told.min(initial=0.0), 1e-300))
    # Above the highest bar stands its number.
    up = nice(1.25 * np.clip(told.max(initial=0.0), 0.4 * down, 2 * down))
    return [-down, up]
