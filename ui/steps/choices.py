"""What the Steps page lets choose, and the performance that its choices and sliders stand for."""

from dataclasses import replace

import streamlit as st

from optcore.descent.schedules import Constant
from optcore.streams.kinds import DrawnStream
from ui import controls
from ui.address import Address
from ui.live.connection import answering
from ui.live.stage import Draws, Panel
from ui.palette import OPTIMIZER_LOOKS
from ui.parameters import slug
from ui.state import PageState
from ui.steps import charts
from ui.steps.case import Playing, second_of
from ui.steps.drawing import read, written
from ui.steps.parameters import (
    ALONE,
    ANGLE,
    DRAWN,
    DRIFT,
    LOG,
    LONGEST,
    MEMORY,
    SAME,
    SILENT,
    Length,
    Scale,
)

MOST_MEMORIES = 4


def choose(state: PageState) -> None:
    """The line of controls."""
    controls.choose(state, "stream", "Stream", label_visibility="collapsed", width=180)
    with st.popover("Optimizers", icon=":material/groups:"):
        controls.choose_some(
            state, "play", "Optimizers", placeholder="Choose who listens", width=420
        )
        names = ", ".join(each.name for each in SILENT)
        st.caption(
            f"A stream has gradients alone, so these, which ask the loss for more, cannot listen: "
            f"{names}."
        )
    with st.popover("Conditions", icon=":material/tune:"):
        controls.choose(state, "second", "Second coordinate")
        controls.choose(state, "schedule", "Learning-rate schedule")
        controls.choose_word(state, "axis", "Axis of the steps")
        controls.switch(state, "law", "Draw what the law foretells, broad and pale")
        st.button("Draw the stream of the longest step", icon=":material/trophy:",
                  help="The stream that makes the first method with a known bound step furthest.",
                  on_click=lambda: _draw_longest(state))  # fmt: skip
    controls.choose(state, "view", "View", label_visibility="collapsed", width=170)


def _draw_longest(state: PageState) -> None:
    """The stream whose last step is the longest, as far as 63 levels can say it."""
    playing, _ = set_up(state)
    bounds = list(playing.longest().values())
    if bounds:
        drawn = read(written(bounds[0].gradients.tolist()))
        state.put(
            {"stream": DRAWN, "drawn": drawn, "stream.size": 1.0, "view": LONGEST, "at": None}
        )


def set_up(state: Address) -> tuple[Playing, list]:
    """The performance as the sliders stand, and the sliders: the players' beside, then the rest.

    The stream is asked for here, for a hand that draws changes it.
    """
    players = [
        controls.Dials(each.name, slug(each.name), each, OPTIMIZER_LOOKS[each.name]["colour"])
        for each in state["play"]
    ]
    optimizers, beside = controls.tune(state, players)
    others = _others(state)
    tuned, below = controls.tune(state, list(others.values()))
    found = dict(zip(others, tuned, strict=True))
    stream = found["stream"]
    if isinstance(stream, DrawnStream):
        stream = replace(stream, values=state["drawn"])
    streams, scales = (stream,), (1.0,)
    if "scale" in found:
        streams = (stream, found.get("second", second_of(stream)))
        scales = (1.0, found["scale"].second)
    schedule = found.get("schedule", Constant())
    playing = Playing(streams, scales, tuple(optimizers), found["length"].steps, schedule)
    return playing, [below, beside]


def _others(state: Address) -> dict[str, controls.Dials]:
    stream, second, schedule = (state[name] for name in ("stream", "second", "schedule"))
    others = {
        "stream": controls.Dials(stream.name, "stream", stream),
        "length": controls.Dials("Length", "length", Length()),
    }
    if second != ALONE:
        others["scale"] = controls.Dials("Second coordinate", "scale", Scale())
        if second != SAME:
            others["second"] = controls.Dials(f"Second: {second.name}", "second", second)
    if schedule.name != "Constant":
        title = f"Schedule: {schedule.name}"
        others["schedule"] = controls.Dials(title, "schedule", schedule)
    return others


def panels(state: PageState, playing: Playing, responses: dict) -> tuple[list[Panel], dict]:
    """The stream and its steps, and beside them what the view in force shows; and what it knows."""
    log = state["axis"] == LOG
    beside, known = _beside(state, playing, responses, log)
    played = charts.played(playing, responses, law=state["law"], log=log)
    main = Panel(
        played, span=min(2, max(1, len(beside))), cursor=True, name="stream and steps",
        labels={"x": "step", "y": ""},
        draws=Draws(charts.top(playing), "Gradients: draw them, or use the arrow keys"),
    )  # fmt: skip
    return [main, *beside], known


def columns(panels: list[Panel]) -> str:
    """The main panel is as high as two; more than two others stand in two columns of their own."""
    wide = "minmax(0, 5fr)"
    return f"{wide} minmax(0, 3fr)" if len(panels) <= 3 else f"{wide} minmax(0, 3fr) minmax(0, 3fr)"


def _beside(
    state: PageState, playing: Playing, responses: dict, log: bool
) -> tuple[list[Panel], dict]:
    view = state["view"]
    if view == MEMORY:
        found = list(charts.memories(playing, responses, log=log).values())[:MOST_MEMORIES]
        return [_over_time(figure) for figure in found], {}
    if view == LONGEST:
        known = playing.longest()
        return [_over_time(charts.longest(playing, responses, known, law=state["law"]))], known
    if view == DRIFT:
        known = playing.drifts()
        drift = Panel(charts.drifts(known), labels={"x": "1 − β₂", "y": "rates per period"})
        return [drift, _over_time(charts.places(playing, responses))], known
    if view == ANGLE:
        figures = [_over_time(charts.angles(playing, responses))]
        if playing.two:
            figures.append(
                Panel(charts.paths(playing, responses), labels={"x": "first", "y": "second"})
            )
        return figures, {}
    rates = charts.effective_rates(playing, responses)
    return [_over_time(rates), _over_time(charts.ways(playing, responses, log=log))], {}


def _over_time(figure: dict) -> Panel:
    return Panel(figure, cursor=True, click="clock", labels={"x": "step", "y": ""})


def take(state: PageState, change: dict) -> None:
    """Takes a report of the stage over; what a hand has drawn is the stream from now on."""
    state.take(change)
    # A widget is told where there are any: on the stage's own line there are none.
    if "drawn" in change and answering() is None:
        state.put({"stream": state["stream"]})
