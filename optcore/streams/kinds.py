"""Streams of gradients. Adding one is one class and its name in the tuple."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from optcore.knobs import knob
from optcore.streams.pulses import ONCE, Pulses


@dataclass(frozen=True)
class Stream:
    """One gradient for each step, whatever the point; its fields are its parameters.

    Steps count from 1. `pulses(power)` writes the stream (power 1) or its square (power 2) as a
    sum of geometric pulses, or, where chance decides, its mean; None for a stream without a
    law. `repeats` is its period where it has one. `latex` is the gradient g_k in the symbols of
    the knobs.
    """

    name: ClassVar[str]
    lesson: ClassVar[str]
    latex: ClassVar[str]
    random: ClassVar[bool] = False

    @property
    def repeats(self) -> int | None:
        return None

    def pulses(self, power: int) -> tuple[Pulses, ...] | None:
        raise NotImplementedError

    def gradients(self, steps: int) -> np.ndarray:
        """The gradients (steps,) of the steps 1 to `steps`."""
        times = np.arange(1.0, steps + 1)
        return sum((pulses.at(times) for pulses in self.pulses(1) or ()), np.zeros(steps))


@dataclass(frozen=True)
class ConstantStream(Stream):
    name = "Constant"
    lesson = "A slope that never changes: who stops, who goes on, who speeds up?"
    latex = "c"

    size: float = knob(1.0, 1e-3, 1e3, scale="log", symbol="c")

    @property
    def repeats(self):
        return 1

    def pulses(self, power):
        return (Pulses(self.size**power),)


@dataclass(frozen=True)
class AlternatingStream(Stream):
    name = "Alternating"
    lesson = "From wall to wall of a ravine: the sign flips at each step."
    latex = r"(-1)^{k-1}\, c"

    size: float = knob(1.0, 1e-3, 1e3, scale="log", symbol="c")

    @property
    def repeats(self):
        return 2

    def pulses(self, power):
        return (Pulses(self.size**power, ratio=(-1.0) ** power),)


@dataclass(frozen=True)
class SparseStream(Stream):
    name = "Sparse"
    lesson = "A rare feature: one gradient, then none for a while."
    latex = r"c \text{ at } k = 1, 1 + s, 1 + 2s, \ldots; \text{ else } 0"

    size: float = knob(1.0, 1e-3, 1e3, scale="log", symbol="c")
    period: int = knob(10, 2, 200, symbol="s", whole=True)

    @property
    def repeats(self):
        return self.period

    def pulses(self, power):
        return (Pulses(self.size**power, period=self.period),)


@dataclass(frozen=True)
class DecayingStream(Stream):
    name = "Decaying"
    lesson = "Towards a minimum: each gradient is a fixed share of the one before."
    latex = r"c\, r^{k-1}"

    size: float = knob(1.0, 1e-3, 1e3, scale="log", symbol="c")
    ratio: float = knob(0.95, 0.1, 1.1, symbol="r")

    def pulses(self, power):
        return (Pulses(self.size**power, ratio=self.ratio**power),)


@dataclass(frozen=True)
class NoiseStream(Stream):
    """Gaussian, the same numbers for all who share a seed; its pulses are expectations."""

    name = "Noise with a mean"
    lesson = "Mini-batches: a small signal in large noise."
    latex = r"m + \sigma\, \xi_k, \quad \xi_k \sim N(0, 1)"
    random = True

    mean: float = knob(0.3, -10.0, 10.0, symbol="m")
    spread: float = knob(1.0, 0.0, 100.0, scale="log", symbol=r"\sigma")
    seed: int = knob(0, 0, 9999, symbol=r"\mathrm{seed}", whole=True)

    def pulses(self, power):
        return (Pulses(self.mean if power == 1 else self.mean**2 + self.spread**2),)

    def gradients(self, steps):
        return self.mean + self.spread * np.random.default_rng(self.seed).standard_normal(steps)


@dataclass(frozen=True)
class SpikeStream(Stream):
    name = "Spike"
    lesson = "One bad batch: how long does each memory suffer from it?"
    latex = r"C \text{ at } k = k_0; \text{ else } c"

    size: float = knob(0.1, 0.0, 1e3, scale="log", symbol="c")
    height: float = knob(10.0, -1e3, 1e3, symbol="C")
    at: int = knob(40, 1, 5000, scale="log", symbol="k_0", whole=True)

    def pulses(self, power):
        excess = self.height**power - self.size**power
        return Pulses(self.size**power), Pulses(excess, start=self.at, period=ONCE)


@dataclass(frozen=True)
class SignChangeStream(Stream):
    name = "Sign change"
    lesson = "Past the minimum: how long until the steps turn round, too?"
    latex = r"c \text{ for } k < k_0; \; -c \text{ from } k_0"

    size: float = knob(1.0, 1e-3, 1e3, scale="log", symbol="c")
    at: int = knob(50, 2, 5000, scale="log", symbol="k_0", whole=True)

    def pulses(self, power):
        whole = Pulses(self.size**power)
        return (whole, Pulses(-2 * self.size, start=self.at)) if power == 1 else (whole,)


@dataclass(frozen=True)
class ReddiStream(Stream):
    """Downhill is against the mean, (C - s + 1)/s; the small gradients outnumber the large one.

    Source: Reddi, Kale and Kumar (2018), On the convergence of Adam and beyond, theorem 1 has
    s = 3 and C > 2; their experiment, C = 101 and s = 101 in units of its small gradient.
    """

    name = "Reddi's sequence"
    lesson = "One large gradient says down, many small ones say up: whom does Adam believe?"
    latex = r"C \text{ at } k = 1, 1 + s, 1 + 2s, \ldots; \text{ else } -1"

    peak: float = knob(4.0, 1.0, 1e3, scale="log", symbol="C")
    period: int = knob(3, 2, 200, symbol="s", whole=True)

    @property
    def repeats(self):
        return self.period

    def pulses(self, power):
        small = (-1.0) ** power
        return Pulses(small), Pulses(self.peak**power - small, period=self.period)


@dataclass(frozen=True)
class DrawnStream(Stream):
    """`values` in units of the size, as many as were drawn; nothing after them."""

    name = "Drawn by hand"
    lesson = "Your own: draw it, and hear what each method makes of it."
    latex = r"c\, d_k, \text{ as drawn}"

    size: float = knob(1.0, 1e-3, 1e3, scale="log", symbol="c")
    values: tuple[float, ...] = ()

    def pulses(self, power):
        return None

    def gradients(self, steps):
        drawn = np.zeros(steps)
        drawn[: len(self.values)] = self.values[:steps]
        return self.size * drawn


STREAMS: tuple[Stream, ...] = (
    ConstantStream(),
    AlternatingStream(),
    SparseStream(),
    DecayingStream(),
    NoiseStream(),
    SpikeStream(),
    SignChangeStream(),
    ReddiStream(),
    DrawnStream(),
)


def play(streams, steps: int, scales=None) -> np.ndarray:
    """The gradients (steps, n) of n coordinates: a stream each, times a scale each if given."""
    gradients = np.stack([stream.gradients(steps) for stream in streams], axis=1)
    return gradients if scales is None else gradients * np.asarray(scales, float)
