"""What lessons may say of the view that is open: numbers and words of its case."""

from typing import Any

import numpy as np


def one(case) -> dict[str, float | str | None]:
    """Of one gradient: at batches of 1, of 10, of 100 and of all."""
    norm = float(np.linalg.norm(case.true[case.free]))
    found: dict[str, Any] = {
        "samples": case.fit.samples,
        "points": len(case.fit.x),
        "copies": case.fit.copies,
        "largest": int(case.sizes[-1]),
        "norm": norm,
        "uphill.1": float(case.uphill[0]),
        "uphill.all": float(case.uphill[-1]),
    }
    for size in (1, 10, 100):
        if size <= case.fit.samples:
            at = int(np.argmin(np.abs(case.sizes - size)))
            law = float(case.expected([size], case.draw)[0])
            found |= {f"law.{size}": law, f"spread.{size}": float(case.spread[at]),
                      f"uphill.near.{size}": float(case.uphill[at]),
                      f"step.{size}": at}  # fmt: skip
    if case.fit.samples >= 100 and found["law.100"]:
        found["truer"] = found["law.1"] / found["law.100"]
        found["of_the_norm"] = found["law.1"] / norm if norm > 0 else None
    every = case.expected([len(case.fit.x)], case.draw)[0]
    found |= {"law.points": float(every), "last": float(case.spread[-1])}
    pull = case.each[:, case.free] @ case.true[case.free]
    found |= {"b": case.at.b, "against": int((pull < 0).sum())}
    if case.fit.samples >= 2 and found["law.1"]:
        found["two"] = float(case.expected([2], case.draw)[0]) / found["law.1"]
    few = np.flatnonzero(case.uphill < 0.05)
    found["enough"] = int(case.sizes[few[0]]) if few.size else None
    found["informs"] = len(set(zip(case.fit.x, case.fit.y, strict=True)))
    found["bends"] = "falls to nothing" if every < 1e-9 * found["law.1"] else "goes on"
    found["sigma"] = getattr(case.fit.population, "noise", None)
    return found


def run(case) -> dict[str, float | str | None]:
    """Of a run: what each racer spent and reached, the law at its end, rate and limit."""
    found: dict[str, Any] = {
        "samples": case.fit.samples,
        "budget": case.course.budget,
        "batch": case.racers[1].size,
        "rate": case.method.learning_rate,
        "limit": case.limit,
        "overhead": case.course.overhead,
    }
    for racer, short in zip(case.racers, ("full", "mini", "one"), strict=True):
        last = float(case.excess(case.paths[racer.name][-1]))
        found |= {f"{short}.steps": racer.steps, f"{short}.excess": last,
                  f"{short}.cost": float(case.cost(racer.size or case.fit.samples))}  # fmt: skip
        if case.expected:
            found[f"{short}.expected"] = float(case.expected[racer.name][-1])
        if racer.size:
            found[f"{short}.ball"] = _ball(case.ball(racer.size))
            found[f"{short}.halved"] = _ball(case.ball(racer.size, 0.5)) / found[f"{short}.ball"]
            found[f"{short}.averaged"] = float(case.excess(case.means[racer.name][-1]))
            found[f"{short}.gain"] = last / max(found[f"{short}.averaged"], 1e-300)
    ends = {short: found[f"{short}.expected" if case.expected else f"{short}.excess"]
            for short in ("full", "mini", "one")}  # fmt: skip
    names = {"full": "full batch", "mini": "mini-batch", "one": "one sample"}
    found["lowest"] = names[min(ends, key=lambda short: np.nan_to_num(ends[short], nan=np.inf))]
    found["arrives"] = "yes" if ends["one"] < 1e-2 * case.excess(np.array(case.fit.start)) else "no"
    found["average_from"] = case.course.average_from
    verdict = case.schedule.robbins_monro
    found |= {
        "schedule": case.schedule.name,
        "sum": "diverges" if verdict.sum_diverges else "converges",
        "squares": "converges" if verdict.squares_converge else "diverges",
        "last_rate": float(case.rates_of(case.racers[2])[-1]) if case.racers[2].steps else None,
        "last_batch": int(case.sizes(case.racers[1])[-1]) if case.racers[1].steps else None,
    }
    return found


def _ball(covariance: np.ndarray) -> float:
    """How far from the minimum it reaches: the root of the mean square."""
    return float(np.sqrt(np.trace(covariance)))


def late(case) -> dict[str, float | str | None]:
    """Of late gradients: delay, rate and limit, roots, how each descent ended."""
    run = case.runs["late"]
    longest = float(np.abs(case.roots[0]))
    found: dict[str, Any] = {
        "delay": case.delay.lag,
        "workers": case.delay.lag + 1,
        "planned": case.late.steps,
        "start": float(run.values[0]),
        "rate": case.late.rate,
        "limit": case.limit,
        "share": case.late.rate / case.limit,
        "root": longest,
        "compensation": case.delay.compensation,
        "fate": "explodes" if longest >= 1 else "settles",
        "mistaken": float(case.mistaken[0].max()),
        "hessian": float(case.mistaken[1].max()),
        "steps": int(run.ended),
    }
    for name, short in (("on time", "fresh"), ("late", "late"), ("compensated", "helped")):
        each = case.runs[name]
        last = float(each.last_value)
        start = float(each.values[0])
        found |= {f"{short}.loss": last, f"{short}.end": "lower" if last < start else "higher"}
    last, start = found["helped.loss"], float(run.values[0])
    far = "arrives" if last < 1e-3 * start else "stays away"
    found["helped.fate"] = "explodes" if not last < 1e3 * start else far
    found["helps"] = "lower" if found["helped.loss"] < found["late.loss"] else "not lower"
    found["gain"] = found["late.loss"] / max(found["helped.loss"], 1e-300)
    return found


def order(case) -> dict[str, float | str | None]:
    """Of an order: how far each ends from the minimum, and the three losses of the one dealt."""
    found: dict[str, Any] = {
        "points": case.deck.points,
        "passes": case.deck.passes,
        "rate": case.deck.learning_rate,
        "dealt": case.dealt,
        # What lessons that people have written call it.
        "told": case.dealt,
        "noise": case.fit.population.noise**2,
        "gap": case.gap,
        "first": int(np.argmin(np.abs(case.passes - 1))),
    }
    for name, values in case.distances.items():
        last = values[case.passes > case.passes[-1] - 1]
        found |= {f"{name}.last": float(values[-1]), f"{name}.mean": float(last.mean())}
    ends = {name: values[-1] for name, values in case.distances.items()}
    found["nearest"] = min(ends, key=lambda name: ends[name])
    found["farthest"] = max(ends, key=lambda name: ends[name])
    found["gap_of_orders"] = found["ordered.mean"] / max(found["shuffled.mean"], 1e-300)
    for name, values in case.losses.items():
        short = name.split()[0]
        found |= {f"{short}.last": float(values[-1]),
                  f"{short}.first": float(values[found["first"]])}  # fmt: skip
    nearer = abs(found["before.last"] - found["training.last"])
    found["follows"] = (
        "training" if nearer < abs(found["before.last"] - found["true.last"]) else "true risk"
    )
    found["ends_apart"] = found["true.last"] - found["training.last"]
    return found


def aim(case) -> dict[str, float | str | None]:
    """Of a surrogate: how far it fell, its gradient, and the errors beside it."""
    values, norms = case.run.values[: case.reached], case.run.gradient_norms[: case.reached]
    first = case.without_error
    return {
        "loss": case.loss.name,
        "points": case.training.points,
        "steps": case.training.steps,
        "value.first": float(values[0]),
        "value.last": float(values[-1]),
        "norm.first": float(norms[0]),
        "norm.last": float(norms[-1]),
        "errors.first": float(case.errors[0]),
        "errors.last": float(case.errors[-1]),
        "wrong": round(float(case.errors[-1]) * case.training.points),
        "lowest": float(case.errors.min()),
        "risk": float(case.risks[1][-1]),
        "clean": first,
        "value.clean": None if first is None else float(values[first]),
        "ends": "no errors" if case.errors[-1] == 0 else "some errors",
        "moves": "no" if norms.max() == 0 else "yes",
        "falls": "yes" if values[-1] < values[0 if first is None else first] else "no",
    }


def stop(case) -> dict[str, float | str | None]:
    """Of stopping early: where, what it saves, and the gradient there."""
    norms, at = case.run.gradient_norms, case.stop
    risk = case.losses["true risk"]
    rate = case.stopping.learning_rate
    return {
        "points": case.stopping.points,
        "steps": case.stopping.steps,
        "stop": at,
        "stop_at": case.stopped_at,
        "half": len(case.rows) // 2,
        "norm.stop": float(norms[at]),
        "norm.last": float(norms[int(case.run.ended)]),
        "norm.share": float(norms[at] / norms[0]) if norms[0] > 0 else None,
        "risk.stop": float(risk[case.stopped_at]),
        "risk.last": float(risk[-1]),
        "risk.lowest": float(risk.min()),
        "risk.lowest_at": int(case.rows[int(np.argmin(risk))]),
        "training.last": float(case.losses["training"][-1]),
        "saved": float(risk[-1] - risk[case.stopped_at]),
        "worse": "rises" if risk[-1] > 1.02 * risk.min() else "goes on falling",
        "decay": 1 / (rate * max(at, 1)),
        # Along the flattest axis that is drawn, and along the one amid them.
        "matching.flat": float(case.matching[case.stopped_at][0]),
        "matching.steep": float(case.matching[case.stopped_at][len(case.matching[0]) // 2]),
    }
