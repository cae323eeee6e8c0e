"""Optimizers that divide each coordinate by a running size of its gradients."""

from dataclasses import dataclass

import numpy as np

from optcore.knobs import knob
from optcore.optimizers.base import Optimizer


@dataclass(frozen=True)
class AdaGrad(Optimizer):
    name = "AdaGrad"
    idea = (
        "divides each coordinate by all the gradients it has ever seen, so its steps only shrink."
    )
    source = "Duchi, Hazan and Singer (2011), Adaptive subgradient methods for online learning"
    variant = "torch.optim.Adagrad: epsilon is added outside the square root"
    torch = "Adagrad([point], lr=<learning_rate>, eps=<epsilon>)"
    rule = (
        "sum_square = sum_square + grad**2",
        "step = -learning_rate * (grad / (sqrt(sum_square) + epsilon))",
    )
    symbols = {"sum_square": "r"}

    learning_rate: float = knob(0.01, 1e-6, 10.0, scale="log", symbol=r"\eta")
    epsilon: float = knob(1e-10, 0.0, 1.0, scale="log", symbol=r"\epsilon")

    def init(self, point):
        return {"sum_square": np.zeros_like(point)}

    def update(self, look, state):
        sum_square = state["sum_square"] + look.grad**2
        step = -self.learning_rate * look.grad / (np.sqrt(sum_square) + self.epsilon)
        return step, {"sum_square": sum_square}


@dataclass(frozen=True)
class RMSProp(Optimizer):
    name = "RMSProp"
    idea = "divides each coordinate by the size of its recent gradients."
    source = "Tieleman and Hinton (2012), Coursera Neural Networks for Machine Learning, lecture 6e"
    variant = "torch.optim.RMSprop: epsilon is added outside the square root"
    torch = "RMSprop([point], lr=<learning_rate>, alpha=<decay>, eps=<epsilon>)"
    rule = (
        "mean_square = decay * mean_square + (1 - decay) * grad**2",
        "step = -learning_rate * (grad / (sqrt(mean_square) + epsilon))",
    )
    symbols = {"mean_square": "s"}

    learning_rate: float = knob(0.01, 1e-6, 10.0, scale="log", symbol=r"\eta")
    decay: float = knob(0.99, 0.0, 0.9999, symbol=r"\alpha")
    epsilon: float = knob(1e-8, 0.0, 1.0, scale="log", symbol=r"\epsilon")

    def init(self, point):
        return {"mean_square": np.zeros_like(point)}

    def update(self, look, state):
        mean_square = self.decay * state["mean_square"] + (1 - self.decay) * look.grad**2
        step = -self.learning_rate * look.grad / (np.sqrt(mean_square) + self.epsilon)
        return step, {"mean_square": mean_square}


@dataclass(frozen=True)
class RMSPropNesterov(Optimizer):
    """Takes the gradient where the velocity alone would lead."""

    name = "RMSProp with Nesterov momentum"
    idea = "RMSProp's division, and a velocity that looks ahead."
    source = "Goodfellow, Bengio and Courville (2016), Deep Learning, algorithm 8.6"
    variant = "epsilon is added outside the root, as in RMSProp; the book has none"
    rule = (
        "look_ahead = point + momentum * velocity",
        "look_ahead_grad = gradient(look_ahead)",
        "mean_square = decay * mean_square + (1 - decay) * look_ahead_grad**2",
        "velocity = momentum * velocity"
        " - learning_rate * (look_ahead_grad / (sqrt(mean_square) + epsilon))",
        "step = velocity",
    )
    symbols = {
        "look_ahead": r"\tilde x",
        "look_ahead_grad": r"\tilde g",
        "mean_square": "s",
        "velocity": "v",
    }
    # s = 4 / 4 = 1, v = -0.2 / 1; s = 0.75 + 1.96 / 4 = 1.24, v = -0.1 - 0.14 / root of 1.24.
    worked = (
        {"learning_rate": 0.1, "momentum": 0.5, "decay": 0.75, "epsilon": 0.0},
        (2.0, 1.4),
        (-0.2, -0.3 - 0.14 / 1.24**0.5),
    )

    learning_rate: float = knob(0.01, 1e-6, 10.0, scale="log", symbol=r"\eta")
    momentum: float = knob(0.9, 0.0, 0.999, symbol=r"\mu")
    decay: float = knob(0.99, 0.0, 0.9999, symbol=r"\alpha")
    epsilon: float = knob(1e-8, 0.0, 1.0, scale="log", symbol=r"\epsilon")

    def init(self, point):
        zero = np.zeros_like(point)
        zeros = dict.fromkeys(("look_ahead_grad", "mean_square", "velocity"), zero)
        return {"look_ahead": point.copy(), **zeros}

    def asks_at(self, point, state):
        return point + self.momentum * state["velocity"]

    def update(self, look, state):
        mean_square = self.decay * state["mean_square"] + (1 - self.decay) * look.grad**2
        pull = self.learning_rate * look.grad / (np.sqrt(mean_square) + self.epsilon)
        velocity = self.momentum * state["velocity"] - pull
        return velocity, {
            "look_ahead": self.asks_at(look.point, state),
            "look_ahead_grad": look.grad,
            "mean_square": mean_square,
            "velocity": velocity,
        }


@dataclass(frozen=True)
class AdaDelta(Optimizer):
    name = "AdaDelta"
    idea = "RMSProp that finds its own unit of length from the steps it has taken."
    source = "Zeiler (2012), ADADELTA: an adaptive learning rate method"
    variant = "torch.optim.Adadelta: epsilon is inside both roots, a rate scales the step"
    torch = "Adadelta([point], lr=<learning_rate>, rho=<decay>, eps=<epsilon>)"
    rule = (
        "mean_square = decay * mean_square + (1 - decay) * grad**2",
        "delta = sqrt(mean_square_delta + epsilon) / sqrt(mean_square + epsilon) * grad",
        "mean_square_delta = decay * mean_square_delta + (1 - decay) * delta**2",
        "step = -learning_rate * delta",
    )
    symbols = {"mean_square": "s", "delta": r"\Delta", "mean_square_delta": "u"}

    learning_rate: float = knob(1.0, 1e-6, 100.0, scale="log", symbol=r"\eta")
    decay: float = knob(0.9, 0.0, 0.9999, symbol=r"\rho")
    epsilon: float = knob(1e-6, 0.0, 1.0, scale="log", symbol=r"\epsilon")

    def init(self, point):
        zero = np.zeros_like(point)
        return dict.fromkeys(("mean_square", "delta", "mean_square_delta"), zero)

    def update(self, look, state):
        mean_square = self.decay * state["mean_square"] + (1 - self.decay) * look.grad**2
        past = np.sqrt(state["mean_square_delta"] + self.epsilon)
        delta = past / np.sqrt(mean_square + self.epsilon) * look.grad
        mean_square_delta = self.decay * state["mean_square_delta"] + (1 - self.decay) * delta**2
        return -self.learning_rate * delta, {
            "mean_square": mean_square,
            "delta": delta,
            "mean_square_delta": mean_square_delta,
        }


OPTIMIZERS = (AdaGrad(), RMSProp(), RMSPropNesterov(), AdaDelta())
