"""The line of controls of the Backprop graph page, and the scene of the view in force."""

import streamlit as st

from optcore.formula import FormulaError
from optcore.graph import EXAMPLES, Example
from optcore.graph.examples import PRODUCT_OF_SUM
from optcore.graph.reading import GRAMMAR
from ui import controls
from ui.address import Address
from ui.backprop_graph import (
    bug_view,
    fill_view,
    fit_view,
    graph_view,
    node_view,
    pair_view,
    product_view,
    why_view,
)
from ui.backprop_graph.case import Case, opened_to_units, work_out
from ui.backprop_graph.parameters import (
    BUGS,
    FILL,
    FIT,
    GRAPH,
    MOST_STEPS,
    NODE,
    PAIR,
    PRODUCT,
    WHY,
    one_line,
)
from ui.prose import escaped
from ui.scene import Scene
from ui.state import PageState

OF_TEXT = {GRAPH: graph_view.scene, FILL: fill_view.scene, BUGS: bug_view.scene,
           PAIR: pair_view.scene}  # fmt: skip
LIBRARY = {one_line(each): each.values for each in EXAMPLES}
OWN = {FIT: fit_view.scene, WHY: why_view.scene, PRODUCT: product_view.scene,
       NODE: node_view.scene}  # fmt: skip


def choose(state: PageState, notes) -> None:
    """The view, and what it lets choose."""
    view = controls.choose(state, "view", "View", label_visibility="collapsed", width=170)
    if view == PRODUCT:
        controls.choose_word(state, "by", "Derivative", label_visibility="collapsed")
    if view == NODE:
        controls.choose(state, "node", "Version", label_visibility="collapsed", width=150)
    if view in OWN:
        return
    case, fault = _choose_graph(state, narrow=view in (FILL, BUGS))
    if view == FILL:
        fill_view.ask(state, case)
    if view == BUGS:
        bug_view.choose(state, case)
    with notes:
        controls.complaints(state)
        if fault:
            # Who types a matrix product does not yet know where its matrices come from.
            where = " Vectors and matrices get their numbers under Library." if (
                "is a number" in fault) else ""  # fmt: skip
            complaint = f"{fault}{where} Shown meanwhile: the last graph that could be worked out."
            st.error(escaped(complaint), icon=":material/function:")
        if view == FILL:
            fill_view.tell(state)
        if view == BUGS:
            bug_view.tell(state, case)


def _choose_graph(state: PageState, narrow: bool) -> tuple[Case, str]:
    """The text, the library and the values; what they come to, and what is wrong with them."""
    controls.text(state, "f", "Graph", label_visibility="collapsed", width=150 if narrow else 330,
                  placeholder="Type an expression, such as (x + y) * z")  # fmt: skip
    with st.popover("Library", icon=":material/local_library:"), st.container(width=420):
        for each in EXAMPLES:
            st.button(each.name, key=f"example.{each.name}", type="tertiary", help=each.lesson,
                      on_click=_take, args=(state, each))  # fmt: skip
        controls.typed(state, "values", "Values of the inputs")
        st.caption("One after the other, such as `x: 2; b: 1, 2; W: 1, 2 / 3, 4`.")
        known = ", ".join(GRAMMAR.functions)
        st.caption(
            f"A graph may say `+ - * / ^ @`, `W'` for the transpose of W, {known}, and several "
            "`name = …` with ; between them."
        )
        if state["view"] == GRAPH:
            controls.switch(state, "units", "A node for every number of an array")
    return understood(state)


def _take(state: PageState, example: Example) -> None:
    state.put({"f": one_line(example), "values": dict(example.values), "at": None, "zoom": "",
               "asked": (), "filled": 0})  # fmt: skip


def understood(state: Address) -> tuple[Case, str]:
    """The case of the text and the values, and no fault; or the last that could be worked out,
    and why this one cannot."""
    fault = ""
    last = state.memory.get("worked out")
    for text, values in filter(None, ((state["f"], state["values"]), last)):
        try:
            case = work_out(text, values)
            in_units = state["view"] == GRAPH and state["units"]
            shown = opened_to_units(case) if in_units else case
            if shown.moments.last > MOST_STEPS:
                raise FormulaError("The graph has too many nodes to be played: shorten the text.")
        except FormulaError as problem:
            fault = fault or str(problem)
            continue
        state.memory["worked out"] = (text, values)
        return case, fault
    return work_out(PRODUCT_OF_SUM.text, PRODUCT_OF_SUM.values), fault


def scene(state: PageState) -> Scene:
    """What the view in force shows."""
    if own := OWN.get(state["view"]):
        return own(state)
    case, _ = understood(state)
    return OF_TEXT[state["view"]](state, case, dict(LIBRARY.get(state["f"], {})))
