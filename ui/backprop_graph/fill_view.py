"""The view in which gradients are to be filled in, one after the other, on the way back."""

from dataclasses import dataclass
from functools import lru_cache

import streamlit as st

from optcore.formula import FormulaError
from optcore.graph import Edge, Graph, judge_edge, judge_node, typed_number
from optcore.graph.filling import Answer
from ui.backprop_graph import drawing, graph_view, verdicts, words
from ui.backprop_graph.case import Case, moments
from ui.backprop_graph.facts import facts
from ui.backprop_graph.programs import program
from ui.backprop_graph.values import board
from ui.live.stage import Panel
from ui.scene import Scene
from ui.state import PageState


@dataclass(frozen=True)
class Blank:
    """A number to fill in: what an edge gives, or the sum of all that a node gets (`edge` None)."""

    place: int
    edge: Edge | None = None

    def asked(self, case: Case) -> str:
        """What is asked, as a label; of an array, for its first entry."""
        name = words.shortened(case.graph.nodes[self.place].name, 18)
        entry = ", first entry" if case.run.shapes[self.place] else ""
        if self.edge is None:
            return f"{name} gets in all{entry}"
        return f"{words.shortened(case.graph.nodes[self.edge.end].name, 18)} gives {name}{entry}"

    def judge(self, case: Case, number: float) -> Answer:
        entry = (0,) * len(case.run.shapes[self.place])
        if self.edge is None:
            return judge_node(case.run, self.place, number, entry)
        return judge_edge(case.run, self.edge, number, entry)


@lru_cache(maxsize=64)
def blanks(graph: Graph) -> tuple[Blank, ...]:
    """All of a graph, in the order of the pass back; a sum of one part is not asked for."""
    turns, varying, found = moments(graph), graph.depends(), []
    waiting = {node.place: sum(edge.end in turns.sends for edge in graph.users[node.place])
               for node in graph.nodes}  # fmt: skip
    several = {place for place, count in waiting.items() if count > 1}
    for place in turns.backward:
        for edge in graph.nodes[place].edges:
            start = edge.start
            if not varying[start]:
                continue
            found.append(Blank(start, edge))
            waiting[start] -= 1
            if start in several and not waiting[start]:
                found.append(Blank(start))
    return tuple(found)


def hidden(graph: Graph, filled: int) -> frozenset[int]:
    """The items of the picture, nodes and links, whose gradients are still hidden."""
    nodes, links = len(graph.nodes), {edge: at for at, edge in enumerate(graph.edges)}
    left = blanks(graph)[filled:]
    return frozenset({blank.place for blank in left}
                     | {nodes + links[blank.edge] for blank in left if blank.edge})  # fmt: skip


# ------------------------------------------------------------------ the field and its verdict


def ask(state: PageState, case: Case) -> None:
    """The next number as a field in the line of controls."""
    left = blanks(case.graph)[state["filled"] :]
    if not left:
        st.button("Begin again", icon=":material/replay:", on_click=_begin, args=(state,))
        return
    key = f"{state.key}.answer.{state['filled']}"
    asked = left[0].asked(case)
    st.text_input(asked, key=key, placeholder=f"{asked} …", width=190, on_change=_judge,
                  args=(state, case, left[0], key), label_visibility="collapsed")  # fmt: skip
    st.button("Show it", icon=":material/visibility:", on_click=_go_on, args=(state,))


def tell(state: PageState) -> None:
    """What was said of the last answer."""
    verdicts.tell(state, ":material/edit:")


def _judge(state: PageState, case: Case, blank: Blank, key: str) -> None:
    text = st.session_state[key]
    if not text.strip():
        return
    try:
        answer = blank.judge(case, typed_number(text))
    except FormulaError as fault:
        verdicts.give(state, False, str(fault))
        return
    verdicts.give(state, answer.right, f"{blank.asked(case)}: {answer.sentence}")
    if answer.right:
        state.put({"filled": state["filled"] + 1})


def _go_on(state: PageState) -> None:
    verdicts.forget(state)
    state.put({"filled": state["filled"] + 1})


def _begin(state: PageState) -> None:
    verdicts.forget(state)
    state.put({"filled": 0})


# ------------------------------------------------------------------ the picture


def scene(state: PageState, case: Case, first: dict) -> Scene:
    secret = hidden(case.graph, state["filled"])
    tracks = graph_view.tracks_of(state, case, case)
    figure = graph_view.with_tracks(drawing.picture(case, hidden=secret), tracks)
    return Scene(
        [Panel(figure, name="graph", view=state.view(0))],
        [board("values", case.values, first, state.memory["reaches"])],
        words=lambda: sentences(case, state["filled"]),
        table=lambda: "" if secret else words.listed(case),
        facts=lambda: facts(case),
        columns_of=lambda: words.columns_of(case),
        program=lambda: program(case),
        clock=graph_view.clock(state, case.moments),
        handles=graph_view.handles(tracks, case),
        legend=drawing.FLOWS,
        columns="minmax(0, 1fr)",
    )


def sentences(case: Case, filled: int) -> str:
    every = blanks(case.graph)
    if filled >= len(every):
        return f"All {len(every)} are filled in. {words.ending(case)}"
    return (
        f"{filled} of {len(every)} are filled in, in the order of the pass back. Next: what "
        f"{every[filled].asked(case)}? Multiply what arrives by the number on the edge."
    )
