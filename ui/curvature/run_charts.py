"""A run: its path, and loss, gradient and curvature over the steps."""

import numpy as np

from optcore.curvature.stuck import SMALL
from optcore.curvature.track import CurvatureTrack
from optcore.descent.run import Run
from ui.curvature.shapes import dots, layout, track
from ui.figures import later, level, log_range

HISTORY = ("loss", "gradient norm", "g·Hg / g·g", "sharpness", "2 / rate")
ENDING = ("gradient norm", "sharpness", "lowest eigenvalue")


def history(tracked: CurvatureTrack, steps: int, floor: float | None) -> list[dict]:
    """What a run went through: loss and gradient, then curvature."""
    return [fall(tracked, steps, floor), curvatures(tracked, steps)]


def ending(tracked: CurvatureTrack, eigenvalues, steps: int) -> list[dict]:
    """What tells why it ended there: the size of its gradients, and the curvature at the end."""
    return [small_gradients(tracked, steps), spectrum(eigenvalues)]


def path(name: str, run: Run, surface) -> dict:
    """A growing path on the ground."""
    rows = run.points[: int(run.ended) + 1]
    trace = track(name, "path", x=rows[:, 0], y=rows[:, 1])
    trace["meta"]["across"] = min(high - low for low, high in surface.window)
    return trace


def fall(tracked: CurvatureTrack, steps: int, floor: float | None) -> dict:
    """Loss, above the lowest known or else the run's own lowest, and gradient norm."""
    lowest = float(np.nanmin(tracked.values)) if floor is None else floor
    above = tracked.values - lowest
    above = np.where(above > 0, above, np.nan)
    data = [_along(tracked, "loss", above, "loss"),
            _along(tracked, "gradient norm", tracked.gradient_norms, "‖g‖")]  # fmt: skip
    data[0]["meta"] |= {"offset": lowest}
    for trace in data:
        trace["meta"] |= {"log": True, "across": 10}
    ends = log_range([above, tracked.gradient_norms])
    title = "loss, gradient norm" if lowest == 0 else "loss above lowest, ‖g‖"
    return {"data": data, "layout": _over_steps("fall", steps, title, ends, True)}


def small_gradients(tracked: CurvatureTrack, steps: int) -> dict:
    """The same as a share of the run's largest, and what counts as small."""
    share = tracked.gradient_norms / (np.nanmax(tracked.gradient_norms) or np.nan)
    trace = _along(tracked, "gradient norm", share, "share")
    trace["meta"] |= {"log": True, "across": 10}
    bounds = log_range([share, [SMALL]])
    plot = _over_steps("shares", steps, "gradient norm / largest", bounds, True)
    plot["shapes"] = [level(SMALL)]
    return {"data": [trace], "layout": plot}


def curvatures(tracked: CurvatureTrack, steps: int) -> dict:
    """What the gradient meets, the sharpness, and 2 / rate, over which a run is unstable.

    On a plain axis where the gradient meets a surface that bends downwards: the log has no place
    below 0.
    """
    curves = {
        "g·Hg / g·g": tracked.gradient_curvature,
        "sharpness": tracked.sharpness,
        "2 / rate": tracked.limit,
    }
    log = not (tracked.gradient_curvature < 0).any()
    data = []
    for name, values in curves.items():
        trace = _along(tracked, name, np.where(values > 0, values, np.nan) if log else values, "λ")
        if log:
            trace["meta"] |= {"log": True, "across": 10}
        if name == "2 / rate":
            trace["meta"]["play"] = "still"
        data.append(trace)
    ends = log_range(curves.values()) if log else _span(curves.values())
    return {"data": data, "layout": _over_steps("bends", steps, "curvature", ends, log)}


def _span(curves) -> tuple[float, float]:
    """From the lowest to the highest of the numbers among them, 0 included."""
    found = np.concatenate([*curves])
    found = found[np.isfinite(found)]
    return float(found.min(initial=0.0)), float(found.max(initial=0.0))


def sharpening(tracked: CurvatureTrack, steps: int) -> dict:
    """The sharpness on a plain axis, where its climb to 2 / rate and its hovering show."""
    data = [_along(tracked, "sharpness", tracked.sharpness, "λmax")]
    data.append(_along(tracked, "2 / rate", tracked.limit, "2/η"))
    data[1]["meta"]["play"] = "still"
    limit = float(tracked.limit[0])
    top = min(np.nanmax(tracked.sharpness[np.isfinite(tracked.sharpness)], initial=0), 3 * limit)
    top = 1.1 * max(top, limit)
    plot = _over_steps("sharp", steps, "sharpness", (min(0, np.nanmin(tracked.sharpness)), top))
    return {"data": data, "layout": plot}


def spectrum(eigenvalues: np.ndarray) -> dict:
    """Every eigenvalue at the end of a run, in order, and zero."""
    at = np.arange(1, len(eigenvalues) + 1)
    below = eigenvalues < 0
    data = []
    for name, some in (("sharpness", ~below), ("lowest eigenvalue", below)):
        if some.any():
            data.append(later(dots(name, at[some], eigenvalues[some])))
    reach = 1.15 * (np.nanmax(np.abs(eigenvalues)) if len(eigenvalues) else 1.0) or 1.0
    plot = layout("spectrum", "eigenvalue at the end", (0.4, len(at) + 0.6), "λ", (-reach, reach))
    plot["shapes"] = [level(0)]
    return {"data": data, "layout": plot}


def _along(tracked: CurvatureTrack, name: str, values, label: str) -> dict:
    return track(name, "curve", x=tracked.at.astype(float), y=np.asarray(values, float),
                 label=label)  # fmt: skip


def _over_steps(key, steps: int, title: str, ends, log=False) -> dict:
    low, high = (float(end) for end in ends)
    if not log:
        room = 0.05 * (high - low or 1.0)
        low, high = low - room, high + room
    return layout(key, "step", (0, max(steps, 1)), title, (low, high), log_y=log)
