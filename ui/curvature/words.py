"""What the page says, every number of it worked out from what is on screen."""

from html import escape

import numpy as np

from optcore.curvature.pfaffian import pfaffian_share
from optcore.curvature.shares import SpectrumSample, negative_share
from optcore.curvature.stuck import SMALL, StuckRun
from optcore.curvature.symmetry import Twin
from optcore.curvature.track import CurvatureTrack
from ui import prose
from ui.curvature.case import MOMENTS, SaddleCase, StepCase

UP, DOWN, UNSURE = GUESSES = ("Up", "Down", "Not sure")


def number(value: float | np.ndarray) -> str:
    """As every page writes it, but for a rate that does not exist."""
    return "none" if np.isnan(value) else prose.number(float(value))


# ------------------------------------------------------------------ one step


def step(case: StepCase, reply: str = "") -> list[str]:
    """What is said at each moment of a step: its promise on the way, and the outcome at its end.

    `reply` is what a guess at it deserves.
    """
    return [promise(case)] * MOMENTS + [f"{reply} {outcome(case)}\n{reason(case)}".strip()]


def promise(case: StepCase) -> str:
    ahead = case.ahead
    if ahead.model.squared_slope == 0:
        return "The gradient is 0 here: a step of gradient descent stays where it is."
    return (
        f"The slope promises a change of {number(ahead.first_order)}, the bend one of "
        f"{number(ahead.second_order)}. Will the loss go up or down?"
    )


def outcome(case: StepCase) -> str:
    ahead, got = case.ahead, float(case.ahead.measured)
    if ahead.model.squared_slope == 0:
        return promise(case)
    if not np.isfinite(got):
        return "The step leaves the place where the loss is a number."
    verb = "climbs" if got > 0 else "falls" if got < 0 else "stays"
    return (
        f"The loss {verb}: {number(got)} where slope and bend foresaw "
        f"{number(ahead.predicted)} ({number(ahead.first_order)} from the slope, "
        f"{number(ahead.second_order)} from the bend)."
    )


def reason(case: StepCase) -> str:
    """Which rate decided it: the break-even rates and 2 / λmax beside the one that was used."""
    ahead, rate = case.ahead, case.rate
    model = ahead.model
    if model.squared_slope == 0:
        return f"Eigenvalues {_pair(model.eigenvalues)}."
    told = [
        f"Rate {number(rate)}; best rate by slope and bend {_end(ahead.best_rate)}, in truth "
        f"{_end(ahead.true_best_rate)}; break-even {_end(ahead.break_even)} and "
        f"{_end(ahead.true_break_even)}."
    ]
    limit = float(model.stable_rate)
    if np.isfinite(limit) and rate < limit and ahead.climbs:
        told.append(
            f"It climbs although the rate is below 2/λmax = {number(limit)}: the curvature "
            "changes along the step, and no rule of one point knows that."
        )
    if np.isfinite(limit) and rate > limit and not ahead.climbs:
        told.append(
            f"It falls although the rate is above 2/λmax = {number(limit)}: the gradient meets "
            f"a curvature of only {number(model.gradient_curvature)}, and 2/λmax is the worst case."
        )
    if float(ahead.second_order) < 0:
        told.append("The surface bends downwards along the gradient, so the bend helps.")
    return " ".join(told)


def _end(rate) -> str:
    """A rate, where there is one."""
    return number(float(rate)) if np.isfinite(rate) else "none"


def reply(guess: str, case: StepCase) -> tuple[bool | None, str]:
    """Whether a guess was right (None for not sure), and a reply from what made it plausible."""
    up = bool(case.ahead.climbs)
    if guess == UNSURE:
        return None, f"It goes {'up' if up else 'down'}: compare the two bars first."
    right = (guess == UP) == up
    if right:
        return True, f"Right: it goes {'up' if up else 'down'}."
    if up:
        why = "Downhill is the direction, but not for how far"
    else:
        why = "The bend is there, but it does not take as much as the slope gives"
    foreseen = float(case.ahead.predicted) > 0
    if foreseen != up:
        why = "By slope and bend it would be so, but the bend changes on the way"
    return False, f"{why}: it goes {'up' if up else 'down'}."


def _pair(values) -> str:
    return " and ".join(number(float(each)) for each in values)


# ------------------------------------------------------------------ a run


def run(tracked: CurvatureTrack, status: str) -> str:
    """How a run went, and whether its gradient grew while its loss fell."""
    told = [*_parting(tracked), status, strong_gradient(tracked), _edge(tracked)]
    return f"{told[0]}\n{' '.join(told[1:])}"


def _parting(tracked: CurvatureTrack) -> list[str]:
    """One sentence where the whole run has a gradient that grew and a loss that fell."""
    norms, values = tracked.gradient_norms[[0, -1]], tracked.values[[0, -1]]
    if not (norms[1] > norms[0] and values[1] < values[0]):
        return []
    return [
        f"The gradient norm grows, from {number(norms[0])} to {number(norms[1])}, while the loss "
        f"falls, from {number(values[0])} to {number(values[1])}."
    ]


def strong_gradient(tracked: CurvatureTrack) -> str:
    norms, values = tracked.gradient_norms, tracked.values
    both = (np.diff(norms) > 0) & (np.diff(values) < 0)
    if not both.any():
        return "The gradient norm and the loss never part ways: both fall or both rise."
    last = int(np.flatnonzero(both)[-1]) + 1
    return (
        f"In {int(both.sum())} of the {len(both)} gaps shown the loss falls while the gradient "
        f"grows: from step {int(tracked.at[0])} to {int(tracked.at[last])} the loss goes from "
        f"{number(values[0])} to {number(values[last])}, the gradient norm from "
        f"{number(norms[0])} to {number(norms[last])}."
    )


def _edge(tracked: CurvatureTrack) -> str:
    first, limit = tracked.first_unstable, float(tracked.limit[0])
    if first is None:
        return f"The sharpness never passes 2/η = {number(limit)}."
    return f"From step {first} on the sharpness is, at times, above 2/η = {number(limit)}."


# ------------------------------------------------------------------ saddles


def saddle(case: SaddleCase) -> str:
    hover, growth = case.hover, case.hover.times.growth
    left = np.flatnonzero(hover.away > hover.radius)
    steps = len(hover.away) - 1
    went = f"leaves after {left[0]} steps" if len(left) else f"is still there after {steps} steps"
    return (
        f"Gradient descent that starts {prose.number(hover.distance, 1)} from the saddle {went}.\n"
        f"The way out grows by {number(100 * (growth - 1))} % a step, so each tenth of the "
        f"starting distance costs {number(np.log(10) / np.log(growth))} steps more. Eigenvalues "
        f"{_pair(case.saddle.eigenvalues)}. From the ring, Newton {_ended(case.newton, case)}; "
        f"saddle-free Newton {_ended(case.free, case)}."
    )


def _ended(run, case: SaddleCase) -> str:
    if run.diverged or not np.isfinite(run.last).all():
        return "leaves the picture"
    away = float(np.linalg.norm(run.last - case.saddle.point))
    if away < 1e-6:
        return "ends in the saddle"
    return f"ends {number(away)} from it at a loss of {number(run.last_value)}"


def no_saddle(surface, found) -> str:
    """What there is instead of a saddle with a way out."""
    if not found:
        return f"{surface.name} has no critical point in this window."
    kinds = ", ".join(f"{kind}: {sum(each.kind == kind for each in found)}"
                      for kind in dict.fromkeys(each.kind for each in found))  # fmt: skip
    told = f"{surface.name} has no saddle here whose Hessian shows a way out ({kinds})."
    level = [each for each in found if not any(each.eigenvalues)]
    if level:
        return f"{told} At {_pair(level[0].point)} gradient and Hessian both vanish."
    return f"{told} Choose another surface."


def three_ends(descent, newton, free) -> str:
    """Where gradient descent and Newton's two methods end, from one point."""
    ends = {"Gradient descent": descent, "Newton": newton, "saddle-free Newton": free}
    told = [f"{name} ends at a loss of {number(run.last_value)}" for name, run in ends.items()
            if np.isfinite(run.last_value)]  # fmt: skip
    return f"{'; '.join(told)}." if told else "None of the three methods ends anywhere."


# ------------------------------------------------------------------ chance


def chance(n: int, shift: float, sample: SpectrumSample | None) -> str:
    exact, coins = pfaffian_share(n), 0.5**n
    told = [
        f"{n} eigenvalues, all positive: {number(coins)} by the toss of coins, {number(exact)} for "
        f"a random matrix, {number(coins / exact)} times less.",
        "Coins are tossed one by one; eigenvalues repel each other, so that all on one side is "
        "far rarer than the coins say.",
        f"Shifted by {number(shift)} radii, {number(100 * negative_share(shift).value)} % are "
        "negative: high up a critical point is a saddle, low down a minimum.",
    ]
    if sample is not None:
        hits = int(sample.counts[0])
        rest = (
            " at all" if hits else f": a chance of {prose.number(exact, 1)} is not met by drawing"
        )
        told.insert(
            0, f"Of {sample.done:,} random matrices {hits:,} had no negative eigenvalue{rest}."
        )
    return f"{told[0]}\n{' '.join(told[1:])}"


# ------------------------------------------------------------------ edge of stability


def edge(tracked: CurvatureTrack, rate: float) -> str:
    limit, last = 2 / rate, float(tracked.sharpness[-1])
    if not np.isfinite(last):
        return f"At rate {number(rate)} the run diverges: nothing within 2/η = {number(limit)}."
    first = tracked.first_unstable
    if first is None:
        return (
            f"Sharpness {number(tracked.sharpness[0])} at first and {number(last)} at the end: "
            f"below 2/η = {number(limit)} throughout.\nRaise the rate until they meet."
        )
    return (
        f"The sharpness reaches 2/η = {number(limit)} at step {first} and ends at {number(last)}; "
        f"over the last quarter it is about {number(100 * tracked.hover)} % of the limit.\n"
        f"The loss rises in {tracked.rises} of the {len(tracked.at) - 1} gaps shown and ends at "
        f"{number(tracked.values[-1])}, from {number(tracked.values[0])}."
    )


# ------------------------------------------------------------------ is it a minimum?


def stuck(found: StuckRun) -> str:
    """The verdict, and the numbers behind it."""
    share = found.gradient_norm / found.largest_norm if found.largest_norm else 0.0
    left = f"down to {prose.number(share, 1)} of its largest" if share else "0"
    told = {
        "still steep": (
            f"Still steep: the gradient is {number(100 * share)} % of its largest, so neither a "
            "minimum nor a saddle is the reason."
        ),
        "critical point": (f"A critical point: the gradient is {left}, and {_index(found)}."),
        "flat": "Flat: gradient and curvature have both all but vanished.",
        "diverging": "Diverging: the loss is higher than where it began.",
    }[found.verdict]
    hops = (
        f" The sharpness {number(found.largest)} is above 2/η = {number(found.limit)}, so the run "
        "hops across a valley."
        if found.hopping
        else ""
    )
    return (
        f"{told}\nGradient norm {number(found.gradient_norm)} at the end, "
        f"{number(found.largest_norm)} at most; small means below {SMALL:g} of that. Eigenvalues "
        f"from {number(found.smallest)} to {number(found.largest)}.{hops} The last quarter brought "
        f"{number(100 * found.fall)} % of the fall."
    )


def _index(found: StuckRun) -> str:
    if found.kind == "minimum":
        return "no eigenvalue is negative: a minimum"
    count = "some" if found.index is None else str(found.index)
    return f"{count} of the eigenvalues below zero: a {found.kind}"


def twin_table(found: list[Twin], count: int) -> str:
    """Symmetric twins as an HTML table: how far away, and their loss to the last digit."""
    heads = ("Twin", "Distance", "Loss here", "Loss of the twin", "Difference of usual sums")
    head = "".join(f'<th scope="col">{name}</th>' for name in heads)
    rows = []
    for k, each in enumerate(found, start=1):
        plain = prose.number(each.plain_difference, 2)
        cells = (number(each.distance), repr(each.value), repr(each.twin_value), plain)
        body = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
        rows.append(f'<tr><th scope="row">{k} of {count:,}</th>{body}</tr>')
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def points_table(found) -> str:
    """Critical points as an HTML table, lowest first."""
    heads = ("Kind", "x", "y", "Loss", "Eigenvalues", "Index")
    head = "".join(f'<th scope="col">{name}</th>' for name in heads)
    rows = []
    for each in found[:60]:
        cells = (number(each.point[0]), number(each.point[1]), number(each.value),
                 _pair(each.eigenvalues), str(each.index))  # fmt: skip
        name = each.kind if each.isolated else f"{each.kind} (one of a curve or an area)"
        body = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
        rows.append(f'<tr><th scope="row">{escape(name)}</th>{body}</tr>')
    rest = f'<tr><td colspan="6">… and {len(found) - 60} more</td></tr>' * (len(found) > 60)
    body = "".join(rows) + rest
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>" if found else ""


def rescaled(same: np.ndarray | None, factors: np.ndarray, factor: float) -> str:
    """What the factor between the layers does to the sharpness of one function; "" at factor 1."""
    if same is None or factor == 1:
        return ""
    now = float(np.interp(np.log(factor), np.log(factors), same))
    return (
        f" The start is rescaled by {number(factor)}: the same function, {number(now / same[0])} "
        "times as sharp."
    )
