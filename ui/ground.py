"""A surface as contours, with heights that suit it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ui.live.wire import Kept
from ui.prose import number

CELLS = 121
FINER = 3
MARGIN = 0.25
DECADES = 2.5
# Of the largest height on a colour bar; what is less is the rounding of a 0.
ROUNDED = 1e-12


@dataclass(frozen=True)
class Heights:
    """How a loss becomes a height: as it is, or as the logarithm of what lies above `floor`."""

    floor: float
    log: bool
    low: float
    high: float

    def of(self, values: np.ndarray) -> np.ndarray:
        if not self.log:
            return values
        least = 10.0**self.low
        with np.errstate(invalid="ignore"):
            return np.log10(np.maximum(values - self.floor, least))

    @property
    def values(self) -> list[float]:
        """The lowest and the highest loss drawn."""
        if self.log:
            return [self.floor, self.floor + 10.0**self.high]
        return [self.low, self.high]

    def ticks(self) -> tuple[np.ndarray, list[str]]:
        """Heights for a colour bar, and the losses they stand for."""
        if not self.log:
            at = np.linspace(self.low, self.high, 5)
            # A lowest point that is 0 but for its rounding says so.
            least = ROUNDED * np.abs(at).max()
            return at, [number(value if abs(value) > least else 0.0) for value in at]
        at = np.linspace(np.ceil(self.low), np.floor(self.high), 12)
        at = np.unique(np.round(at))
        at = at[:: max(1, len(at) // 6)]
        return at, [number(self.floor + 10.0**a) for a in at]


@dataclass(frozen=True, eq=False)
class Ground:
    """A surface on a grid that reaches a quarter beyond its window: x (c,), y (c,), z (c, c).

    `z` is the mean height of each cell, as in a photograph: a valley narrower than a cell would
    look like a string of holes if only its points on the grid were drawn.
    """

    x: np.ndarray
    y: np.ndarray
    z: np.ndarray
    heights: Heights


def ground(surface, cells: int = CELLS, finer: int = FINER) -> Ground:
    """The surface on a grid, and the height scale that shows both its floor and its walls.

    A cell is the mean of `finer` times as many points each way: 1 is enough for what has no valley
    narrower than a cell.
    """
    fine = [_cells(side, cells, finer) for side in surface.window]
    with np.errstate(all="ignore"):
        values = surface.value(np.stack(np.meshgrid(*fine), axis=-1))
    values = np.where(np.isfinite(values), values, np.nan)
    middle = slice(finer // 2, None, finer)
    heights = _heights(surface, values[middle, middle])
    shape = (cells, finer, cells, finer)
    z = heights.of(values).reshape(shape).mean(axis=(1, 3))
    return Ground(fine[0][middle], fine[1][middle], z, heights)


def floor_of(surface) -> float | None:
    """The loss at a known global minimum, or None when none is known."""
    if not surface.minima:
        return None
    return float(surface.value(np.array(surface.minima[0], dtype=float)))


def _cells(side: tuple[float, float], cells: int, finer: int) -> np.ndarray:
    """So many points over a widened side, each amid the finer ones of its cell."""
    low, high = _widened(side)
    cell = (high - low) / (cells - 1)
    within = (np.arange(finer) - finer // 2) * cell / finer
    return (np.linspace(low, high, cells)[:, None] + within).ravel()


def _widened(side: tuple[float, float]) -> tuple[float, float]:
    margin = MARGIN * (side[1] - side[0])
    return side[0] - margin, side[1] + margin


def _heights(surface, values: np.ndarray) -> Heights:
    edge = len(values) // 6
    inside = values[edge:-edge, edge:-edge]
    inside = np.sort(inside[np.isfinite(inside)])
    floor = floor_of(surface)
    if floor is None:
        floor = float(inside[0]) if len(inside) else 0.0
    with np.errstate(over="ignore"):
        above = inside - floor
    above = above[np.isfinite(above) & (above > 0)]
    if not len(above):
        return Heights(0.0, False, floor - 1.0, floor + 1.0)
    low, middle, most = np.quantile(above, 0.002), np.quantile(above, 0.5), above[-1]
    if np.log10(most) - np.log10(low) > DECADES and most / 8 > middle:
        return Heights(floor, True, float(np.log10(low)), float(np.log10(most)))
    return Heights(floor, False, float(min(floor, inside[0])), float(floor + most))


@lru_cache(maxsize=64)
def contour(ground: Ground) -> Kept:
    """Filled contours with a colour bar that reads in losses."""
    return _sketched(_contour, ground)


def _sketched(draw: Callable[..., Kept], ground: Ground) -> Kept:
    """A drawing and, for while a hand shapes the ground, the same from every second point."""
    whole = draw(ground, slice(None))
    whole.sketch = draw(ground, slice(None, None, 2))
    return whole


def _contour(ground: Ground, some: slice) -> Kept:
    at, text = ground.heights.ticks()
    size = (ground.heights.high - ground.heights.low) / 22
    return Kept(
        {
            "type": "contour",
            "x": ground.x[some],
            "y": ground.y[some],
            "z": ground.z[some, some],
            "colorscale": "ground",
            "autocontour": False,
            "contours": {"start": ground.heights.low, "end": ground.heights.high, "size": size},
            "line": {"width": 0.6, "color": "rgba(120,130,145,0.55)"},
            "zmin": ground.heights.low,
            "zmax": ground.heights.high,
            "hoverinfo": "skip",
            "colorbar": {
                "title": {"text": "loss", "side": "top"},
                "tickvals": at,
                "ticktext": text,
                "thickness": 12,
                "len": 0.9,
            },
            "meta": {"still": True},
        }
    )


def minima(surface) -> dict:
    """The known minima as stars."""
    points = np.reshape(np.array(surface.minima, dtype=float), (-1, 2))
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "known minimum",
        "x": points[:, 0],
        "y": points[:, 1],
        "hoverinfo": "name+x+y",
        "showlegend": False,
        "marker": {
            "symbol": "star",
            "size": 13,
            "color": "ink",
            "line": {"color": "paper", "width": 1.5},
        },
        "meta": {"still": True},
    }
