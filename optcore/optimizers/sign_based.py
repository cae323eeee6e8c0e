"""Methods that trust the gradient's sign more than its size."""

from dataclasses import dataclass

import numpy as np

from optcore.knobs import knob
from optcore.optimizers.base import Optimizer


@dataclass(frozen=True)
class Lion(Optimizer):
    name = "Lion"
    idea = "steps by the sign of a mean of gradients: every coordinate equally far."
    source = "Chen et al. (2023), Symbolic discovery of optimization algorithms, algorithm 2"
    variant = "the decay is decoupled and multiplied by the rate; the paper's code has it off"
    rule = (
        "blend = beta1 * mean + (1 - beta1) * grad",
        "step = -learning_rate * (sign(blend) + weight_decay * point)",
        "mean = beta2 * mean + (1 - beta2) * grad",
    )
    symbols = {"blend": "c", "mean": "m"}
    # The sign of m wins over the second gradient: blend = 0.5 - 0.25. The decay pulls x to 0.
    worked = (
        {"learning_rate": 0.1, "beta1": 0.5, "beta2": 0.75, "weight_decay": 0.5},
        (4.0, -0.5),
        (-0.1, -0.1 - 0.1 * (1 - 0.05)),
    )

    learning_rate: float = knob(1e-4, 1e-6, 10.0, scale="log", symbol=r"\eta")
    beta1: float = knob(0.9, 0.0, 0.999, symbol=r"\beta_1")
    beta2: float = knob(0.99, 0.0, 0.9999, symbol=r"\beta_2")
    weight_decay: float = knob(0.0, 0.0, 1.0, scale="log", symbol=r"\lambda")

    def init(self, point):
        return dict.fromkeys(("blend", "mean"), np.zeros_like(point))

    def update(self, look, state):
        blend = self.beta1 * state["mean"] + (1 - self.beta1) * look.grad
        mean = self.beta2 * state["mean"] + (1 - self.beta2) * look.grad
        step = -self.learning_rate * (np.sign(blend) + self.weight_decay * look.point)
        return step, {"blend": blend, "mean": mean}


@dataclass(frozen=True)
class Rprop(Optimizer):
    """The learning rate is only the first step's size; each coordinate then finds its own."""

    name = "Rprop"
    idea = (
        "looks at signs alone: a coordinate's step grows while its sign stays, and "
        "shrinks when it turns."
    )
    source = "Riedmiller and Braun (1993), A direct adaptive method for faster backpropagation"
    variant = "iRprop− of Igel and Hüsken (2000), as in torch: no step where the sign has turned"
    torch = (
        "Rprop([point], lr=<learning_rate>, etas=(<decrease>, <increase>), "
        "step_sizes=(<min_size>, <max_size>))"
    )
    rule = (
        "size = min(max_size, max(min_size, size * (increase if kept_grad * grad > 0"
        " else decrease if kept_grad * grad < 0 else 1)))",
        "kept_grad = 0 if kept_grad * grad < 0 else grad",
        "step = -size * sign(kept_grad)",
    )
    symbols = {"size": r"\Delta", "kept_grad": r"g^{\mathrm{kept}}"}

    learning_rate: float = knob(0.01, 1e-6, 10.0, scale="log", symbol=r"\eta")
    decrease: float = knob(0.5, 0.01, 0.99, symbol=r"\eta^-")
    increase: float = knob(1.2, 1.01, 3.0, symbol=r"\eta^+")
    min_size: float = knob(1e-6, 1e-12, 1.0, scale="log", symbol=r"\Delta_{\min}")
    max_size: float = knob(50.0, 1e-3, 1000.0, scale="log", symbol=r"\Delta_{\max}")

    def init(self, point):
        zero = np.zeros_like(point)
        return {"size": zero + self.learning_rate, "kept_grad": zero}

    def update(self, look, state):
        agreement = state["kept_grad"] * look.grad
        turned = agreement < 0
        factor = np.where(turned, self.decrease, np.where(agreement > 0, self.increase, 1.0))
        size = np.minimum(np.maximum(state["size"] * factor, self.min_size), self.max_size)
        kept_grad = np.where(turned, 0.0, look.grad)
        return -size * np.sign(kept_grad), {"size": size, "kept_grad": kept_grad}


@dataclass(frozen=True)
class DeltaBarDelta(Optimizer):
    """The learning rate is only the first one; each coordinate then finds its own."""

    name = "Delta-bar-delta"
    idea = "a rate for each coordinate, which grows while gradient and recent mean agree."
    source = "Jacobs (1988), Increased rates of convergence through learning rate adaptation"
    variant = "as in the paper: a rate grows by a sum, shrinks by a factor, and is used at once"
    rule = (
        "rate = rate + (increase if mean * grad > 0"
        " else -decrease * rate if mean * grad < 0 else 0)",
        "mean = decay * mean + (1 - decay) * grad",
        "step = -rate * grad",
    )
    symbols = {"rate": r"\eta", "mean": r"\bar\delta"}
    # The mean is 1, 1.25, -1.0625: the rate stays 0.1, grows to 0.12, halves, and stays 0.06.
    worked = (
        {"learning_rate": 0.1, "increase": 0.02, "decrease": 0.5, "decay": 0.75},
        (4.0, 2.0, -8.0, 0.0),
        (-0.4, -0.64, -0.16, -0.16),
    )

    learning_rate: float = knob(0.001, 1e-6, 10.0, scale="log", symbol=r"\eta")
    increase: float = knob(1e-4, 0.0, 1.0, scale="log", symbol=r"\kappa")
    decrease: float = knob(0.5, 0.0, 0.99, symbol=r"\phi")
    decay: float = knob(0.7, 0.0, 0.999, symbol=r"\theta")

    def init(self, point):
        zero = np.zeros_like(point)
        return {"rate": zero + self.learning_rate, "mean": zero}

    def update(self, look, state):
        rate, agreement = state["rate"], state["mean"] * look.grad
        shrunk = np.where(agreement < 0, rate - self.decrease * rate, rate)
        rate = np.where(agreement > 0, rate + self.increase, shrunk)
        mean = self.decay * state["mean"] + (1 - self.decay) * look.grad
        return -rate * look.grad, {"rate": rate, "mean": mean}


OPTIMIZERS = (Lion(), Rprop(), DeltaBarDelta())
