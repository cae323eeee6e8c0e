"""Losses of the smallest models there are: one unit, two weights."""

import math
from dataclasses import dataclass

import numpy as np

from optcore.knobs import knob
from optcore.special import sigmoid, sigmoid_slope, softplus
from optcore.surfaces.base import Surface, coordinates, symmetric, vector

# Weights of the minima that are shown of a whole line of them, and the share of the largest
# curvature below which another one is rounding.
_ON_THE_LINE = (3.5, 4.0, 4.5)
_FLAT = 1e-12


def _logit(probability: float) -> float:
    return math.log(probability / (1 - probability))


@dataclass(frozen=True)
class Cliff(Surface):
    """A recurrent net of one sigmoid unit, unrolled, over its weight w and bias b.

    The unit is that of Pascanu et al. (2013), figure 6: x_t = w sigmoid(x_{t-1}) + b, and the
    loss is (sigmoid(x_steps) - target)^2 with target 0.7. Here it starts from the state whose
    output is the target, which makes the line b = logit(target) - target w exactly optimal
    for every w. On it the state multiplies a disturbance by
    w target (1 - target) per step: beyond w = 4.76 the unit has two attractors, the line
    turns into the edge between them, and the loss there is a near-vertical wall.
    """

    name = "Cliff"
    lesson = "Many repeated steps build a wall: one gradient taken on it throws you across the map."
    latex = (
        r"\left(\sigma(x_n) - t\right)^2, \quad x_k = w\, \sigma(x_{k-1}) + b, "
        r"\quad \sigma(x_0) = t"
    )
    source = "Pascanu, Mikolov and Bengio (2013), On the difficulty of training recurrent networks"
    window = ((3.0, 7.0), (-4.5, -1.0))
    start = (5.0, -2.0)
    axes = ("w", "b")

    steps: int = knob(50, 2, 100, symbol="n", whole=True)
    target: float = knob(0.7, 0.1, 0.9, symbol="t")

    @property
    def minima(self):
        return tuple((w, _logit(self.target) - self.target * w) for w in _ON_THE_LINE)

    def distance_to_minimum(self, point):
        """Distance from points (..., 2) to the line of minima."""
        w, b = coordinates(np.asarray(point, dtype=float))
        offset = b + self.target * w - _logit(self.target)
        return np.abs(offset) / math.hypot(1, self.target)

    def _unrolled(self, point):
        """w / 4, w / 4 + b / 2 and the first h: in h = 2 sigmoid(x) - 1 = tanh(x / 2) a step of
        the recurrence is h <- tanh(gain h + shift), which is all a step costs."""
        w, b = coordinates(point)
        return 0.25 * w, 0.25 * w + 0.5 * b, 2 * self.target - 1

    def value(self, point):
        gain, shift, first = self._unrolled(point)
        h = first
        for _ in range(int(self.steps)):
            h = np.tanh(gain * h + shift)
        return 0.25 * (h - first) ** 2

    def grad(self, point):
        gain, shift, first = self._unrolled(point)
        h, by_gain, by_shift = first, 0.0, 0.0
        for _ in range(int(self.steps)):
            by_gain, by_shift = h + gain * by_gain, 1 + gain * by_shift
            h = np.tanh(gain * h + shift)
            slope = 1 - h**2
            by_gain, by_shift = slope * by_gain, slope * by_shift
        error = 0.5 * (h - first)
        return vector(0.25 * error * (by_gain + by_shift), 0.5 * error * by_shift)

    def hessian(self, point):
        _, hessian = self.derivatives(point)
        return hessian

    def derivatives(self, point):
        """In one pass, which carries the derivatives of x = p h + q by the two, p and q."""
        p, q, first = self._unrolled(point)
        x, in_p, in_q, in_pp, in_pq, in_qq = p * first + q, first, 1.0, 0.0, 0.0, 0.0
        for _ in range(int(self.steps) - 1):
            h = np.tanh(x)
            slope = 1 - h * h
            gain = p * slope
            bend = 2 * h * gain
            turn = slope - bend * in_p
            in_pp = gain * in_pp + (slope + turn) * in_p
            in_pq = gain * in_pq + turn * in_q
            in_qq = gain * in_qq - bend * in_q * in_q
            x, in_p, in_q = p * h + q, h + gain * in_p, 1 + gain * in_q
        h = np.tanh(x)
        slope, error = 1 - h * h, h - first
        bend, grad = slope**2 - 2 * h * slope * error, 0.5 * slope * error
        by_p, by_q, error = grad * in_p, grad * in_q, slope * error
        pp = bend * in_p * in_p + error * in_pp
        pq = bend * in_p * in_q + error * in_pq
        qq = bend * in_q * in_q + error * in_qq
        hessian = symmetric((pp + 2 * pq + qq) / 32, (pq + qq) / 16, qq / 8)
        return vector(0.25 * (by_p + by_q), 0.5 * by_q), hessian


@dataclass(frozen=True)
class TwoLayerLinear(Surface):
    name = "Two-layer linear network"
    lesson = "Scaling one weight up and the other down changes nothing: minima form a curve."
    latex = r"(1 - w_1 w_2)^2"
    source = "Saxe, McClelland and Ganguli (2014), Exact solutions to the nonlinear dynamics"
    window = ((-2.5, 2.5), (-2.5, 2.5))
    start = (-1.2, 1.25)
    minima = ((0.5, 2.0), (1.0, 1.0), (2.0, 0.5), (-0.5, -2.0), (-1.0, -1.0), (-2.0, -0.5))
    axes = ("w₁", "w₂")

    def value(self, point):
        first, second = coordinates(point)
        return (1 - first * second) ** 2

    def grad(self, point):
        first, second = coordinates(point)
        pull = 2 * (first * second - 1)
        return vector(pull * second, pull * first)

    def hessian(self, point):
        first, second = coordinates(point)
        return symmetric(2 * second**2, 4 * first * second - 2, 2 * first**2)

    def distance_to_minimum(self, point):
        """Distance from points (..., 2) to the hyperbola w1 w2 = 1.

        The foot (t, 1/t) of the perpendicular from (x, y) solves t^4 - x t^3 + y t - 1 = 0;
        its roots are the eigenvalues of the companion matrix.
        """
        point = np.asarray(point, dtype=float)
        finite = np.all(np.isfinite(point), axis=-1)
        x, y = coordinates(np.where(finite[..., None], point, self.start))
        companion = np.zeros((*x.shape, 4, 4))
        companion[..., 0, 0], companion[..., 0, 2], companion[..., 0, 3] = x, -y, 1.0
        companion[..., [1, 2, 3], [0, 1, 2]] = 1.0
        feet = np.linalg.eigvals(companion).real
        with np.errstate(divide="ignore"):
            distances = np.hypot(feet - x[..., None], 1 / feet - y[..., None])
        return np.where(finite, np.min(distances, axis=-1), np.nan)


@dataclass(frozen=True)
class LineFit(Surface):
    """The mean squared error of y = w x + b on three points."""

    name = "Line fit"
    lesson = "Least squares is a bowl: how the inputs are spread sets how stretched it is."
    latex = r"\tfrac13 \sum_{i=1}^{3} (w x_i + b - y_i)^2"
    source = "Legendre (1805), Nouvelles méthodes pour la détermination des orbites des comètes"
    window = ((-4.0, 6.0), (-4.0, 6.0))
    start = (-3.0, 5.0)
    axes = ("w", "b")

    y1: float = knob(-0.5, -3.0, 3.0, symbol="y_1")
    y2: float = knob(1.5, -3.0, 3.0, symbol="y_2")
    y3: float = knob(2.0, -3.0, 3.0, symbol="y_3")
    x1: float = knob(-1.0, -3.0, 3.0, symbol="x_1")
    x2: float = knob(0.0, -3.0, 3.0, symbol="x_2")
    x3: float = knob(1.0, -3.0, 3.0, symbol="x_3")

    @property
    def _samples(self):
        return (self.x1, self.y1), (self.x2, self.y2), (self.x3, self.y3)

    @property
    def minima(self):
        """The least-squares line; the flat one where all inputs coincide and any slope fits."""
        mean_x, mean_y = (self.x1 + self.x2 + self.x3) / 3, (self.y1 + self.y2 + self.y3) / 3
        spread = sum((x - mean_x) ** 2 for x, _ in self._samples)
        shared = sum((x - mean_x) * y for x, y in self._samples)
        slope = shared / spread if spread > 0 else 0.0
        return ((slope, mean_y - slope * mean_x),)

    def distance_to_minimum(self, point):
        """Distance from points (..., 2) to the minimum, or to the line of minima."""
        point = np.asarray(point, dtype=float)
        to_minimum = point - np.array(self.minima[0])
        # The pseudo-inverse drops the direction in which coinciding inputs leave the loss flat.
        curvature = self.hessian(np.zeros(2))
        across = np.linalg.pinv(curvature, rcond=_FLAT) @ curvature
        return np.hypot(*coordinates(to_minimum @ across.T))

    def value(self, point):
        w, b = coordinates(point)
        total = 0.0
        for x, y in self._samples:
            total = total + (w * x + b - y) ** 2
        return total / 3

    def grad(self, point):
        w, b = coordinates(point)
        by_w, by_b = 0.0, 0.0
        for x, y in self._samples:
            error = w * x + b - y
            by_w, by_b = by_w + error * x, by_b + error
        return vector(by_w * (2 / 3), by_b * (2 / 3))

    def hessian(self, point):
        zero, _ = coordinates(np.zeros_like(point))
        square = self.x1**2 + self.x2**2 + self.x3**2
        total = self.x1 + self.x2 + self.x3
        return symmetric(zero + 2 * square / 3, zero + 2 * total / 3, zero + 2)


@dataclass(frozen=True)
class _SigmoidNeuron(Surface):
    """One sigmoid neuron a = sigmoid(w x + b) on two samples: x = -1 and x = 1.

    The targets lie strictly between 0 and 1, so that the neuron can meet both and every loss
    has the same minimum.
    """

    window = ((-10.0, 10.0), (-10.0, 10.0))
    start = (-7.0, 2.0)
    axes = ("w", "b")

    target1: float = knob(0.1, 0.01, 0.99, symbol="t_1")
    target2: float = knob(0.9, 0.01, 0.99, symbol="t_2")

    @property
    def minima(self):
        left, right = _logit(self.target1), _logit(self.target2)
        return (((right - left) / 2, (right + left) / 2),)

    # One sample's loss and its first two derivatives by z.

    def _loss(self, z, target):
        raise NotImplementedError

    def _slope(self, z, target):
        raise NotImplementedError

    def _curvature(self, z, target):
        raise NotImplementedError

    def _logits(self, point):
        w, b = coordinates(point)
        return b - w, b + w

    def grad(self, point):
        left, right = self._logits(point)
        left, right = self._slope(left, self.target1), self._slope(right, self.target2)
        return vector(0.5 * (right - left), 0.5 * (right + left))

    def hessian(self, point):
        left, right = self._logits(point)
        left, right = self._curvature(left, self.target1), self._curvature(right, self.target2)
        same, mixed = 0.5 * (right + left), 0.5 * (right - left)
        return symmetric(same, mixed, same)

    def value(self, point):
        left, right = self._logits(point)
        return 0.5 * (self._loss(left, self.target1) + self._loss(right, self.target2))


@dataclass(frozen=True)
class SigmoidSquaredError(_SigmoidNeuron):
    name = "Sigmoid neuron, squared error"
    lesson = "Badly wrong and barely moving: a saturated sigmoid multiplies its error by almost 0."
    latex = r"\tfrac12 \sum_{i=1}^{2} \tfrac12 (a_i - t_i)^2, \quad a_i = \sigma(w x_i + b)"
    source = "Nielsen (2015), Neural networks and deep learning, chapter 3"

    def _loss(self, z, target):
        return 0.5 * (sigmoid(z) - target) ** 2

    def _slope(self, z, target):
        return (sigmoid(z) - target) * sigmoid_slope(z)

    def _curvature(self, z, target):
        a, slope = sigmoid(z), sigmoid_slope(z)
        return slope * (slope + (a - target) * (1 - 2 * a))


@dataclass(frozen=True)
class SigmoidCrossEntropy(_SigmoidNeuron):
    name = "Sigmoid neuron, cross-entropy"
    lesson = (
        "The same neuron, the same data: now the gradient is the error, and the plateau is gone."
    )
    latex = (
        r"-\tfrac12 \sum_{i=1}^{2} \left[t_i \ln a_i + (1 - t_i) \ln(1 - a_i)\right], "
        r"\quad a_i = \sigma(w x_i + b)"
    )
    source = "Nielsen (2015), Neural networks and deep learning, chapter 3"

    def _loss(self, z, target):
        return softplus(z) - target * z

    def _slope(self, z, target):
        return sigmoid(z) - target

    def _curvature(self, z, target):
        return sigmoid_slope(z)


SURFACES = (LineFit(), Cliff(), TwoLayerLinear(), SigmoidSquaredError(), SigmoidCrossEntropy())
