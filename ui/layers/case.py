"""The networks that the Layers page compares: what decides each, and what is read off it."""

import math
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np

from optcore.flow.layer_flow import LayerFlow, layer_flow
from optcore.flow.mean_field import MeanField, depth_scale
from optcore.flow.regime import Regime, regime
from optcore.flow.theory import FlowTheory, flow_theory, relu_drift, slope_bound
from optcore.knobs import knob
from optcore.networks.activations import Activation, Identity
from optcore.networks.initializers import Constant, Initializer, NormalDraw
from optcore.networks.losses import Loss
from optcore.networks.network import FitLoss, Network
from optcore.training.datasets import random_batch

OUTPUTS = 10
# Batches are drawn from seeds that no weights are drawn from.
DATA_SEEDS = 1000
# Of weight draws with more numbers than this (16 MB) only the last is kept.
SMALL_DRAW = 2_000_000
# The passes of a network with as many activations take about 25 MB.
SMALL_FLOW = 800_000


@dataclass(frozen=True)
class Architecture:
    """How hidden layers are joined, as `Network` takes it."""

    name: str
    residual: bool = False
    norm: str | None = None


ARCHITECTURES = (
    Architecture("Plain"),
    Architecture("Residual", residual=True),
    Architecture("Layer norm", norm="layer"),
    Architecture("Batch norm", norm="batch"),
)


@dataclass(frozen=True)
class Setting:
    """The numbers every network on the page shares. Depth counts weight layers."""

    depth: int = knob(20, 2, 64, symbol="L", whole=True)
    width: int = knob(128, 4, 512, scale="log", symbol="n", whole=True)
    input_scale: float = knob(1.0, 1e-3, 1e3, scale="log", symbol="")
    batch: int = knob(256, 1, 1024, scale="log", symbol="m", whole=True)
    seed: int = knob(0, 0, 99, symbol="", whole=True)
    learning_rate: float = knob(0.01, 1e-5, 10.0, scale="log", symbol=r"\eta")


@dataclass(frozen=True)
class Case:
    """One network with its weights, batch and loss: equal cases have equal gradients."""

    activation: Activation
    initializer: Initializer
    loss: Loss
    setting: Setting = field(default_factory=Setting)
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
        output = self.loss.carries() if getattr(self.loss, "carries", None) else Identity()
        return Network(sizes, self.activation, output, self.bias, self.residual, self.norm)

    @property
    def fit(self) -> FitLoss:
        network, setting = self.network, self.setting
        # The same seed would make the first samples multiples of the first rows of W1.
        seed = DATA_SEEDS + setting.seed
        data = random_batch(network, self.loss, setting.batch, setting.input_scale, seed)
        return FitLoss(network, self.loss, data.inputs, data.targets)

    @property
    def theta(self) -> np.ndarray:
        drawn = _weights if self.network.parameters < SMALL_DRAW else _many_weights
        return drawn(self.network.sizes, self.bias, self.initializer, self.setting.seed)

    @property
    def sigma_w(self) -> float:
        """The root of n_in times the variance of a hidden weight."""
        width = self.setting.width
        return math.sqrt(width * self.initializer.variance(width, width))

    def flow(self) -> LayerFlow:
        """One forward and one backward pass; small ones are kept for the next view."""
        setting = self.setting
        small = setting.batch * setting.width * setting.depth <= SMALL_FLOW
        return _kept_flow(self) if small else _run(self)


def _run(case: Case) -> LayerFlow:
    return layer_flow(case.fit, case.theta, case.setting.learning_rate)


_kept_flow = lru_cache(maxsize=4)(_run)


def _draw(sizes, bias, initializer, seed):
    # The activation has no part in the draw: every compared network starts from these weights.
    theta = Network(sizes, Identity(), Identity(), bias).initial(initializer, seed)
    theta.flags.writeable = False
    return theta


_weights, _many_weights = lru_cache(maxsize=8)(_draw), lru_cache(maxsize=1)(_draw)


@dataclass(frozen=True, eq=False)
class Profile:
    """What one forward and backward pass left, an entry per layer, the input side first.

    `given_mean` and `given_deviation` are of what the activation function is given, which is
    the pre-activation after any normalisation; sizes are root mean squares, of the raw
    pre-activations and of what a layer hands on. `lost` and `burst` are the shares of gradient
    entries that round to zero, and of activations that round to inf, per number format.
    """

    case: Case
    delta: np.ndarray
    weight_grad: np.ndarray
    ratio: np.ndarray
    given_mean: np.ndarray
    given_deviation: np.ndarray
    z_size: np.ndarray
    a_size: np.ndarray
    lost: dict[str, np.ndarray]
    burst: dict[str, np.ndarray]
    regime: Regime
    theory: FlowTheory | None

    @property
    def left(self) -> float:
        """||delta|| of the first layer over that of the output layer."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return float(np.float64(self.delta[0]) / self.delta[-1])

    def gradient(self, quantity: str) -> np.ndarray:
        """One of GRADIENTS by its name."""
        return getattr(self, GRADIENTS[quantity])


GRADIENTS = {"Delta": "delta", "dW": "weight_grad", "Update : weight": "ratio"}


@lru_cache(maxsize=128)
def profile(case: Case) -> Profile:
    """The profile of a case, from one forward and one backward pass."""
    return profile_of(case, case.flow())


def profile_of(case: Case, flow: LayerFlow) -> Profile:
    with np.errstate(all="ignore"):
        mean, variance = flow.pre_activation_means, flow.pre_activation_variances
        given = flow.trace.forward.normalised if case.norm else None
        return Profile(
            case,
            flow.delta_norms,
            flow.weight_grad_norms,
            flow.update_ratios,
            np.array([z.mean() for z in given]) if given else mean,
            np.array([z.std() for z in given]) if given else np.sqrt(variance),
            np.sqrt(mean**2 + variance),
            np.sqrt(flow.activation_means**2 + flow.activation_variances),
            {kind: flow.underflow(kind) for kind in ("float16", "float32")},
            {kind: flow.overflow(kind) for kind in ("float16", "float32")},
            regime(flow),
            _theory(flow.fit.network, case.initializer, float(np.mean(flow.fit.inputs**2))),
        )


def _theory(network, initializer, inputs):
    return flow_theory(network, initializer, inputs) if math.isfinite(inputs) else None


_hidden_norms: OrderedDict[tuple, list[float]] = OrderedDict()


def _hidden_norms_of(case: Case) -> list[float]:
    """Largest singular values of hidden weights at gain 1, as far as they were ever needed.

    One seed draws the same hidden layers for every depth, activation and gain.
    """
    setting = case.setting
    key = replace(case.initializer, gain=1.0), setting.width, setting.seed
    found = _hidden_norms.setdefault(key, [])
    _hidden_norms.move_to_end(key)
    while len(_hidden_norms) > 256:
        _hidden_norms.popitem(last=False)
    return found


def norms_missing(case: Case) -> int:
    """How many eigenvalue problems `spectral_norms` would have to solve."""
    return max(0, case.setting.depth - 1 - len(_hidden_norms_of(case)))


def spectral_norms(case: Case) -> np.ndarray:
    """The largest singular value of every weight matrix, the output layer's in the last place."""
    gain = case.initializer.gain
    if gain == 0:
        return np.zeros(case.setting.depth)
    found, layers = _hidden_norms_of(case), case.network.layers(case.theta)
    for weights, _ in layers[len(found) : -1]:
        found.append(_largest(weights) / gain)
    hidden = gain * np.array(found[: len(layers) - 1])
    return np.append(hidden, _largest(layers[-1][0]))


def _largest(weights) -> float:
    small = weights if len(weights) <= weights.shape[1] else weights.T
    return math.sqrt(max(0.0, float(np.linalg.eigvalsh(small @ small.T)[-1])))


def has_bound(case: Case) -> bool:
    """Whether the slope bound says anything: plain layers whose slope never reaches 1."""
    return (
        case.plain and case.activation.steepest < 1 and not isinstance(case.initializer, Constant)
    )


def bound(case: Case, output_norm: float) -> np.ndarray:
    """What ||delta|| cannot exceed in any layer, given the output layer's."""
    return output_norm * slope_bound(case.activation, case.setting.depth, spectral_norms(case))


def funnels(case: Case) -> bool:
    """Whether one sample's gradient strays far from the mean: `funnel` says where it lies.

    Known for plain ReLU layers with independent normal weights.
    """
    known = case.plain and case.name == "ReLU" and isinstance(case.initializer, NormalDraw)
    return known and relu_drift(case.setting.width)[1] * (case.setting.depth - 1) > 1


def funnel(case: Case, expected: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(low, typical, high): below them lie 10, 50 and 90 % of seeds with ||delta|| of one sample.

    `expected` is the root of the mean-field mean square. Over a batch the norm strays less,
    unless its samples have become alike.
    """
    drift, variance = relu_drift(case.setting.width)
    passed = np.arange(case.setting.depth - 1, -1, -1)
    middle, spread = drift * passed / 2, 1.2816 * np.sqrt(variance * passed) / 2
    return tuple(expected * np.exp(middle + shift) for shift in (-spread, 0, spread))


@dataclass(frozen=True)
class Mean:
    """Mean-field numbers of a plain network of a case: q*, chi and the depth scales in layers."""

    sigma_w: float
    q: float
    chi: float
    gradient_depth: float
    correlation_depth: float


@lru_cache(maxsize=256)
def mean_field(activation: Activation, sigma_w: float) -> Mean:
    """The fixed point that signals of mean square 1 settle at, and chi there."""
    field_ = MeanField(activation, sigma_w)
    chi = field_.chi
    return Mean(sigma_w, field_.fixed_point(), chi, abs(depth_scale(chi)), field_.correlation_depth)


@lru_cache(maxsize=64)
def chi_curve(activation: Activation, points: int = 33) -> tuple[np.ndarray, np.ndarray]:
    """(sigma_w, chi) without biases, sigma_w from 0.1 to 20 evenly on a log scale."""
    sigma = np.geomspace(0.1, 20, points)
    with np.errstate(over="ignore"):
        return sigma, np.array([MeanField(activation, float(each)).chi for each in sigma])
