"""Which kinks a difference steps across: the reason a right gradient can look wrong."""

from dataclasses import dataclass

import numpy as np

from optcore.checks.numeric_grad import shifted_values

# Components whose moved networks are traced together.
BATCH = 32
# A pre-activation is known to about this many eps of the largest in its layer.
ROUNDED = 64.0
# The power of eps that is the least move.
LEAST_MOVE = 0.75


@dataclass(frozen=True)
class Crossing:
    """One crossing: component `index` moved by its step carries an activation over a kink.

    `layer` counts from 1, `unit` and `sample` from 0; all three are None where only the
    values tell that there is a kink. `gap` is the pre-activation's distance from the kink.
    """

    index: int
    layer: int | None = None
    unit: int | None = None
    sample: int | None = None
    gap: float = np.nan

    @property
    def sentence(self) -> str:
        if self.layer is None:
            return (
                "the function has a kink, or turns as sharply as at one, within h of the point "
                f"along component {self.index}"
            )
        where = f"unit {self.unit} of layer {self.layer} on sample {self.sample}"
        if self.gap == 0:
            return f"{where} sits exactly on its kink"
        return f"{where} changes side within h (it is {self.gap:.1e} from its kink)"


def has_kinks(objective) -> bool:
    """Whether an objective is a network with an activation that has a kink."""
    network = getattr(objective, "network", None)
    return network is not None and bool(network.hidden.kinks or network.output.kinks)


def crossings(objective, point, indices, h, *, by_value=True) -> dict[int, Crossing]:
    """Component -> the nearest crossing when it moves by -h or +h; h (K,) belongs to indices.

    Networks are traced. Another objective may offer `kinks_crossed(point, index, h)`, a list
    of Crossing; one that does neither is judged by its values alone,
    if `by_value`.
    """
    if has_kinks(objective):
        return network_crossings(objective, point, indices, h)
    if hasattr(objective, "kinks_crossed"):
        found = {
            int(index): objective.kinks_crossed(point, int(index), float(step))
            for index, step in zip(indices, h, strict=True)
        }
        return {index: listed[0] for index, listed in found.items() if listed}
    if hasattr(objective, "network") or not by_value:
        return {}
    return value_crossings(objective, point, indices, h)


def on_kinks(objective, point) -> list[tuple[int, int]]:
    """(layer, unit), from 0, of the units that sit on a kink as far as rounding can tell.

    They do for some sample at least, as those do whose inputs are all dropped or off while their
    bias is 0. Empty for anything but a network.
    """
    if not has_kinks(objective):
        return []
    forward, network = objective.forward(point), objective.network
    chosen = [network.hidden] * (network.depth - 1) + [network.output]
    found = []
    for layer, (activation, z) in enumerate(zip(chosen, forward.normalised, strict=True)):
        near = ROUNDED * float(np.finfo(z.dtype).eps) * max(1.0, float(np.abs(z).max()))
        for kink in activation.kinks:
            units = np.flatnonzero((np.abs(z - kink) <= near).any(axis=0))
            found += [(layer, int(unit)) for unit in units]
    return found


def kept_on_kinks(objective, point, direction) -> np.ndarray:
    """The direction (n,) without what carries units off the kinks they sit on.

    There a function has two slopes, and no gradient is both. Without a unit's own bias it stays
    where its inputs are 0; where that is not enough, its weights are left out, too.
    """
    kept, units = direction.copy(), on_kinks(objective, point)
    for kind in "bW":
        if not leaves_kink(objective, point, kept, units):
            break
        for layer, unit in units:
            block = objective.blocks.get(f"{kind}{layer + 1}", slice(0, 0))
            rows = kept[block].reshape(objective.network.sizes[layer + 1], -1)
            rows[unit : unit + 1] = 0
    return kept


def leaves_kink(objective, point, direction, units) -> bool:
    """Whether the least move along the direction takes one of these units to another side."""
    if not units:
        return False
    step = float(np.finfo(point.dtype).eps) ** LEAST_MOVE * direction
    sides = objective.forward(np.stack([point, point - step, point + step])).normalised
    kinks = (*objective.network.hidden.kinks, *objective.network.output.kinks)
    return any(
        bool(((side := sides[layer][..., unit] > kink) != side[0]).any())
        for layer, unit in units
        for kink in kinks
    )


def network_crossings(fit, theta, indices, h) -> dict[int, Crossing]:
    """The crossings of a network, from forward passes at theta and at theta -+ h."""
    found = {}
    base = fit.forward(theta[None])
    for start in range(0, len(indices), BATCH):
        part, step = indices[start : start + BATCH], h[start : start + BATCH]
        rows = np.arange(len(part))
        moved = np.tile(theta, (2, len(part), 1))
        moved[0, rows, part] -= step
        moved[1, rows, part] += step
        forward = fit.forward(moved.reshape(-1, theta.size))
        for layer in range(fit.network.depth):
            last = layer == fit.network.depth - 1
            kinks = (fit.network.output if last else fit.network.hidden).kinks
            for kink in kinks:
                here = base.normalised[layer][0] - kink
                there = forward.normalised[layer].reshape(2, len(part), *here.shape) - kink
                collect(found, part, layer, here, there)
    return found


def collect(found, indices, layer, here, there):
    """Enter, for each component, the crossing of this layer that is nearest its kink."""
    crossed = ((there > 0) != (here > 0)).any(axis=0)
    for row in np.flatnonzero(crossed.any(axis=(1, 2))):
        gaps = np.where(crossed[row], np.abs(here), np.inf)
        sample, unit = np.unravel_index(np.argmin(gaps), gaps.shape)
        index, gap = int(indices[row]), float(gaps[sample, unit])
        if index not in found or gap < found[index].gap:
            found[index] = Crossing(index, layer + 1, int(unit), int(sample), gap)


def value_crossings(objective, point, indices, h) -> dict[int, Crossing]:
    """Kinks told by values alone: left and right slopes that differ as no smooth function's do.

    For a smooth function |D+ - D-| = h |f''| falls tenfold with h/10. With a kink inside h it
    falls much further (the kink is now outside) or hardly at all (it is still inside).
    """
    value = float(objective.value(point))
    eps = float(np.finfo(point.dtype).eps)
    gaps = []
    for step in (h, h / 10):
        right, left = (shifted_values(objective, point, indices, move) for move in (step, -step))
        gaps.append(np.abs(right - 2 * value + left) / step)
    wide, narrow = gaps
    noise = 4 * eps * abs(value) / (h / 10)
    bends = (wide > 3 * noise) & ((narrow > wide / 5) | (narrow + noise < wide / 20))
    return {int(index): Crossing(int(index)) for index in indices[bends]}
