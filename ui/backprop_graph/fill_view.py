"""The view in which gradients are to be filled in, all on the way back or those that are chosen."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import streamlit as st

from optcore.formula import FormulaError
from optcore.graph import Edge, Graph, judge_edge, judge_node, typed_number
from optcore.graph.filling import Answer
from ui.address import Address
from ui.backprop_graph import drawing, graph_view, verdicts, words
from ui.backprop_graph.case import Case, moments
from ui.backprop_graph.facts import facts
from ui.backprop_graph.programs import program
from ui.backprop_graph.values import board
from ui.live.stage import Panel
from ui.scene import Scene
from ui.state import PageState

# Gradients that a menu has room for.
MOST_LISTED = 300


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
        end = case.graph.nodes[self.edge.end]
        twice = end.operands.count(self.place) > 1
        which = f" (operand {self.edge.position + 1})" if twice else ""
        return f"{words.shortened(end.name, 18)} gives {name}{which}{entry}"

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


def asked(graph: Graph, numbers: Sequence[int]) -> tuple[Blank, ...]:
    """The blanks of these numbers, counted from 1 along the pass back; all of them if none is."""
    every = blanks(graph)
    return tuple(every[at - 1] for at in numbers if at <= len(every)) or every


def left(state: Address, graph: Graph) -> tuple[Blank, ...]:
    """What is still to be filled in, the next one first."""
    return asked(graph, state["asked"])[state["filled"] :]


def hidden(graph: Graph, wanted: Sequence[Blank], filled: int) -> frozenset[int]:
    """The items of the picture, nodes and links, whose gradients are still hidden when so many
    of those wanted are filled in. A sum gives away what one of its parts is, so it is hidden with
    them, unless it was filled in itself."""
    nodes, links = len(graph.nodes), {edge: at for at, edge in enumerate(graph.edges)}
    found = {blank.place for blank in wanted[:filled] if not blank.edge}
    waiting = wanted[filled:]
    sums = {blank.place for blank in waiting} - found
    return frozenset(sums | {nodes + links[blank.edge] for blank in waiting if blank.edge})


# ------------------------------------------------------------------ the field and its verdict


def ask(state: PageState, case: Case) -> None:
    """The next number as a field in the line of controls, and which are asked for."""
    _choose(state, case)
    waiting = left(state, case.graph)
    if not waiting:
        st.button("Begin again", icon=":material/replay:", on_click=_begin, args=(state,))
        return
    key = _answer_key(state, case, waiting[0])
    label = waiting[0].asked(case)
    st.text_input(label, key=key, placeholder=f"{label} …", width=130, on_change=_judge,
                  args=(state, case, waiting[0], key), label_visibility="collapsed")  # fmt: skip
    st.button("Show", on_click=_go_on, args=(state,))


def _choose(state: PageState, case: Case) -> None:
    """Which gradients are hidden, and which of them is asked for next."""
    every = blanks(case.graph)
    with st.popover("Hidden"), st.container(width=360):
        if len(every) > MOST_LISTED:
            st.caption(f"All {len(every)} gradients are hidden: too many to choose from here.")
            return
        names = {at: f"{at}. {each.asked(case)}" for at, each in enumerate(every, 1)}
        key = state.key_of("asked")
        st.multiselect(
            "Gradients that are hidden", names, key=key, format_func=names.__getitem__,
            default=[at for at in state["asked"] if at in names], placeholder="All of them",
            help="They are asked for in the order in which you choose them.",
            on_change=_hide, args=(state, key),
        )  # fmt: skip
        waiting = [every.index(each) + 1 for each in left(state, case.graph)]
        if len(waiting) > 1:
            st.selectbox("Asked for next", waiting, key=_next_key(state, case.graph),
                         format_func=names.__getitem__, on_change=_ask_next,
                         args=(state, case.graph, _next_key(state, case.graph)))  # fmt: skip


def _hide(state: PageState, key: str) -> None:
    if key != state.key_of("asked"):
        return
    verdicts.forget(state)
    state.hold({"asked": tuple(st.session_state[key]), "filled": 0})


def _next_key(state: PageState, graph: Graph) -> str:
    return f"{state.key_of('asked')}.next.{state['filled']}.{len(left(state, graph))}"


def _ask_next(state: PageState, graph: Graph, key: str) -> None:
    if key != _next_key(state, graph):
        return
    verdicts.forget(state)
    every, picked = blanks(graph), st.session_state[key]
    order = [every.index(each) + 1 for each in asked(graph, state["asked"])]
    order.remove(picked)
    order.insert(state["filled"], picked)
    state.put({"asked": tuple(order)})


def tell(state: PageState) -> None:
    """What was said of the last answer."""
    verdicts.tell(state, ":material/edit:")


def _answer_key(state: PageState, case: Case, blank: Blank) -> str:
    return f"{state.key}.answer.{blanks(case.graph).index(blank)}.{state['filled']}"


def _judge(state: PageState, case: Case, blank: Blank, key: str) -> None:
    # An answer that is told once more before the next question has come is no second one.
    if key != _answer_key(state, case, blank) or not (text := st.session_state[key]).strip():
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
    wanted = asked(case.graph, state["asked"])
    secret = hidden(case.graph, wanted, state["filled"])
    tracks = graph_view.tracks_of(state, case, case)
    figure = graph_view.with_tracks(drawing.picture(case, hidden=secret), tracks)
    return Scene(
        [Panel(figure, name="graph", view=state.view(0))],
        [board("values", case.values, first, state.memory["reaches"])],
        words=lambda: sentence(case, wanted, state["filled"]),
        table=lambda: words.listed(case, secret),
        facts=lambda: facts(case, secret),
        columns_of=lambda: words.columns_of(case, secret),
        # Who runs it sees every gradient.
        program=None if secret else lambda: program(case),
        clock=graph_view.clock(state, case.moments),
        handles=graph_view.handles(tracks, case),
        legend=drawing.FLOWS,
        columns="minmax(0, 1fr)",
    )


def sentence(case: Case, wanted: Sequence[Blank], filled: int) -> str:
    """How many are filled in, and how the next is found."""
    if filled >= len(wanted):
        return f"All {len(wanted)} are filled in. {words.ending(case)}"
    how = (
        "Multiply what arrives by the number on the edge."
        if wanted[filled].edge
        else "Add what its edges bring back."
    )
    return (
        f"{filled} of {len(wanted)} are filled in. Next: what {wanted[filled].asked(case)}? {how}"
    )
