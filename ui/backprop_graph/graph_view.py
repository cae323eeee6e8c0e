"""The view of one graph: values forward, gradients back, inputs under the hand."""

from collections.abc import Sequence

import numpy as np

from ui.backprop_graph import drawing, words
from ui.backprop_graph.case import HANDLE_ROOM, MOST_HANDLES, Case, Moments, opened_to_units
from ui.backprop_graph.facts import facts
from ui.backprop_graph.programs import program
from ui.backprop_graph.values import Track, board, reach
from ui.figures import ink
from ui.live.stage import Clock, Handle, Panel
from ui.scene import Scene
from ui.state import PageState

# Handles stand where they have room: in graphs of so many layers and rows.
MOST_LAYERS, MOST_ROWS = 10, 6
# Where the line of a handle lies, seen from its card: amid the room under it.
HALF, BELOW = 0.3, (1 + HANDLE_ROOM) / 2


def scene(state: PageState, case: Case, first: dict) -> Scene:
    """`first` has the values that a double-click on a slider goes back to."""
    shown = opened_to_units(case) if state["units"] else case
    tracks = tracks_of(state, case, shown)
    return Scene(
        [
            Panel(
                with_tracks(drawing.picture(shown, live=not state.settled), tracks),
                name="graph",
                view=state.view(0),
            )
        ],
        [board("values", case.values, first, state.memory["reaches"])],
        words=lambda: words.sentences(shown),
        table=lambda: words.listed(shown),
        facts=lambda: facts(shown),
        columns_of=lambda: words.columns_of(shown),
        program=lambda: program(case),
        clock=clock(state, shown.moments),
        handles=handles(tracks, case),
        legend=drawing.FLOWS,
        columns="minmax(0, 1fr)",
    )


def clock(state: PageState, turns: Moments) -> Clock:
    """A play takes about a second a node, and never long."""
    return Clock(turns.last, state.clock(range(turns.last + 1)), labels=turns.labels, opens=5,
                 seconds=min(30.0, max(6.0, 0.9 * turns.last)))  # fmt: skip


# ------------------------------------------------------------------ inputs under the hand


def reaches_of(state: PageState, case: Case) -> dict[str, float]:
    """How far each input goes. While a hand moves, what a length on its line means stays."""
    memory = state.memory
    if state.settled or set(memory.get("reaches", ())) != set(case.values):
        memory["reaches"] = {name: reach(value) for name, value in case.values.items()}
    return memory["reaches"]


def tracks_of(state: PageState, case: Case, shown: Case) -> dict[str, Track]:
    """The lines of the handles, for numbers that are inputs, where they are few."""
    reaches = reaches_of(state, case)
    alone = [name for name, value in case.values.items() if not isinstance(value, tuple)]
    where, places = shown.placement, shown.graph.places
    roomy = where.x.max() < MOST_LAYERS and np.ptp(where.y) < MOST_ROWS
    state.memory["tracks"] = {
        name: Track(where.x[places[name]] - HALF, where.x[places[name]] + HALF,
                    where.y[places[name]] - BELOW, reaches[name])
        for name in alone
        if roomy and len(case.graph.inputs) <= MOST_HANDLES and _free_under(shown, places[name])
    }  # fmt: skip
    return state.memory["tracks"]


def _free_under(shown: Case, place: int) -> bool:
    """Whether no card stands where the handle of one would."""
    where = shown.placement
    under = where.y[place] - where.y[where.x == where.x[place]]
    return not ((under > 0) & (under < 1 + HANDLE_ROOM / 2)).any()


def with_tracks(figure: dict, tracks: dict[str, Track]) -> dict:
    lines = [
        ink(name, [track.low, track.high], [track.level] * 2, width=3, opacity=0.35)
        for name, track in tracks.items()
    ]
    return figure | {"data": [*figure["data"], *lines]}


def handles(tracks: dict[str, Track], case: Case) -> Sequence[Handle]:
    return [
        Handle(name, track.place(float(case.run.value(name))),
               f"{name}: drag it, or use the arrow keys", along=name)
        for name, track in tracks.items()
    ]  # fmt: skip
