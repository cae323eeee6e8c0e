"""Gradient descent and its relatives with velocity."""

from dataclasses import dataclass

import numpy as np

from optcore.knobs import knob
from optcore.optimizers.base import Optimizer


@dataclass(frozen=True)
class GradientDescent(Optimizer):
    name = "Gradient descent"
    idea = "goes straight downhill, as far as the slope is steep times the rate."
    source = "Cauchy (1847), Méthode générale pour la résolution des systèmes d'équations"
    variant = "torch.optim.SGD without momentum"
    torch = "SGD([point], lr=<learning_rate>)"
    rule = ("step = -learning_rate * grad",)
    stability = "2/lambda_max"

    learning_rate: float = knob(0.001, 1e-6, 10.0, scale="log", symbol=r"\eta")

    def update(self, look, state):
        return -self.learning_rate * look.grad, state

    def stable_rate(self, curvature):
        return 2 / curvature


@dataclass(frozen=True)
class Momentum(Optimizer):
    name = "Momentum"
    idea = "adds up the last gradients: what turns to and fro cancels, what stays the same adds up."
    source = "Polyak (1964), Some methods of speeding up the convergence of iteration methods"
    variant = "torch.optim.SGD(momentum): the rate multiplies the velocity, not the gradient"
    torch = "SGD([point], lr=<learning_rate>, momentum=<momentum>)"
    rule = (
        "velocity = momentum * velocity + grad",
        "step = -learning_rate * velocity",
    )
    symbols = {"velocity": "v"}
    stability = "2 (1 + momentum)/lambda_max"

    learning_rate: float = knob(0.001, 1e-6, 10.0, scale="log", symbol=r"\eta")
    momentum: float = knob(0.9, 0.0, 0.999, symbol=r"\mu")

    def init(self, point):
        return {"velocity": np.zeros_like(point)}

    def update(self, look, state):
        velocity = self.momentum * state["velocity"] + look.grad
        return -self.learning_rate * velocity, {"velocity": velocity}

    def stable_rate(self, curvature):
        return 2 * (1 + self.momentum) / curvature


@dataclass(frozen=True)
class NesterovMomentum(Optimizer):
    name = "Nesterov momentum"
    idea = "momentum that looks where its velocity will lead, and so brakes sooner."
    source = "Nesterov (1983); Sutskever et al. (2013), On the importance of initialization"
    variant = "torch.optim.SGD(nesterov=True): the look-ahead is folded into the step"
    torch = "SGD([point], lr=<learning_rate>, momentum=<momentum>, nesterov=True)"
    rule = (
        "velocity = momentum * velocity + grad",
        "step = -learning_rate * (grad + momentum * velocity)",
    )
    symbols = {"velocity": "v"}
    stability = "2 (1 + momentum)/((1 + 2 momentum) lambda_max)"

    learning_rate: float = knob(0.001, 1e-6, 10.0, scale="log", symbol=r"\eta")
    momentum: float = knob(0.9, 0.0, 0.999, symbol=r"\mu")

    def init(self, point):
        return {"velocity": np.zeros_like(point)}

    def update(self, look, state):
        velocity = self.momentum * state["velocity"] + look.grad
        step = -self.learning_rate * (look.grad + self.momentum * velocity)
        return step, {"velocity": velocity}

    def stable_rate(self, curvature):
        return 2 * (1 + self.momentum) / ((1 + 2 * self.momentum) * curvature)


@dataclass(frozen=True)
class QHM(Optimizer):
    name = "QHM"
    idea = "quasi-hyperbolic momentum: a weighted mean of the gradient now and momentum's mean."
    source = "Ma and Yarats (2019), Quasi-hyperbolic momentum and Adam for deep learning"
    variant = "the mean is not bias corrected; nu = 0 is gradient descent, nu = 1 momentum"
    rule = (
        "mean = momentum * mean + (1 - momentum) * grad",
        "step = -learning_rate * ((1 - nu) * grad + nu * mean)",
    )
    symbols = {"mean": "m"}
    # m = 1, 2.5: steps of (2 + 1) / 2 and (4 + 2.5) / 2.
    worked = ({"learning_rate": 1.0, "momentum": 0.5, "nu": 0.5}, (2.0, 4.0), (-1.5, -4.75))

    learning_rate: float = knob(0.001, 1e-6, 10.0, scale="log", symbol=r"\eta")
    momentum: float = knob(0.999, 0.0, 0.9999, symbol=r"\beta")
    nu: float = knob(0.7, 0.0, 1.0, symbol=r"\nu")

    def init(self, point):
        return {"mean": np.zeros_like(point)}

    def update(self, look, state):
        mean = self.momentum * state["mean"] + (1 - self.momentum) * look.grad
        step = -self.learning_rate * ((1 - self.nu) * look.grad + self.nu * mean)
        return step, {"mean": mean}


@dataclass(frozen=True)
class AveragedSGD(Optimizer):
    """The memory `average` is the answer of the method; the path shows the points averaged."""

    name = "Averaged SGD"
    idea = "gradient descent at a shrinking rate, whose answer is the average of its points."
    source = "Polyak and Juditsky (1992), Acceleration of stochastic approximation by averaging"
    variant = "torch.optim.ASGD: the rate shrinks by a power law, averaging starts late"
    torch = (
        "ASGD([point], lr=<learning_rate>, lambd=<regularization>, alpha=<power>, "
        "t0=<averaging_start>)"
    )
    # torch works the rate of a step out at the end of the step before, from the rate of then.
    torch_rate = (
        "optimizer.param_groups[0]['lr'] = rates[step]",
        "if step:",
        "    slowed = (1 + <regularization> * rates[step] * step) ** <power>",
        "    optimizer.state[point]['eta'].fill_(rates[step] / slowed)",
    )
    rule = (
        "rate = learning_rate / (1 + regularization * learning_rate * (t - 1)) ** power",
        "step = -rate * (grad + regularization * point)",
        "average = average + (point + step - average) / max(1, t - 1 - averaging_start)",
    )
    symbols = {"rate": r"\eta", "average": r"\bar x"}

    learning_rate: float = knob(0.01, 1e-6, 10.0, scale="log", symbol=r"\eta")
    regularization: float = knob(1e-4, 0.0, 1.0, scale="log", symbol=r"\lambda")
    power: float = knob(0.75, 0.0, 1.0, symbol=r"\alpha")
    averaging_start: float = knob(1e6, 1.0, 1e6, scale="log", symbol="t_0")

    def init(self, point):
        rate = np.zeros(np.broadcast(self.learning_rate, self.regularization, self.power).shape)
        return {"count": np.zeros(()), "rate": rate, "average": point.copy()}

    def update(self, look, state):
        count = state["count"]
        slowed = 1 + self.regularization * self.learning_rate * count
        rate = self.learning_rate / slowed**self.power
        step = -rate * (look.grad + self.regularization * look.point)
        ahead = look.point + step - state["average"]
        average = state["average"] + ahead / np.maximum(1.0, count - self.averaging_start)
        return step, {"count": count + 1, "rate": rate, "average": average}


OPTIMIZERS = (GradientDescent(), Momentum(), NesterovMomentum(), QHM(), AveragedSGD())
