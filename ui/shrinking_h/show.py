"""What the page Shrinking h shows: measurements, panels, tables, the textbook test."""

import math
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from optcore.derivatives.differences import CENTRAL, StepError
from optcore.derivatives.error_curve import ErrorCurve, error_curve
from optcore.derivatives.error_model import NotFiniteError
from optcore.derivatives.microscope import lattice, step_grid
from optcore.derivatives.textbook import step_table, textbook_test
from optcore.formula.functions import Function
from optcore.formula.surface import FormulaFunction, formula_function
from ui import controls
from ui.address import Address
from ui.live.stage import Clock, Handle, Panel
from ui.palette import legend as entry
from ui.prose import escaped, number, scrolling, spelled
from ui.shrinking_h import charts, error_charts, words
from ui.shrinking_h.parameters import read_number, window
from ui.state import PageState

SIGNS = {
    "passes": (st.success, ":material/check_circle:"),
    "smaller h": (st.info, ":material/zoom_in:"),
    "wrong": (st.error, ":material/cancel:"),
    "inconclusive": (st.warning, ":material/help:"),
}


@dataclass(frozen=True, eq=False)
class Watch:
    """A derivative watched as h shrinks: a curve per rule over `h` (m,), the scrubber at `at`.

    Where there is nothing to measure `fault` says why, and there are no curves.
    """

    function: Function | FormulaFunction
    x: float
    dtype: type
    h: np.ndarray
    at: int
    curves: tuple[ErrorCurve, ...]
    fault: str = ""


# ------------------------------------------------------------------ the measurement


def watch(state: Address, function, rules, dtype) -> Watch:
    """Every rule measured at the x and over the h of the page's state."""
    x, own = state["x"], state["h"]
    h = step_grid(own)
    at = state.clock(h, "h") or 0
    function = replace(function, window=window(state))
    fault = overflow(function, x, dtype)
    try:
        curves = () if fault else tuple(error_curve(r, function, x, h, dtype) for r in rules)
        if not (curves or fault):
            error_curve(CENTRAL, function, x, h[:3], dtype)
    except (NotFiniteError, StepError) as problem:
        return Watch(function, x, dtype, h, at, (), str(problem))
    return Watch(function, x, dtype, h, at, curves, fault)


def overflow(function, x, dtype) -> str:
    """Why a function that is finite at x in float64 is not so in float32; else empty."""
    with np.errstate(all="ignore"):
        wide, narrow = (np.float64(function.value(t(x))) for t in (np.float64, dtype))
    if not np.isfinite(wide) or np.isfinite(narrow):
        return ""
    largest = number(np.finfo(dtype).max, 2)
    return (
        f"f({number(x, 6)}) = {number(wide)} is beyond the largest number of "
        f"{np.dtype(dtype).name}, {largest}. Move x, or choose float64."
    )


def panels(w: Watch, settled: bool) -> list[Panel]:
    """The function, the V, the microscope and the estimates, for all steps once settled."""
    shown = charts.EVERY if settled else slice(w.at, w.at + 1)
    lead = words.leading(w.curves)
    view = {"h": w.h, "shown": shown}
    time = w.h.tolist()
    return [
        Panel(charts.near(w.function, w.x, w.curves, lead=lead, **view), name="f", click="x",
              labels={"x": "x", "y": "f"}),
        Panel(error_charts.errors(w.curves, lead, shown=shown), name="error", click="clock",
              labels={"x": "h", "y": "error"}, time=time),
        Panel(charts.magnified(w.function, w.x, w.curves, **view), name="magnified",
              labels={"x": "(t − x)/h", "y": "(f(t) − f(x))/h"}),
        Panel(error_charts.estimates(w.curves, lead, shown=shown), name="estimate", click="clock",
              labels={"x": "h", "y": "estimate"}, time=time),
    ]  # fmt: skip


def clock(w: Watch, field: str = "") -> Clock:
    labels = [f"h = {number(h)}" for h in w.h]
    return Clock(len(w.h) - 1, w.at, labels, name="h, from 1 down to 1e−16", seconds=16.0,
                 field=field)  # fmt: skip


def handle(w: Watch) -> Handle:
    _, _, (low, high) = charts.graph(w.function, *w.function.window)
    with np.errstate(all="ignore"):
        height = float(w.function.value(np.float64(w.x)))
    height = height if math.isfinite(height) else (low + high) / 2
    return Handle("x", (w.x, height), "x: drag it, or use the arrow keys", along=charts.CURVE)


def legend(w: Watch) -> list[dict]:
    if not w.curves:
        return []
    return [
        entry(charts.TANGENT, {"colour": "ink", "dash": "dot", "symbol": "none"}),
        *(entry(c.rule.name, charts.RULE_LOOKS[c.rule.name]) for c in w.curves),
    ]


def summary(w: Watch, settled: bool) -> list[str]:
    """A sentence per step, or the one for where the scrubber stands."""
    if w.fault:
        return [spelled(w.fault)]
    return words.sentences(w.curves, charts.EVERY if settled else slice(w.at, w.at + 1))


# ------------------------------------------------------------------ the details


def way_back(state: PageState, w: Watch) -> None:
    """Offers the function's own x where there is nothing to measure."""
    if w.fault:
        st.warning(spelled(w.fault), icon=":material/wrong_location:")
        st.button(
            f"Go back to x = {number(w.function.x, 12)}",
            on_click=lambda: state.put({"x": w.function.x}),
        )


def steps(w: Watch) -> None:
    """The textbook's table: h, both estimates, their errors and how these fall."""
    st.markdown("### A table of shrinking h")
    if w.fault:
        st.caption("There is no table where the function has no derivative.")
        return
    table = step_table(w.function, w.x, dtype=w.dtype)
    x = w.dtype(w.x)
    st.caption(
        f"{escaped(w.function.name)} at x = {number(w.x, 12)} in {np.dtype(w.dtype).name}. A ratio "
        "is the error of the row above over the row's own: 10 is first order, 100 second order, "
        "below 1 is round-off. ★ marks the least error."
    )
    st.html(words.steps_table(table, lattice(w.function, x, table.h.astype(w.dtype))))


def textbook(state: PageState, w: Watch) -> None:
    """Lets the person claim a derivative and tests it as the textbook says."""
    st.markdown("### The textbook test of a derivative")
    if w.fault:
        st.caption("There is no derivative to test here.")
        return
    left, right = st.columns([3, 1])
    with left:
        claim = controls.text(
            state, "claim", "Your derivative f′(x), a number or a formula",
            placeholder="empty: the right one",
        )  # fmt: skip
    with right:
        h = controls.typed(state, "test", "h of the test")
    try:
        verdict = textbook_test(w.function, claimed(claim, w), w.x, h, dtype=w.dtype)
    except ValueError as fault:
        st.error(escaped(str(fault)), icon=":material/edit_off:")
        return
    show, icon = SIGNS[verdict.verdict]
    if verdict.verdict == "passes" and not verdict.agrees:
        show, icon = st.warning, ":material/visibility_off:"
    show(f"**{verdict.verdict.capitalize()}.** {escaped(spelled(verdict.sentence))}", icon=icon)


def claim(state: PageState, w: Watch) -> float | None:
    """What the person claims the derivative to be, where it can be read."""
    with suppress(ValueError):
        return claimed(state["claim"], w) if state["claim"].strip() else None
    return None


def claimed(text: str, w: Watch) -> float:
    """The number that a claim says, at x. Raises ValueError with a sentence."""
    x = np.float64(w.x)
    with np.errstate(all="ignore"):
        if not text.strip():
            return float(w.function.derivative(x))
        try:
            claim = read_number(text)
        except ValueError:
            claim = float(formula_function(text).value(x))
    if not math.isfinite(claim):
        raise ValueError(
            f"Your derivative is {number(claim)} at x = {number(w.x, 6)}: type one that is finite."
        )
    return claim


def download(w: Watch) -> None:
    if w.curves:
        st.download_button(
            "Curves as CSV", lambda: words.curve_csv(w.curves), "shrinking-h.csv", "text/csv",
            icon=":material/download:", on_click="ignore",
        )  # fmt: skip


def rules(w: Watch) -> None:
    """Slopes and best h of every rule, measured beside theory."""
    if w.curves:
        st.html(scrolling(words.rules_table(w.curves)))
