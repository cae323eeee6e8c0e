"""The sentences and tables of the views, made from their cases."""

import numpy as np

from ui.prose import number, percent, spelled, table


def one(case) -> list[str]:
    """One sentence for each size of batch."""
    norm = float(np.linalg.norm(case.true[case.free]))
    sentences = []
    laws = case.expected(case.sizes, case.draw)
    for size, spread, law, uphill in zip(case.sizes, case.spread, laws, case.uphill, strict=True):
        of_all = f"Batch of {size} out of {case.fit.samples}"
        sentences.append(
            f"{of_all}: {number(spread)} from the true gradient (law: {number(law)}), which is "
            f"{number(norm)} long. {percent(float(uphill))} of the batches lead up."
        )
    return sentences


def table_of_sizes(case) -> str:
    free = case.expected(case.sizes, "replaced")
    laws = case.expected(case.sizes, case.draw)
    rows = [
        [str(size), number(spread), number(law), number(root), percent(up), percent(normal)]
        for size, spread, law, root, up, normal in zip(
            case.sizes, case.spread, laws, free, case.uphill, case.uphill_law, strict=True
        )
    ]
    heads = ("Batch", "spread, measured", "by law", "σ/√B", "lead up", "by normal law")
    return table(heads, rows, named=True)


def run(case) -> str:
    """Who came lowest for the same money; what the law says of the ball; what the rate promises."""
    ends = {racer.name: float(case.excess(case.paths[racer.name][-1])) for racer in case.racers}
    start = float(case.excess(np.array(case.fit.start)))
    going = {name: end for name, end in ends.items() if end <= start}
    sentences = []
    if going:
        best = min(going, key=lambda name: going[name])
        sentences.append(
            f"{best} ends lowest, {number(going[best])} above the minimum, "
            f"for {case.course.budget} {case.unit}."
        )
    if lost := [name for name in ends if name not in going]:
        sentences.append(
            f"{' and '.join(lost)} climb: the rate {number(case.method.learning_rate)} is too "
            f"large (limit of the whole gradient: {number(case.limit)})."
        )
        return " ".join(sentences)
    sentences.append(_spent(case))
    sentences.append(_promise(case))
    return " ".join(sentences)


def _spent(case) -> str:
    """How many steps each racer had, and what one of them costs."""
    sizes = [racer.size or case.fit.samples for racer in case.racers]
    if case.equal == "steps":
        shown = ", ".join(map(str, sizes[:-1]))
        return f"Each takes {case.course.budget} steps, on {shown} and {sizes[-1]} samples."
    parts = [f"{racer.name} {racer.steps} steps of {number(float(case.cost(size)))}"
             for racer, size in zip(case.racers, sizes, strict=True)]  # fmt: skip
    return f"{', '.join(parts)}."


def _promise(case) -> str:
    """What Robbins and Monro say of the schedule."""
    verdict = case.schedule.robbins_monro
    if case.grow:
        last = int(case.sizes(case.racers[1])[-1]) if case.racers[1].steps else 0
        return f"The batch grows to {last} as the rate would have fallen."
    if verdict.satisfied:
        return "The sum of the rates diverges and that of their squares converges: it arrives."
    if verdict.sum_diverges:
        return "The sum of squared rates diverges: the noise does not die out by the rate alone."
    return "The sum of the rates converges: a far minimum may never be reached."


def table_of_racers(case) -> str:
    rows = []
    for racer in case.racers:
        name = racer.name
        law = case.expected.get(name)
        ball = np.sqrt(np.trace(case.last_ball(racer))) if racer.size else 0.0
        rows.append([
            name, str(racer.size or case.fit.samples), str(racer.steps),
            number(float(case.cost(racer.size or case.fit.samples))),
            number(float(case.excess(case.paths[name][-1]))),
            number(float(law[-1])) if law is not None else "–",
            number(float(case.excess(case.means[name][-1]))), number(float(ball)),
        ])  # fmt: skip
    heads = ("Racer", "batch", "steps", f"a step costs, {case.unit}", "excess error",
             "expected", "of the mean point", "ball, by law")  # fmt: skip
    return table(heads, rows, named=True)


def late(case) -> str:
    """Rate against limit, the longest root, and how the three descents ended."""
    longest = float(np.abs(case.roots[0]))
    side = "below" if case.late.rate < case.limit else "above"
    fate = "shrinks" if longest < 1 else "grows"
    ends = ", ".join(f"{name} {number(float(run.last_value))}" for name, run in case.runs.items())
    text = (
        f"Late by {case.delay.lag}: rate × curvature = {number(case.late.rate)} is {side} the "
        f"limit {number(case.limit)}; the longest root is {number(longest, 4)}, so the error "
        f"{fate}. Last losses: {ends}."
    )
    if longest >= 1 and case.delay.compensation:
        text += " Compensation leaves the roots where they are: at the minimum g·g is 0."
    used, turned = (float(part.max()) for part in case.mistaken)
    return (
        f"{text}\nAt worst the late gradient differs from that of now by {number(used)} times its "
        f"length; with the true Hessian in place of g·g it would by {number(turned)}, which is "
        "rounding."
    )


def table_of_delays(case) -> str:
    rows = [
        [name, number(float(run.last_value)), number(float(np.nanmin(run.values))),
         str(int(run.ended))]
        for name, run in case.runs.items()
    ]  # fmt: skip
    return table(("Gradients", "last loss", "lowest loss", "last step"), rows, named=True)


def order(case) -> str:
    """Who ends nearest, and how far the losses are apart against the law."""
    ends = {name: float(values[-1]) for name, values in case.distances.items()}
    near = min(ends, key=lambda name: ends[name])
    far = max(ends, key=lambda name: ends[name])
    losses = {name: float(values[-1]) for name, values in case.losses.items()}
    text = (
        f"After {number(float(case.passes[-1]))} passes “{near}” is nearest, {number(ends[near])} "
        f"from the minimum, and “{far}” farthest, {number(ends[far])}. Dealt “{case.dealt}”, the "
        f"true risk is {number(losses['true risk'] - losses['training'])} above the training loss"
    )
    if not np.isfinite(case.gap):
        return text + ", for which so few samples have no law."
    return text + f" (law for the best line: {number(case.gap)})."


def table_of_orders(case) -> str:
    first = int(np.argmin(np.abs(case.passes - 1)))
    tables = []
    for head, found in (("Distance", case.distances), ("Loss", case.losses)):
        rows = [[name, number(float(values[first])), number(float(values[-1]))]
                for name, values in found.items()]  # fmt: skip
        tables.append(table((head, "after one pass", "at the end"), rows, named=True))
    return "".join(tables)


def aim(case) -> str:
    """What the surrogate does, what its gradient is, and how many samples are wrong meanwhile."""
    values, norms = case.run.values[: case.reached], case.run.gradient_norms[: case.reached]
    name, first = case.loss.name, case.without_error
    if norms.max() == 0:
        return (
            "The gradient of the 0-1 loss is 0 at every step, or there is none: nothing moves, "
            f"and {percent(float(case.errors[0]))} of the samples stay wrong."
        )
    text = (
        f"{name} loss from {number(float(values[0]))} to {number(float(values[-1]))}, gradient "
        f"norm {number(float(norms[-1]))}; wrong at the end: {percent(float(case.errors[-1]))} of "
        f"the samples, {percent(float(case.risks[1][-1]))} of the population."
    )
    if case.run.diverged:
        return f"{text} {spelled(case.run.status)}"
    if first is not None and first < case.reached - 1:
        text += (
            f" From step {first} on no sample is wrong, and the loss still goes from "
            f"{number(float(values[first]))} to {number(float(values[-1]))}."
        )
    return text


def table_of_aims(case) -> str:
    rows, risks = case.risks
    shown = np.unique(np.linspace(0, len(rows) - 1, 12).round().astype(int))
    body = [
        [str(int(rows[at])), number(float(case.run.values[rows[at]])),
         number(float(case.run.gradient_norms[rows[at]])),
         percent(float(case.errors[rows[at]])), percent(float(risks[at]))]
        for at in shown
    ]  # fmt: skip
    heads = ("Step", f"{case.loss.name} loss", "gradient norm", "0-1 error", "of the population")
    return table(heads, body, named=True)


def stop(case) -> str:
    """Where validation says stop, the gradient there, and what going on would have cost."""
    norms, risk = case.run.gradient_norms, case.losses["true risk"]
    last = int(case.run.ended)
    text = (
        f"Validation is lowest at step {case.stop}: the training gradient is "
        f"{number(float(norms[case.stop]))} there, at the end {number(float(norms[last]))}. "
        f"True risk {number(float(risk[case.stopped_at]))} there, {number(float(risk[-1]))} at the "
        f"end; training loss {number(float(case.losses['training'][-1]))}."
    )
    if case.run.diverged:
        return f"{text} {spelled(case.run.status)}"
    decay = 1 / (case.stopping.learning_rate * max(case.stop, 1))
    return f"{text} On a quadratic such a stop is a weight decay of about {number(decay)}."


def table_of_stops(case) -> str:
    shown = np.unique([*np.linspace(0, len(case.rows) - 1, 10).round().astype(int),
                       case.stopped_at])  # fmt: skip
    body = [
        [str(int(case.rows[at])), *(number(float(values[at])) for values in case.losses.values()),
         number(float(case.run.gradient_norms[case.rows[at]]))]
        for at in shown
    ]  # fmt: skip
    heads = ("Step", *case.losses, "gradient norm")
    return table(heads, body, named=True)
