"""Adam with a Nesterov momentum, and Adam with a rectified first phase."""

from dataclasses import dataclass

import numpy as np

from optcore.knobs import knob
from optcore.optimizers.adam import MEAN, MEAN_HAT, MEAN_SQUARE, MEAN_SQUARE_HAT, STEP, zeros
from optcore.optimizers.base import Optimizer


@dataclass(frozen=True)
class NAdam(Optimizer):
    name = "NAdam"
    idea = "Adam that looks ahead as Nesterov momentum does."
    source = "Dozat (2016), Incorporating Nesterov momentum into Adam"
    variant = "torch.optim.NAdam: the momentum rises along 1 - 0.96^(t psi) / 2"
    torch = (
        "NAdam([point], lr=<learning_rate>, betas=(<beta1>, <beta2>), eps=<epsilon>, "
        "momentum_decay=<momentum_decay>)"
    )
    rule = (
        "momentum = beta1 * (1 - 0.96 ** (t * momentum_decay) / 2)",
        "next_momentum = beta1 * (1 - 0.96 ** ((t + 1) * momentum_decay) / 2)",
        "momentum_product = momentum_product * momentum",
        MEAN,
        MEAN_SQUARE,
        MEAN_SQUARE_HAT,
        "mean_hat = next_momentum * mean / (1 - momentum_product * next_momentum)"
        " + (1 - momentum) * grad / (1 - momentum_product)",
        STEP,
    )
    symbols = {
        "momentum": r"\mu",
        "next_momentum": r"\mu^{+}",
        "momentum_product": r"\Pi",
        "mean": "m",
        "mean_square": "v",
        "mean_hat": r"\hat m",
        "mean_square_hat": r"\hat v",
    }

    learning_rate: float = knob(0.002, 1e-6, 10.0, scale="log", symbol=r"\eta")
    beta1: float = knob(0.9, 0.0, 0.999, symbol=r"\beta_1")
    beta2: float = knob(0.999, 0.0, 0.99999, symbol=r"\beta_2")
    epsilon: float = knob(1e-8, 0.0, 1.0, scale="log", symbol=r"\epsilon")
    momentum_decay: float = knob(4e-3, 0.0, 1.0, scale="log", symbol=r"\psi")

    def init(self, point):
        none = np.zeros(np.broadcast(self.beta1, self.momentum_decay).shape)
        return {
            **zeros(point, "mean", "mean_square", "mean_hat", "mean_square_hat"),
            "momentum": none,
            "next_momentum": none,
            "momentum_product": np.ones_like(none),
        }

    def update(self, look, state):
        count = state["count"] + 1
        momentum, next_momentum = self.momentum_at(count), self.momentum_at(count + 1)
        product = state["momentum_product"] * momentum
        mean = self.beta1 * state["mean"] + (1 - self.beta1) * look.grad
        mean_square = self.beta2 * state["mean_square"] + (1 - self.beta2) * look.grad**2
        mean_square_hat = mean_square / (1 - self.beta2**count)
        ahead = next_momentum * mean / (1 - product * next_momentum)
        mean_hat = ahead + (1 - momentum) * look.grad / (1 - product)
        step = -self.learning_rate * mean_hat / (np.sqrt(mean_square_hat) + self.epsilon)
        return step, {
            "count": count,
            "momentum": momentum,
            "next_momentum": next_momentum,
            "momentum_product": product,
            "mean": mean,
            "mean_square": mean_square,
            "mean_hat": mean_hat,
            "mean_square_hat": mean_square_hat,
        }

    def momentum_at(self, count):
        return self.beta1 * (1 - 0.5 * 0.96 ** (count * self.momentum_decay))


@dataclass(frozen=True)
class RAdam(Optimizer):
    name = "RAdam"
    idea = "Adam that waits with its division until it has seen enough gradients for it."
    source = "Liu et al. (2020), On the variance of the adaptive learning rate and beyond"
    variant = "torch.optim.RAdam: adaptive once rho exceeds 5; epsilon joins the uncorrected root"
    torch = "RAdam([point], lr=<learning_rate>, betas=(<beta1>, <beta2>), eps=<epsilon>)"
    rule = (
        MEAN,
        MEAN_SQUARE,
        MEAN_HAT,
        "rho_limit = 2 / (1 - beta2) - 1",
        "rho = rho_limit - 2 * t * beta2**t / (1 - beta2**t)",
        "rectification = sqrt((rho - 4) * (rho - 2) * rho_limit"
        " / ((rho_limit - 4) * (rho_limit - 2) * rho)) if rho > 5 else 0",
        "step = -learning_rate * mean_hat * (rectification"
        " * (sqrt(1 - beta2**t) / (sqrt(mean_square) + epsilon)) if rho > 5 else 1)",
    )
    symbols = {
        "rho_limit": r"\rho_\infty",
        "mean": "m",
        "mean_square": "v",
        "mean_hat": r"\hat m",
        "rho": r"\rho",
        "rectification": "r",
    }

    learning_rate: float = knob(0.001, 1e-6, 10.0, scale="log", symbol=r"\eta")
    beta1: float = knob(0.9, 0.0, 0.999, symbol=r"\beta_1")
    beta2: float = knob(0.999, 0.0, 0.99999, symbol=r"\beta_2")
    epsilon: float = knob(1e-8, 0.0, 1.0, scale="log", symbol=r"\epsilon")

    def init(self, point):
        none = np.zeros(np.shape(self.beta2))
        memory = zeros(point, "mean", "mean_square", "mean_hat")
        return {**memory, "rho": none, "rectification": none}

    def update(self, look, state):
        count = state["count"] + 1
        mean = self.beta1 * state["mean"] + (1 - self.beta1) * look.grad
        mean_square = self.beta2 * state["mean_square"] + (1 - self.beta2) * look.grad**2
        mean_hat = mean / (1 - self.beta1**count)
        correction = 1 - self.beta2**count
        rho, rectification = self.rectification(count, correction)
        adapted = rectification * np.sqrt(correction) / (np.sqrt(mean_square) + self.epsilon)
        step = -self.learning_rate * mean_hat * np.where(rectification > 0, adapted, 1.0)
        return step, {
            "count": count,
            "mean": mean,
            "mean_square": mean_square,
            "mean_hat": mean_hat,
            "rho": rho,
            "rectification": rectification,
        }

    def rectification(self, count, correction):
        """How many squares the mean square remembers, and the factor that makes up for few."""
        limit = 2 / (1 - self.beta2) - 1
        rho = limit - 2 * count * self.beta2**count / correction
        # Up to 5 the root is not used and may be of a negative number: take it elsewhere.
        many, most = np.maximum(rho, 5.0), np.maximum(limit, 5.0)
        root = np.sqrt((many - 4) * (many - 2) * most / ((most - 4) * (most - 2) * many))
        return rho, np.where(rho > 5, root, 0.0)


OPTIMIZERS = (NAdam(), RAdam())
