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


def kinks_of(objective) -> list[tuple[float, ...]]:
    """The kinks of every layer's activation; empty for anything but a network."""
    network = getattr(objective, "network", None)
    if network is None:
        return []
    return [network.hidden.kinks] * (network.depth - 1) + [network.output.kinks]


def crossings(objective, point, indices, h) -> dict[int, Crossing]:
    """Component -> the nearest crossing when it moves by -h or +h; h (K,) belongs to indices.

    Networks are traced. Another objective may offer `kinks_crossed(point, index, h)`, a list
    of Crossing; one that does neither is judged by its values alone.
    """
    if any(kinks_of(objective)):
        return network_crossings(objective, point, indices, h)
    if hasattr(objective, "kinks_crossed"):
        found = {
            int(index): objective.kinks_crossed(point, int(index), float(step))
            for index, step in zip(indices, h, strict=True)
        }
        return {index: listed[0] for index, listed in found.items() if listed}
    if hasattr(objective, "network"):
        return {}
    return value_crossings(objective, point, indices, h)


def on_kinks(objective, point) -> list[tuple[int, int]]:
    """(layer, unit), from 0, of the units that sit on a kink as far as rounding can tell.

    They do for some sample at least, as those do whose inputs are all dropped or off while their
    bias is 0. Empty for anything but a network.
    """
    every = kinks_of(objective)
    if not any(every):
        return []
    found, read = [], objective.forward(point).normalised
    for layer, (kinks, z) in enumerate(zip(every, read, strict=True)):
        near = ROUNDED * float(np.finfo(z.dtype).eps) * max(1.0, float(np.abs(z).max()))
        for kink in kinks:
            units = np.flatnonzero((np.abs(z - kink) <= near).any(axis=0))
            found += [(layer, int(unit)) for unit in units]
    return found


def kept_on_kinks(objective, point, direction) -> np.ndarray:
    """The direction (n,) without what carries units off the kinks they sit on.

    There a function has two slopes, and no gradient is both. Without a unit's own bias it stays
    where its inputs are 0; where that is not enough, its weights are left out, too.
    """
    kept, units = direction.copy(), on_kinks(objective, point)
    if not units:
        return kept
    weights, biases = zip(*objective.network.layers(kept), strict=True)
    for part in (biases, weights):
        if not leaves_kink(objective, point, kept, units):
            break
        for layer, unit in units:
            part[layer][unit] = 0
    return kept


def leaves_kink(objective, point, direction, units) -> bool:
    """Whether the least move along the direction takes one of these units to another side."""
    step = float(np.finfo(point.dtype).eps) ** LEAST_MOVE * direction
    sides = objective.forward(np.stack([point, point - step, point + step])).normalised
    return any(
        bool(np.diff(sides[layer][..., unit] > kink, axis=0).any())
        for layer, unit in units
        for kink in kinks_of(objective)[layer]
    )


def network_crossings(fit, theta, indices, h) -> dict[int, Crossing]:
    """The crossings of a network, from forward passes at theta and at theta -+ h."""
    found = {}
    base = fit.forward(theta).normalised
    for start in range(0, len(indices), BATCH):
        part, step = indices[start : start + BATCH], h[start : start + BATCH]
        move = np.zeros((len(part), theta.size), theta.dtype)
        move[np.arange(len(part)), part] = step
        beside = fit.forward(np.stack([theta - move, theta + move])).normalised
        for layer, kinks in enumerate(kinks_of(fit)):
            for kink in kinks:
                collect(found, part, layer, base[layer] - kink, beside[layer] - kink)
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
