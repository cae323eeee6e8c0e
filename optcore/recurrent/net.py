"""A recurrent net and the loss of a batch of sequences, as an Objective over one flat vector."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from optcore.networks.activations import Identity
from optcore.networks.initializers import Initializer, Uniform
from optcore.networks.losses import Loss
from optcore.networks.network import as_parameters
from optcore.recurrent.cells import Cell
from optcore.recurrent.through_time import Trace, backward_through_time, forward_through_time

LINEAR = Identity()
TORCH_DEFAULT = Uniform()


@dataclass(frozen=True)
class RecurrentNet:
    """One recurrent layer of `n_hidden` units and a linear readout of its h.

    theta is W_input (G H, n_in), W_hidden (G H, H), b (G H), for a GRU b_hidden (H), then
    W_output (n_out, H), b_output (n_out), each by rows; G gates in the order of the cell.
    torch's two biases are one here, but for the GRU's candidate, whose second the reset gate
    multiplies. Raises ValueError for a width below 1.
    """

    cell: Cell
    n_in: int
    n_hidden: int
    n_out: int

    def __post_init__(self):
        if min(self.n_in, self.n_hidden, self.n_out) < 1:
            raise ValueError(
                f"a net needs at least one input, unit and output, got {self.n_in}, "
                f"{self.n_hidden} and {self.n_out}"
            )

    @cached_property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Block name -> shape, in the order of theta."""
        stacked, hidden = len(self.cell.gates) * self.n_hidden, self.n_hidden
        shapes = {"W_input": (stacked, self.n_in), "W_hidden": (stacked, hidden), "b": (stacked,)}
        if self.cell.hidden_bias:
            shapes["b_hidden"] = (hidden,)
        return {**shapes, "W_output": (self.n_out, hidden), "b_output": (self.n_out,)}

    @cached_property
    def blocks(self) -> dict[str, slice]:
        """Block name -> slice of theta."""
        blocks, start = {}, 0
        for name, shape in self.shapes.items():
            blocks[name] = slice(start, start + math.prod(shape))
            start = blocks[name].stop
        return blocks

    @cached_property
    def parameters(self) -> int:
        """P, the length of theta."""
        return self.blocks["b_output"].stop

    def unpack(self, theta) -> dict[str, np.ndarray]:
        """Block name -> view (..., *shape) of theta (..., P); ValueError for another length."""
        theta = as_parameters(theta)
        if theta.shape[-1:] != (self.parameters,):
            raise ValueError(
                f"theta must have {self.parameters} parameters in its last axis, "
                f"got shape {theta.shape}"
            )
        return {
            name: theta[..., self.blocks[name]].reshape(theta.shape[:-1] + shape)
            for name, shape in self.shapes.items()
        }

    def pack(self, parts: dict[str, np.ndarray]) -> np.ndarray:
        """theta (..., P) of blocks (..., *shape)."""
        batch = np.shape(parts["b_output"])[:-1]
        flat = [
            np.reshape(parts[name], (*batch, math.prod(shape)))
            for name, shape in self.shapes.items()
        ]
        return np.concatenate(flat, axis=-1)

    def initial(self, recurrent: Initializer, seed: int, others=TORCH_DEFAULT) -> np.ndarray:
        """A theta from one seeded stream: W_hidden gate by gate by `recurrent`.

        Input and output weights are drawn by `others`; biases are 0 but for the cell's own.
        """
        rng = np.random.default_rng(seed)
        width, gates = self.n_hidden, self.cell.gates
        parts = {name: np.zeros(shape) for name, shape in self.shapes.items()}
        parts["W_hidden"] = np.concatenate([recurrent.weights(rng, width, width) for _ in gates])
        parts["W_input"] = np.concatenate([others.weights(rng, width, self.n_in) for _ in gates])
        parts["W_output"] = others.weights(rng, self.n_out, width)
        parts["b"] = self.cell.first_bias(width)
        return self.pack(parts)


@dataclass(frozen=True, eq=False)
class SequenceLoss:
    """The mean loss of a net on m sequences, an Objective over its flat theta.

    inputs (T, m, n_in), time first as in torch; targets (K, m, n_out) for the last K steps, at
    which the output is read. The loss is the mean over sequences and read steps. theta (..., P)
    may be float32, float64 or complex. Raises ValueError where shapes do not fit.
    """

    net: RecurrentNet
    loss: Loss
    inputs: np.ndarray
    targets: np.ndarray

    def __post_init__(self):
        for name, width in (("inputs", self.net.n_in), ("targets", self.net.n_out)):
            array = np.asarray(getattr(self, name), float)
            object.__setattr__(self, name, array)
            if array.ndim != 3 or array.shape[2] != width or not array.size:
                raise ValueError(f"{name} must have shape (steps, m, {width}), got {array.shape}")
        if self.inputs.shape[1] != self.targets.shape[1] or len(self.targets) > len(self.inputs):
            raise ValueError(
                f"targets (steps read, m, outputs) do not fit the inputs: {self.targets.shape} "
                f"for {self.inputs.shape}"
            )

    @property
    def blocks(self) -> dict[str, slice]:
        """Name -> slice of theta: W_input, W_hidden, b, ..."""
        return self.net.blocks

    def value(self, theta) -> np.ndarray:
        """L (...) of theta (..., P)."""
        return self.measure(self._forward(theta).outputs)

    def grad(self, theta) -> np.ndarray:
        """dL/dtheta (..., P), by back-propagation through time."""
        return self.net.pack(self.trace(theta).grads)

    def trace(self, theta) -> Trace:
        """One pass forward and one back with all that happened on the way."""
        passed = self._forward(theta)
        outputs = passed.outputs
        by_outputs = self.loss.delta(outputs, outputs, self._targets(outputs), LINEAR)
        by_outputs = by_outputs / (by_outputs.shape[0] * by_outputs.shape[-2])
        with np.errstate(over="ignore", invalid="ignore"):
            return backward_through_time(passed, by_outputs)

    def measure(self, outputs) -> np.ndarray:
        """L of outputs (K, ..., m, n_out)."""
        losses = self.loss.per_sample(outputs, outputs, self._targets(outputs), LINEAR)
        return losses.mean(axis=(0, -1))

    def examine(self, theta, at_once: int) -> tuple[np.ndarray, np.ndarray]:
        """The answers (K, m, n_out) and L () of one theta by one pass, so many sequences at once;
        the answers are probabilities where the loss has them."""
        parts = [
            self._forward(theta, slice(first, first + at_once)).outputs
            for first in range(0, self.inputs.shape[1], at_once)
        ]
        outputs = np.concatenate(parts, axis=-2)
        return self.loss.predict(outputs, outputs, LINEAR), self.measure(outputs)

    def _forward(self, theta, some: slice = slice(None)):
        parts = self.net.unpack(theta)
        inputs = np.asarray(self.inputs[:, some], parts["b"].real.dtype)
        with np.errstate(over="ignore", invalid="ignore"):
            return forward_through_time(self.net.cell, parts, inputs, len(self.targets))

    def _targets(self, outputs) -> np.ndarray:
        """The targets in the outputs' real precision, with room for a batch of theta."""
        read, m, width = self.targets.shape
        targets = self.targets.astype(outputs.real.dtype)
        return targets.reshape(read, *(1,) * (outputs.ndim - 3), m, width)
