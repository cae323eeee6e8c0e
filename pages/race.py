"""Race: optimizers on a loss surface, live."""

import streamlit as st

from ui import controls, frame, surface_field
from ui.lessons import telling
from ui.live.stage import Clock, Handle, stage
from ui.palette import OPTIMIZER_LOOKS, legend
from ui.race import choices, details, known_rates, panels, words
from ui.race.facts import facts
from ui.race.parameters import PARAMETERS
from ui.state import PageState

state = PageState("race", PARAMETERS)
complaints = st.container()
with frame.row(state, opened_by=("sweep", "inspect")):
    picked = choices.choose_surface(state)
    optimizers, rates = choices.choose_optimizers(state)
    with st.popover("Conditions", icon=":material/tune:"):
        conditions = choices.choose_conditions(state)
    choices.choose_view(state)
    surface = surface_field.formed(state, picked, complaints)
racers, others = choices.dials(surface, optimizers, conditions)


@state.live
def live():
    wanted, boards = choices.set_up(state, racers, others, conditions)
    race = choices.affordable(state, wanted)
    runs = choices.runs(race)
    shown = panels.panels(state, race, runs)
    stage(
        shown,
        key="race.stage",
        clock=Clock(race.steps, state.clock(range(race.steps + 1)), opens=3),
        handles=[Handle("start", race.start, "Start point: drag it, or use the arrow keys")],
        legend=[legend(name, OPTIMIZER_LOOKS[name]) for name in runs],
        boards=known_rates.marked(boards, race, settled=state.settled),
        words=words.summary(runs, race) if state.settled else None,
        table=words.results(runs, race) if state.settled else None,
        lesson=telling(state, lambda: facts(race, runs)),
        columns=panels.columns(shown),
        on_change=state.take,
        live=not state.settled,
    )  # fmt: skip
    return wanted, race, runs


wanted, race, runs = live()
with frame.status():
    choices.offer(state, wanted, race)
with rates:
    details.rate_buttons(state, race)
if drawer := frame.details(state, "race.stage"):
    with drawer:
        surface_field.about(surface)
        details.inspector(state, race, runs)
        if controls.switch(state, "sweep", "Show final loss against learning rate"):
            details.sweeps(state, race)
        details.downloads(race, runs)
        frame.about(state)
state.publish()
