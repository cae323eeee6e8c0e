"""Learning-rate schedules. Adding one is one class and its name in the tuple.

A schedule turns the rate an optimizer was given into the one used at each step. Steps count
from 0, so a run of 300 steps asks for 0 to 299. Rates may be arrays that broadcast.
"""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from optcore.knobs import knob

# 0.1 * 30 is a hair under or over 3: a count must not depend on that.
HAIR = 1e-9


class RobbinsMonro(NamedTuple):
    """Whether a rate reaches every minimum through noise: its sum must diverge, so that no distance
    is too far, and the sum of its squares converge, so that the noise dies out (Robbins and Monro
    1951, A stochastic approximation method, conditions 6 and 27)."""

    sum_diverges: bool
    squares_converge: bool

    @property
    def satisfied(self) -> bool:
        return self.sum_diverges and self.squares_converge


@dataclass(frozen=True)
class Schedule:
    """A rate that changes over a run; its fields are its parameters.

    `latex` gives the rate at step k of N in terms of the base rate and the symbols of the
    knobs; `variant` says which convention it follows where several are in use.
    """

    name: ClassVar[str]
    source: ClassVar[str]
    variant: ClassVar[str]
    latex: ClassVar[str]

    def rate(self, base, step, steps):
        """The rate at `step` (from 0) of a run of `steps`, both counts; arrays broadcast."""
        raise NotImplementedError

    @property
    def power(self) -> float:
        """The power of 1/k with which the rate falls in the end: 0 where it stays above a bound,
        inf where it falls faster than any. Beyond its run a schedule keeps its last rate."""
        raise NotImplementedError

    @property
    def robbins_monro(self) -> RobbinsMonro:
        """The verdict, were the run to go on for ever."""
        return RobbinsMonro(self.power <= 1, self.power > 0.5)


@dataclass(frozen=True)
class Constant(Schedule):
    name = "Constant"
    source = (
        "Bottou, Curtis and Nocedal (2018), Optimization methods for large-scale machine learning"
    )
    variant = "the rate of the optimizer, unchanged"
    latex = r"\eta_k = \eta"

    power = 0.0

    def rate(self, base, step, steps):
        constant, _ = np.broadcast_arrays(base, step)
        return constant[()]


@dataclass(frozen=True)
class LinearDecay(Schedule):
    name = "Linear decay"
    source = "Goodfellow, Bengio and Courville (2016), Deep Learning, equation 8.14"
    variant = "tau is a share of the run; torch's LinearLR with start_factor = 1"
    latex = (
        r"\eta_k = (1 - \alpha)\,\eta + \alpha\, \varphi\, \eta, "
        r"\quad \alpha = \min\left(1, \frac{k}{\tau N}\right)"
    )

    duration: float = knob(1.0, 0.01, 1.0, symbol=r"\tau")
    floor: float = knob(0.01, 0.0, 1.0, scale="log", symbol=r"\varphi")

    @property
    def power(self):
        return 0.0 if self.floor else np.inf

    def rate(self, base, step, steps):
        done = np.minimum(1.0, np.asarray(step) / (self.duration * steps))
        return base * ((1 - done) + done * self.floor)


@dataclass(frozen=True)
class StepDecay(Schedule):
    name = "Step"
    source = "He et al. (2016), Deep residual learning: the rate is divided by 10 on plateaus"
    variant = "torch's StepLR: the period is a number of steps"
    latex = r"\eta_k = \eta\, \gamma^{\lfloor k / s \rfloor}"

    factor: float = knob(0.1, 0.001, 1.0, scale="log", symbol=r"\gamma")
    period: float = knob(100, 1, 5000, scale="log", symbol="s", whole=True)

    @property
    def power(self):
        return np.inf if self.factor < 1 else 0.0

    def rate(self, base, step, steps):
        return base * self.factor ** (np.asarray(step) // self.period)


@dataclass(frozen=True)
class Exponential(Schedule):
    name = "Exponential"
    source = "torch.optim.lr_scheduler.ExponentialLR, PyTorch 2.13"
    variant = "the factor applies at every step; Li and Arora (2020) let the rate grow instead"
    latex = r"\eta_k = \eta\, \gamma^{k}"

    factor: float = knob(0.99, 0.9, 1.0, symbol=r"\gamma")

    @property
    def power(self):
        return np.inf if self.factor < 1 else 0.0

    def rate(self, base, step, steps):
        return base * self.factor ** np.asarray(step)


@dataclass(frozen=True)
class InverseTime(Schedule):
    name = "Inverse time"
    source = "Robbins and Monro (1951), A stochastic approximation method"
    variant = "the decay is per step, as lr_decay in torch's Adagrad"
    latex = r"\eta_k = \frac{\eta}{1 + \lambda k}"

    decay: float = knob(0.01, 0.0, 10.0, scale="log", symbol=r"\lambda")

    @property
    def power(self):
        return 1.0 if self.decay else 0.0

    def rate(self, base, step, steps):
        return base / (1 + self.decay * np.asarray(step))


@dataclass(frozen=True)
class InverseSquareRoot(Schedule):
    name = "Inverse square root"
    source = "Nemirovski et al. (2009), Robust stochastic approximation, section 2.2"
    variant = "the decay is per step; the first step takes the whole rate"
    latex = r"\eta_k = \frac{\eta}{\sqrt{1 + \lambda k}}"

    decay: float = knob(0.01, 0.0, 10.0, scale="log", symbol=r"\lambda")

    @property
    def power(self):
        return 0.5 if self.decay else 0.0

    def rate(self, base, step, steps):
        return base / np.sqrt(1 + self.decay * np.asarray(step))


@dataclass(frozen=True)
class Cosine(Schedule):
    name = "Cosine"
    source = "Loshchilov and Hutter (2017), SGDR: stochastic gradient descent with warm restarts"
    variant = "torch's CosineAnnealingLR with T_max = N; the floor is a share of the rate"
    latex = (
        r"\eta_k = \varphi\,\eta + (1 - \varphi)\,\eta\, \tfrac12 "
        r"\left(1 + \cos \frac{\pi k}{N}\right)"
    )

    floor: float = knob(0.0, 0.0, 1.0, scale="log", symbol=r"\varphi")

    @property
    def power(self):
        return 0.0 if self.floor else np.inf

    def rate(self, base, step, steps):
        return base * cosine_between(1.0, self.floor, np.asarray(step) / steps)


@dataclass(frozen=True)
class WarmupCosine(Schedule):
    """The warm-up lasts a whole number of steps: its share of the run, rounded down."""

    name = "Warm-up + cosine"
    source = "Goyal et al. (2017), Accurate, large minibatch SGD; Loshchilov and Hutter (2017)"
    variant = "torch's LinearLR, then CosineAnnealingLR over the rest, joined by SequentialLR"
    latex = (
        r"\eta_k = \begin{cases} \eta\, \left(\sigma + (1 - \sigma) \frac{k}{W}\right) & k \lt W"
        r" \\ "
        r"\varphi\,\eta + (1 - \varphi)\,\eta\, \tfrac12 \left(1 + \cos \frac{\pi (k - W)}{N - W}"
        r"\right) & k \ge W \end{cases}, \quad W = \lfloor w N \rfloor"
    )

    warmup: float = knob(0.1, 0.0, 0.9, symbol="w")
    start: float = knob(0.1, 0.001, 1.0, scale="log", symbol=r"\sigma")
    floor: float = knob(0.0, 0.0, 1.0, scale="log", symbol=r"\varphi")

    @property
    def power(self):
        return 0.0 if self.floor else np.inf

    def rate(self, base, step, steps):
        step = np.asarray(step)
        warm = np.floor(self.warmup * steps + HAIR)
        rising = self.start + (1 - self.start) * step / np.maximum(warm, 1)
        falling = cosine_between(1.0, self.floor, (step - warm) / (steps - warm))
        return base * np.where(step < warm, rising, falling)


@dataclass(frozen=True)
class OneCycle(Schedule):
    """The optimizer's rate is the peak of the cycle."""

    name = "One-cycle"
    source = "Smith and Topin (2019), Super-convergence: very fast training of neural networks"
    variant = "torch's OneCycleLR with cosine annealing; momentum is not cycled"
    latex = (
        r"\eta_k: \frac{\eta}{d} \to \eta \to \frac{\eta}{d\,D} \text{ along half cosines, "
        r"turning at } k = pN - 1 \text{, ending at } k = N - 1"
    )

    peak: float = knob(0.3, 0.05, 0.95, symbol="p")
    start_divisor: float = knob(25.0, 1.0, 1000.0, scale="log", symbol="d")
    end_divisor: float = knob(1e4, 1.0, 1e6, scale="log", symbol="D")

    power = 0.0

    def rate(self, base, step, steps):
        step = np.asarray(step)
        start, turn = 1 / self.start_divisor, self.peak * steps - 1
        rising = cosine_between(start, 1.0, step / np.maximum(turn, 1))
        falling = cosine_between(1.0, start / self.end_divisor, (step - turn) / (steps - 1 - turn))
        return base * np.where(step <= turn, rising, falling)


def cosine_between(start, end, done):
    """Half a cosine from `start` at 0 to `end` at 1; `done` is the share of the way."""
    return end + (start - end) * 0.5 * (1 + np.cos(np.pi * done))


SCHEDULES: tuple[Schedule, ...] = (
    Constant(),
    LinearDecay(),
    StepDecay(),
    Exponential(),
    InverseTime(),
    InverseSquareRoot(),
    Cosine(),
    WarmupCosine(),
    OneCycle(),
)
