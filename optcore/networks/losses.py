"""Losses of one network output against its target, and dL/dz of the output layer.

A loss sees the output layer whole: its pre-activation z, its activation a and the output
activation itself. That is what lets a cross-entropy work from z, where it is stable, instead
of from a probability that has been rounded to 1.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from optcore.networks.activations import Activation, Sigmoid
from optcore.special import sigmoid, softplus

Kind = Literal["binary", "classes", "regression"]


@dataclass(frozen=True)
class Loss:
    """The loss of each sample, summed over outputs; the mean over samples is taken by FitLoss.

    z, a and targets are (..., m, n_out). `per_sample` gives (..., m), `delta` the derivative
    of a sample's loss by its own z, (..., m, n_out), `predict` what the person should read
    as the answer (a probability for the cross-entropies). `kind` is the Dataset kind it is
    made for.
    """

    name: ClassVar[str]
    lesson: ClassVar[str]
    latex: ClassVar[str]
    delta_latex: ClassVar[str]
    kind: ClassVar[Kind] = "regression"

    def per_sample(self, z, a, targets, output: Activation) -> np.ndarray:
        raise NotImplementedError

    def delta(self, z, a, targets, output: Activation) -> np.ndarray:
        raise NotImplementedError

    def predict(self, z, a, output: Activation) -> np.ndarray:
        return a

    def rounding(self, z, a, targets, output: Activation) -> np.ndarray:
        """The rounding error of each output's loss beyond eps times its value, (..., m, n_out)."""
        return np.zeros(a.shape)

    def delta_rounding(self, z, a, targets, output: Activation) -> np.ndarray:
        """The same of its delta, as backpropagation or a complex step has it."""
        return self.rounding(z, a, targets, output)


@dataclass(frozen=True)
class SquaredError(Loss):
    name = "Squared error"
    lesson = "Half the squared distance: its delta carries the slope of the output unit."
    latex = r"\tfrac12 \lVert a - y \rVert^2"
    delta_latex = r"(a - y)\,\phi'(z)"

    def per_sample(self, z, a, targets, output):
        return ((a - targets) ** 2).sum(-1) / 2

    def delta(self, z, a, targets, output):
        return (a - targets) * output.derivative(z, a)


@dataclass(frozen=True)
class CrossEntropy(Loss):
    """A loss that carries its own squashing function and reads the output as logits.

    A sigmoid cross-entropy behind a Sigmoid output unit means the usual pair: the sigmoid is
    applied once, and z are the logits. Behind any other output activation the logits are that
    activation's value (Identity: z again).
    """

    carries: ClassVar[type[Activation] | None] = None

    def fused(self, output) -> bool:
        return self.carries is not None and isinstance(output, self.carries)

    def logits(self, z, a, output):
        return z if self.fused(output) else a

    def delta(self, z, a, targets, output):
        by_logit = self.delta_by_logit(self.logits(z, a, output), targets)
        return by_logit if self.fused(output) else by_logit * output.derivative(z, a)

    def predict(self, z, a, output):
        return self.probabilities(self.logits(z, a, output))

    def delta_rounding(self, z, a, targets, output):
        """A probability that has been rounded to 1 is known to eps, and so is its distance."""
        return self.rounding(z, a, targets, output) + np.finfo(a.dtype).eps * np.abs(targets)

    def probabilities(self, logits):
        raise NotImplementedError

    def delta_by_logit(self, logits, targets):
        raise NotImplementedError


@dataclass(frozen=True)
class SigmoidCrossEntropy(CrossEntropy):
    name = "Sigmoid cross-entropy"
    lesson = "The slope of the sigmoid cancels: a badly wrong unit gets the largest push."
    latex = r"\sum_k \ln(1 + e^{z_k}) - y_k z_k"
    delta_latex = r"\sigma(z) - y"
    kind = "binary"
    carries = Sigmoid

    def per_sample(self, z, a, targets, output):
        # The same as softplus(z) - y z, which would subtract two numbers of the size of z.
        logits = self.logits(z, a, output)
        return (targets * softplus(-logits) + (1 - targets) * softplus(logits)).sum(-1)

    def probabilities(self, logits):
        return sigmoid(logits)

    def delta_by_logit(self, logits, targets):
        return sigmoid(logits) - targets


@dataclass(frozen=True)
class SoftmaxCrossEntropy(CrossEntropy):
    """Targets are probabilities, one-hot as a rule; the largest logit is taken out before exp."""

    name = "Softmax cross-entropy"
    lesson = "Probabilities that share one total: pushing the right class up pushes the rest down."
    latex = r"-\sum_k y_k \ln \frac{e^{z_k}}{\sum_j e^{z_j}}"
    delta_latex = r"\operatorname{softmax}(z) - y"
    kind = "classes"

    def per_sample(self, z, a, targets, output):
        below = self._below_largest(self.logits(z, a, output))
        log_total = np.log(np.exp(below).sum(-1, keepdims=True))
        return (targets * (log_total - below)).sum(-1)

    def probabilities(self, logits):
        weights = np.exp(self._below_largest(logits))
        return weights / weights.sum(-1, keepdims=True)

    def delta_by_logit(self, logits, targets):
        return self.probabilities(logits) * targets.sum(-1, keepdims=True) - targets

    def rounding(self, z, a, targets, output):
        """The logarithm of a sum near 1 is known to eps, however small it is itself."""
        return np.finfo(a.dtype).eps * np.abs(targets)

    @staticmethod
    def _below_largest(logits):
        return logits - logits.real.max(-1, keepdims=True)


@dataclass(frozen=True)
class NaiveCrossEntropy(SigmoidCrossEntropy):
    """The same function as the sigmoid cross-entropy, with the logarithms taken literally.

    Its delta is exact; its value loses digits as a nears 0 or 1, and is infinite or not a
    number once a has been rounded to it.
    """

    name = "Naive cross-entropy"
    lesson = "log(1 - a) loses the digits a has rounded away: a right gradient seems wrong."
    latex = r"-\sum_k y_k \ln a_k + (1 - y_k) \ln(1 - a_k)"
    delta_latex = r"a - y"

    def per_sample(self, z, a, targets, output):
        a = a if self.fused(output) else sigmoid(a)
        with np.errstate(divide="ignore", invalid="ignore"):
            terms = targets * np.log(a) + (1 - targets) * np.log(1 - a)
        return -terms.sum(-1)

    def rounding(self, z, a, targets, output):
        """An error eps a in a is one of eps in log(a), and of eps a / (1 - a) in log(1 - a)."""
        a = a if self.fused(output) else sigmoid(a)
        with np.errstate(divide="ignore", invalid="ignore"):
            worst = np.where(targets < 1, (1 - targets) * a / (1 - a), 0)
        return np.finfo(a.dtype).eps * (targets + worst)


LOSSES: tuple[Loss, ...] = (
    SquaredError(),
    SigmoidCrossEntropy(),
    SoftmaxCrossEntropy(),
    NaiveCrossEntropy(),
)
