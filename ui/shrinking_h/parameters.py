"""What the address of the page Shrinking h may say, and how people write its numbers."""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from optcore.derivatives.differences import BACKWARD, CENTRAL, DIFFERENCES, FORWARD, check_step
from optcore.formula.functions import FUNCTIONS, SINE
from optcore.formula.surface import formula_function
from optcore.formula.tree import FormulaError
from ui.lessons import lesson_row
from ui.parameters import Parameter, Place, Scrubbed, choice, choices, chosen, written
from ui.prose import number, quoted

FORMULA = "x^2 * exp(-x)"
FARTHEST = 1e6
FLOATS = {"float64": np.float64, "float32": np.float32}


@dataclass(frozen=True)
class OwnFormula:
    """Stands for the formula field in the list of functions."""

    name: str = "Your own formula"
    lesson: str = ""


def read_number(text: str) -> float:
    """A number as people write it: 0.5, 1e-3, pi/2. Raises ValueError."""
    text = text.strip().replace("−", "-")
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return read_constant(text)


@lru_cache(maxsize=64)
def read_constant(text: str) -> float:
    """A formula without x, such as pi/2."""
    if not text:
        raise ValueError("The field is empty: type a number.")
    fault = ValueError(f"{quoted(text)} is not a number.")
    if len(text) > 30:
        raise fault
    try:
        at = formula_function(f"x + ({text})").value(np.array([0.0, 1.0]))
    except FormulaError:
        raise fault from None
    if not np.isclose(at[1] - at[0], 1.0, rtol=1e-9):
        raise fault
    return float(at[0])


def read_place(text: str) -> float:
    x = read_number(text)
    if not abs(x) <= FARTHEST:
        raise ValueError(
            f"x = {number(x)} is outside −1e6 to 1e6, which is as far as this page goes."
        )
    return x


def read_reach(text: str) -> float:
    reach = read_number(text)
    if not 1e-3 <= reach <= FARTHEST:
        raise ValueError(f"±{number(reach)} is outside ±0.001 to ±1e6, which is what can be shown.")
    return reach


def read_step(text: str) -> float:
    """An h of the slider. Raises ValueError, for 0 and the like with the core's reason."""
    h = read_number(text)
    check_step(CENTRAL, 0.0, h)
    if not 1e-16 <= h <= 1:
        raise ValueError(f"h = {number(h)} is outside 1e−16 to 1, the reach of the slider.")
    return h


def read_test_step(text: str) -> float:
    h = read_number(text)
    check_step(CENTRAL, 0.0, h)
    return h


# ------------------------------------------------------------------ the function and its window


own = chosen("function", OwnFormula())


def function_of(state):
    """The function chosen, or the person's own as far as it could last be read."""
    if not own(state):
        return state["function"]
    return state.understood("formula", reader(state))[0]


def reader(state):
    """What makes a function of a text, over the window that is shown."""
    return lambda text: _formed(text, state["reach"])


@lru_cache(maxsize=64)
def _formed(text: str, reach: float):
    function = formula_function(text)
    return replace(function, x=first_place(function), window=(-reach, reach))


def first_place(function) -> float:
    """The x nearest to 1 on a coarse grid where the function has a value and a slope."""
    places = np.arange(-30, 31) / 10
    places = places[np.argsort(np.abs(places - 1), kind="stable")]
    with np.errstate(all="ignore"):
        found = np.isfinite(function.value(places)) & np.isfinite(function.derivative(places))
    return float(places[np.argmax(found)])


def window(state) -> tuple[float, float]:
    """What is shown of the function: it moves when x leaves it, so never under a dragging hand."""
    function, x = function_of(state), state["x"]
    base = float(function.window[0]), float(function.window[1])
    name, known, held = state.memory.get("window", ("", base, base))
    views = [held, base] if (name, known) == (function.name, base) else [base]
    half = (base[1] - base[0]) / 2
    found = next((view for view in views if view[0] <= x <= view[1]), (x - half, x + half))
    state.memory["window"] = (function.name, base, found)
    return found


PARAMETERS = (
    lesson_row("shrinking_h"),
    choice("function", (*FUNCTIONS, OwnFormula()), SINE, resets=("x",)),
    Parameter(name="formula", default=FORMULA, when=own, resets=("x",)),
    Parameter(name="reach", parse=read_reach, write=written, default=3.0, when=own),
    choices("rules", DIFFERENCES, (FORWARD, BACKWARD, CENTRAL)),
    choice("float", tuple(FLOATS)),
    Parameter(name="x", parse=read_place, write=written,
              default_of=lambda state: function_of(state).x),
    Scrubbed(name="h", parse=read_step, write=written, default=1.0),
    Place("x", ("x",), bounds=lambda state: [window(state)]),
    Parameter(name="claim", default=""),
    Parameter(name="test", parse=read_test_step, write=written, default=1e-3),
)  # fmt: skip
