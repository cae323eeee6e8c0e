"""Race: optimizers on a loss surface, live."""

import streamlit as st

from ui import controls, frame, surface_field, surfaces
from ui.lessons import telling
from ui.live.stage import Clock, Handle, Panel, stage
from ui.palette import OPTIMIZER_LOOKS, legend
from ui.race import charts, choices, details, words
from ui.race.facts import facts
from ui.race.parameters import DEEP, PARAMETERS
from ui.state import PageState

state = PageState("race", PARAMETERS)
complaints = st.container()
with frame.row(state, opened_by=("sweep", "inspect")):
    picked = choices.choose_surface(state)
    optimizers, rates = choices.choose_optimizers(state)
    with st.popover("Conditions", icon=":material/tune:"):
        conditions = choices.choose_conditions(state)
    view = controls.choose_word(state, "view", "View", label_visibility="collapsed")
    surface = surface_field.formed(state, picked, complaints)
racers, others = choices.dials(surface, optimizers, conditions)


@state.live
def live():
    race, boards = choices.set_up(state, racers, others)
    runs = choices.runs(race)
    ground = surfaces.ground_of(race.surface)
    deep = view == DEEP
    draw = charts.hills if deep else charts.paths
    floor = words.floor_of(race.surface)
    stage(
        [
            Panel(draw(race.surface, ground, runs), span=2, click="start", name="paths",
                  aspect=surfaces.shape(surface),
                  labels={"x": surface.axes[0], "y": surface.axes[1]},
                  view=state.view(0)),
            Panel(charts.losses(runs, floor, ground, race.steps), cursor=True,
                  labels={"x": "step", "y": "loss"}),
            Panel(charts.gradients(runs, race.steps), cursor=True,
                  labels={"x": "step", "y": "gradient norm"}),
        ],
        key="race.stage",
        clock=Clock(race.steps, state.clock(range(race.steps + 1)), opens=3),
        handles=[Handle("start", race.start, "Start point: drag it, or use the arrow keys")],
        legend=[legend(name, OPTIMIZER_LOOKS[name]) for name in runs],
        boards=boards,
        words=words.summary(runs, race) if state.settled else None,
        table=words.results(runs, race) if state.settled else None,
        lesson=telling(state, lambda: facts(race, runs)) if state.settled else None,
        columns="minmax(0, 5fr) minmax(0, 3fr)",
        on_change=state.take,
        live=not state.settled,
    )  # fmt: skip
    return race, runs


race, runs = live()
with rates:
    details.rate_buttons(state, race)
if drawer := frame.details(state, "race.stage"):
    with drawer:
        surface_field.about(surface)
        details.inspector(state, race, runs)
        if controls.switch(state, "sweep", "Show final loss against learning rate"):
            details.sweeps(race)
        details.downloads(race, runs)
        frame.about(state)
state.publish()
