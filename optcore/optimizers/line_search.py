"""Methods that choose a direction and then search along it for the rate."""

from dataclasses import dataclass

import numpy as np

from optcore.knobs import knob
from optcore.optimizers.base import Optimizer
from optcore.optimizers.wolfe import dot, wolfe_rate

SLOPE = "slope = dot(grad, direction)"
WOLFE = (
    "rate = search(direction)",
    "f(point + rate * direction) <= value + sufficient_decrease * rate * dot(direction, grad)",
    "abs(dot(direction, gradient(point + rate * direction)))"
    " <= curvature * abs(dot(direction, grad))",
    "step = rate * direction",
)
# A search never starts from a rate more than this many times the last one.
GROWTH = 10.0
# A pair this near to a right angle says nothing of the curvature.
RIGHT_ANGLED = 1e-10


def along(method, look, state, direction):
    """The step along a direction, its rate and slope; starts from the last step's decrease.

    Source of the first trial: Nocedal and Wright (2006), equation 3.60.
    """
    slope = dot(look.grad, direction)
    with np.errstate(all="ignore"):
        again = state["rate"] * np.minimum(state["slope"] / slope, GROWTH)
    first = np.where(again > 0, again, cautious(direction))
    rate = wolfe_rate(look, direction, first, method.sufficient_decrease, method.curvature)
    return rate * direction, {"direction": direction, "rate": rate, "slope": slope}


def cautious(direction):
    """A first rate (..., 1) where nothing is known: 1, or one unit of length if that is less."""
    with np.errstate(divide="ignore"):
        return np.minimum(1.0, 1 / np.sqrt(dot(direction, direction)))


def nothing_yet(point, *vectors):
    """No rate and no slope per point, and a zero vector per name."""
    none = np.zeros_like(point[..., :1])
    return {**dict.fromkeys(vectors, np.zeros_like(point)), "rate": none, "slope": none}


@dataclass(frozen=True)
class LineSearch(Optimizer):
    name = "Gradient descent with line search"
    idea = "goes downhill, and tries along the way how far."
    source = "Nocedal and Wright (2006), Numerical optimization, sections 3.1 and 3.5"
    variant = "strong Wolfe conditions; each search starts from the last step's decrease"
    uses = ("value", "grad")
    elementwise = False
    rule = ("direction = -grad", SLOPE, *WOLFE)
    symbols = {"direction": "p", "rate": r"\alpha", "slope": r"\phi'"}

    sufficient_decrease: float = knob(1e-4, 1e-8, 0.4, scale="log", symbol="c_1")
    curvature: float = knob(0.1, 1e-3, 0.9, scale="log", symbol="c_2")

    def init(self, point):
        return nothing_yet(point, "direction")

    def update(self, look, state):
        return along(self, look, state, -look.grad)


@dataclass(frozen=True)
class ConjugateGradient(Optimizer):
    name = "Conjugate gradient"
    idea = "turns each direction so that it does not undo the last ones, and searches along it."
    source = "Polak and Ribière (1969); Gilbert and Nocedal (1992) for the + that restarts it"
    variant = "Polak-Ribière+ with strong Wolfe; restarts where the direction does not descend"
    uses = ("value", "grad")
    elementwise = False
    rule = (
        "conjugate = max(0, dot(grad, grad - previous_grad) / dot(previous_grad, previous_grad))"
        " if dot(previous_grad, previous_grad) > 0 else 0",
        "beta = conjugate if dot(grad, conjugate * direction - grad) < 0 else 0",
        "direction = beta * direction - grad",
        SLOPE,
        *WOLFE,
        "previous_grad = grad",
    )
    symbols = {
        "conjugate": r"\beta^{\mathrm{PR}}",
        "direction": "p",
        "rate": r"\alpha",
        "slope": r"\phi'",
        "previous_grad": r"g^{\mathrm{prev}}",
        "beta": r"\beta",
    }

    sufficient_decrease: float = knob(1e-4, 1e-8, 0.4, scale="log", symbol="c_1")
    curvature: float = knob(0.1, 1e-3, 0.9, scale="log", symbol="c_2")

    def init(self, point):
        memory = nothing_yet(point, "direction", "previous_grad")
        return {**memory, "beta": np.zeros_like(point[..., :1])}

    def update(self, look, state):
        grad, previous = look.grad, state["previous_grad"]
        size = dot(previous, previous)
        change = dot(grad, grad - previous)
        beta = np.maximum(0.0, change / np.where(size > 0, size, np.inf))
        descends = dot(grad, beta * state["direction"] - grad) < 0
        beta = np.where(descends, beta, 0.0)
        step, memory = along(self, look, state, beta * state["direction"] - grad)
        return step, {**memory, "previous_grad": grad, "beta": beta}


@dataclass(frozen=True)
class BFGS(Optimizer):
    """`updates` counts how often the curvature guard let the inverse Hessian learn."""

    name = "BFGS"
    idea = (
        "learns the inverse Hessian from the gradients' changes, and searches along its direction."
    )
    source = "Nocedal and Wright (2006), Numerical optimization, algorithm 6.1"
    variant = (
        "strong Wolfe from rate 1; an update is left out where it would not stay positive, and all "
        "is forgotten where the search along its direction finds nothing lower"
    )
    uses = ("value", "grad")
    elementwise = False
    rule = (
        "grad_change = grad - previous_grad",
        "bend = dot(grad_change, displacement)",
        "least = 1e-10 * sqrt(dot(displacement, displacement) * dot(grad_change, grad_change))",
        "guess = inverse_hessian * (bend / dot(grad_change, grad_change)) if updates == 0"
        " else inverse_hessian",
        "inverse_hessian = (identity - outer(displacement, grad_change) / bend) @ guess"
        " @ (identity - outer(grad_change, displacement) / bend)"
        " + outer(displacement, displacement) / bend if bend > least else inverse_hessian",
        "updates = updates + 1 if bend > least else updates",
        "direction = -inverse_hessian @ grad",
        *WOLFE,
        "displacement = step",
        "previous_grad = grad",
    )
    symbols = {
        "identity": "I",
        "bend": "b",
        "least": r"\varepsilon",
        "guess": r"\tilde H",
        "inverse_hessian": "H",
        "direction": "p",
        "rate": r"\alpha",
        "displacement": "s",
        "grad_change": "y",
        "previous_grad": r"g^{\mathrm{prev}}",
        "updates": "k",
    }

    sufficient_decrease: float = knob(1e-4, 1e-8, 0.4, scale="log", symbol="c_1")
    curvature: float = knob(0.9, 1e-3, 0.999, symbol="c_2")

    def init(self, point):
        zero, none = np.zeros_like(point), np.zeros_like(point[..., :1])
        identity = np.zeros((*point.shape, 1)) + np.eye(point.shape[-1])
        vectors = dict.fromkeys(("direction", "displacement", "grad_change", "previous_grad"), zero)
        return {"inverse_hessian": identity, **vectors, "rate": none, "updates": none}

    def update(self, look, state):
        change = look.grad - state["previous_grad"]
        inverse, updates = self.learn(state, state["displacement"], change)
        direction = -(inverse @ look.grad[..., None])[..., 0]
        rate = self.search(look, direction, updates > 0)
        # Learned on a plain, the inverse Hessian sends the search far beyond all that is near.
        failed = (rate == 0) & (updates > 0)
        if failed.any():
            direction = np.where(failed, -look.grad, direction)
            inverse = np.where(failed[..., None], np.eye(change.shape[-1]), inverse)
            updates = np.where(failed, 0.0, updates)
            rate = np.where(failed, self.search(look, direction * failed, False), rate)
        step = rate * direction
        return step, {
            "inverse_hessian": inverse,
            "direction": direction,
            "rate": rate,
            "displacement": step,
            "grad_change": change,
            "previous_grad": look.grad,
            "updates": updates,
        }

    def search(self, look, direction, learned) -> np.ndarray:
        """The rate along a direction: from 1 where the inverse Hessian has learned its length."""
        first = np.where(learned, 1.0, cautious(direction))
        return wolfe_rate(look, direction, first, self.sufficient_decrease, self.curvature)

    def learn(self, state, displacement, change):
        """The inverse Hessian after one more pair, and the count of pairs it learned from.

        Before the first pair the identity is scaled to the curvature seen (equation 6.20).
        """
        product = dot(displacement, change)
        bound = np.sqrt(dot(displacement, displacement) * dot(change, change))
        usable = product > RIGHT_ANGLED * bound
        first = usable & (state["updates"] == 0)
        scale = np.where(first, product, 1.0) / np.where(first, dot(change, change), 1.0)
        inverse = scale[..., None] * state["inverse_hessian"]
        safe = np.where(usable, product, np.inf)
        shear = np.eye(change.shape[-1]) - outer(displacement, change) / safe[..., None]
        learned = shear @ inverse @ np.swapaxes(shear, -1, -2)
        learned = learned + outer(displacement, displacement) / safe[..., None]
        inverse = np.where(usable[..., None], learned, state["inverse_hessian"])
        return inverse, state["updates"] + usable


def outer(a, b):
    """Outer products (..., n, n) of vectors (..., n)."""
    return a[..., :, None] * b[..., None, :]


OPTIMIZERS = (LineSearch(), ConjugateGradient(), BFGS())
