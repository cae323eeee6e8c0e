"""The Taylor test as a picture: how the error of the linear model falls with the step."""

from typing import Any

import numpy as np

from ui.check_network.charts import VERDICT_LOOKS
from ui.figures import layout, log_axis, positive, track
from ui.palette import HUES
from ui.prose import fitted

TAYLOR, NOISE = "taylor", "noise"


def taylor(test) -> dict:
    """The error of the linear model against t, its rounding, and the slopes 1 and 2."""
    error = positive(test.error)
    colour = VERDICT_LOOKS.get(test.verdict, VERDICT_LOOKS["inconclusive"])["colour"]
    data = [
        line(NOISE, test.t, positive(test.noise), HUES[7], 1.4, "dot"),
        line(TAYLOR, test.t, error, colour, 2.2, "solid"),
    ]
    data[0]["name"], data[1]["name"] = "rounding to expect", "error of the linear model"
    if test.fitted.any():
        data += guides(test, error)
        data.append(line(TAYLOR, test.t[test.fitted], error[test.fitted], colour, 5, "solid"))
        data[-1]["name"] = f"slope {fitted(test.slope)}"
    low, high = taylor_range(error, test.noise)
    slope = "" if np.isnan(test.slope) else f": slope {fitted(test.slope)}"
    frame = layout(
        f"taylor/{low}/{high}", f"Taylor test{slope} (2 right, 1 wrong)", (58, 8, 28, 38),
        xaxis=log_axis("t along a random direction v", [-12, 0]) | {"dtick": 3},
        yaxis=log_axis("|f(x+tv) − f − t g·v|", [low, high]),
    )  # fmt: skip
    return {"data": data, "layout": frame}


def taylor_range(error, noise) -> tuple[int, int]:
    """Whole decades that hold the curve down to its rounding."""
    seen = error[np.isfinite(error)]
    top = np.max(seen, initial=1e-12)
    high = int(np.ceil(np.log10(min(top, 1e12))))
    bottom = max(float(np.min(noise[noise > 0], initial=1e-6)), 1e-22)
    low = int(np.floor(np.log10(bottom))) - 1
    return min(low, high - 4), high


def guides(test, error) -> list[dict]:
    """Faint lines of slope 1 and 2 through the upper end of the fitted part."""
    at = int(np.flatnonzero(test.fitted)[0])
    anchor, height = test.t[at], error[at]
    ends = np.array([1.0, 1e-12])
    found = []
    for slope, dash in ((1, "dash"), (2, "longdash")):
        guide = line(NOISE, ends, height * (ends / anchor) ** slope, "ink", 1, dash)
        guide |= {"name": f"slope {slope}", "opacity": 0.45}
        guide["meta"]["silent"] = True
        found.append(guide)
    return found


def line(group: str, x, y, colour: str, width: float, dash: str) -> dict:
    look = {"colour": colour, "dash": dash, "symbol": "circle"}
    places: dict[str, Any] = {
        "x": np.asarray(x, dtype=np.float64),
        "y": np.asarray(y, dtype=np.float64),
    }
    return track(group, look, "still", width=width, **places)
