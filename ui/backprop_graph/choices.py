"""The line of controls of the Backprop graph page, and the scene of the view in force."""

import streamlit as st

from optcore.formula import FormulaError
from ui import controls
from ui.address import Address
from ui.backprop_graph import graph_view
from ui.backprop_graph.case import Case, work_out
from ui.backprop_graph.examples import EXAMPLES, FIRST, Example
from ui.backprop_graph.parameters import MOST_STEPS
from ui.backprop_graph.scene import Scene
from ui.prose import escaped
from ui.state import PageState


def choose(state: PageState, notes) -> None:
    """The view, the text, the library and the values."""
    controls.choose(state, "view", "View", label_visibility="collapsed", width=170)
    controls.text(state, "f", "Graph", label_visibility="collapsed", width=330,
                  placeholder="Type an expression, such as (x + y) * z")  # fmt: skip
    with st.popover("Library", icon=":material/local_library:"), st.container(gap="xsmall"):
        for each in EXAMPLES:
            st.button(each.name, key=f"example.{each.name}", type="tertiary", help=each.shows,
                      on_click=_take, args=(state, each))  # fmt: skip
    with st.popover("Values", icon=":material/pin:"), st.container(width=420):
        controls.typed(state, "values", "Values of the inputs")
        st.caption("One after the other, such as `x: 2; b: 1, 2; W: 1, 2 / 3, 4`.")
    with notes:
        controls.complaints(state)
        _, fault = understood(state)
        if fault:
            told = f"{fault} Shown meanwhile: the last graph that could be worked out."
            st.error(escaped(told), icon=":material/function:")


def _take(state: PageState, example: Example) -> None:
    state.put({"f": example.text, "values": example.values, "at": None, "zoom": ""})


def understood(state: Address) -> tuple[Case, str]:
    """The case of the text and the values, and no fault; or the last that could be worked out,
    and why this one cannot."""
    fault = ""
    last = state.memory.get("worked out")
    for text, values in filter(None, ((state["f"], state["values"]), last)):
        try:
            case = work_out(text, values)
            if case.moments.last > MOST_STEPS:
                raise FormulaError("The graph has too many nodes to be played: shorten the text.")
        except FormulaError as problem:
            fault = fault or str(problem)
            continue
        state.memory["worked out"] = (text, values)
        return case, fault
    return work_out(FIRST.text, FIRST.values), fault


def scene(state: PageState) -> Scene:
    """What the view in force shows."""
    case, _ = understood(state)
    return graph_view.scene(state, case, FIRST.values)


def downloads(scene: Scene) -> None:
    """The numbers as CSV, and a program that works them out again."""
    with st.container(horizontal=True):
        st.download_button("CSV", scene.sheet, "backprop_graph.csv", "text/csv",
                           on_click="ignore", icon=":material/download:")  # fmt: skip
        st.download_button("Program", scene.program, "backprop_graph.py", on_click="ignore",
                           icon=":material/download:")  # fmt: skip
