"""The loss at many points that differ from one theta in a single parameter each.

Moving one weight or bias of layer l leaves the layers below as they were and moves one
column of z in layer l: those columns are all that differs from point to point, and from the
next layer on every point shares its weights, so a layer is one large matrix product.
"""

import numpy as np

from optcore.networks.forward import ForwardPass
from optcore.pieces import pieces

# Numbers held at once per layer: 1 MB of float64 stays in a core's cache.
CHUNK = 1 << 17


def values_shifted(fit, theta, indices, offsets) -> np.ndarray:
    """L at theta (P,) + offsets[k] along indices[k], (K,); offsets may be complex.

    Raises IndexError for an index theta does not have.
    """
    indices = np.atleast_1d(np.asarray(indices, dtype=np.intp))
    indices, offsets = np.broadcast_arrays(indices, np.atleast_1d(offsets))
    dtype = np.result_type(theta, np.complex64) if np.iscomplexobj(offsets) else theta.dtype
    # What the parameter really moves by: in float32 that is not the offset asked for.
    offsets = (theta[indices] + offsets.astype(dtype)) - theta[indices]
    indices = indices % theta.size
    if fit.dropout and fit.dropout_seed is None:
        return _plainly(fit, theta, indices, offsets)
    base = fit.forward(theta)
    values = np.empty(len(indices), dtype)
    for name, block in fit.blocks.items():
        kind, number = name[0], int(name[1:])
        chosen = np.flatnonzero((indices >= block.start) & (indices < block.stop))
        numbers = base.samples * max(fit.network.sizes[number:])
        for some in pieces(len(chosen), numbers, CHUNK):
            part = chosen[some]
            moves = _Moves(number - 1, kind, indices[part] - block.start, offsets[part])
            values[part] = _block_values(fit, base, moves)
    return values


def _plainly(fit, theta, indices, offsets):
    """Each point on its own, as resampled masks leave nothing to share."""
    values = np.empty(len(indices), offsets.dtype)
    for part in pieces(len(indices), theta.size, CHUNK):
        points = np.tile(theta.astype(offsets.dtype), (len(indices[part]), 1))
        points[np.arange(len(points)), indices[part]] += offsets[part]
        values[part] = fit.value(points)
    return values


class _Moves:
    """Offsets (K,) of entries of one weight matrix or bias vector, by flat index."""

    def __init__(self, layer, kind, entries, offsets):
        self.layer, self.kind, self.entries, self.offsets = layer, kind, entries, offsets

    def column(self, base):
        """The unit each move concerns, and how its z changes (K, m)."""
        if self.kind == "b":
            return self.entries, np.broadcast_to(
                self.offsets[:, None], (len(self.offsets), base.samples)
            )
        unit, source = np.unravel_index(self.entries, base.weights[self.layer].shape)
        return unit, self.offsets[:, None] * base.activations[self.layer].T[source]


def _block_values(fit, base, moves):
    layer = moves.layer
    unit, change = moves.column(base)
    forward = ForwardPass(
        base.network, base.weights, base.biases, base.masks, base.keep, base.activations[:1]
    )
    for _ in range(layer):
        _advance_unmoved(base, forward)
    if base.is_output(layer) or base.network.norm or base.network.skips(layer + 1):
        z = np.repeat(base.pre_activations[layer][None].astype(change.dtype), len(unit), 0)
        z[np.arange(len(unit)), :, unit] += change
        forward.advance(z)
    else:
        _advance_one_unit(base, forward, unit, change)
    values = fit.loss.per_sample(
        forward.run().pre_activations[-1],
        forward.activations[-1],
        fit.cast(fit.targets, change.dtype),
        base.network.output,
    ).mean(axis=1)
    return values + _penalty(fit, base, moves) if fit.weight_decay else values


def _advance_unmoved(base, forward):
    """One layer as it was."""
    for record in ("pre_activations", "normalised", "spreads", "units", "activations"):
        kept = getattr(forward, record)
        kept.append(getattr(base, record)[len(kept)])


def _advance_one_unit(base, forward, unit, change):
    """Two layers at once: a single unit moved, so the next z moves by a rank-one update."""
    layer = len(forward.pre_activations)
    moved = base.network.hidden.value(base.pre_activations[layer].T[unit] + change)
    change = moved - base.units[layer].T[unit]
    if base.masks[layer] is not None:
        change = change * base.masks[layer].T[unit] / base.keep
    _advance_unmoved(base, forward)
    columns = base.weights[layer + 1].T[unit]
    forward.advance(base.pre_activations[layer + 1] + change[:, :, None] * columns[:, None, :])


def _penalty(fit, base, moves):
    whole = fit.penalty(base.weights)
    if moves.kind == "b":
        return whole
    weights = base.weights[moves.layer].ravel()[moves.entries]
    return whole + fit.weight_decay * moves.offsets * (weights + moves.offsets / 2)
