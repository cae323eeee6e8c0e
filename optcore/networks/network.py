"""A multilayer perceptron and the loss of fitting it to data, as an Objective.

All parameters lie in one flat vector theta, W1, b1, W2, b2, ..., so whatever descends a
surface or checks a gradient does the same to a network.
"""

import math
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from optcore.networks.activations import Activation
from optcore.networks.backprop import Backprop, Trace
from optcore.networks.forward import NORM_AXIS, ForwardPass
from optcore.networks.losses import Loss
from optcore.networks.rounding import slope_rounding, value_rounding
from optcore.networks.shifted import values_shifted
from optcore.pieces import pieces

# Numbers held at once while many parameter vectors are evaluated: 4 MB, about the cache.
CHUNK = 1 << 19


@dataclass(frozen=True)
class Network:
    """Fully connected layers of the given sizes, inputs first: (2, 64, 64, 1) has three.

    `residual` adds the identity skip a[l] = a[l-1] + phi(z[l]) to each hidden layer that is
    as wide as what it reads (He et al. 2016). `norm` is None, "layer" or "batch" and acts on
    hidden pre-activations; it has no learnable scale and shift. Under batch normalisation a
    bias has no effect, and its gradient is zero. Raises ValueError for sizes that make no network.
    """

    sizes: tuple[int, ...]
    hidden: Activation
    output: Activation
    bias: bool = True
    residual: bool = False
    norm: str | None = None

    def __post_init__(self):
        object.__setattr__(self, "sizes", tuple(int(size) for size in self.sizes))
        if len(self.sizes) < 2 or min(self.sizes) < 1:
            raise ValueError(
                f"sizes must name at least inputs and outputs, each 1 or more, got {self.sizes}"
            )
        if self.norm is not None and self.norm not in NORM_AXIS:
            raise ValueError(f'norm must be None, "layer" or "batch", got {self.norm!r}')

    @property
    def depth(self) -> int:
        """The number of weight layers."""
        return len(self.sizes) - 1

    @cached_property
    def blocks(self) -> dict[str, slice]:
        """Name -> slice of theta, in order: W1, b1, W2, b2, ... (W only without bias)."""
        blocks, start = {}, 0
        for layer in range(self.depth):
            for name, shape in self._shapes(layer):
                blocks[name] = slice(start, start + math.prod(shape))
                start = blocks[name].stop
        return blocks

    @cached_property
    def parameters(self) -> int:
        """P, the length of theta."""
        return next(reversed(self.blocks.values())).stop

    def _shapes(self, layer):
        n_in, n_out = self.sizes[layer], self.sizes[layer + 1]
        yield f"W{layer + 1}", (n_out, n_in)
        if self.bias:
            yield f"b{layer + 1}", (n_out,)

    def skips(self, layer) -> bool:
        """Whether an identity skip bridges this layer (counted from 0)."""
        hidden = layer < self.depth - 1
        return self.residual and hidden and self.sizes[layer] == self.sizes[layer + 1]

    def initial(self, initializer, seed: int) -> np.ndarray:
        """A theta drawn layer by layer from one seeded stream."""
        rng = np.random.default_rng(seed)
        theta = np.zeros(self.parameters)
        for layer, (n_in, n_out) in enumerate(zip(self.sizes, self.sizes[1:], strict=False)):
            weights = initializer.weights(rng, n_out, n_in)
            theta[self.blocks[f"W{layer + 1}"]] = weights.ravel()
            if self.bias:
                theta[self.blocks[f"b{layer + 1}"]] = initializer.biases(rng, n_out, n_in)
        return theta

    def layers(self, theta) -> list[tuple[np.ndarray, np.ndarray]]:
        """[(W (..., n_out, n_in), b (..., n_out)), ...], views of theta (..., P).

        Without biases b is an array of zeros. Raises ValueError for the wrong length.
        """
        theta = np.asarray(theta)
        if theta.shape[-1:] != (self.parameters,):
            raise ValueError(
                f"theta must have {self.parameters} parameters in its last axis, "
                f"got shape {theta.shape}"
            )
        pairs = []
        for layer in range(self.depth):
            views = {
                name[0]: theta[..., self.blocks[name]].reshape(theta.shape[:-1] + shape)
                for name, shape in self._shapes(layer)
            }
            weights = views["W"]
            pairs.append((weights, views.get("b", np.zeros(weights.shape[:-1], theta.dtype))))
        return pairs


@dataclass(frozen=True, eq=False)
class FitLoss:
    """The mean loss of a network on a data set, an Objective over its flat theta.

    inputs (m, n_in), targets (m, n_out). theta (..., P) may be float32, float64 or complex,
    and the answer is of its kind. `weight_decay` adds half its product with ||W||^2, biases
    left alone. `dropout` is the chance that a hidden activation is zeroed, the others being
    divided by the chance to be kept (inverted dropout); `dropout_seed` freezes the masks, and
    None draws new ones for every evaluation. `backprop` is the backward pass in use.
    Raises ValueError when shapes or ranges do not fit.
    """

    network: Network
    loss: Loss
    inputs: np.ndarray
    targets: np.ndarray
    weight_decay: float = 0.0
    dropout: float = 0.0
    dropout_seed: int | None = None
    backprop: Backprop = field(default_factory=Backprop)

    # Its value is analytic but for kinks, where complex z go by the side of Re z.
    takes_complex = True

    def __post_init__(self):
        for name, width in (("inputs", self.network.sizes[0]), ("targets", self.network.sizes[-1])):
            array = as_parameters(getattr(self, name))
            object.__setattr__(self, name, array)
            if array.ndim != 2 or array.shape[1] != width or not len(array):
                raise ValueError(f"{name} must have shape (m, {width}), got {array.shape}")
        if len(self.inputs) != len(self.targets):
            raise ValueError(
                f"{len(self.inputs)} inputs need as many targets, got {len(self.targets)}"
            )
        if not 0 <= self.dropout < 1:
            raise ValueError(f"dropout must lie in [0, 1), got {self.dropout}")

    @property
    def blocks(self) -> dict[str, slice]:
        """Name -> slice of theta: W1, b1, W2, b2, ..."""
        return self.network.blocks

    def value(self, theta) -> np.ndarray:
        """L (...) of theta (..., P)."""
        return self._by_chunks(theta, lambda part: self.measure(self.forward(part)), ())

    def value_rounding(self, theta) -> float:
        """The rounding error of L at theta (P,) that its loss makes beyond eps |L|."""
        return value_rounding(self, theta)

    def slope_rounding(self, theta) -> np.ndarray:
        """The same of the slopes (P,) of L, however they are measured."""
        with np.errstate(over="ignore", invalid="ignore"):
            return slope_rounding(self, theta)

    def grad(self, theta) -> np.ndarray:
        """dL/dtheta (..., P), from `backprop`."""
        return self._by_chunks(theta, self._flat_grad, (self.network.parameters,))

    @property
    def samples(self) -> int:
        return len(self.inputs)

    def on(self, indices) -> "FitLoss":
        """The mean loss on the samples with these indices alone."""
        return replace(self, inputs=self.inputs[indices], targets=self.targets[indices])

    def batch_value(self, theta, indices) -> np.ndarray:
        return self.on(indices).value(theta)

    def batch_grad(self, theta, indices) -> np.ndarray:
        return self.on(indices).grad(theta)

    def trace(self, theta) -> Trace:
        """One forward and backward pass with all that happened on the way."""
        with np.errstate(over="ignore", invalid="ignore"):
            return self.backprop.run(self, self.forward(as_parameters(theta)))

    def flatten(self, trace: Trace) -> np.ndarray:
        """dL/dtheta (..., P) of a finished backward pass, in the order of theta."""
        batch = trace.weight_grads[0].shape[:-2]
        flat = np.empty((*batch, self.network.parameters), trace.weight_grads[0].dtype)
        views = self.network.layers(flat)
        for (w, b), dw, db in zip(views, trace.weight_grads, trace.bias_grads, strict=True):
            w[...] = dw
            if self.network.bias:
                b[...] = db
        return flat

    def values_shifted(self, theta, indices, offsets) -> np.ndarray:
        """L at theta (P,) with theta[indices[k]] moved by offsets[k], for every k (K,).

        Equals `value` of K whole parameter vectors but for round-off, and is much faster:
        the layers below a moved parameter are not evaluated again.
        """
        theta = as_parameters(theta)
        with np.errstate(over="ignore", invalid="ignore"):
            return values_shifted(self, theta, np.asarray(indices), np.asarray(offsets))

    def predict(self, theta, inputs) -> np.ndarray:
        """The answer for other inputs (m, n_in), dropout off; probabilities where fit."""
        theta = as_parameters(theta)
        forward = self._start(theta, inputs, [None] * self.network.depth).run()
        z, a = forward.pre_activations[-1], forward.activations[-1]
        return self.loss.predict(z, a, self.network.output)

    def forward(self, theta) -> ForwardPass:
        """The forward pass at theta (..., P), dropout included."""
        return self._start(theta, self.inputs, self.draw_masks(theta)).run()

    def measure(self, forward) -> np.ndarray:
        """L of a finished forward pass: the mean over samples, plus the penalty."""
        z, a = forward.pre_activations[-1], forward.activations[-1]
        targets = self.cast(self.targets, z.dtype)
        value = self.loss.per_sample(z, a, targets, self.network.output).mean(-1)
        if self.weight_decay:
            value = value + self.penalty(forward.weights)
        return value

    def penalty(self, weights) -> np.ndarray:
        """weight_decay / 2 times the sum of all squared weights."""
        return self.weight_decay / 2 * sum((w * w).sum((-2, -1)) for w in weights)

    def draw_masks(self, theta) -> list:
        """A 0/1 mask for each hidden layer, or None; a new one per theta unless frozen."""
        depth = self.network.depth
        if not self.dropout:
            return [None] * depth
        batch = () if self.dropout_seed is not None else theta.shape[:-1]
        rng = np.random.default_rng(self.dropout_seed)
        shapes = [(*batch, len(self.inputs), width) for width in self.network.sizes[1:-1]]
        masks = [(rng.random(shape) >= self.dropout) for shape in shapes]
        return [*masks, None]

    @staticmethod
    def cast(array, dtype) -> np.ndarray:
        """Data in the real precision of the parameters, so that float32 stays float32."""
        return np.asarray(array, np.finfo(dtype).dtype)

    def _start(self, theta, inputs, masks):
        weights, biases = zip(*self.network.layers(theta), strict=True)
        keep = 1 - self.dropout
        inputs = self.cast(np.asarray(inputs), theta.dtype)
        return ForwardPass(self.network, list(weights), list(biases), masks, keep, [inputs])

    def _flat_grad(self, theta):
        return self.flatten(self.backprop.run(self, self.forward(theta)))

    def _by_chunks(self, theta, function, shape):
        theta = as_parameters(theta)
        flat = theta.reshape(-1, theta.shape[-1])
        parts = list(pieces(len(flat), len(self.inputs) * max(self.network.sizes), CHUNK))
        with np.errstate(over="ignore", invalid="ignore"):
            if len(parts) < 2:
                return function(theta)
            found = np.concatenate([function(flat[part]) for part in parts])
        return found.reshape(theta.shape[:-1] + shape)


def as_parameters(theta) -> np.ndarray:
    """theta as an array of floating numbers, in the precision it came in if it has one."""
    theta = np.asarray(theta)
    return theta if theta.dtype.kind in "fc" else theta.astype(float)
