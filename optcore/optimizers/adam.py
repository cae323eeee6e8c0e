"""Adam and the methods that change one thing about it."""

from dataclasses import dataclass

import numpy as np

from optcore.knobs import knob
from optcore.optimizers.base import Optimizer

MEAN = "mean = beta1 * mean + (1 - beta1) * grad"
MEAN_SQUARE = "mean_square = beta2 * mean_square + (1 - beta2) * grad**2"
MEAN_HAT = "mean_hat = mean / (1 - beta1**t)"
MEAN_SQUARE_HAT = "mean_square_hat = mean_square / (1 - beta2**t)"
STEP = "step = -learning_rate * (mean_hat / (sqrt(mean_square_hat) + epsilon))"
SYMBOLS = {
    "mean": "m",
    "mean_square": "v",
    "mean_hat": r"\hat m",
    "mean_square_hat": r"\hat v",
}


def zeros(point, *names):
    """A step counter and a memory per name, all zero."""
    return {"count": np.zeros(()), **dict.fromkeys(names, np.zeros_like(point))}


@dataclass(frozen=True)
class Adam(Optimizer):
    name = "Adam"
    idea = "momentum's mean over RMSProp's size, both corrected for having started at zero."
    source = "Kingma and Ba (2015), Adam: a method for stochastic optimization, algorithm 1"
    variant = "torch.optim.Adam: epsilon is added outside the root, after bias correction"
    torch = "Adam([point], lr=<learning_rate>, betas=(<beta1>, <beta2>), eps=<epsilon>)"
    rule = (MEAN, MEAN_SQUARE, MEAN_HAT, MEAN_SQUARE_HAT, STEP)
    symbols = SYMBOLS

    learning_rate: float = knob(0.001, 1e-6, 10.0, scale="log", symbol=r"\eta")
    beta1: float = knob(0.9, 0.0, 0.999, symbol=r"\beta_1")
    beta2: float = knob(0.999, 0.0, 0.99999, symbol=r"\beta_2")
    epsilon: float = knob(1e-8, 0.0, 1.0, scale="log", symbol=r"\epsilon")

    def init(self, point):
        return zeros(point, "mean", "mean_square", "mean_hat", "mean_square_hat")

    def update(self, look, state):
        moments = self.moments(look, state)
        size = np.sqrt(moments["mean_square_hat"]) + self.epsilon
        return -self.learning_rate * moments["mean_hat"] / size, moments

    def moments(self, look, state):
        """The memory after this gradient: both running means, raw and bias corrected."""
        count = state["count"] + 1
        mean = self.beta1 * state["mean"] + (1 - self.beta1) * look.grad
        mean_square = self.beta2 * state["mean_square"] + (1 - self.beta2) * look.grad**2
        return {
            "count": count,
            "mean": mean,
            "mean_square": mean_square,
            "mean_hat": mean / (1 - self.beta1**count),
            "mean_square_hat": mean_square / (1 - self.beta2**count),
        }


@dataclass(frozen=True)
class AdamW(Adam):
    name = "AdamW"
    idea = "Adam with a weight decay of its own, which the division does not touch."
    source = "Loshchilov and Hutter (2019), Decoupled weight decay regularization"
    variant = "torch.optim.AdamW: the decay is multiplied by the rate and never enters the means"
    torch = (
        "AdamW([point], lr=<learning_rate>, betas=(<beta1>, <beta2>), eps=<epsilon>, "
        "weight_decay=<weight_decay>)"
    )
    rule = (
        MEAN,
        MEAN_SQUARE,
        MEAN_HAT,
        MEAN_SQUARE_HAT,
        "step = -learning_rate"
        " * (mean_hat / (sqrt(mean_square_hat) + epsilon) + weight_decay * point)",
    )

    weight_decay: float = knob(0.01, 0.0, 1.0, scale="log", symbol=r"\lambda")

    def update(self, look, state):
        step, moments = super().update(look, state)
        return step - self.learning_rate * self.weight_decay * look.point, moments


@dataclass(frozen=True)
class AMSGrad(Adam):
    name = "AMSGrad"
    idea = "Adam whose divisor never shrinks again."
    source = "Reddi, Kale and Kumar (2018), On the convergence of Adam and beyond, algorithm 2"
    variant = "torch.optim.Adam(amsgrad=True): the maximum is bias corrected, which the paper omits"
    torch = (
        "Adam([point], lr=<learning_rate>, betas=(<beta1>, <beta2>), eps=<epsilon>, amsgrad=True)"
    )
    rule = (
        MEAN,
        MEAN_SQUARE,
        "max_mean_square = max(max_mean_square, mean_square)",
        MEAN_HAT,
        "mean_square_hat = max_mean_square / (1 - beta2**t)",
        STEP,
    )
    symbols = {**SYMBOLS, "max_mean_square": r"v^{\max}"}

    def init(self, point):
        return {**super().init(point), "max_mean_square": np.zeros_like(point)}

    def moments(self, look, state):
        moments = super().moments(look, state)
        largest = np.maximum(state["max_mean_square"], moments["mean_square"])
        corrected = largest / (1 - self.beta2 ** moments["count"])
        return {**moments, "max_mean_square": largest, "mean_square_hat": corrected}


@dataclass(frozen=True)
class AdaMax(Optimizer):
    name = "AdaMax"
    idea = "Adam that divides by the largest recent gradient instead of their root mean square."
    source = "Kingma and Ba (2015), Adam: a method for stochastic optimization, algorithm 2"
    variant = "torch.optim.Adamax: epsilon is added to the gradient's size inside the maximum"
    torch = "Adamax([point], lr=<learning_rate>, betas=(<beta1>, <beta2>), eps=<epsilon>)"
    rule = (
        MEAN,
        "max_size = max(beta2 * max_size, abs(grad) + epsilon)",
        MEAN_HAT,
        "step = -learning_rate * (mean_hat / max_size)",
    )
    symbols = {"mean": "m", "mean_hat": r"\hat m", "max_size": "u"}

    learning_rate: float = knob(0.002, 1e-6, 10.0, scale="log", symbol=r"\eta")
    beta1: float = knob(0.9, 0.0, 0.999, symbol=r"\beta_1")
    beta2: float = knob(0.999, 0.0, 0.99999, symbol=r"\beta_2")
    epsilon: float = knob(1e-8, 0.0, 1.0, scale="log", symbol=r"\epsilon")

    def init(self, point):
        return zeros(point, "mean", "mean_hat", "max_size")

    def update(self, look, state):
        count = state["count"] + 1
        mean = self.beta1 * state["mean"] + (1 - self.beta1) * look.grad
        mean_hat = mean / (1 - self.beta1**count)
        max_size = np.maximum(self.beta2 * state["max_size"], np.abs(look.grad) + self.epsilon)
        step = -self.learning_rate * mean_hat / max_size
        return step, {"count": count, "mean": mean, "mean_hat": mean_hat, "max_size": max_size}


@dataclass(frozen=True)
class QHAdam(Adam):
    name = "QHAdam"
    idea = "Adam with QHM's weighted means in both places."
    source = "Ma and Yarats (2019), Quasi-hyperbolic momentum and Adam for deep learning"
    variant = "epsilon is added outside the root; with both nu equal to 1 this is Adam"
    torch = ""
    rule = (
        MEAN,
        MEAN_SQUARE,
        MEAN_HAT,
        MEAN_SQUARE_HAT,
        "step = -learning_rate * (((1 - nu) * grad + nu * mean_hat)"
        " / (sqrt((1 - nu_square) * grad**2 + nu_square * mean_square_hat) + epsilon))",
    )
    # A step of the rate at first; then m = 2.5 / 0.75, v = 9 / 0.75 = 12 beside 4 and 16.
    worked = (
        {"learning_rate": 0.1, "beta1": 0.5, "beta2": 0.5, "epsilon": 0.0, "nu": 0.25}
        | {"nu_square": 0.5},
        (2.0, 4.0),
        (-0.1, -0.1 - 0.1 * (0.75 * 4 + 0.25 * 2.5 / 0.75) / 14**0.5),
    )

    beta1: float = knob(0.995, 0.0, 0.9999, symbol=r"\beta_1")
    nu: float = knob(0.7, 0.0, 1.0, symbol=r"\nu_1")
    nu_square: float = knob(1.0, 0.0, 1.0, symbol=r"\nu_2")

    def update(self, look, state):
        moments = self.moments(look, state)
        pull = (1 - self.nu) * look.grad + self.nu * moments["mean_hat"]
        square = (1 - self.nu_square) * look.grad**2 + self.nu_square * moments["mean_square_hat"]
        return -self.learning_rate * pull / (np.sqrt(square) + self.epsilon), moments


OPTIMIZERS = (Adam(), AdamW(), AMSGrad(), AdaMax(), QHAdam())
