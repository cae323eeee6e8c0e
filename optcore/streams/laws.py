"""The step of an optimizer under a stream, in closed form. Adding a law is one entry in LAWS.

Nearly every memory is a leaky sum of the gradients or of their squares, and a leaky sum of
geometric pulses has a closed form (`Pulses.leaky_sum`). So a law is written once and holds for
every stream that has pulses: constant, alternating, sparse, decaying, ...
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from optcore import optimizers as methods
from optcore.knobs import knobs
from optcore.optimizers.base import Optimizer
from optcore.optimizers.misprints import AdamUncorrected
from optcore.streams.counted import adadelta, delta_bar_delta, pulled, rmsprop_nesterov, rprop
from optcore.streams.kinds import AlternatingStream, ConstantStream, Stream

ADAM = (
    r"\eta\, \frac{(1 - \beta_1)\, G_{\beta_1} / (1 - \beta_1^k)}"
    r"{\sqrt{(1 - \beta_2)\, Q_{\beta_2} / (1 - \beta_2^k)} + \epsilon}"
)
# After so many factors below 0.999 a product is 0 to the last bit of 1.
REMEMBERED = 50_000


class Heard:
    """What the coordinates, at their scales, have heard of a stream at each of `times`.

    Every array has the time in its first axis, hyperparameters between, coordinates last.
    """

    def __init__(self, stream: Stream, times: np.ndarray, scales: np.ndarray, depth: int):
        self.stream = stream
        self.k = np.asarray(times, float).reshape(len(times), *(1,) * depth, 1)
        self._scales = scales
        self.grad = self.leaky(0.0)

    @property
    def from_first(self) -> bool:
        """Whether the times are all from the first one on."""
        return np.array_equal(self.k.ravel(), np.arange(1, len(self.k) + 1))

    def leaky(self, decay, power: int = 1) -> np.ndarray:
        """The sum over j <= k of decay^(k - j) g_j^power."""
        parts = self.stream.pulses(power) or ()
        return self._scales**power * sum(part.leaky_sum(decay, self.k) for part in parts)

    def mean(self, decay, power: int = 1) -> np.ndarray:
        """The running mean (1 - decay) * leaky, which begins at 0."""
        return (1 - decay) * self.leaky(decay, power)

    def hat(self, decay, power: int = 1) -> np.ndarray:
        """The running mean, bias corrected."""
        return self.mean(decay, power) / (1 - decay**self.k)


@dataclass(frozen=True)
class Law:
    """`step(optimizer, heard)` is the step of that class, or None where it does not reach.

    `latex` is the length against the gradient for any stream with pulses: G_a is the leaky sum of
    the gradients and Q_a that of their squares; `constant` what it becomes under a constant
    gradient c > 0 beside which epsilon is nothing. `source` is where the rule stands that is
    summed here.
    """

    optimizer: type[Optimizer]
    step: Callable[[Optimizer, Heard], np.ndarray | None]
    latex: str
    constant: str

    @property
    def source(self) -> str:
        return f"{self.optimizer.source}; summed over the steps"


def closed_form(optimizer: Optimizer, stream: Stream, times, scales=(1.0,)) -> np.ndarray | None:
    """The steps (times, ..., n) that the law foretells; None where no law is known.

    `times` are steps counted from 1, whole and as large as 1e15; `scales (n,)` multiply the
    stream in each coordinate. Under noise it is the step of an optimizer whose memories hold
    what they hold on average. Hyperparameters may be arrays (..., 1).
    """
    law = law_of(optimizer)
    if law is None or stream.pulses(1) is None:
        return None
    depth = max(np.ndim(getattr(optimizer, name)) for name in knobs(optimizer))
    with np.errstate(all="ignore"):
        heard = Heard(stream, times, np.asarray(scales, float), max(depth - 1, 0))
        return law.step(optimizer, heard)


def law_of(optimizer: Optimizer) -> Law | None:
    """The law for an optimizer's own class."""
    return next((law for law in LAWS if law.optimizer is type(optimizer)), None)


def _descent(o, heard):
    return -o.learning_rate * heard.grad


def _momentum(o, heard):
    return -o.learning_rate * heard.leaky(o.momentum)


def _nesterov(o, heard):
    return -o.learning_rate * (heard.grad + o.momentum * heard.leaky(o.momentum))


def _qhm(o, heard):
    return -o.learning_rate * ((1 - o.nu) * heard.grad + o.nu * heard.mean(o.momentum))


def _averaged(o, heard):
    """The decay pulls at the point: its way from the origin telescopes where the rate falls as 1/k,
    and without decay the rate stays."""
    if np.all(np.asarray(o.regularization) == 0):
        return _descent(o, heard)
    if np.any(np.asarray(o.power) != 1):
        rate = o.learning_rate / (1 + o.regularization * o.learning_rate * (heard.k - 1)) ** o.power
        return pulled(heard, -rate * heard.grad, o.regularization * rate)
    slowed, summed = 1 + o.regularization * o.learning_rate * (heard.k - 1), heard.leaky(1.0)
    before = slowed - o.regularization * o.learning_rate
    way = summed / slowed - np.where(heard.k > 1, (summed - heard.grad) / before, 0.0)
    return -o.learning_rate * way


def _adagrad(o, heard):
    return -o.learning_rate * heard.grad / (np.sqrt(heard.leaky(1.0, 2)) + o.epsilon)


def _rmsprop(o, heard):
    return -o.learning_rate * heard.grad / (np.sqrt(heard.mean(o.decay, 2)) + o.epsilon)


def _adam(o, heard):
    size = np.sqrt(heard.hat(o.beta2, 2)) + o.epsilon
    return -o.learning_rate * heard.hat(o.beta1) / size


def _uncorrected(o, heard):
    size = np.sqrt(heard.mean(o.beta2, 2)) + o.epsilon
    return -o.learning_rate * heard.mean(o.beta1) / size


def _amsgrad(o, heard):
    """The largest mean square is known where all times up to now are asked for."""
    largest = np.maximum.accumulate(heard.mean(o.beta2, 2), axis=0)
    size = np.sqrt(largest / (1 - o.beta2**heard.k)) + o.epsilon
    return -o.learning_rate * heard.hat(o.beta1) / size


def _adamw(o, heard):
    """With decay the point counts; from the origin, under a constant step, it is geometric."""
    step = _adam(o, heard)
    if np.all(o.weight_decay == 0):
        return step
    if not isinstance(heard.stream, ConstantStream):
        return pulled(heard, step, o.learning_rate * o.weight_decay)
    return step * (1 - o.learning_rate * o.weight_decay) ** (heard.k - 1)


def _qhadam(o, heard):
    pull = (1 - o.nu) * heard.grad + o.nu * heard.hat(o.beta1)
    square = (1 - o.nu_square) * heard.leaky(0.0, 2) + o.nu_square * heard.hat(o.beta2, 2)
    return -o.learning_rate * pull / (np.sqrt(square) + o.epsilon)


def _radam(o, heard):
    correction = 1 - o.beta2**heard.k
    _, rectification = o.rectification(heard.k, correction)
    adapted = rectification * np.sqrt(correction)
    adapted = adapted / (np.sqrt(heard.mean(o.beta2, 2)) + o.epsilon)
    return -o.learning_rate * heard.hat(o.beta1) * np.where(rectification > 0, adapted, 1.0)


def _lion(o, heard):
    """The mean of the step before, from the one of now: it is a leaky sum as well."""
    if np.any(np.asarray(o.beta2) == 0):
        return None
    before = (heard.mean(o.beta2) - (1 - o.beta2) * heard.grad) / o.beta2
    step = -o.learning_rate * np.sign(o.beta1 * before + (1 - o.beta1) * heard.grad)
    if np.all(np.asarray(o.weight_decay) == 0):
        return step
    return pulled(heard, step, o.learning_rate * o.weight_decay)


def _adamax(o, heard):
    """The largest size is the gradient's own where that never changes; elsewhere it is known where
    all times up to now are asked for, as a largest logarithm."""
    if heard.stream.random:
        return None
    size = np.abs(heard.grad) + o.epsilon
    if not isinstance(heard.stream, ConstantStream | AlternatingStream):
        since = heard.k - heard.k[0]
        aged = since * np.log(np.maximum(o.beta2, np.finfo(float).tiny))
        largest = np.exp(np.maximum.accumulate(np.log(size) - aged, axis=0) + aged)
        size = np.maximum(size, largest)
    return -o.learning_rate * heard.hat(o.beta1) / size


def _nadam(o, heard):
    """The product of the momenta is that of so few that the rest of them leave it at 0."""
    now, then = o.momentum_at(heard.k), o.momentum_at(heard.k + 1)
    count = np.minimum(heard.k, REMEMBERED).astype(int)
    each = np.arange(1.0, count.max() + 1).reshape(count.max(), *(1,) * (heard.k.ndim - 1))
    product = np.cumprod(o.momentum_at(each), axis=0)[count.ravel() - 1]
    ahead = then * heard.mean(o.beta1) / (1 - product * then)
    pull = ahead + (1 - now) * heard.grad / (1 - product)
    return -o.learning_rate * pull / (np.sqrt(heard.hat(o.beta2, 2)) + o.epsilon)


LAWS: tuple[Law, ...] = (
    Law(methods.GradientDescent, _descent, r"\eta\, g_k", r"\eta\, c"),
    Law(methods.Momentum, _momentum, r"\eta\, G_\mu", r"\eta\, c\, \frac{1 - \mu^k}{1 - \mu}"),
    Law(
        methods.NesterovMomentum, _nesterov,
        r"\eta\, (g_k + \mu\, G_\mu)", r"\eta\, c\, \frac{1 - \mu^{k + 1}}{1 - \mu}",
    ),
    Law(
        methods.QHM, _qhm,
        r"\eta\, ((1 - \nu)\, g_k + \nu (1 - \beta)\, G_\beta)", r"\eta\, c\, (1 - \nu \beta^k)",
    ),
    Law(
        methods.AveragedSGD, _averaged,
        r"\eta_k \Big(g_k - \lambda \sum_{j<k} \eta_j g_j \prod_{j<i<k} (1 - \lambda \eta_i)\Big), "
        r"\quad \eta_k = \frac{\eta}{(1 + \eta \lambda (k - 1))^\alpha}",
        r"\eta\, c\, \frac{1 - \eta \lambda}"
        r"{(1 + \eta \lambda (k - 1))(1 + \eta \lambda (k - 2))} \text{ if } \alpha = 1",
    ),
    Law(
        methods.AdaGrad, _adagrad,
        r"\eta\, \frac{g_k}{\sqrt{Q_1} + \epsilon}", r"\frac{\eta}{\sqrt{k}}",
    ),
    Law(
        methods.RMSProp, _rmsprop,
        r"\eta\, \frac{g_k}{\sqrt{(1 - \alpha)\, Q_\alpha} + \epsilon}",
        r"\frac{\eta}{\sqrt{1 - \alpha^k}}",
    ),
    Law(
        methods.RMSPropNesterov, rmsprop_nesterov,
        r"\eta \sum_{j \le k} \mu^{k - j} \frac{g_j}{\sqrt{(1 - \alpha)\, Q_\alpha^j} + \epsilon}",
        r"\eta \sum_{j \le k} \frac{\mu^{k - j}}{\sqrt{1 - \alpha^j}} "
        r"\to \frac{\eta}{1 - \mu}",
    ),
    Law(
        methods.AdaDelta, adadelta,
        r"\eta\, \lvert g_k \rvert \sqrt{w_{k-1} / s_k}, \quad s_k = (1 - \rho)\, Q_\rho "
        r"+ \epsilon, \quad w_k = \epsilon F_k \Big(1 + (1 - \rho) \sum_{j \le k} 1/F_j\Big), "
        r"\quad F_k = \prod_{j \le k} (\rho + (1 - \rho)\, g_j^2 / s_j)",
        r"\eta \sqrt{\epsilon} \sqrt{\frac{1}{1 - \rho} + (1 - \rho) \sum_{j=2}^{k} "
        r"\frac{1}{1 - \rho^j}}",
    ),
    Law(methods.Adam, _adam, ADAM, r"\eta"),
    Law(
        methods.AdamW, _adamw,
        r"a_k - \eta \lambda \sum_{j < k} (1 - \eta \lambda)^{k - 1 - j} a_j, \quad a_k = " + ADAM,
        r"\eta\, (1 - \eta \lambda)^{k - 1}",
    ),
    Law(
        AdamUncorrected, _uncorrected,
        r"\eta\, \frac{(1 - \beta_1)\, G_{\beta_1}}"
        r"{\sqrt{(1 - \beta_2)\, Q_{\beta_2}} + \epsilon}",
        r"\eta\, \frac{1 - \beta_1^k}{\sqrt{1 - \beta_2^k}}",
    ),
    Law(
        methods.AMSGrad, _amsgrad,
        r"\eta\, \frac{(1 - \beta_1)\, G_{\beta_1} / (1 - \beta_1^k)}"
        r"{\sqrt{(1 - \beta_2) \max_{j \le k} Q_{\beta_2} / (1 - \beta_2^k)} + \epsilon}",
        r"\eta",
    ),
    Law(
        methods.AdaMax, _adamax,
        r"\eta\, \frac{(1 - \beta_1)\, G_{\beta_1} / (1 - \beta_1^k)}"
        r"{\max_{j \le k} \beta_2^{k - j} (\lvert g_j \rvert + \epsilon)}",
        r"\eta",
    ),
    Law(
        methods.NAdam, _nadam,
        r"\eta\, \frac{\mu_{k+1} (1 - \beta_1)\, G_{\beta_1} / (1 - \Pi_{k+1}) "
        r"+ (1 - \mu_k)\, g_k / (1 - \Pi_k)}{\sqrt{\hat v} + \epsilon}, "
        r"\quad \Pi_k = \prod_{j \le k} \mu_j",
        r"\eta \left(\frac{\mu_{k+1} (1 - \beta_1^k)}{1 - \Pi_{k+1}} "
        r"+ \frac{1 - \mu_k}{1 - \Pi_k}\right)",
    ),
    Law(
        methods.QHAdam, _qhadam,
        r"\eta\, \frac{(1 - \nu_1)\, g_k + \nu_1\, \hat m}"
        r"{\sqrt{(1 - \nu_2)\, g_k^2 + \nu_2\, \hat v} + \epsilon}",
        r"\eta",
    ),
    Law(
        methods.RAdam, _radam,
        r"\eta\, \hat m\, \frac{r_k}{\sqrt{\hat v}} \text{ if } \rho_k \gt 5 \text{, else } "
        r"\eta\, \hat m",
        r"\eta\, r_k \text{ if } \rho_k \gt 5 \text{, else } \eta\, c",
    ),
    Law(
        methods.Lion, _lion,
        r"\eta\, \operatorname{sign}(\beta_1 (1 - \beta_2)\, G_{\beta_2}^{k - 1} "
        r"+ (1 - \beta_1)\, g_k)",
        r"\eta",
    ),
    Law(
        methods.Rprop, rprop,
        r"\eta\, (\eta^+)^A (\eta^-)^F, \quad A \text{ signs that agreed, } F \text{ that turned}",
        r"\eta\, (\eta^+)^{k - 1}",
    ),
    Law(
        methods.DeltaBarDelta, delta_bar_delta,
        r"\Big(\eta (1 - \phi)^{F_k} + \kappa \sum_j (1 - \phi)^{F_k - F_j}\Big) "
        r"\lvert g_k \rvert, \quad j \le k \text{ that agreed, } F \text{ that turned}",
        r"(\eta + \kappa (k - 1))\, c",
    ),
)  # fmt: skip
