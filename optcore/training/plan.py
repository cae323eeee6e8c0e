"""What decides a training: data, network, optimizer, length; and what nothing learned costs."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from optcore.descent.disturbance import ClipNorm, ClipValue
from optcore.networks.activations import Activation, Identity, Sigmoid
from optcore.networks.datasets import Dataset, Generator
from optcore.networks.initializers import Initializer
from optcore.networks.losses import SigmoidCrossEntropy, SoftmaxCrossEntropy, SquaredError
from optcore.networks.network import FitLoss, Network
from optcore.optimizers import OPTIMIZERS
from optcore.optimizers.base import Optimizer

SNAPSHOTS = 50
# Cells of a line of answers, and those for a network of so many parameters that it takes long.
CELLS, WIDE, FEWER_CELLS = 41, 20_000, 25
REACH = 1.15
# A rough guess of seconds: of a step, of a layer, of a unit for a sample, of a weight of it for a
# sample; and how many passes one step is, or one that searches along a line.
STEP, LAYER, UNIT, WEIGHT = 1e-4, 1.2e-5, 2.5e-9, 5e-11
PASSES, SEARCHING = 4, 12
# What a plan made smaller keeps at least.
FEWEST, NARROWEST, SHALLOWEST = 100, 4, 2
# Rates at which a plain deep ReLU network learns the data sets within 300 steps, where the
# optimizer's own default is not one.
RATES = {
    "Gradient descent": 0.1,
    "Momentum": 0.03,
    "Nesterov momentum": 0.03,
    "RMSProp": 0.003,
    "RMSProp with Nesterov momentum": 0.001,
    "Adam": 0.003,
    "AdamW": 0.003,
    "AMSGrad": 0.003,
    "AdaMax": 0.003,
    "RAdam": 0.01,
    "Lion": 0.003,
    "Rprop": 0.1,
    "Delta-bar-delta": 0.1,
    "QHM": 0.1,
    "QHAdam": 0.003,
    "Averaged SGD": 0.1,
}
# What fits a target: the output unit and the loss that belongs to it.
HEADS = {
    "binary": (Sigmoid(), SigmoidCrossEntropy()),
    "classes": (Identity(), SoftmaxCrossEntropy()),
    "regression": (Identity(), SquaredError()),
}


def untrainable(optimizer: Optimizer) -> str:
    """Why an optimizer cannot train a network here, as a clause; empty when it can."""
    if "hessian" in optimizer.uses:
        return "needs the Hessian, a matrix of P × P numbers for P parameters"
    if "grad" not in optimizer.uses:
        return "keeps P + 1 points of P parameters and uses no gradient"
    if any(np.ndim(part) > 1 for part in optimizer.init(np.zeros(3)).values()):
        return "keeps a matrix of P × P numbers for P parameters"
    return ""


TRAINERS: tuple[Optimizer, ...] = tuple(
    replace(optimizer, learning_rate=RATES[optimizer.name])
    if optimizer.name in RATES
    else optimizer
    for optimizer in OPTIMIZERS
    if not untrainable(optimizer)
)


@dataclass(frozen=True)
class TrainingPlan:
    """All that decides a training: two equal plans give the same numbers.

    `depth` counts hidden layers of `width` units. `batch` is the number of samples per step,
    None for all; a line search, which compares losses, always takes all. The seed draws the
    data and the batches; the weights come from it too, so that two plans which differ in the
    activation alone start from the same weights.
    """

    dataset: Generator
    hidden: Activation
    initializer: Initializer
    optimizer: Optimizer
    depth: int = 8
    width: int = 16
    residual: bool = False
    norm: str | None = None
    bias: bool = True
    steps: int = 300
    clip: ClipNorm | ClipValue | None = None
    batch: int | None = None
    seed: int = 0

    @cached_property
    def data(self) -> Dataset:
        return self.dataset.make(self.seed)

    @cached_property
    def fit(self) -> FitLoss:
        """The loss of the network on all samples."""
        output, loss = HEADS[self.data.kind]
        n_in, n_out = self.data.inputs.shape[1], self.data.targets.shape[1]
        sizes = (n_in, *[self.width] * self.depth, n_out)
        network = Network(sizes, self.hidden, output, self.bias, self.residual, self.norm)
        return FitLoss(network, loss, self.data.inputs, self.data.targets)

    @property
    def start(self) -> np.ndarray:
        return self.fit.network.initial(self.initializer, self.seed)

    @cached_property
    def snapshots(self) -> np.ndarray:
        """The steps at which the answers on a grid are taken down, evenly spread."""
        wanted = np.linspace(0, self.steps, min(SNAPSHOTS, self.steps) + 1)
        return np.round(wanted).astype(int)

    @cached_property
    def places(self) -> np.ndarray:
        """Where they are taken: a coarser grid for a network so wide that it would take long."""
        wide = self.fit.network.parameters > WIDE
        return places(self.data.inputs, FEWER_CELLS if wide else CELLS)

    @property
    def seconds(self) -> float:
        """A rough guess of what the training takes, snapshots and all."""

        def one_pass(samples):
            units = self.depth * self.width * samples
            return LAYER * self.depth + (UNIT + WEIGHT * self.width) * units

        passes = SEARCHING if "value" in self.optimizer.uses else PASSES
        steps = self.steps * (STEP + passes * one_pass(len(self.fit.inputs)))
        return steps + len(self.snapshots) * one_pass(len(self.places))

    def within(self, seconds: float) -> "TrainingPlan":
        """The same plan, or one with fewer steps and then smaller layers that fits the time."""
        plan = self
        while plan.seconds > seconds and plan.steps > FEWEST:
            plan = replace(plan, steps=max(FEWEST, plan.steps // 2))
        while plan.seconds > seconds and plan.width > NARROWEST:
            plan = replace(plan, width=max(NARROWEST, plan.width // 2))
        while plan.seconds > seconds and plan.depth > SHALLOWEST:
            plan = replace(plan, depth=max(SHALLOWEST, plan.depth // 2))
        return plan


def constant_loss(data: Dataset) -> float:
    """The loss of the best answer that does not look at the input: what nothing learned costs."""
    mean = data.targets.mean(axis=0)
    if data.kind == "regression":
        return float(((data.targets - mean) ** 2).sum(axis=1).mean() / 2)
    shares = np.array([mean[0], 1 - mean[0]]) if data.kind == "binary" else mean
    shares = shares[shares > 0]
    return float(-(shares * np.log(shares)).sum())


def places(inputs: np.ndarray, cells: int) -> np.ndarray:
    """A grid (cells², 2) or, for one input, a line (3 cells, 1) that reaches past all samples."""
    reach = REACH * np.abs(inputs).max()
    if inputs.shape[1] == 1:
        return np.linspace(-reach, reach, 3 * cells)[:, None]
    side = np.linspace(-reach, reach, cells)
    return np.column_stack([each.ravel() for each in np.meshgrid(side, side)])
