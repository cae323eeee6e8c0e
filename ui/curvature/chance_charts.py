"""Random spectra: how likely all eigenvalues are positive, and what a height does to them."""

from functools import cache

import numpy as np

from optcore.curvature.pfaffian import dean_majumdar, pfaffian_share
from optcore.curvature.shares import SpectrumSample, negative_share, semicircle
from ui.curvature.shapes import dots, layout, track
from ui.figures import later, level

ORDERS = np.arange(1, 31)
REACH = 1.6


@cache
def columns() -> dict[str, np.ndarray]:
    """The probability of a positive spectrum by the number of eigenvalues, three ways."""
    orders = [int(n) for n in ORDERS]
    return {
        "n": ORDERS,
        "coins": np.array([0.5**n for n in orders]),
        "random_matrices": np.array([pfaffian_share(n) for n in orders]),
        "law_for_large_n": np.array([dean_majumdar(n) for n in orders]),
    }


def shares(n: int, samples: dict[int, SpectrumSample]) -> dict:
    """The probability of a positive spectrum against n: coins, random matrices, the law."""
    orders, *curves = columns().values()
    data = []
    for name, values in zip(("coins", "random matrices", "law for large n"), curves, strict=True):
        trace = track(name, "curve", x=orders.astype(float), y=values, label="P")
        trace["meta"] |= {"log": True, "across": 400}
        data.append(trace)
    data += _sampled(samples)
    spot = dots("random matrices", [n], [pfaffian_share(n)])
    spot["marker"]["size"] = 15
    deepest = np.floor(np.log10(pfaffian_share(max(n, 10))))
    plot = layout("shares", "number of eigenvalues n", (0.5, max(n, 10) + 0.5),
                  "P(all positive)", (deepest - 1, 0.4), log_y=True)  # fmt: skip
    return {"data": [*data, later(spot)], "layout": plot}


def _sampled(samples: dict[int, SpectrumSample]) -> list[dict]:
    """Sampled shares with two standard errors each way; what was never seen is left out."""
    seen = {n: sample.positive for n, sample in samples.items() if sample.counts[0]}
    if not seen:
        return []
    orders = np.array(list(seen), float)
    values = np.array([share.value for share in seen.values()])
    errors = np.array([share.error for share in seen.values()])
    low, gap = np.maximum(values - 2 * errors, values / 10), np.full(len(seen), np.nan)
    whiskers = track("sampled", "still", x=np.repeat(orders, 3),
                     y=np.stack([low, values + 2 * errors, gap], axis=1).ravel())  # fmt: skip
    return [whiskers, dots("sampled", orders, values)]


def density(shift: float, sample: SpectrumSample | None) -> dict:
    """The semicircle of a large matrix lifted by the height, its negative part filled."""
    x = np.linspace(-1, 1, 201)
    curve = track("random matrices", "still", x=x + shift, y=semicircle(x))
    below = x[x + shift <= 0]
    data = [curve]
    if len(below):
        foot = np.concatenate([below, below[::-1]])
        tops = np.concatenate([semicircle(below), np.zeros(len(below))])
        filled = track("here", "still", x=foot + shift, y=tops)
        filled |= {"fill": "toself", "fillcolor": "rgba(191,49,29,0.35)"}
        filled["meta"] |= {"silent": True}
        data.insert(0, filled)
    if sample is not None:
        middles = 0.5 * (sample.edges[1:] + sample.edges[:-1])
        data.append(track("sampled", "still", x=middles + shift, y=sample.density))
    plot = layout("density", "eigenvalue / radius", (-REACH - 0.7, REACH + 0.7), "density",
                  (0, 0.85))  # fmt: skip
    upright = {"type": "line", "x0": 0, "x1": 0, "yref": "paper", "y0": 0, "y1": 1,
               "line": {"color": "ink", "width": 1, "dash": "dot"}}  # fmt: skip
    plot["shapes"] = [upright]
    return {"data": data, "layout": plot}


def heights(shift: float) -> dict:
    """The share of negative eigenvalues against the height."""
    s = np.linspace(-1.3, 1.3, 131)
    curve = track("random matrices", "still", x=s,
                  y=np.array([negative_share(float(each)).value for each in s]))  # fmt: skip
    here = dots("here", [shift], [negative_share(shift).value])
    here["marker"]["size"] = 15
    plot = layout("heights", "shift / radius", (-1.3, 1.3), "share negative", (-0.03, 1.03))
    plot["shapes"] = [level(0)]
    return {"data": [later(curve), later(here)], "layout": plot}
