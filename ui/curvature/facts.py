"""What a lesson may say of the page: numbers and words by name, all made from what is shown."""

import numpy as np

from optcore.curvature.pfaffian import pfaffian_share
from optcore.curvature.shares import SpectrumSample, negative_share
from optcore.curvature.stuck import StuckRun
from optcore.curvature.track import CurvatureTrack
from ui.curvature.case import SaddleCase, StepCase

Facts = dict[str, float | str | None]


def of_step(case: StepCase) -> Facts:
    """One step: what slope and bend promise, what comes of it, and the rates that decide it."""
    ahead, model = case.ahead, case.ahead.model
    found = {
        "rate": case.rate,
        "promise": ahead.first_order,
        "bend": ahead.second_order,
        "predicted": ahead.predicted,
        "measured": ahead.measured,
        "best": ahead.best_rate,
        "break_even": ahead.break_even,
        "true_best": ahead.true_best_rate,
        "true_break_even": ahead.true_break_even,
        "limit": model.stable_rate,
        "curvature": model.gradient_curvature,
        "steepest": model.eigenvalues[-1],
        "flattest": model.eigenvalues[0],
        "gradient": np.sqrt(model.squared_slope),
        "error": ahead.measured - ahead.predicted,
    }
    with np.errstate(divide="ignore", invalid="ignore"):
        found["of_limit"] = case.rate / model.stable_rate
        # Where all is flat nothing is promised.
        found["share_of_promise"] = -np.divide(ahead.second_order, ahead.first_order)
    return _plain(found) | {
        "direction": "up" if ahead.climbs else "down",
        "foreseen": "up" if ahead.predicted > 0 else "down",
    }


def of_run(tracked: CurvatureTrack, run, floor: float | None) -> Facts:
    """A run: where it begins and ends, and how often the gradient grew while the loss fell."""
    both = (np.diff(tracked.gradient_norms) > 0) & (np.diff(tracked.values) < 0)
    steps, steepest = int(run.ended), tracked.sharpness[0]
    found = {
        "steps": steps,
        "loss_start": tracked.values[0],
        "loss": tracked.values[-1],
        "left": (tracked.values[-1] - (floor or 0)) / (tracked.values[0] - (floor or 0) or 1),
        "gradient_start": tracked.gradient_norms[0],
        "gradient": tracked.gradient_norms[-1],
        "gradient_most": np.nanmax(tracked.gradient_norms),
        "growing": 100 * both.mean() if len(both) else 0.0,
        "limit": tracked.limit[0],
        "rate": 2 / tracked.limit[0],
        "stable": 2 / steepest if steepest > 0 else None,
        # What one step multiplies the distance along the steepest direction with.
        "multiplier": 1 - 2 * steepest / tracked.limit[0],
        "curvature_start": tracked.gradient_curvature[0],
        "curvature": tracked.gradient_curvature[-1],
        "sharpness_start": steepest,
        "sharpness": tracked.sharpness[-1],
        "sharpness_most": np.nanmax(tracked.sharpness),
        "first_unstable": tracked.first_unstable,
        "hover": 100 * tracked.hover,
        "rises": tracked.rises,
        "condition": steepest / tracked.lowest[0] if tracked.lowest[0] > 0 else None,
    }
    grows = tracked.gradient_norms[-1] > tracked.gradient_norms[0]
    meets = tracked.first_unstable is not None
    return _plain(found) | {
        "gradient_grows": "yes" if grows else "no",
        "meets_the_edge": "yes" if meets else "no",
        "loss_falls": "yes" if tracked.values[-1] < tracked.values[0] else "no",
    }


def of_saddle(case: SaddleCase) -> Facts:
    """A saddle: how long gradient descent hovers, and where Newton's two methods end."""
    hover, growth = case.hover, case.hover.times.growth
    out = np.flatnonzero(hover.away > hover.radius)
    found = {
        "distance": hover.distance,
        "radius": hover.radius,
        "leaves": int(out[0]) if len(out) else None,
        "line": np.log(hover.radius / hover.distance) / np.log(growth),
        "growth": 100 * (growth - 1),
        "per_decade": np.log(10) / np.log(growth),
        "lowest": case.saddle.eigenvalues[0],
        "highest": case.saddle.eigenvalues[1],
        "loss": case.saddle.value,
        "free_loss": case.free.last_value,
        "free_away": np.linalg.norm(case.free.last - case.saddle.point),
    }
    ends = {"newton": case.newton, "free": case.free}
    return _plain(found) | {
        f"{name}_ends": "in the saddle" if _arrives(run, case) else "elsewhere"
        for name, run in ends.items()
    }


def _arrives(run, case: SaddleCase) -> bool:
    return bool(np.linalg.norm(run.last - case.saddle.point) < 1e-6)


def of_chance(n: int, shift: float, sample: SpectrumSample | None) -> Facts:
    """Random spectra: the exact share, the toss of coins, what a height does."""
    exact = pfaffian_share(n)
    return _plain(
        {
            "n": n,
            "exact": exact,
            "coins": 0.5**n,
            "too_hopeful": 0.5**n / exact,
            "shift": shift,
            "negative": 100 * negative_share(shift).value,
            "samples": sample.done if sample else None,
            "hits": int(sample.counts[0]) if sample else None,
        }
    )


def of_scaling(same: np.ndarray | None, factors: np.ndarray, factor: float) -> Facts:
    """Rescaled layers: the sharpness of one function."""
    if same is None:
        return {"factor": factor, "times_as_sharp": None}
    now = np.interp(np.log(factor), np.log(factors), same)
    return _plain({"factor": factor, "times_as_sharp": now / same[0]})


def of_ending(found: StuckRun, eigenvalues: np.ndarray) -> Facts:
    """Why a run gets no lower."""
    plain = _plain(
        {
            "gradient": found.gradient_norm,
            "gradient_most": found.largest_norm,
            "share": 100 * found.gradient_norm / (found.largest_norm or np.nan),
            "smallest": found.smallest,
            "largest": found.largest,
            "index": found.index,
            "eigenvalues": len(eigenvalues),
            "limit": found.limit,
            "fall": 100 * found.fall,
        }
    )
    return plain | {"verdict": found.verdict, "kind": found.kind or found.verdict}


def _plain(found: dict) -> Facts:
    """Numbers as plain ones, and None for what is not finite."""
    facts: Facts = {}
    for name, value in found.items():
        number = None if value is None else float(value)
        finite = number is not None and np.isfinite(number)
        facts[name] = (int(value) if isinstance(value, int) else number) if finite else None
    return facts
