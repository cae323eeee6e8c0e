"""Rules as they are often misprinted, kept to be raced against the right ones."""

from dataclasses import dataclass

import numpy as np

from optcore.knobs import knob
from optcore.optimizers.adam import MEAN, MEAN_SQUARE
from optcore.optimizers.base import Optimizer


@dataclass(frozen=True)
class AdamUncorrected(Optimizer):
    name = "Adam without bias correction"
    idea = "Adam as it is often misprinted: its first steps are too long."
    source = "a common misprint of Kingma and Ba (2015), algorithm 1, which corrects both means"
    variant = "not torch's Adam: the first step is (1 - beta1)/sqrt(1 - beta2) rates long"
    rule = (
        MEAN,
        MEAN_SQUARE,
        "step = -learning_rate * (mean / (sqrt(mean_square) + epsilon))",
    )
    symbols = {"mean": "m", "mean_square": "v"}

    learning_rate: float = knob(0.001, 1e-6, 10.0, scale="log", symbol=r"\eta")
    beta1: float = knob(0.9, 0.0, 0.999, symbol=r"\beta_1")
    beta2: float = knob(0.999, 0.0, 0.99999, symbol=r"\beta_2")
    epsilon: float = knob(1e-8, 0.0, 1.0, scale="log", symbol=r"\epsilon")

    def init(self, point):
        return {"mean": np.zeros_like(point), "mean_square": np.zeros_like(point)}

    def update(self, look, state):
        mean = self.beta1 * state["mean"] + (1 - self.beta1) * look.grad
        mean_square = self.beta2 * state["mean_square"] + (1 - self.beta2) * look.grad**2
        step = -self.learning_rate * mean / (np.sqrt(mean_square) + self.epsilon)
        return step, {"mean": mean, "mean_square": mean_square}


MISPRINTS: tuple[Optimizer, ...] = (AdamUncorrected(),)
