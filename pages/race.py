"""Race: optimizers on a loss surface, live."""

import streamlit as st

from ui import controls, frame, surface_field, surfaces
from ui.lessons import telling
from ui.live.stage import Clock, Handle, Panel, stage
from ui.palette import OPTIMIZER_LOOKS, legend
from ui.race import charts as chart
from ui.race import choices as racing
from ui.race import details as debrief
from ui.race import words
from ui.race.facts import facts
from ui.race.parameters import DEEP, PARAMETERS
from ui.state import PageState

state = PageState("race", PARAMETERS)
complaints = st.container()
with frame.row(state, opened_by=("sweep", "inspect")):
    picked = racing.choose_surface(state)
    optimizers, rates = racing.choose_optimizers(state)
    with st.popover("Conditions", icon=":material/tune:"):
        conditions = racing.choose_conditions(state)
    view = controls.choose_word(state, "view", "View", label_visibility="collapsed")
    surface = surface_field.formed(state, picked, complaints)
racers, others = racing.dials(surface, optimizers, conditions)


@state.live
def race():
    setup, boards = racing.set_up(state, racers, others)
    runs = racing.runs(setup)
    land = surfaces.land(setup.surface)
    deep = view == DEEP
    draw = chart.hills if deep else chart.paths
    floor = words.floor_of(setup.surface)
    stage(
        [
            Panel(draw(setup.surface, land, runs), span=2, click="start", name="paths",
                  aspect=surfaces.shape(surface),
                  labels={"x": surface.axes[0], "y": surface.axes[1]},
                  view=state.view(0)),
            Panel(chart.losses(runs, floor, land, setup.steps), cursor=True,
                  labels={"x": "step", "y": "loss"}),
            Panel(chart.gradients(runs, setup.steps), cursor=True,
                  labels={"x": "step", "y": "gradient norm"}),
        ],
        key="race.stage",
        clock=Clock(setup.steps, state.clock(range(setup.steps + 1)), opens=3),
        handles=[Handle("start", setup.start, "Start point: drag it, or use the arrow keys")],
        legend=[legend(name, OPTIMIZER_LOOKS[name]) for name in runs],
        boards=boards,
        words=words.summary(runs, setup) if state.settled else None,
        table=words.results(runs, setup) if state.settled else None,
        lesson=telling(state, lambda: facts(setup, runs)) if state.settled else None,
        columns="minmax(0, 5fr) minmax(0, 3fr)",
        on_change=state.take,
        live=not state.settled,
    )  # fmt: skip
    return setup, runs


setup, runs = race()
with rates:
    debrief.rate_buttons(state, setup)
if drawer := frame.details(state, "race.stage"):
    with drawer:
        surface_field.about(surface)
        debrief.inspector(state, setup, runs)
        if controls.switch(state, "sweep", "Show final loss against learning rate"):
            debrief.sweeps(setup)
        debrief.downloads(setup, runs)
        frame.about(state)
state.publish()
