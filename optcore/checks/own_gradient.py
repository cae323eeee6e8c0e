"""Two partial derivatives a person worked out by hand, checked against those of their f(x, y)."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from optcore.checks.grad_check import GradCheck, check_grad
from optcore.checks.measurement import BANDS, judge
from optcore.formula.program import Program, program_of
from optcore.formula.surface import FormulaSurface
from optcore.formula.text import parse
from optcore.formula.tree import check_size, fold, latex
from optcore.surfaces.base import coordinates, vector

AXES = ("x", "y")
NAMES = ("∂f/∂x", "∂f/∂y")
# Differences below this share of the typical size of a partial are rounding.
ROUNDING = 1e-12
# How evenly a factor or an offset must hold over the window to be named.
EVEN = 1e-9


@dataclass(frozen=True)
class TypedPartial:
    """A partial derivative as typed; unlike a surface it may be the same everywhere."""

    text: str

    @property
    def latex(self) -> str:
        return _read(self.text)[0]

    def value(self, x, y) -> np.ndarray:
        """Elementwise, nan outside the formula's domain."""
        x, y = np.broadcast_arrays(np.asarray(x), np.asarray(y))
        with np.errstate(all="ignore"):
            return np.zeros_like(x) + _read(self.text)[1](x, y)[0]


def typed_partial(text: str) -> TypedPartial:
    """The function a text describes. Raises FormulaError, a sentence for the person."""
    text = text.strip() if isinstance(text, str) else ""
    _read(text)
    return TypedPartial(text)


@lru_cache(maxsize=256)
def _read(text: str) -> tuple[str, Program]:
    typed = parse(text, AXES)
    tree = fold(typed)
    check_size(tree)
    return latex(typed), program_of([tree], AXES)


@dataclass(frozen=True, eq=False)
class ErrorMap:
    """Relative errors of both partials on a grid: x (c,), y (c,), error (2, c, c), nan where
    f or the typed partial has no value. `typed` and `right` are the partials themselves."""

    x: np.ndarray
    y: np.ndarray
    error: np.ndarray
    typed: np.ndarray
    right: np.ndarray

    def wrong_share(self, which: int) -> float:
        """The share of the places with a value where a partial is not right."""
        error = self.error[which]
        known = np.isfinite(error)
        return float(np.mean(error[known] >= BANDS[0])) if known.any() else np.nan

    def verdict(self, which: int) -> str:
        """The band of the largest error in the window."""
        error = self.error[which]
        known = error[np.isfinite(error)]
        return judge(float(known.max())) if len(known) else "inconclusive"


@dataclass(frozen=True)
class OwnGradient:
    """An Objective: f as typed with the gradient as typed, a block for each partial."""

    surface: FormulaSurface
    partials: tuple[TypedPartial, TypedPartial]

    blocks = {NAMES[0]: slice(0, 1), NAMES[1]: slice(1, 2)}

    def value(self, point) -> np.ndarray:
        return self.surface.value(point)

    def grad(self, point) -> np.ndarray:
        """The typed partials."""
        x, y = coordinates(point)
        return vector(*(partial.value(x, y) for partial in self.partials))

    def right(self, point) -> np.ndarray:
        """The partials of f, differentiated exactly."""
        return self.surface.grad(point)

    def check(self, point) -> GradCheck:
        """The gradient check at a point, by central differences. Raises NotFiniteError."""
        return check_grad(self, np.asarray(point, dtype=np.float64))

    def over_window(self, cells: int = 81) -> ErrorMap:
        """Both relative errors over the surface's window."""
        x, y = (np.linspace(low, high, cells) for low, high in self.surface.window)
        points = np.stack(np.meshgrid(x, y), axis=-1)
        with np.errstate(all="ignore"):
            typed, right = (np.moveaxis(part(points), -1, 0) for part in (self.grad, self.right))
            known = np.isfinite(typed) & np.isfinite(right) & np.isfinite(self.value(points))
            error = relative_errors(typed, right)
        return ErrorMap(x, y, np.where(known, error, np.nan), typed, right)


def relative_errors(typed, right) -> np.ndarray:
    """|t - r| / (|t| + |r|), elementwise; 0 where both differ by rounding alone."""
    difference, size = np.abs(typed - right), np.abs(typed) + np.abs(right)
    finite = size[np.isfinite(size)]
    typical = float(np.median(finite)) if finite.size else 0.0
    rounding = difference <= ROUNDING * (size + typical)
    return np.divide(difference, size, out=np.zeros_like(size), where=~rounding)


def slip(found: ErrorMap, which: int) -> str:
    """What kind of slip a wrong partial shows over the whole window, if it is a plain one."""
    if not found.wrong_share(which) > 0:
        return ""
    typed, right = found.typed[which], found.right[which]
    if same(typed, found.right[1 - which]) and same(found.typed[1 - which], right):
        return f"It is {NAMES[1 - which]}: the two are swapped."
    known = np.isfinite(typed) & np.isfinite(right)
    typed, right = typed[known], right[known]
    factor = even_factor(typed, right)
    if factor is not None:
        return "Its sign is wrong." if factor == -1 else f"It is {factor:.4g} times the right one."
    offset = typed - right
    if same(offset, np.full_like(offset, np.median(offset))):
        return f"It is off by the constant {np.median(offset):.4g}."
    return ""


def same(first, second) -> bool:
    """Whether two arrays agree to rounding where both are finite."""
    both = np.isfinite(first) & np.isfinite(second)
    if not both.any():
        return False
    scale = np.max(np.abs(second[both]), initial=0.0)
    return bool(np.all(np.abs(first[both] - second[both]) <= EVEN * scale))


def even_factor(typed, right) -> float | None:
    """The k with typed = k right everywhere, or None."""
    length = float(right @ right)
    if not length:
        return None
    factor = float(typed @ right) / length
    if abs(factor) < EVEN or not same(typed, factor * right):
        return None
    return float(f"{factor:.10g}")
