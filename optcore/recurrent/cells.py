"""Recurrent cells: one step forward, one step back. Adding one is one class and its name in CELLS.

Shapes: h (..., m, H) for m sequences, weights (..., G H, H) for a cell of G gates stacked in the
order its docstring names, leading axes a batch of parameter vectors.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from optcore.knobs import knob
from optcore.networks.activations import Activation, Identity, ReLU, Tanh
from optcore.special import sigmoid


@dataclass(frozen=True)
class Cell:
    """What turns a state and an input into the next state; its fields are its parameters.

    A state is a tuple of `states` arrays (..., m, H), the hidden h first. `forward` is given the
    drive W_input x + b and the recurrent weights; it returns the next state and what `backward`
    will ask for. `backward` is given the gradient by the state after the step and returns that
    by the drive, that by W_hidden h (+ b_hidden), both (..., m, G H), and that by the state
    before. `slope` is the derivative of the squashing of each unit, from what was saved.
    """

    name: ClassVar[str]
    lesson: ClassVar[str]
    latex: ClassVar[tuple[str, ...]]
    source: ClassVar[str]
    gates: ClassVar[tuple[str, ...]] = ("h",)
    states: ClassVar[int] = 1
    hidden_bias: ClassVar[bool] = False

    def first_bias(self, width: int) -> np.ndarray:
        """How b (G H,) starts."""
        return np.zeros(len(self.gates) * width)

    def forward(self, drive, state, weights, hidden_bias):
        raise NotImplementedError

    def backward(self, saved, grads, weights):
        raise NotImplementedError

    def slope(self, saved) -> np.ndarray:
        raise NotImplementedError


@dataclass(frozen=True)
class Vanilla(Cell):
    """The simple recurrent net (Elman 1990)."""

    source = "Elman (1990), Finding structure in time; torch.nn.RNN, its two biases as one"

    squash: ClassVar[Activation]

    def forward(self, drive, state, weights, hidden_bias):
        z = drive + state[0] @ np.swapaxes(weights, -1, -2)
        a = self.squash.value(z)
        return (a,), (z, a)

    def backward(self, saved, grads, weights):
        delta = grads[0] * self.squash.derivative(*saved)
        return delta, delta, (delta @ weights,)

    def slope(self, saved):
        return self.squash.derivative(*saved)


@dataclass(frozen=True)
class TanhCell(Vanilla):
    name = "Tanh"
    lesson = "The same matrix and a slope of at most 1 at each step: the past fades."
    latex = (r"h_t = \tanh(W_x x_t + W_h h_{t-1} + b)",)
    squash = Tanh()


@dataclass(frozen=True)
class ReLUCell(Vanilla):
    name = "ReLU"
    lesson = "No slope below 1 where units are on: identity weights carry far, or burst."
    latex = (r"h_t = \max(0, W_x x_t + W_h h_{t-1} + b)",)
    source = "Le, Jaitly and Hinton (2015), A simple way to initialize recurrent networks"
    squash = ReLU()


@dataclass(frozen=True)
class LinearCell(Vanilla):
    name = "Linear"
    lesson = "No squashing: the gradient by lag is the power of the matrix, exactly."
    latex = (r"h_t = W_x x_t + W_h h_{t-1} + b",)
    squash = Identity()


@dataclass(frozen=True)
class Leaky(TanhCell):
    """A share of the old state is kept as it is: a linear self-connection; 1 keeps nothing."""

    name = "Leaky"
    lesson = "Each unit remembers for about 1/leak steps, whatever the weights do."
    latex = (r"h_t = (1 - \alpha)\, h_{t-1} + \alpha \tanh(W_x x_t + W_h h_{t-1} + b)",)
    source = "Jaeger et al. (2007), Optimization and applications of leaky-integrator units"

    leak: float = knob(0.1, 0.001, 1.0, scale="log", symbol=r"\alpha")

    def forward(self, drive, state, weights, hidden_bias):
        (squashed,), saved = super().forward(drive, state, weights, hidden_bias)
        return ((1 - self.leak) * state[0] + self.leak * squashed,), saved

    def backward(self, saved, grads, weights):
        delta, _, (through,) = super().backward(saved, (self.leak * grads[0],), weights)
        return delta, delta, ((1 - self.leak) * grads[0] + through,)


@dataclass(frozen=True)
class LSTM(Cell):
    """Gates in torch's order: input, forget, candidate, output. The state is (h, c)."""

    name = "LSTM"
    lesson = "A cell that is added to, and a gate that decides how much of it stays."
    latex = (
        r"i, f, o = \sigma(\cdot), \quad g = \tanh(\cdot)",
        r"c_t = f\, c_{t-1} + i\, g",
        r"h_t = o \tanh c_t",
    )
    source = "Hochreiter and Schmidhuber (1997), with the forget gate of Gers et al. (2000)"
    gates = ("i", "f", "g", "o")
    states = 2

    forget_bias: float = knob(1.0, -5.0, 10.0, symbol="b_f")

    def first_bias(self, width):
        """0 but for the forget gate (Jozefowicz et al. 2015 recommend 1)."""
        bias = np.zeros(4 * width)
        bias[width : 2 * width] = self.forget_bias
        return bias

    def forward(self, drive, state, weights, hidden_bias):
        h, c = state
        z = drive + h @ np.swapaxes(weights, -1, -2)
        width = h.shape[-1]
        gates = sigmoid(z)
        i, f, o = (gates[..., k * width : (k + 1) * width] for k in (0, 1, 3))
        g = np.tanh(z[..., 2 * width : 3 * width])
        new = f * c + i * g
        shown = np.tanh(new)
        return (o * shown, new), (i, f, g, o, c, shown)

    def backward(self, saved, grads, weights):
        i, f, g, o, c, shown = saved
        by_h, by_c = grads
        by_c = by_c + by_h * o * (1 - shown * shown)
        delta = np.concatenate(
            [
                by_c * g * i * (1 - i),
                by_c * c * f * (1 - f),
                by_c * i * (1 - g * g),
                by_h * shown * o * (1 - o),
            ],
            axis=-1,
        )
        return delta, delta, (delta @ weights, by_c * f)

    def slope(self, saved):
        """Of the tanh through which the cell is shown."""
        *_, shown = saved
        return 1 - shown * shown


@dataclass(frozen=True)
class GRU(Cell):
    """Gates in torch's order: reset, update, new; the reset gate acts after the matrix."""

    name = "GRU"
    lesson = "One gate blends old and new: what is not updated is kept as it is."
    latex = (
        r"r, u = \sigma(\cdot), \quad n = \tanh(W_{xn} x_t + b_n + r\, (W_{hn} h_{t-1} + b_{hn}))",
        r"h_t = (1 - u)\, n + u\, h_{t-1}",
    )
    source = "Cho et al. (2014), Learning phrase representations; torch.nn.GRU"
    gates = ("r", "u", "n")
    hidden_bias = True

    def forward(self, drive, state, weights, hidden_bias):
        (h,) = state
        width = h.shape[-1]
        recalled = h @ np.swapaxes(weights, -1, -2)
        gates = sigmoid(drive[..., : 2 * width] + recalled[..., : 2 * width])
        r, u = gates[..., :width], gates[..., width:]
        shown = recalled[..., 2 * width :] + hidden_bias[..., None, :]
        n = np.tanh(drive[..., 2 * width :] + r * shown)
        return ((1 - u) * n + u * h,), (r, u, n, h, shown)

    def backward(self, saved, grads, weights):
        r, u, n, h, shown = saved
        (grad,) = grads
        by_n = grad * (1 - u) * (1 - n * n)
        by_r = by_n * shown * r * (1 - r)
        by_u = grad * (h - n) * u * (1 - u)
        drive = np.concatenate([by_r, by_u, by_n], axis=-1)
        hidden = np.concatenate([by_r, by_u, by_n * r], axis=-1)
        return drive, hidden, (grad * u + hidden @ weights,)

    def slope(self, saved):
        """Of the tanh of the candidate."""
        _, _, n, *_ = saved
        return 1 - n * n


CELLS: tuple[Cell, ...] = (TanhCell(), ReLUCell(), LinearCell(), Leaky(), LSTM(), GRU())
