"""What the checks people use say of the same gradient, each by its own published rule.

`arena` puts them side by side: Optscope's verdict, torch.autograd.gradcheck, SciPy's
check_grad, JAX's check_grads, the flat 1e-7 rule and the slope of the Taylor test. The rules
are written anew here, with the defaults of torch 2.13, SciPy 1.17 and JAX 0.10; stored results
of the three hold them to it. They see nothing but `value` and `grad`, as there.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from optcore.checks.grad_check import GradCheck, check_grad
from optcore.checks.measurement import BANDS
from optcore.checks.numeric_grad import shifted_values
from optcore.checks.taylor_slope import taylor_slope

# The seed that a torch.Generator has before anyone seeds it.
TORCH_SEED = 67280421310721


@dataclass(frozen=True)
class Said:
    """What one rule said: "right", "wrong", "no verdict", or a word of its own.

    `number` is what it compared and `limit` with what: above 1 of `number / limit` it fails.
    `looked` tells in words what it looked at.
    """

    rule: "Rule"
    verdict: str
    number: float
    limit: float
    looked: str

    @property
    def sentence(self) -> str:
        limit = f" against {self.limit:.1e}" if np.isfinite(self.limit) else ""
        return f"{self.rule.name}: {self.verdict}; {self.looked}: {self.number:.1e}{limit}."


@dataclass(frozen=True)
class Rule:
    """A check by its published rule; `lesson` is what it is good for and what it lets pass."""

    name: ClassVar[str]
    source: ClassVar[str]
    lesson: ClassVar[str]

    def say(self, objective, point, check: GradCheck) -> Said:
        """The rule's verdict on `objective.grad` at a point (n,); `check` is ours of the same."""
        raise NotImplementedError

    def said(self, error, limit, looked: str) -> Said:
        """Right unless some error exceeds its limit; the pair that comes nearest is told."""
        error, limit = np.atleast_1d(error), np.atleast_1d(limit)
        with np.errstate(divide="ignore", invalid="ignore"):
            worst = int(np.argmax(np.nan_to_num(error / limit, nan=np.inf)))
        verdict = "right" if np.all(error <= limit) else "wrong"
        return Said(self, verdict, float(error[worst]), float(limit[worst]), looked)


@dataclass(frozen=True)
class BlockByBlock(Rule):
    name = "Optscope"
    source = "optcore.checks.grad_check"
    lesson = "Every block by itself against its own floor; a second look where one h cannot tell."

    def say(self, objective, point, check):
        grave = max(check.blocks, key=lambda block: block.relative_error)
        return Said(self, check.verdict, grave.relative_error, BANDS[0],
                    f"relative error of {grave.name}, the block with the largest")  # fmt: skip


@dataclass(frozen=True)
class TorchSlow(Rule):
    name = "torch gradcheck"
    source = "torch.autograd.gradcheck: eps 1e-6, atol 1e-5, rtol 1e-3"
    lesson = "Every component, but 1e-5 is always forgiven: small gradients pass, right or wrong."

    eps: float = 1e-6
    atol: float = 1e-5
    rtol: float = 1e-3

    def say(self, objective, point, check):
        """|a - n| <= atol + rtol |n| for every component, n by central differences."""
        every = np.arange(point.size)
        h = np.full(point.size, self.eps, point.dtype)
        ahead, behind = (shifted_values(objective, point, every, side * h) for side in (1, -1))
        numeric = (ahead - behind) / (2 * self.eps)
        error = np.abs(check.analytic - numeric)
        return self.said(error, self.atol + self.rtol * np.abs(numeric),
                         "|a − n| of the component nearest to its tolerance")  # fmt: skip


@dataclass(frozen=True)
class TorchFast(TorchSlow):
    name = "torch gradcheck, fast mode"
    source = "torch.autograd.gradcheck(fast_mode=True): one random direction for each tensor"
    lesson = "One number for each tensor: quick, and errors of both signs cancel in it."

    def say(self, objective, point, check):
        """The same of the slope along a random u >= 0 of length 1, atol times the sum of u."""
        blocks = getattr(objective, "blocks", {"all": slice(0, point.size)})
        error, limit = [], []
        for part, u in zip(blocks.values(), torch_directions(blocks), strict=True):
            move = np.zeros_like(point)
            move[part] = self.eps * u
            ahead, behind = objective.value(np.stack([point + move, point - move]))
            numeric = (ahead - behind) / (2 * self.eps)
            error.append(abs(float(check.analytic[part] @ u - numeric)))
            limit.append(self.atol * float(u.sum()) + self.rtol * abs(float(numeric)))
        return self.said(error, limit, "slope error of the tensor nearest to its tolerance")


def torch_directions(blocks) -> list[np.ndarray]:
    """The u >= 0 of length 1 that torch draws for each tensor in fast mode: 24 random bits a
    component from a Mersenne twister, one after the other."""
    twister = np.random.RandomState(TORCH_SEED & 0xFFFFFFFF)
    found = []
    for part in blocks.values():
        size = part.stop - part.start
        drawn = twister.randint(2**32, size=size, dtype=np.uint32) & 0xFFFFFF
        found.append(drawn / np.linalg.norm(drawn))
    return found


@dataclass(frozen=True)
class SciPyCheckGrad(Rule):
    name = "SciPy check_grad"
    source = "scipy.optimize.check_grad: forward differences, epsilon 1.5e-8"
    lesson = "A number without a verdict: whether it is small is left to the reader."

    epsilon: float = float(np.finfo(float).eps) ** 0.5

    def say(self, objective, point, check):
        """||a - n||, n by forward differences in float64, of whatever type the point is."""
        every, wide = np.arange(point.size), point.astype(np.float64)
        lost = wide + self.epsilon == wide
        h = (wide + self.epsilon * np.where(lost, wide, 1)) - wide
        numeric = (shifted_values(objective, wide, every, h) - objective.value(wide)) / h
        number = float(np.linalg.norm(check.analytic - numeric))
        return Said(self, "no verdict", number, np.inf, "‖a − n‖ over all components")


@dataclass(frozen=True)
class JaxCheckGrads(Rule):
    name = "JAX check_grads"
    source = 'jax.test_util.check_grads(order=1, modes=["rev"]): eps 1e-4'
    lesson = "One random direction for all parameters together: a small block is lost in it."

    eps: float = 1e-4

    def say(self, objective, point, check):
        """|c g·v - c n| <= tolerance (1 + |c n|), v and c normal from seed 0."""
        draws = np.random.RandomState(0)
        v = draws.randn(point.size).astype(point.dtype)
        c = point.dtype.type(draws.randn())
        move = point.dtype.type(self.eps) * v
        ahead, behind = objective.value(np.stack([point + move, point - move]))
        expected = float((ahead - behind) * point.dtype.type(0.5 / self.eps) * c)
        found = float(v @ (c * check.analytic))
        tolerance = 1e-5 if point.dtype == np.float64 else 2e-3
        return self.said(abs(found - expected), tolerance * (1 + abs(expected)),
                         "slope error along one direction")  # fmt: skip


@dataclass(frozen=True)
class FlatRule(Rule):
    name = "One number, 1e-7"
    source = "CS231n notes: relative error of all components at once"
    lesson = "Large blocks drown small ones, and round-off in float32 alone is above 1e-7."

    def say(self, objective, point, check):
        return self.said(check.relative_error, BANDS[0], "relative error of all components")


@dataclass(frozen=True)
class TaylorSlope(Rule):
    name = "Taylor test"
    source = "Farrell et al. (2013): slope 2 is right, slope 1 is wrong"
    lesson = "One random direction, but it needs no tolerance: the slope tells."

    def say(self, objective, point, check):
        test = taylor_slope(objective, point)
        verdict = "no verdict" if test.verdict == "inconclusive" else test.verdict
        return Said(self, verdict, test.slope, np.inf, "slope of the linear model's error")


RULES: tuple[Rule, ...] = (
    BlockByBlock(),
    TorchSlow(),
    TorchFast(),
    SciPyCheckGrad(),
    JaxCheckGrads(),
    FlatRule(),
    TaylorSlope(),
)


def arena(objective, point, check: GradCheck | None = None) -> tuple[Said, ...]:
    """What every rule says of `objective.grad` at a point (n,), in its float type.

    `check` is a `check_grad` of the same if there is one already.
    """
    check = check or check_grad(objective, point)
    with np.errstate(over="ignore", invalid="ignore"):
        return tuple(rule.say(objective, check.point, check) for rule in RULES)
