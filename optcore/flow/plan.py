"""What decides the flow of gradients through a network: itself, its weights and its batch."""

import math
from dataclasses import dataclass, field

import numpy as np

from optcore.flow.layer_flow import LayerFlow, layer_flow
from optcore.knobs import knob
from optcore.networks.activations import Activation, Identity
from optcore.networks.datasets import random_batch
from optcore.networks.initializers import Initializer
from optcore.networks.losses import Loss
from optcore.networks.network import FitLoss, Network

OUTPUTS = 10
# Batches are drawn from seeds that no weights are drawn from.
DATA_SEEDS = 1000


@dataclass(frozen=True)
class FlowSetting:
    """The numbers that compared networks share. `depth` counts weight layers."""

    depth: int = knob(20, 2, 64, symbol="L", whole=True)
    width: int = knob(128, 4, 512, scale="log", symbol="n", whole=True)
    input_scale: float = knob(1.0, 1e-3, 1e3, scale="log", symbol="")
    batch: int = knob(256, 1, 1024, scale="log", symbol="m", whole=True)
    seed: int = knob(0, 0, 99, symbol="", whole=True)
    learning_rate: float = knob(0.01, 1e-5, 10.0, scale="log", symbol=r"\eta")


@dataclass(frozen=True)
class FlowPlan:
    """One network with its weights, batch and loss: equal plans have equal gradients."""

    activation: Activation
    initializer: Initializer
    loss: Loss
    setting: FlowSetting = field(default_factory=FlowSetting)
    residual: bool = False
    norm: str | None = None
    bias: bool = True

    @property
    def name(self) -> str:
        return self.activation.name

    @property
    def plain(self) -> bool:
        return not self.residual and self.norm is None

    @property
    def network(self) -> Network:
        """As wide as its input everywhere, with ten outputs."""
        sizes = (self.setting.width,) * self.setting.depth + (OUTPUTS,)
        carries = getattr(self.loss, "carries", None)
        output = carries() if carries else Identity()
        return Network(sizes, self.activation, output, self.bias, self.residual, self.norm)

    @property
    def fit(self) -> FitLoss:
        network, setting = self.network, self.setting
        # The same seed would make the first samples multiples of the first rows of W1.
        seed = DATA_SEEDS + setting.seed
        data = random_batch(network, self.loss, setting.batch, setting.input_scale, seed)
        return FitLoss(network, self.loss, data.inputs, data.targets)

    def theta(self) -> np.ndarray:
        """The weights (P,) as drawn. The activation has no part in it: compared networks that
        share the rest start from the same ones."""
        return self.network.initial(self.initializer, self.setting.seed)

    @property
    def sigma_w(self) -> float:
        """The root of n_in times the variance of a hidden weight."""
        width = self.setting.width
        return math.sqrt(width * self.initializer.variance(width, width))

    @property
    def sigma_b(self) -> float:
        """The root of the variance of a hidden bias."""
        width = self.setting.width
        return math.sqrt(self.initializer.bias_variance(width, width)) if self.bias else 0.0

    def flow(self, theta: np.ndarray | None = None) -> LayerFlow:
        """One forward and one backward pass, at `theta` if it is drawn already."""
        theta = self.theta() if theta is None else theta
        return layer_flow(self.fit, theta, self.setting.learning_rate)
