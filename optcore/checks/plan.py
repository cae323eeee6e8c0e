"""What decides a gradient check of a network: the network, the point, its bugs and the rule."""

from dataclasses import dataclass, field, replace

import numpy as np

from optcore.checks.bugs import plant
from optcore.checks.grad_check import TooLargeError
from optcore.derivatives.differences import CENTRAL, Difference
from optcore.descent.loop import descend
from optcore.knobs import knob
from optcore.networks.activations import Activation, Identity, Sigmoid, Tanh
from optcore.networks.architectures import ARCHITECTURES, Architecture
from optcore.networks.datasets import Dataset, Generator, Moons, random_batch
from optcore.networks.initializers import Initializer, XavierNormal
from optcore.networks.losses import Loss, SigmoidCrossEntropy
from optcore.networks.network import FitLoss, Network
from optcore.optimizers.adam import Adam

INPUTS = 4
CLASSES = 3
TRAINING_RATE = 0.05
# Components a check may have at most, and as many as are checked while a slider moves.
LIMIT = 20_000
LIVE = 700
LIVE_WORK = 160_000
# Bytes, as measured at both ends.
LEAST_MEMORY, MOST_MEMORY, BYTES = 8_000_000, 140_000_000, 16
# Seconds, as measured at eight sizes: of a check by products and by parameters, of a step of
# training by itself, by layers and by products.
CHECK_BY_PRODUCT, CHECK_BY_PARAMETER = 5e-7, 2e-5
STEP, STEP_BY_LAYER, STEP_BY_PRODUCT = 1e-4, 2e-5, 2.5e-9


@dataclass(frozen=True)
class NetworkShape:
    """How large the network and its batch are; `layers` counts weight layers."""

    layers: int = knob(4, 1, 20, symbol="L", whole=True)
    width: int = knob(5, 1, 100, scale="log", symbol="n", whole=True)
    samples: int = knob(16, 1, 128, scale="log", symbol="m", whole=True)


@dataclass(frozen=True)
class CheckPoint:
    """Where in parameter space the check is made: the draw, its scale, and training from there."""

    weight_scale: float = knob(1.0, 1e-5, 10.0, scale="log", symbol="g")
    input_scale: float = knob(1.0, 0.01, 10.0, scale="log", symbol="")
    training_steps: int = knob(0, 0, 500, symbol="", whole=True)
    seed: int = knob(0, 0, 99, symbol="", whole=True)


@dataclass(frozen=True)
class LossTerms:
    """What is added to the loss or to the forward pass."""

    weight_decay: float = knob(0.01, 0.0, 1e6, scale="log", symbol=r"\lambda")
    dropout: float = knob(0.0, 0.0, 0.9, symbol="")


@dataclass(frozen=True)
class StepSize:
    """The h of the difference."""

    h: float = knob(6e-6, 1e-13, 0.1, scale="log", symbol="h")


@dataclass(frozen=True)
class RandomData:
    """Normal inputs with random targets: what a network meets before it has learned."""

    name = "Random"
    lesson = "Four normal inputs and random targets: nothing to learn, much to check."


RANDOM = RandomData()


@dataclass(frozen=True)
class CheckPlan:
    """One network at one point with its bugs and its check: equal plans have equal records.

    `bugs` are in their layers already; those that cannot matter here are not planted. `again` is
    whether what the rule leaves in doubt gets a second look.
    """

    activation: Activation = field(default_factory=Tanh)
    loss: Loss = field(default_factory=SigmoidCrossEntropy)
    data: Generator | RandomData = field(default_factory=Moons)
    initializer: Initializer = field(default_factory=XavierNormal)
    architecture: Architecture = ARCHITECTURES[0]
    rule: Difference = CENTRAL
    dtype: str = "float64"
    frozen: bool = True
    again: bool = True
    bugs: tuple = ()
    shape: NetworkShape = field(default_factory=NetworkShape)
    place: CheckPoint = field(default_factory=CheckPoint)
    terms: LossTerms = field(default_factory=LossTerms)
    step: StepSize = field(default_factory=StepSize)

    @property
    def network(self) -> Network:
        n_in, n_out = self.ends
        form = self.architecture
        sizes = (n_in, *[self.shape.width] * (self.shape.layers - 1), n_out)
        return Network(sizes, self.activation, self.output, residual=form.residual, norm=form.norm)

    @property
    def ends(self) -> tuple[int, int]:
        """The numbers of inputs and outputs that the data and the loss ask for."""
        if isinstance(self.data, RandomData):
            return INPUTS, CLASSES if self.loss.kind == "classes" else 1
        probe = replace(self.data, samples=12).make().suited_to(self.loss)
        return probe.inputs.shape[1], probe.targets.shape[1]

    @property
    def output(self) -> Activation:
        """Sigmoid behind a sigmoid cross-entropy and for targets 0 or 1, else the identity."""
        binary = self.loss.kind == "binary" or (
            self.loss.kind == "regression" and getattr(self.data, "kind", "") == "binary"
        )
        return Sigmoid() if binary else Identity()

    @property
    def parameters(self) -> int:
        return self.network.parameters

    @property
    def live(self) -> bool:
        """Whether a check is quick enough to answer a moving slider."""
        work = self.parameters * self.shape.layers * self.shape.samples
        return self.parameters <= LIVE and work <= LIVE_WORK

    @property
    def memory(self) -> int:
        """About how many bytes a check takes at most: shifted points go in chunks."""
        work = self.parameters * self.shape.layers * self.shape.samples
        return min(MOST_MEMORY, LEAST_MEMORY + BYTES * work)

    @property
    def seconds(self) -> float:
        """About how long a check takes, training and all."""
        weights, products = self.parameters, self.parameters * self.shape.samples
        one = CHECK_BY_PRODUCT * products * self.shape.layers + CHECK_BY_PARAMETER * weights
        step = STEP + STEP_BY_LAYER * self.shape.layers + STEP_BY_PRODUCT * products
        return one * (1 + self.trained) + self.place.training_steps * step

    @property
    def trained(self) -> bool:
        return bool(self.place.training_steps)

    def require_size(self) -> None:
        """Raises TooLargeError above the limit."""
        if self.parameters > LIMIT:
            raise TooLargeError(
                f"{self.parameters:,} parameters are too many to check while someone waits: the "
                f"limit is {LIMIT:,}."
            )

    def smaller(self, seconds: float = np.inf) -> NetworkShape:
        """The widest network of this depth that can be checked, and within so many seconds."""
        shape = self.shape
        while shape.width > 1:
            plan = replace(self, shape=shape)
            if not plan.over and plan.seconds <= seconds:
                break
            shape = replace(shape, width=shape.width - 1)
        return shape

    @property
    def over(self) -> bool:
        return self.parameters > LIMIT

    def fit(self) -> FitLoss:
        """The loss of the network with its bugs in the backward pass."""
        right = self.right_fit()
        return replace(right, backprop=plant(*self.planted(right)))

    def right_fit(self) -> FitLoss:
        data = data_of(self)
        return FitLoss(
            self.network,
            self.loss,
            data.inputs,
            data.targets,
            weight_decay=self.terms.weight_decay,
            dropout=self.terms.dropout if self.shape.layers > 1 else 0.0,
            dropout_seed=self.place.seed if self.frozen else None,
        )

    def planted(self, fit) -> tuple:
        """The bugs that can matter here, each in the possible layer nearest to its own."""
        moved = []
        for bug in self.bugs:
            places = bug.places(fit)
            if places:
                moved.append(bug.at(min(places, key=lambda at, own=bug.layer: abs(at - own))))
        return tuple(moved)

    def start(self) -> np.ndarray:
        """Theta as drawn, in float64."""
        scaled = replace(self.initializer, gain=self.place.weight_scale)
        return self.network.initial(scaled, self.place.seed)

    @property
    def taught(self) -> "CheckPlan":
        """The plan less all that training does not look at: equal ones train to equal points."""
        return replace(self, bugs=(), step=StepSize(), rule=CENTRAL, dtype="float64", again=True)

    def after_training(self) -> np.ndarray:
        """Theta after Adam has run with the right gradient; where that breaks off, the last."""
        run = descend(
            self.right_fit(), Adam(learning_rate=TRAINING_RATE), self.start(),
            self.place.training_steps, record=False,
        )  # fmt: skip
        return run.last


def data_of(plan: CheckPlan) -> Dataset:
    """The data with their inputs scaled; ValueError where the loss cannot use them."""
    if isinstance(plan.data, RandomData):
        return random_batch(
            plan.network, plan.loss, plan.shape.samples, plan.place.input_scale, plan.place.seed
        )
    made = replace(plan.data, samples=plan.shape.samples).make(plan.place.seed)
    data = made.suited_to(plan.loss)
    return replace(data, inputs=plan.place.input_scale * data.inputs)
