"""One neuron on one sample: the error, the slope of its unit, and the gradient they make."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from optcore.descent.loop import descend
from optcore.descent.run import Run
from optcore.knobs import knob
from optcore.networks.activations import Activation, ReLU, Sigmoid
from optcore.networks.losses import Loss, SigmoidCrossEntropy, SquaredError
from optcore.optimizers import GradientDescent


@dataclass(frozen=True)
class Neuron:
    """a = activation(w x + b) with a loss against one target: an Objective of (w, b).

    dL/dw = x dL/dz, dL/db = dL/dz, and dL/dz is the error a - y, times the slope of the unit
    where the loss does not cancel it. Points (..., 2) hold w and b; z is (...).
    """

    name: str
    lesson: str
    activation: Activation
    loss: Loss
    x: float = 1.0
    y: float = 0.0

    @property
    def keeps_slope(self) -> bool:
        """Whether the slope of the unit is a factor of its gradient."""
        return self.loss.name == SquaredError.name

    def pre_activation(self, point):
        return point[..., 0] * self.x + point[..., 1]

    def output(self, z):
        return self.activation.value(z)

    def slope(self, z):
        """a (1 - a) for a sigmoid, 1 or 0 for a ReLU."""
        return self.activation.derivative(z)

    def delta(self, z):
        """dL/dz."""
        return self.loss.delta(z, self.output(z), self.y, self.activation)

    def value(self, point):
        z = self.pre_activation(np.asarray(point))[..., None]
        return self.loss.per_sample(z, self.output(z), self.y, self.activation)

    def grad(self, point):
        delta = self.delta(self.pre_activation(np.asarray(point)))
        return np.stack([delta * self.x, delta], axis=-1)


NEURONS: tuple[Neuron, ...] = (
    Neuron(
        "Squared error",
        "The gradient is the error times a (1 − a): the flatter the sigmoid, the slower it learns.",
        Sigmoid(),
        SquaredError(),
    ),
    Neuron(
        "Cross-entropy",
        "The loss divides the slope out again: the gradient is the error itself.",
        Sigmoid(),
        SigmoidCrossEntropy(),
    ),
    Neuron(
        "ReLU",
        "Slope 1 above zero, so squared error does not slow down; slope 0 below, where it is dead.",
        ReLU(),
        SquaredError(),
    ),
)


@dataclass(frozen=True)
class NeuronStart:
    """Where a neuron starts, what it is shown, and how it descends."""

    w: float = knob(2.0, -8.0, 8.0, symbol="w")
    b: float = knob(2.0, -8.0, 8.0, symbol="b")
    x: float = knob(1.0, -2.0, 2.0, symbol="x")
    y: float = knob(0.0, 0.0, 1.0, symbol="y")
    learning_rate: float = knob(0.15, 1e-3, 10.0, scale="log", symbol=r"\eta")
    steps: int = knob(300, 10, 2000, scale="log", symbol="", whole=True)


@dataclass(frozen=True)
class NeuronRun:
    """A neuron's descent; all arrays are (rows,), row t after t steps."""

    neuron: Neuron
    run: Run

    @cached_property
    def z(self) -> np.ndarray:
        return self.neuron.pre_activation(self.run.points)

    @cached_property
    def outputs(self) -> np.ndarray:
        return self.neuron.output(self.z)

    @cached_property
    def errors(self) -> np.ndarray:
        """a - y."""
        return self.outputs - self.neuron.y

    @cached_property
    def slopes(self) -> np.ndarray:
        return self.neuron.slope(self.z)

    @cached_property
    def deltas(self) -> np.ndarray:
        """dL/dz, which is dL/db; dL/dw is x times it."""
        return self.neuron.delta(self.z)

    @property
    def half_way(self) -> int | None:
        """The first step at which half of the first error is gone; None if that never comes."""
        with np.errstate(invalid="ignore"):
            there = np.abs(self.errors) <= np.abs(self.errors[0]) / 2
        return int(np.argmax(there)) if there.any() else None


def run_neuron(neuron: Neuron, start: NeuronStart) -> NeuronRun:
    """Gradient descent of one neuron from that start, on its one sample."""
    neuron = replace(neuron, x=start.x, y=start.y)
    rule = GradientDescent(learning_rate=start.learning_rate)
    return NeuronRun(neuron, descend(neuron, rule, (start.w, start.b), start.steps))
