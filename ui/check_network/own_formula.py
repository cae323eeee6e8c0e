"""The tab "Check my own": f(x, y) and two partial derivatives as a person types them."""

from functools import lru_cache

import numpy as np
import streamlit as st

from optcore.checks.own_gradient import OwnGradient, typed_partial
from optcore.derivatives.differences import StepError
from optcore.derivatives.error_model import NotFiniteError
from optcore.formula.surface import formula_surface
from optcore.formula.tree import FormulaError
from ui import controls, frame
from ui.cache import cached
from ui.check_network import own_charts
from ui.check_network.facts import own_facts
from ui.check_network.parameters import FORMULAS, Window
from ui.lessons import telling
from ui.live.stage import Handle, Panel, stage
from ui.prose import escaped
from ui.state import PageState

READERS = {"f": formula_surface, "dx": typed_partial, "dy": typed_partial}


@lru_cache(maxsize=64)
def own_of(f: str, dx: str, dy: str, reach: float) -> OwnGradient:
    window = ((-reach, reach), (-reach, reach))
    return OwnGradient(formula_surface(f, window), (typed_partial(dx), typed_partial(dy)))


@cached
def _map(own: OwnGradient):
    """The errors over the window and the heights of f there."""
    found = own.over_window()
    heights = own.surface.value(np.stack(np.meshgrid(found.x, found.y), axis=-1))
    return found, np.where(np.isfinite(heights), heights, np.nan)


def type_formulas(state: PageState, notes) -> dict[str, str]:
    """The three texts; one that cannot be read gets a sentence and its last good text stands."""
    for name, (label, _) in FORMULAS.items():
        controls.formula(state, name, label, READERS[name], notes, width=215)
    return {name: state.understood(name, READERS[name])[1] for name in FORMULAS}


def own_gradient(state: PageState, texts: dict[str, str], reach: float) -> OwnGradient | None:
    """The three formulas over the window; a window without a value gets a sentence."""
    try:
        return own_of(texts["f"], texts["dx"], texts["dy"], reach)
    except FormulaError as fault:
        st.error(escaped(str(fault)), icon=":material/function:")
        return None


def point_of(state: PageState, own: OwnGradient) -> tuple[float, float]:
    """Where the check is made: the last place in the window the hand left the point at."""
    reach = own.surface.window[0][1]
    x, y = (min(max(state[name], -reach), reach) for name in ("p.x", "p.y"))
    return x, y


def check_at(own: OwnGradient, point):
    """The gradient check there, or None with a sentence where f has no value."""
    try:
        return own.check(point), ""
    except (NotFiniteError, StepError) as fault:
        return None, f"{fault} Drag the point to where f has a value."


def check(state: PageState, texts: dict[str, str]) -> None:
    """The stage: a map of the error for each partial, and the point to drag."""
    dials = [controls.Dials("Window", "window", Window())]
    (window,), board = controls.tune(state, dials)
    with frame.status("own"):
        own = own_gradient(state, texts, window.reach)
    if own is not None:
        point = point_of(state, own)
        found, heights = _map(own)
        checked, fault = check_at(own, point)
        text = own_charts.summary(own, found, checked, point)
        stage(
            [
                Panel(own_charts.error_map(own, found, which, point, heights), click="point",
                      name=("∂f/∂x", "∂f/∂y")[which], aspect=1.0,
                      labels={"x": "x", "y": "y"})
                for which in (0, 1)
            ],
            key="check_network.own",
            handles=[Handle("point", point, "The point to check: drag it, or use the arrow keys")],
            legend=own_charts.legend(),
            boards=[board],
            words=f"{text} {fault}".strip(),
            table=own_charts.table(own, checked, point),
            lesson=telling(state, lambda: own_facts(own, checked)),
            columns="minmax(0, 1fr) minmax(0, 1fr)",
            on_change=state.take,
            live=not state.settled,
        )  # fmt: skip
    state.publish()
