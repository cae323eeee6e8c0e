"""What a gradient step promises by the Taylor model, and what it does."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from optcore.curvature.model import TaylorModel, taylor_model
from optcore.objective import Objective

# The search along the negative gradient: step lengths a factor apart, from far inside the
# model's own break-even to far outside the landscape; then zooms into the step found.
NEAREST, FARTHEST, APART = 1e-3, 1e3, 1.04
ZOOM, ZOOMS = 33, 11


@dataclass(frozen=True)
class Forecast:
    """The change of loss by one step -rate g, foreseen to first and second order, and measured.

    Shapes follow the point (..., n) without its last axis, broadcast with `learning_rate (...)`.
    """

    objective: Objective
    model: TaylorModel
    learning_rate: np.ndarray

    @property
    def first_order(self) -> np.ndarray:
        """-rate g'g, what the slope promises; never positive."""
        return -self.learning_rate * self.model.squared_slope

    @property
    def second_order(self) -> np.ndarray:
        """rate^2 g'Hg / 2, what the bend takes, or adds to the promise where it is negative."""
        return 0.5 * self.learning_rate**2 * self.model.gradient_bend

    @property
    def predicted(self) -> np.ndarray:
        """The sum of both orders; Goodfellow, Bengio and Courville (2016), equation 4.9."""
        return self.first_order + self.second_order

    @cached_property
    def landing(self) -> np.ndarray:
        """Where the step ends (..., n)."""
        return self.model.point - np.asarray(self.learning_rate)[..., None] * self.model.grad

    @cached_property
    def measured(self) -> np.ndarray:
        """f after the step minus f before it; inf or nan where the objective ends."""
        with np.errstate(all="ignore"):
            return self.objective.value(self.landing) - self.model.value

    @property
    def climbs(self) -> np.ndarray:
        """Whether the loss is higher after the step, or no number any more."""
        return ~(self.measured <= 0)

    @property
    def best_rate(self) -> np.ndarray:
        """g'g / g'Hg, where the quadratic model is lowest; inf where it falls for ever."""
        slope, bend = self.model.squared_slope, self.model.gradient_bend
        with np.errstate(divide="ignore", invalid="ignore"):
            rate = np.where(bend > 0, slope / bend, np.inf)
        return np.where(slope > 0, rate, np.nan)

    @property
    def break_even(self) -> np.ndarray:
        """2 g'g / g'Hg, where both orders cancel: at least 2 / sharpness."""
        return 2 * self.best_rate

    @property
    def true_break_even(self) -> np.ndarray:
        """The first rate at which the step no longer lowers the loss; inf where none is met.

        A step out of the domain counts as one that climbs. nan at a critical point.
        """
        return self._true_rates[1]

    @property
    def true_best_rate(self) -> np.ndarray:
        """The rate below it that lowers the loss most; inf where the loss falls for ever."""
        return self._true_rates[0]

    @cached_property
    def _true_rates(self):
        def found(point, grad, best):
            return _search(_Ray(self.objective, point, grad, self._reach(point)), best)

        of_each = np.vectorize(found, [float, float], signature="(n),(n),()->(),()")
        with np.errstate(all="ignore"):
            return of_each(self.model.point, self.model.grad, self.best_rate)

    def _reach(self, point) -> float:
        """The size of the landscape: the diagonal of its window, or that of the point itself."""
        window = getattr(self.objective, "window", None)
        if window is None:
            return max(1.0, float(np.linalg.norm(point)))
        return float(np.hypot(*(high - low for low, high in window)))


def forecast(objective: Objective, point, learning_rate) -> Forecast:
    """What steps of the given rates do at points (..., n), rates (...) broadcasting against them.

    For every rate at every point give points (k, 1, n) and rates (m,). Raises ValueError for a
    point that is not finite or a rate that is not a positive number.
    """
    rate = np.asarray(learning_rate, float)
    if not (np.isfinite(rate) & (rate > 0)).all():
        raise ValueError(f"the learning rate is {learning_rate}, but a step needs a positive one")
    model = taylor_model(objective, point)
    np.broadcast_shapes(model.value.shape, rate.shape)
    return Forecast(objective, model, rate)


@dataclass(frozen=True)
class _Ray:
    """The loss along the negative gradient of a point, as a function of the rate (k,)."""

    objective: Objective
    point: np.ndarray
    grad: np.ndarray
    reach: float

    def at(self, rates) -> np.ndarray:
        return self.point - rates[:, None] * self.grad

    def rise(self, rates) -> np.ndarray:
        return self.objective.value(self.at(rates)) - self.objective.value(self.point)

    def slope(self, rates) -> np.ndarray:
        return -(self.objective.grad(self.at(rates)) @ self.grad)


def _search(ray: _Ray, model_best: float) -> tuple[float, float]:
    """True best and break-even rate of one point: a scan, then zooms."""
    size = float(np.linalg.norm(ray.grad))
    if not (np.isfinite(size) and size > 0):
        return np.nan, np.nan
    farthest = FARTHEST * ray.reach / size
    nearest = NEAREST * min(model_best, ray.reach / size)
    rates = np.exp(np.arange(np.log(nearest), np.log(farthest), np.log(APART)))
    rates = np.append(0.0, rates)
    rise = ray.rise(rates)
    up = ~(rise < 0)
    # So near the start the fall may be lost in rounding: the scan begins where it shows.
    up[: np.argmin(up)] = False
    crossed = int(np.argmax(up)) if up.any() else len(rates)
    if crossed == 0:
        return np.nan, np.nan
    even = np.inf
    if crossed < len(rates):
        even = _zoom(lambda r: ~(ray.rise(r) < 0), *rates[crossed - 1 : crossed + 1])
    # The last of equals: a tail whose fall is lost in rounding still falls.
    lowest = crossed - 1 - int(np.argmin(rise[crossed - 1 :: -1]))
    if lowest == len(rates) - 1:
        return np.inf, even
    before, _, after = rates[lowest - 1 : lowest + 2]
    return _zoom(lambda r: ~(ray.slope(r) < 0), before, after), even


def _zoom(holds, low: float, high: float) -> float:
    """The rate in (low, high] from which on `holds` is true."""
    for _ in range(ZOOMS):
        inner = np.linspace(low, high, ZOOM)
        first = int(np.argmax(holds(inner[1:])))
        low, high = inner[first : first + 2]
    return float(high)
