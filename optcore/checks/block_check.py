"""The verdict on one block of a gradient.

The relative error is ||a - n|| / (||a|| + ||n||). The bands 1e-7, 1e-4 and 1e-2 are those
of the Stanford CS231n notes, read here as

    below 1e-7       right
    1e-7 to 1e-4     suspicious; right if only a kink was crossed
    1e-4 to 1e-2     wrong; suspicious if a kink was crossed
    above 1e-2       wrong

with two ways out. A block whose error does not exceed its floor, what round-off and
truncation can make of a right gradient, is "inconclusive". Components beyond the floor get
a second look with a smaller h where they stepped across a kink, or where truncation is most
of their floor; a block that this brings right is "kink", or "inconclusive" again. Before a
block is called wrong, the noise of the values is measured along its own worst components.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from optcore.checks.kinks import Crossing, crossings
from optcore.checks.numeric_grad import NumericGrad, grad_noise, numeric_grad, value_noise
from optcore.derivatives.differences import Difference

SEVERITY = ("right", "inconclusive", "kink", "suspicious", "wrong")
BANDS = (1e-7, 1e-4, 1e-2)
# Rounding errors of one value stay below this many eps |f|: the worst single component of 40
# networks (depth 1 to 20, four losses, five activations) was off by 1.6.
VALUE_ROUNDING = 3.0
# The gradient itself is calculated too, with rounding errors of its own.
GRAD_ROUNDING = 64.0
# Components looked at together for kinks, the largest errors first.
BATCH = 64
# The first of them whose own noise is measured; the others only if it amounts to anything.
FEW = 4
# A gradient that is off by more than this many eps of its largest part is not rounded only.
FAR = 1e6
# D_h and D_2h that differ by more than this share of D_h do not converge on anything yet.
UNRESOLVED = 0.25


@dataclass(frozen=True)
class BlockCheck:
    """The verdict on one block: right, inconclusive, kink, suspicious or wrong.

    `relative_error` and `floor` are both over ||a|| + ||n||, so they share an axis. `worst`
    is the component (an index of the whole point) with the largest |a - n|, `worst_error`
    that difference. `cause` says what an inconclusive block suffers from ("round-off",
    "truncation", "random"); `kinks` are the crossings met, nearest to its kink first.
    """

    name: str
    part: slice
    relative_error: float
    floor: float
    verdict: str
    worst: int
    worst_error: float
    cause: str = ""
    kinks: tuple[Crossing, ...] = ()

    @property
    def sentence(self) -> str:
        error = f"{self.name}: relative error {self.relative_error:.1e}"
        if self.verdict == "kink":
            return f"{error}, but {self.kinks[0].sentence}; apart from that the block is right."
        if self.verdict != "inconclusive":
            return f"{error}, floor {self.floor:.1e}: {self.verdict}."
        return error + {
            "round-off": f", but round-off alone can make {self.floor:.1e}: the gradient here is "
            "too small for this h to tell.",
            "truncation": ", but it falls as h shrinks: the third derivative is large. "
            "Take a smaller h.",
            "random": ": no two evaluations agree.",
        }.get(self.cause, ".")


@dataclass(frozen=True, eq=False)
class Evidence:
    """All that was measured at one point; arrays are (n,).

    `scale` is the size of the terms a component of the gradient was summed from.
    """

    objective: object
    point: np.ndarray
    rule: Difference
    numeric: NumericGrad
    analytic: np.ndarray
    scale: np.ndarray

    @property
    def difference(self) -> np.ndarray:
        return np.abs(self.analytic - self.numeric.fine)

    @property
    def rounding(self) -> np.ndarray:
        return rounding_floor(self.rule, self.numeric, self.scale)

    @property
    def truncation(self) -> np.ndarray:
        return truncation_floor(self.rule, self.numeric)

    @property
    def floor(self) -> np.ndarray:
        return self.rounding + self.truncation

    @cached_property
    def grad_noise(self) -> np.ndarray:
        return grad_noise(self.objective, self.point)


def rounding_floor(rule, numeric: NumericGrad, scale) -> np.ndarray:
    """C eps |f| / h, with the rule's amplification, and the rounding of the gradient itself."""
    eps = float(np.finfo(numeric.fine.dtype).eps)
    amplified = VALUE_ROUNDING * rule.roundoff * numeric.noise / numeric.h
    return amplified + GRAD_ROUNDING * eps * scale


def summed_scale(analytic, blocks) -> np.ndarray:
    """The largest |a| of each block and the one before it, per component.

    A gradient that should be 0 (a bias before batch normalisation) is the rounding of the
    terms that cancel in it, and those are about as large as the gradient of its weights.
    """
    scale, before = np.abs(analytic).astype(np.float64), 0.0
    for part in blocks.values():
        own = float(np.max(np.abs(analytic[part]), initial=0.0))
        scale[part], before = max(own, before), own
    return scale


def truncation_floor(rule, numeric: NumericGrad) -> np.ndarray:
    """|D_h - D_2h| / (2^order - 1), Richardson's estimate of the error of D_h."""
    return np.abs(numeric.fine - numeric.coarse) / (2**rule.order - 1)


def norm(vector) -> float:
    """The Euclidean norm in float64, safe from underflow; nan if anything is not finite."""
    vector = np.abs(np.asarray(vector, dtype=np.float64))
    largest = float(np.max(vector, initial=0.0))
    if not np.isfinite(largest):
        return np.nan
    return largest * float(np.sqrt(np.sum((vector / (largest or 1.0)) ** 2)))


def relative(difference, analytic, numeric) -> float:
    """||difference|| / (||analytic|| + ||numeric||), at most 1; 0 where the first vanishes."""
    size, scale = norm(difference), norm(analytic) + norm(numeric)
    if np.isnan(size + scale) or size == 0:
        return size
    return size / scale if size < scale else 1.0


def judge(error: float, floor: float = 0.0, *, crossed: bool = False) -> str:
    """The band of a relative error (nan is wrong), one milder where a kink was crossed."""
    right, middle, high = BANDS
    if error < right:
        return "right"
    if error <= floor:
        return "inconclusive"
    if error < middle:
        return "right" if crossed else "suspicious"
    return "suspicious" if crossed and error < high else "wrong"


def check_block(evidence: Evidence, name: str, part: slice, *, random=False) -> BlockCheck:
    """Judge one block. A `random` objective leaves every block inconclusive."""
    analytic, numeric = evidence.analytic[part], evidence.numeric.fine[part]
    difference, floors = evidence.difference[part], evidence.floor[part]
    error, limit = (relative(vector, analytic, numeric) for vector in (difference, floors))
    verdict, cause, found, heard = judge(error, limit), "", (), 0.0
    if random:
        verdict, cause = "inconclusive", "random"
    elif verdict != "right":
        again, floors, found = second_look(evidence, part, convicted=verdict != "inconclusive")
        known = np.where(np.isfinite(numeric), numeric, analytic)
        after, limit = (relative(vector, analytic, known) for vector in (again, floors))
        verdict = revise(verdict, error, after, limit, crossed=bool(found))
        if verdict in ("suspicious", "wrong"):
            heard = relative(noise_floor(evidence, part, found), analytic, numeric)
            if error <= heard:
                verdict, limit = "inconclusive", heard
        if verdict == "inconclusive":
            rounding = relative(evidence.rounding[part], analytic, numeric)
            rounded = error <= max(rounding, heard) or limit < 2 * rounding
            cause = "round-off" if rounded else "truncation"
    worst = int(np.argmax(difference))
    return BlockCheck(
        name=name,
        part=part,
        relative_error=error,
        floor=limit,
        verdict=verdict,
        worst=part.start + worst,
        worst_error=float(difference[worst]),
        cause=cause,
        kinks=found,
    )


def revise(verdict, error, after, limit, *, crossed) -> str:
    """The verdict once the doubtful components were measured again with a smaller h."""
    second = judge(after, limit, crossed=crossed)
    if not crossed:
        # The smaller h amplifies round-off: it may acquit, but it does not add to the charge.
        second = "inconclusive" if second == "right" else second
        return min(verdict, second, key=SEVERITY.index)
    explained = second == "right" or (second == "inconclusive" and error > limit)
    return "kink" if explained else second


def noise_floor(evidence: Evidence, part: slice, crossed) -> np.ndarray:
    """The block's floor with the noise of the values along each of its worst components.

    One noise for all components is too little where few of them move the value that is badly
    rounded. Components that step across a kink keep their floor: it bends as noise does.
    """
    floor, difference = evidence.floor[part].copy(), evidence.difference[part]
    error, eps = norm(difference), float(np.finfo(evidence.point.dtype).eps)
    if error < FAR * eps * np.max(evidence.scale):
        floor = np.maximum(floor, VALUE_ROUNDING * evidence.grad_noise[part])
    heard = VALUE_ROUNDING * evidence.rule.roundoff / evidence.numeric.h[part]
    if norm(heard * evidence.numeric.scatter[part]) < error / 100 or not evidence.rule.weights:
        return floor
    bent = {crossing.index for crossing in crossed}
    order = [at for at in np.argsort(-difference) if part.start + at not in bent]
    for batch in np.split(np.array(order, dtype=int), range(FEW, len(order), BATCH)):
        h = evidence.numeric.h[part][batch]
        noise = value_noise(evidence.objective, evidence.point, h, part.start + batch)
        heard = VALUE_ROUNDING * evidence.rule.roundoff * noise / h
        floor[batch] = np.maximum(floor[batch], heard)
        if not norm(heard) > norm(difference[batch]) / 3:
            break
    return floor


def second_look(evidence: Evidence, part: slice, *, convicted: bool):
    """The block's |a - n| and floor with a smaller h where it matters, and the crossings.

    Looked at are components beyond round-off, the worst first: those that crossed a kink,
    and in a `convicted` block all. It goes on only while that takes the error away, so a bug,
    which shows again with every h, costs one batch.
    """
    difference, floor = evidence.difference.copy(), evidence.floor.copy()
    indices = np.arange(part.start, part.stop)
    excess = np.maximum(evidence.difference, evidence.truncation)[part]
    excess[np.isnan(excess)] = np.inf
    order = indices[np.argsort(-excess)]
    order = order[: np.count_nonzero(excess > evidence.rounding[part])]
    found = {}
    for start in range(0, len(order), BATCH):
        batch = order[start : start + BATCH]
        crossed = crossings_at(evidence, batch, evidence.numeric.h[batch], convicted)
        found |= crossed
        again = batch if convicted else np.array(sorted(crossed), dtype=int)
        if len(again):
            difference[again], floor[again] = measure_again(evidence, again, convicted)
        left = norm(difference[batch])
        if left > norm(evidence.difference[batch]) / 3 and left > norm(floor[batch]):
            break
    return difference[part], floor[part], tuple(sorted(found.values(), key=lambda c: c.gap))


def crossings_at(evidence, indices, h, by_value) -> dict[int, Crossing]:
    """Crossings within 2h times the rule's reach, as D_2h goes that far.

    The complex step leaves the real line and crosses only what it starts from.
    """
    reach = 2 * max(abs(offset) for offset in evidence.rule.offsets)
    return crossings(evidence.objective, evidence.point, indices, reach * h, by_value=by_value)


def measure_again(evidence: Evidence, indices, by_value):
    """|a - n| and the floor of components (K,) with h/10, or if that still crosses a kink or
    is not yet down to round-off h/100 or h/1000. Where even the last crosses, both are 0: the
    component sits on its kink and cannot be judged. An error that still falls with the last h
    is truncation, whatever its estimate says: a bug stays."""
    difference, floor = np.zeros(len(indices)), np.zeros(len(indices))
    before = evidence.difference[indices]
    left = np.arange(len(indices))
    for shrink in (10, 100, 1000):
        h = evidence.numeric.h[indices[left]] / shrink
        crossed = crossings_at(evidence, indices[left], h, by_value)
        clear = np.array([index not in crossed for index in indices[left]], dtype=bool)
        now, chosen = left[clear], indices[left[clear]]
        settled = True
        if len(now):
            difference[now], floor[now], settled = measured(evidence, chosen, h[clear])
            if not settled:
                falling = difference < before / 3
                floor[falling] = np.maximum(floor, difference)[falling]
                before[now] = difference[now]
        left = left[~clear] if settled else left
        if not len(left):
            break
    return difference, floor


def measured(evidence: Evidence, chosen, h):
    """|a - n| and the floor of components (K,) at steps h (K,), and whether round-off rules."""
    rule, analytic = evidence.rule, evidence.analytic[chosen]
    numeric = numeric_grad(evidence.objective, evidence.point, rule, h, chosen)
    numeric = replace(numeric, noise=max(numeric.noise, evidence.numeric.noise))
    rounding = rounding_floor(rule, numeric, evidence.scale[chosen])
    truncation = truncation_floor(rule, numeric)
    difference = np.abs(analytic - numeric.fine)
    change = np.abs(numeric.fine - numeric.coarse)
    unclear = 4 * rounding_floor(rule, numeric, np.abs(numeric.fine))
    resolved = change <= np.maximum(UNRESOLVED * np.abs(numeric.fine), unclear)
    difference = np.where(np.isfinite(difference) | ~np.isfinite(analytic), difference, 0)
    size = np.abs(analytic) + np.nan_to_num(np.abs(numeric.fine), posinf=0.0)
    floor = np.where(resolved, rounding + truncation, size)
    return difference, floor, bool(np.all(resolved)) and 4 * norm(truncation) <= norm(rounding)
