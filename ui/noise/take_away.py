"""The numbers of each view by name, and programs that work them out again."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

Columns = Mapping[str, Iterable[Any]]


def _program(title: str, names: str, body: str) -> str:
    return f"# {title}\nimport numpy as np\n\nfrom optcore import {names}\n\n{body}"


def one(case) -> Columns:
    return {
        "batch": case.sizes,
        "spread": case.spread,
        "law": case.expected(case.sizes, case.draw),
        "with_replacement": case.expected(case.sizes, "replaced"),
        "uphill": case.uphill,
        "uphill_normal": case.uphill_law,
    }


def made(fit) -> str:
    """A fit as an expression that makes it again."""
    kind = type(fit).__name__
    return f"{kind}({fit.x!r}, {fit.y!r}, {fit.copies}, population={fit.population!r})"


def one_program(case) -> str:
    kinds = f"{type(case.fit).__name__}, {type(case.fit.population).__name__}"
    return _program(
        "The spread of batch gradients: measured, and by the law",
        f"{kinds}, batch_variance",
        f"""fit = {made(case.fit)}
rng = np.random.default_rng({case.seed})
point, samples = np.array({case.point.tolist()!r}), fit.samples
gradients = fit.batch_grad(point, np.arange(len(fit.x))[:, None])[:, {case.free!r}]
true = gradients.mean(axis=0)
for size in {[int(size) for size in case.sizes]!r}:
    law = np.sqrt(batch_variance(gradients.T, size, {case.draw!r}, copies=fit.copies).sum())
    batches = [rng.choice(samples, size, replace={case.draw == "replaced"}) for _ in range(200)]
    means = gradients[np.array(batches) % len(gradients)].mean(axis=1)
    print(size, np.sqrt(((means - true) ** 2).sum(axis=-1).mean()), law)
""",
    )


def run(case) -> Columns:
    found: dict[str, Any] = {f"{case.equal}_spent": case.costs}
    for racer in case.racers:
        short = racer.name.lower().replace(" ", "_").replace("-", "_")
        path = case.paths[racer.name]
        found |= {f"{short}_w": path[:, 0], f"{short}_b": path[:, 1],
                  f"{short}_excess": case.excess(path)}  # fmt: skip
        if racer.name in case.expected:
            found[f"{short}_expected"] = case.expected[racer.name]
    return found


def run_program(case) -> str:
    racers = [(racer.name, racer.steps, case.batches(racer)) for racer in case.racers]
    rates = case.rates
    schedules = {type(each).__name__ for each in (rates, case.schedule) if each is not None}
    names = {"Batches", "LinearRegression", "NoisyLine", "descend", type(case.method).__name__}
    return _program(
        f"Three ways to spend {case.course.budget} {case.unit}",
        ", ".join(sorted(names | schedules)),
        f"""fit = {made(case.fit)}
method, schedule = {case.method!r}, {rates!r}
lowest = fit.value(np.array(fit.minima[0]))
for name, steps, batches in {racers!r}:
    run = descend(fit, method, fit.start, steps, schedule=schedule, batches=batches)
    print(name, run.last.tolist(), float(fit.value(run.last) - lowest))
""",
    )


def late(case) -> Columns:
    found: dict[str, Any] = {"step": np.arange(case.late.steps + 1)}
    for name, run in case.runs.items():
        short = name.replace(" ", "_")
        found |= {f"{short}_x": run.points[:, 0], f"{short}_y": run.points[:, 1],
                  f"{short}_loss": run.values}  # fmt: skip
    return found


def late_program(case) -> str:
    return _program(
        f"Descent with gradients {case.delay.lag} steps old, and the limit of its rate",
        "Delay, GradientDescent, Ravine, delay_limit, delay_roots, descend",
        f"""bowl, late = {case.bowl!r}, {case.delay!r}
print("limit", delay_limit(late.steps), "longest root", abs(delay_roots(late.steps,
      {case.late.rate!r})[0]))
for delay in (Delay(0), Delay(late.steps), late):
    run = descend(bowl, GradientDescent({case.learning_rate!r}), bowl.start, {case.late.steps},
                  delay=delay)
    print(delay, run.last.tolist(), float(run.last_value))
""",
    )


def order(case) -> Columns:
    found: dict[str, Any] = {"pass": case.passes}
    found |= {f"{name}_distance": values for name, values in case.distances.items()}
    return found | {name.replace(" ", "_"): values for name, values in case.losses.items()}


def order_program(case) -> str:
    return _program(
        "One deck of samples, dealt in four ways",
        "Batches, GradientDescent, LinearRegression, NoisyLine, descend",
        f"""fit = {made(case.fit)}
for order in ("shuffled", "ordered", "replaced", "online"):
    seeds = {case.deck.seed} + np.arange(1 if order == "ordered" else {case.seeds})
    run = descend(fit, GradientDescent({case.deck.learning_rate!r}),
                  np.tile(fit.start, (len(seeds), 1)), {case.steps},
                  batches=Batches({case.batch}, order, seed=seeds))
    away = ((run.last - fit.minima[0]) ** 2).sum(axis=-1).mean() ** 0.5
    print(order, float(away))
""",
    )


def aim(case) -> Columns:
    return {
        "step": np.arange(case.reached),
        "w": case.points[:, 0],
        "b": case.points[:, 1],
        "loss": case.run.values[: case.reached],
        "gradient_norm": case.run.gradient_norms[: case.reached],
        "errors": case.errors,
    }


def _classifier(fit) -> str:
    return made(fit)[:-1] + f",\n    loss={fit.loss!r})"


def aim_program(case) -> str:
    return _program(
        "Descent on a surrogate, and the share of samples that stay wrong",
        f"GradientDescent, LinearClassifier, NoisyLabels, {type(case.loss).__name__}, descend",
        f"""fit = {_classifier(case.fit)}
start = {(case.training.w, case.training.b)!r}
run = descend(fit, GradientDescent({case.training.learning_rate!r}), start, {case.training.steps})
for step in np.unique(np.linspace(0, int(run.ended), 20).astype(int)):
    print(step, float(run.values[step]), float(run.gradient_norms[step]),
          float(fit.errors(run.points[step])))
""",
    )


def stop(case) -> Columns:
    found: dict[str, Any] = {"step": case.rows}
    found |= {name.replace(" ", "_"): values for name, values in case.losses.items()}
    return found | {"gradient_norm": case.run.gradient_norms[case.rows]}


def stop_program(case) -> str:
    loss = type(case.fit.loss).__name__
    return _program(
        "Where to stop, by samples that are held out",
        f"GradientDescent, LinearClassifier, NoisyLabels, {loss}, descend, early_stop",
        f"""fit = {_classifier(case.fit)}
held_out = {_classifier(case.held_out)}
run = descend(fit, GradientDescent({case.stopping.learning_rate!r}), (0.0, 0.0),
              {case.stopping.steps})
stop = early_stop(held_out.value(run.points), {case.stopping.patience})
for step in (stop, int(run.ended)):
    print(step, float(run.values[step]), float(held_out.value(run.points[step])),
          float(fit.risk(run.points[step])), float(run.gradient_norms[step]))
""",
    )
