"""The view of one graph: values forward, gradients back, inputs under the hand."""

from ui.backprop_graph import drawing, words
from ui.backprop_graph.case import Case
from ui.backprop_graph.facts import facts
from ui.backprop_graph.programs import program
from ui.backprop_graph.scene import Scene
from ui.backprop_graph.values import Track, board, reach
from ui.figures import ink
from ui.live.stage import Clock, Handle, Panel
from ui.state import PageState

MOST_HANDLES = 8
# Where the line of a handle lies, seen from its card.
HALF, BELOW = 0.3, 0.5


def scene(state: PageState, case: Case, first: dict) -> Scene:
    """`first` has the values that a double-click on a slider goes back to."""
    tracks = tracks_of(state, case)
    figure = drawing.picture(case)
    figure["data"] += [
        ink(name, [track.low, track.high], [track.level] * 2, width=3, opacity=0.35)
        for name, track in tracks.items()
    ]
    turns = case.moments
    return Scene(
        [Panel(figure, name="graph", view=state.view(0))],
        [board("values", case.values, first, state.memory["reaches"])],
        words=lambda: words.told(case),
        table=lambda: words.listed(case),
        facts=lambda: facts(case),
        sheet=lambda: words.sheet(case),
        program=lambda: program(case),
        clock=Clock(turns.last, state.clock(range(turns.last + 1)), labels=turns.labels, opens=5,
                    seconds=min(30.0, max(6.0, 0.9 * turns.last))),
        handles=[
            Handle(name, track.place(float(case.run.value(name))),
                   f"{name}: drag it, or use the arrow keys", along=name)
            for name, track in tracks.items()
        ],
        legend=drawing.FLOWS,
    )  # fmt: skip


def tracks_of(state: PageState, case: Case) -> dict[str, Track]:
    """The lines of the handles. While a hand moves, what a length on them means stays."""
    memory = state.memory
    if state.settled or set(memory.get("reaches", ())) != set(case.values):
        memory["reaches"] = {name: reach(value) for name, value in case.values.items()}
    where = case.placement
    memory["tracks"] = {
        name: Track(where.x[place] - HALF, where.x[place] + HALF, where.y[place] - BELOW,
                    memory["reaches"][name])
        for name, place in drawing.handles(case, MOST_HANDLES).items()
    }  # fmt: skip
    return memory["tracks"]
