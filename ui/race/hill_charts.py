"""A race in depth: the paths on a sheet, first seen from where the valley lies open."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ui.figures import layout
from ui.ground import Ground, minima
from ui.ground import ground as ground_under
from ui.live.wire import Kept
from ui.palette import OPTIMIZER_LOOKS
from ui.race.charts import reached

CELLS, FINER = 96, 3
# A twelfth of the window is seen beyond its edge.
BEYOND = 1 / 12
# The height of the sheet where its sides are 1 long.
TALL = 0.62
# The lowest part of the ground, which the first look should see most of, from as low as possible.
FLOOR, ENOUGH = 0.08, 0.9
RISES = np.deg2rad([30.0, 38.0, 46.0, 54.0, 62.0])
TURNS = np.deg2rad(np.arange(-90.0, 270.0, 22.5))
FAR = 2.3
SAMPLES = 24
# Paths lie this part of the height above the sheet, or they would sink into it here and there.
LIFT = 0.012


@dataclass(frozen=True, eq=False)
class Relief:
    """Heights on a grid: x (c,), y (c,), z (c, c), no higher than the scale shows.

    A cell has the lowest of its points, and what lies between is smoothed: a crease that runs
    across the grid is not to look like a saw.
    """

    x: np.ndarray
    y: np.ndarray
    z: np.ndarray

    def over(self, points: np.ndarray, heights: np.ndarray) -> np.ndarray:
        """Heights (k,) of points (k, 2), lifted where the sheet would cover them."""
        places = [np.clip((at - axis[0]) / (axis[1] - axis[0]), 0, len(axis) - 1.001)
                  for at, axis in zip(points.T, (self.x, self.y), strict=True)]  # fmt: skip
        (column, left), (row, up) = [(place.astype(int), place % 1) for place in places]
        low, high = (self.z[at, column] * (1 - left) + self.z[at, column + 1] * left
                     for at in (row, row + 1))  # fmt: skip
        known = self.z[np.isfinite(self.z)]
        lift = LIFT * np.ptp(known) if len(known) else 0.0
        return np.fmax(heights, low * (1 - up) + high * up + lift)


def hills(surface, ground: Ground, runs: dict) -> dict:
    """The sheet with the paths on it."""
    low, high = ground.heights.low, ground.heights.high
    seen = relief(surface, ground)
    tracks = [_track(name, run, seen, ground) for name, run in runs.items()]
    at, text = ground.heights.ticks()
    x, y = surface.axes
    scene = {
        "xaxis": {"title": {"text": x}, "range": [float(seen.x[0]), float(seen.x[-1])]},
        "yaxis": {"title": {"text": y}, "range": [float(seen.y[0]), float(seen.y[-1])]},
        "zaxis": {"title": {"text": "loss"}, "tickvals": at, "ticktext": text,
                  "range": [float(low), float(high)]},
        "camera": first_look(_plain(surface)),
        "aspectmode": "manual",
        "aspectratio": {"x": 1, "y": 1, "z": TALL},
    }  # fmt: skip
    frame = layout(surface.name, margin=(0, 0, 0, 0), scene=scene, dragmode="turntable")
    return {"data": [sheet(seen, ground), _minima(surface, seen, ground), *tracks], "layout": frame}


def _minima(surface, seen: Relief, ground: Ground) -> dict:
    known = minima(surface)
    points = np.stack([known["x"], known["y"]], axis=-1)
    heights = seen.over(points, ground.heights.of(surface.value(points)))
    return {
        **known, "type": "scatter3d", "z": heights,
        "marker": {"symbol": "diamond", "size": 4, "color": "ink"}, "meta": {},
    }  # fmt: skip


def _track(name: str, run, seen: Relief, ground: Ground) -> dict:
    look, rows = OPTIMIZER_LOOKS[name], reached(run)
    points, height = run.points[rows], ground.heights.of(run.values[rows]).copy()
    inside = ((points >= [seen.x[0], seen.y[0]]) & (points <= [seen.x[-1], seen.y[-1]])).all(-1)
    shown = inside & (height <= ground.heights.high)
    height[shown] = seen.over(points[shown], height[shown])
    dash = look["dash"] if look["dash"] != "longdash" else "longdashdot"
    return {
        "type": "scatter3d",
        "mode": "lines",
        "name": name,
        "x": np.where(shown, points[:, 0], np.nan),
        "y": np.where(shown, points[:, 1], np.nan),
        "z": height,
        "line": {"color": look["colour"], "width": 7, "dash": dash},
        "hoverinfo": "name",
        "meta": {"play": "path", "group": name},
    }


# ------------------------------------------------------------------ the sheet


@lru_cache(maxsize=64)
def relief(surface, ground: Ground) -> Relief:
    fine = [_fine(side) for side in surface.window]
    with np.errstate(all="ignore"):
        heights = ground.heights.of(surface.value(np.stack(np.meshgrid(*fine), axis=-1)))
    known = np.isfinite(heights)
    heights = np.where(known, np.clip(heights, ground.heights.low, ground.heights.high), np.inf)
    z = heights.reshape(CELLS, FINER, CELLS, FINER).min(axis=(1, 3))
    unknown = ~np.isfinite(z)
    z = _smooth(_smooth(np.where(unknown, ground.heights.high, z)))
    x, y = (side[FINER // 2 :: FINER] for side in fine)
    return Relief(x, y, np.where(unknown, np.nan, z))


def _fine(side: tuple[float, float]) -> np.ndarray:
    low, high = side
    margin = BEYOND * (high - low)
    return np.linspace(low - margin, high + margin, CELLS * FINER)


def _smooth(z: np.ndarray) -> np.ndarray:
    """Each cell and its neighbours in the weights 1, 2, 1 both ways."""
    for _ in range(2):
        wide = np.pad(z, ((1, 1), (0, 0)), mode="edge")
        z = ((wide[:-2] + 2 * wide[1:-1] + wide[2:]) / 4).T
    return z


@lru_cache(maxsize=16)
def sheet(seen: Relief, ground: Ground) -> Kept:
    """The sheet and, for while a hand shapes the ground, the same from every second point."""
    whole = _sheet(seen, ground, slice(None))
    whole.sketch = _sheet(seen, ground, slice(None, None, 2))
    return whole


def _sheet(seen: Relief, ground: Ground, some: slice) -> Kept:
    at, text = ground.heights.ticks()
    return Kept(
        {
            "type": "surface",
            "x": seen.x[some],
            "y": seen.y[some],
            "z": seen.z[some, some],
            "colorscale": "ground",
            "cmin": ground.heights.low,
            "cmax": ground.heights.high,
            "hoverinfo": "skip",
            "lighting": {"ambient": 0.85, "diffuse": 0.45, "specular": 0.02},
            "colorbar": {
                "title": {"text": "loss", "side": "top"},
                "tickvals": at,
                "ticktext": text,
                "thickness": 12,
                "len": 0.8,
            },
            "contours": {"z": {"show": True, "color": "rgba(120,130,145,0.5)", "width": 1}},
            "meta": {"still": True},
        }
    )


# ------------------------------------------------------------------ the first look


def _plain(surface):
    """The surface as it is at first: a hand that shapes it does not walk around it."""
    try:
        return type(surface)()
    except TypeError:
        return surface


@lru_cache(maxsize=64)
def first_look(surface) -> dict:
    """A camera for Plotly from which most of the valley is seen, as low as that allows."""
    points, heights = _valley(surface, relief(surface, ground_under(surface)))
    looks = [[_eye(turn, rise) for turn in TURNS] for rise in RISES]
    shares = [[_seen(points, heights, eye) for eye in row] for row in looks]
    best = max(map(max, shares))
    row = next(at for at, found in enumerate(shares) if max(found) >= ENOUGH * best)
    eye = looks[row][int(np.argmax(shares[row]))]
    return {
        "eye": dict(zip("xyz", map(float, np.round(eye, 3)), strict=True)),
        "center": {"x": 0, "y": 0, "z": -0.08},
    }


def _eye(turn: float, rise: float) -> np.ndarray:
    flat = FAR * np.cos(rise)
    return np.array([flat * np.cos(turn), flat * np.sin(turn), FAR * np.sin(rise)])


def _valley(surface, seen: Relief) -> tuple[np.ndarray, np.ndarray]:
    """Points (k, 3) of the start and the floor, and the sheet (c, c), where its sides are 1."""
    known = np.isfinite(seen.z)
    z = np.where(known, seen.z, np.max(seen.z, where=known, initial=0.0))
    span = float(np.ptp(z)) or 1.0
    z = TALL * ((z - z.min()) / span - 0.5)
    order = np.argsort(z, axis=None)[: round(FLOOR * z.size)]
    rows, columns = np.unravel_index(order[:: max(1, len(order) // 80)], z.shape)
    x, y = surface.start
    rows = np.append(rows, np.argmin(np.abs(seen.y - y)))
    columns = np.append(columns, np.argmin(np.abs(seen.x - x)))
    places = np.stack([columns, rows], axis=-1) / (len(z) - 1) - 0.5
    return np.concatenate([places, z[rows, columns][:, None]], axis=-1), z


def _seen(points: np.ndarray, z: np.ndarray, eye: np.ndarray) -> float:
    """The share of points (k, 3) that nothing of the sheet hides from the eye."""
    along = np.linspace(0.02, 0.75, SAMPLES)[:, None, None]
    places = points + along * (eye - points)
    cells = np.rint((places[..., :2] + 0.5) * (len(z) - 1)).astype(int)
    inside = ((cells >= 0) & (cells < len(z))).all(axis=-1)
    columns, rows = np.moveaxis(np.clip(cells, 0, len(z) - 1), -1, 0)
    hidden = inside & (z[rows, columns] > places[..., 2] + 0.01)
    return float(1 - hidden.any(axis=0).mean())
