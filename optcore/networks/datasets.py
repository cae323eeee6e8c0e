"""Small seeded data sets for training a network while one watches.

Inputs lie within about [-1, 1]; the same seed, noise and size give the same points.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from optcore.knobs import knob
from optcore.networks.losses import Kind

# Where the arms of a spiral begin; how far crescents of radius 1 are moved apart, and the width to
# which they are shrunk; the radii of a disc and a ring; how far out three clouds lie.
INNERMOST, APART, WIDTH, RADII, OUT = 0.01, np.array([0.5, 0.25]), 1.5, (0.4, 0.9), 0.7


@dataclass(frozen=True, eq=False)
class Dataset:
    """inputs (m, n_in) and targets (m, n_out) with what they mean.

    "binary": one output, 0 or 1. "classes": one-hot rows. "regression": one real output.
    """

    name: str
    inputs: np.ndarray
    targets: np.ndarray
    kind: Kind

    @property
    def labels(self) -> np.ndarray:
        """The class of each sample as an integer (m,); regression has none (ValueError)."""
        if self.kind == "regression":
            raise ValueError(f"{self.name} is a regression: its targets are not classes")
        if self.kind == "classes":
            return self.targets.argmax(axis=1)
        return self.targets[:, 0].astype(int)

    def one_hot(self) -> "Dataset":
        """The same classes with a column each, which is what a softmax needs."""
        columns = max(2, self.targets.shape[1])
        return Dataset(self.name, self.inputs, np.eye(columns)[self.labels], "classes")

    def suited_to(self, loss) -> "Dataset":
        """The same data with targets this loss can use.

        Raises ValueError for a regression with a loss that needs classes.
        """
        if self.kind == "regression" and loss.kind != "regression":
            raise ValueError(
                f"{self.name} is a regression and {loss.name} needs classes: use Squared error"
            )
        return self.one_hot() if (self.kind, loss.kind) == ("binary", "classes") else self


def random_batch(network, loss, samples: int, scale: float = 1.0, seed: int = 0) -> Dataset:
    """Normal inputs of standard deviation `scale` with random targets the loss can use.

    Nothing can be learned from them: they show what a network does before it has learned.
    """
    rng = np.random.default_rng(seed)
    inputs = scale * rng.standard_normal((samples, network.sizes[0]))
    outputs = network.sizes[-1]
    if loss.kind == "regression":
        targets = rng.standard_normal((samples, outputs))
    elif loss.kind == "binary":
        targets = rng.integers(0, 2, (samples, outputs)).astype(float)
    else:
        targets = np.eye(outputs)[rng.integers(0, outputs, samples)]
    return Dataset("Random", inputs, targets, loss.kind)


@dataclass(frozen=True)
class Generator:
    """Makes a Dataset; its fields are the number of samples and the noise."""

    name: ClassVar[str]
    lesson: ClassVar[str]
    kind: ClassVar[Kind]

    samples: int = knob(200, 8, 2000, scale="log", symbol="m", whole=True)
    noise: float = knob(0.05, 0.0, 1.0, symbol=r"\sigma")

    def make(self, seed: int = 0) -> Dataset:
        """`samples` points; `noise` is the standard deviation added to each coordinate."""
        inputs, targets = self.draw(np.random.default_rng(seed), int(self.samples))
        return Dataset(self.name, inputs, targets, self.kind)

    def draw(self, rng, samples):
        raise NotImplementedError

    def blur(self, rng, points):
        return points + self.noise * rng.standard_normal(points.shape)


def halves(samples):
    """0 for the first half, 1 for the rest, as a column."""
    return (np.arange(samples) >= samples // 2).astype(float)[:, None]


def on_circle(angle, radius):
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)


@dataclass(frozen=True)
class Spirals(Generator):
    name = "Spirals"
    lesson = "Two arms wound round each other: shallow networks cannot tell them apart."
    kind = "binary"

    noise: float = knob(0.02, 0.0, 1.0, symbol=r"\sigma")
    turns: float = knob(1.25, 0.25, 3.0, symbol="n")

    def draw(self, rng, samples):
        targets = halves(samples)
        # The square root spreads points evenly along the arm.
        along = np.sqrt(rng.uniform(INNERMOST, 1, samples))
        angle = 2 * np.pi * self.turns * along + np.pi * targets[:, 0]
        return self.blur(rng, on_circle(angle, along)), targets


@dataclass(frozen=True)
class Moons(Generator):
    name = "Moons"
    lesson = "Two interlocking crescents: one bend in the boundary is enough."
    kind = "binary"

    def draw(self, rng, samples):
        targets = halves(samples)
        angle = np.pi * (rng.random(samples) + targets[:, 0])
        shift = np.where(targets == 1, APART, -APART)
        return self.blur(rng, (on_circle(angle, 1.0) + shift) / WIDTH), targets


@dataclass(frozen=True)
class Circles(Generator):
    name = "Circles"
    lesson = "A ring around a disc: no straight line helps, three units can enclose it."
    kind = "binary"

    def draw(self, rng, samples):
        targets = halves(samples)
        radius = np.where(targets[:, 0] == 1, *RADII)
        angle = rng.uniform(0, 2 * np.pi, samples)
        return self.blur(rng, on_circle(angle, radius)), targets


@dataclass(frozen=True)
class Xor(Generator):
    name = "XOR"
    lesson = "Opposite corners belong together: the classic a single layer cannot learn."
    kind = "binary"

    def draw(self, rng, samples):
        corners = rng.uniform(-1, 1, (samples, 2))
        targets = (corners[:, :1] * corners[:, 1:] < 0).astype(float)
        return self.blur(rng, corners), targets


@dataclass(frozen=True)
class Sine(Generator):
    name = "Sine"
    lesson = "A regression: the network must bend its output, not only sort points."
    kind = "regression"

    def draw(self, rng, samples):
        inputs = rng.uniform(-1, 1, (samples, 1))
        return inputs, self.blur(rng, np.sin(np.pi * inputs))


@dataclass(frozen=True)
class Blobs(Generator):
    name = "Blobs"
    lesson = "Three clouds in a triangle: easy, so any failure is the network's own."
    kind = "classes"

    noise: float = knob(0.2, 0.0, 1.0, symbol=r"\sigma")

    def draw(self, rng, samples):
        labels = np.arange(samples) % 3
        centres = on_circle(2 * np.pi * labels / 3 + np.pi / 2, OUT)
        return self.blur(rng, centres), np.eye(3)[labels]


DATASETS: tuple[Generator, ...] = (Spirals(), Moons(), Circles(), Xor(), Sine(), Blobs())
