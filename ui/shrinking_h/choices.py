"""The choices of the page Shrinking h, and what it reads out of text that people type."""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import streamlit as st

from optcore.derivatives.differences import BACKWARD, CENTRAL, DIFFERENCES, FORWARD, check_step
from optcore.formula.functions import FUNCTIONS, SINE
from optcore.formula.surface import formula_function
from optcore.formula.tree import FormulaError
from ui import controls
from ui.state import Link

OWN_FORMULA = "x^2 * exp(-x)"
FARTHEST = 1e6
FLOATS = {"float64": np.float64, "float32": np.float32}
FIRST_H, TEST_H, REACH = 1.0, 1e-3, 3.0


@dataclass(frozen=True)
class _OwnFunction:
    """Stands for the formula field in the list of functions."""

    name: str = "Your own formula"
    lesson: str = ""


def choose_function(link: Link, below):
    """A function from the menu, or the person's own, written in the container `below`.

    A new choice starts at its own x.
    """
    picked = controls.choose(
        link, "function", "Function", (*FUNCTIONS, _OwnFunction()), SINE,
        on_change=link.forget, args=("x",),
    )  # fmt: skip
    if not isinstance(picked, _OwnFunction):
        return picked
    with below:
        return own_function(link)


def own_function(link: Link):
    """The function that a person types; a bad formula keeps the last good one."""
    left, right = st.columns([6, 1])
    with left:
        text = controls.text(
            link, "formula", "f(x) =", OWN_FORMULA,
            on_change=link.forget, args=("x",),
            help="Numbers, x, pi, e, + - * / ^ and sin cos tan exp log sqrt abs tanh sinh cosh "
            "sigmoid relu softplus min max.",
        )  # fmt: skip
    with right:
        reach = controls.typed(link, "reach", "Shown: ±", read_reach, REACH, written)
    try:
        function = formula_function(text)
    except FormulaError as fault:
        text = link.memory.get("formula", OWN_FORMULA)
        st.error(f"{fault} Shown meanwhile: f(x) = {text}", icon=":material/function:")
        function = formula_function(text)
    link.memory["formula"] = text
    return replace(function, x=first_place(function), window=(-reach, reach))


def first_place(function) -> float:
    """The x nearest to 1 on a coarse grid where the function has a value and a slope."""
    places = np.arange(-30, 31) / 10
    places = places[np.argsort(np.abs(places - 1), kind="stable")]
    with np.errstate(all="ignore"):
        found = np.isfinite(function.value(places)) & np.isfinite(function.derivative(places))
    return float(places[np.argmax(found)])


def introduce(function) -> None:
    """The function as mathematics, and what it is there to show."""
    st.caption(f"$f(x) = {function.latex}$. {function.lesson}")


def choose_rules(link: Link):
    return controls.choose_some(
        link, "rules", "Rules", DIFFERENCES, (FORWARD, BACKWARD, CENTRAL),
        placeholder="Choose one or more",
    )  # fmt: skip


def choose_float(link: Link):
    name = controls.choose_name(link, "float", "Numbers", list(FLOATS), width="content")
    return FLOATS[name]


def type_x(link: Link, function) -> None:
    controls.typed(link, "x", "x", read_place, function.x, written, width=72)


def type_h(link: Link) -> None:
    controls.typed(link, "h", "h", read_step, FIRST_H, written, width=92)


def written(value: float) -> str:
    """A number as a person types it, to twelve digits: 1e-8 and not 1e-08."""
    mantissa, _, exponent = f"{value:.12g}".partition("e")
    return f"{mantissa}e{int(exponent)}" if exponent else mantissa


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
    fault = ValueError(f"“{text[:30]}” is not a number.")
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
        raise ValueError(f"x = {x:g} is outside −1e6 to 1e6, which is as far as this page goes.")
    return x


def read_reach(text: str) -> float:
    reach = read_number(text)
    if not 1e-3 <= reach <= FARTHEST:
        raise ValueError(f"±{reach:g} is outside ±0.001 to ±1e6, which is what can be shown.")
    return reach


def read_step(text: str) -> float:
    """An h of the slider. Raises ValueError, for 0 and the like with the core's reason."""
    h = read_number(text)
    check_step(CENTRAL, 0.0, h)
    if not 1e-16 <= h <= 1:
        raise ValueError(f"h = {h:g} is outside 1e-16 to 1, the reach of the slider.")
    return h


def read_test_step(text: str) -> float:
    h = read_number(text)
    check_step(CENTRAL, 0.0, h)
    return h
