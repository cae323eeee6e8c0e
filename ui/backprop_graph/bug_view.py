"""The view in which a slip in the backward pass is planted, or hidden for a detective to find."""

from functools import lru_cache

import streamlit as st

from optcore.checks.block_check import WRONG
from optcore.checks.detective import NoCaseError
from optcore.graph import (
    Finding,
    Graph,
    GraphBug,
    GraphCase,
    find_bugs,
    open_graph_case,
    parse,
    places_for,
)
from optcore.graph.passes import RIGHT
from ui import controls
from ui.backprop_graph import drawing, graph_view, verdicts, words
from ui.backprop_graph.case import Case, work_out
from ui.backprop_graph.facts import facts
from ui.backprop_graph.parameters import DETECT
from ui.backprop_graph.programs import program
from ui.backprop_graph.values import Value, board
from ui.lessons import Facts
from ui.live.stage import Panel
from ui.palette import BAD, GOOD
from ui.prose import spelled
from ui.scene import Scene
from ui.state import PageState

MOST_NODES = 120
Given = tuple[tuple[str, Value], ...]


def given(case: Case) -> Given:
    return tuple(case.values.items())


@lru_cache(maxsize=256)
def where(bug: GraphBug, text: str, values: Given) -> tuple[int, ...]:
    return places_for(bug, parse(text), dict(values))


@lru_cache(maxsize=64)
def hidden_case(text: str, values: Given, seed: int) -> GraphCase | None:
    try:
        return open_graph_case(parse(text), dict(values), seed)
    except NoCaseError:
        return None


@lru_cache(maxsize=64)
def checked(text: str, values: Given, bug: GraphBug | None) -> Finding | None:
    """What the gradient check says of every node and edge; None where there is nothing finite."""
    try:
        return find_bugs(parse(text), dict(values), backprop=bug or RIGHT)
    except ValueError:
        return None


def planted(state: PageState, case: Case) -> GraphBug | None:
    """The bug in force; None where the graph has no place for it."""
    if len(case.graph.nodes) > MOST_NODES:
        return None
    if state["hunt"] == DETECT:
        found = hidden_case(case.graph.text, _first_values(state, case), state["case"])
        return found.bug if found else None
    bug = state["bug"]
    places = where(bug, case.graph.text, _first_values(state, case))
    return bug.at(places[min(state["where"], len(places) - 1)]) if places else None


def _first_values(state: PageState, case: Case) -> Given:
    """The values as they stood when a hand last rested: a bug stays in its place while it moves."""
    key = "bug values"
    if state.settled or state.memory.get(key, (None,))[0] != case.graph.text:
        state.memory[key] = (case.graph.text, given(case))
    return state.memory[key][1]


# ------------------------------------------------------------------ what is chosen


def choose(state: PageState, case: Case) -> None:
    """The bug and its place, or the line that the detective names."""
    hunt = controls.choose(state, "hunt", "Hunt", label_visibility="collapsed", width=130)
    if hunt == DETECT:
        _accuse(state, case)
        return
    with st.popover("Bug", icon=":material/bug_report:"), st.container(width=360):
        bug = controls.choose(state, "bug", "One slip in one line of the pass back")
        places = where(bug, case.graph.text, given(case))
        if places:
            names = [words.shortened(case.graph.nodes[place].name) for place in places]
            _choose_place(state, names)
        else:
            st.caption(f"It needs {bug.needs}; here it would change nothing.")


def _choose_place(state: PageState, names: list[str]) -> None:
    at = min(state["where"], len(names) - 1)
    key = f"{state.key}.where.{len(names)}"
    picked = st.selectbox("At the node", range(len(names)), index=at, key=key,
                          format_func=lambda place: names[place])  # fmt: skip
    state.hold({"where": picked})


def _accuse(state: PageState, case: Case) -> None:
    found = hidden_case(case.graph.text, given(case), state["case"])
    with st.popover("Which line?", icon=":material/search:"), st.container(width=420):
        if found is None:
            st.caption("No slip could be seen in this graph: take a longer expression.")
        else:
            lines = [words.shortened(each.named(case.graph), 80) for each in found.lines]
            key = f"{state.key}.line.{state['case']}.{len(lines)}"
            picked = st.selectbox("The line that is wrong", range(len(lines)), key=key,
                                  format_func=lambda at: lines[at])  # fmt: skip
            st.button("Name it", icon=":material/gavel:", on_click=_rule,
                      args=(state, found, picked))  # fmt: skip
        controls.switch(state, "checked", "Show what a gradient check says of each node")
        st.button("Another case", icon=":material/shuffle:", on_click=_another, args=(state,))


def _rule(state: PageState, found: GraphCase, picked: int) -> None:
    ruling = found.rule(found.lines[picked])
    verdicts.give(state, ruling.right, " ".join(map(spelled, ruling.sentences)))
    state.put({"checked": True})


def _another(state: PageState) -> None:
    verdicts.forget(state)
    state.put({"case": state["case"] % 9999 + 1, "checked": False})


def tell(state: PageState, case: Case) -> None:
    """What was said of the line that was named, and why there is nothing to find."""
    if len(case.graph.nodes) > MOST_NODES:
        st.warning(f"Bugs are hunted in graphs of up to {MOST_NODES} nodes: this one has "
                   f"{len(case.graph.nodes)}.")  # fmt: skip
    verdicts.tell(state, ":material/search:")


# ------------------------------------------------------------------ the picture


def scene(state: PageState, case: Case, first: dict) -> Scene:
    bug = planted(state, case)
    wrong = work_out(case.graph.text, case.values, bug)
    revealed = state["hunt"] != DETECT or state["checked"]
    small = len(case.graph.nodes) <= MOST_NODES
    finding = None
    if revealed and small and state.settled:
        finding = checked(case.graph.text, given(case), bug)
    tracks = graph_view.tracks_of(state, case, wrong)
    figure = drawing.picture(wrong, tones=tones(case.graph, finding) if finding else None)
    return Scene(
        [Panel(graph_view.with_tracks(figure, tracks), name="graph", view=state.view(0))],
        [board("values", case.values, first, state.memory["reaches"])],
        words=lambda: sentences(wrong, bug, finding, revealed, absent(state, case)),
        table=lambda: words.listed(wrong),
        facts=lambda: {**facts(wrong), **evidence(case, bug, finding)},
        columns_of=lambda: words.columns_of(wrong),
        program=lambda: program(case),
        clock=graph_view.clock(state, case.moments),
        handles=graph_view.handles(tracks, case),
        legend=drawing.FLOWS,
        columns="minmax(0, 1fr)",
    )


def tones(graph: Graph, finding: Finding) -> drawing.Tones:
    """Whether a difference agrees with the gradient of each node: a colour and a sign for its
    card."""
    wrong = set(finding.check.names(*WRONG))
    known = {block.name for block in finding.check.blocks}
    return [
        None if node.name not in known else (BAD, "✗") if node.name in wrong else (GOOD, "✓")
        for node in graph.nodes
    ]


def sentences(
    case: Case, bug: GraphBug | None, finding: Finding | None, revealed: bool, absent: str
) -> list[str]:
    """A sentence for each moment, the last of which says what the check has found, or of a bug
    that is `absent` why."""
    found = words.sentences(case)
    if bug is None:
        found[-1] = absent
    elif not revealed:
        found[-1] = "One line of this pass back is wrong. Multiply along the edges: which one?"
    elif finding and finding.sentences:
        found[-1] = spelled(f"{bug.name}. {finding.sentences[0]}")
    elif finding:
        found[-1] = f"{bug.name}, and the numbers are right all the same here."
    return found


def absent(state: PageState, case: Case) -> str:
    """Why nothing is planted."""
    if state["hunt"] == DETECT or len(case.graph.nodes) > MOST_NODES:
        return f"No slip: this graph has no place for one. {words.ending(case)}"
    bug = state["bug"]
    return spelled(
        f"No slip: “{bug.name}” needs {bug.needs}, and here it would change nothing. Choose "
        "another under Bug, or another graph."
    )


def evidence(case: Case, bug: GraphBug | None, finding: Finding | None) -> Facts:
    """What a lesson may say of the bug: the right gradients by name, and whether it was found."""
    found = {name: case.run.adjoint(name) for name in case.graph.inputs}
    right = {f"{name}.right": float(each) for name, each in found.items()
             if each is not None and not each.ndim}  # fmt: skip
    caught = bug is not None and finding is not None and bug.line in finding.lines
    return right | {"caught": "yes" if caught else "no"}
