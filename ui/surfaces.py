"""Choosing a loss surface: from the list, or a formula of one's own."""

from dataclasses import dataclass, make_dataclass
from functools import lru_cache

import streamlit as st

from optcore.formula.surface import formula_surface
from optcore.formula.tree import FormulaError
from optcore.knobs import knob
from ui import controls
from ui.cache import cached
from ui.ground import Ground, ground
from ui.prose import escaped
from ui.state import PageState

FORMULA = "sin(x) * cos(y) + (x^2 + y^2) / 10"
HELP = (
    "Numbers, x, y, pi, e, + - * / ^ and sin cos tan exp log sqrt abs tanh sinh cosh sigmoid relu "
    "softplus min max."
)


@dataclass(frozen=True)
class OwnFunction:
    """Stands for the formula field in the list of surfaces."""

    name: str = "Your own function"
    lesson: str = ""


@dataclass(frozen=True)
class Reach:
    """How far a formula of one's own is drawn: from -reach to reach on both axes."""

    reach: float = knob(3.0, 0.1, 100.0, scale="log", symbol="")


@lru_cache(maxsize=64)
def point_dial(window, point):
    """A point as two knobs over a window."""
    fields = [
        (axis, float, knob(float(at), float(low), float(high), symbol=""))
        for axis, at, (low, high) in zip("xy", point, window, strict=True)
    ]
    return make_dataclass("Point", fields, frozen=True)()


def formed(state: PageState, picked, complaints):
    """The surface picked; for a formula its field, and the last good one while it is faulty.

    `complaints` is where the sentence about a faulty formula goes.
    """
    if not isinstance(picked, OwnFunction):
        return picked
    written = controls.text(
        state, "f", "f(x, y) =", label_visibility="collapsed", width=260, help=HELP
    )
    reach = state["window.reach"]
    window = ((-reach, reach), (-reach, reach))
    faults = []
    for formula in (written, state.memory.get("formula", FORMULA), FORMULA):
        try:
            surface = formula_surface(formula, window)
        except FormulaError as fault:
            faults.append(str(fault))
            continue
        state.memory["formula"] = formula
        if faults:
            told = f"{faults[0]} Shown meanwhile: f(x, y) = {formula}"
            complaints.error(escaped(told), icon=":material/function:")
        return surface
    raise AssertionError("the formula we offer has values everywhere")


@cached
def land(surface) -> Ground:
    """The surface's grid, worked out once for all who look at it."""
    return ground(surface)


def shape(surface) -> float:
    """Width to height at which the ground is drawn, between upright and twice as wide as high."""
    (x_low, x_high), (y_low, y_high) = surface.window
    return min(max((x_high - x_low) / (y_high - y_low), 0.8), 1.6)


def about(surface) -> None:
    """What the ground is: its formula, and what it is there to teach."""
    if surface.lesson:
        st.caption(f"**{surface.name}.** {surface.lesson} $\\quad f = {surface.latex}$")
