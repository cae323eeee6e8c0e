"""Race: optimizers on a loss surface, live."""

import streamlit as st

from ui import controls
from ui.lessons import lesson
from ui.live.stage import Clock, Handle, Panel, stage
from ui.palette import OPTIMIZER_LOOKS, legend
from ui.race import charts as chart
from ui.race import choices as racing
from ui.race import details as debrief
from ui.race import words
from ui.race.scenarios import SCENARIOS
from ui.state import Link

link = Link("race")
racing.heading(link, SCENARIOS)
link.notices()
choices = st.columns([3, 6, 2, 2], vertical_alignment="bottom")
with choices[0]:
    picked = racing.choose_surface(link)
with choices[1]:
    optimizers = racing.choose_optimizers(link)
with choices[2]:
    view = controls.choose_name(link, "view", "View", ["Contours", "3-D"])
with choices[3], st.popover("Conditions", icon=":material/tune:", width="stretch"):
    conditions = racing.choose_conditions(link)

surface = racing.formed(link, picked)
racers, others = racing.dials(surface, optimizers, conditions)


@link.live
def race():
    setup, boards = racing.set_up(link, racers, others)
    runs = racing.runs(setup)
    land = racing.land(setup.surface)
    deep = view == "3-D"
    draw = chart.hills if deep else chart.paths
    floor = words.floor_of(setup.surface)
    stage(
        [
            Panel(draw(setup.surface, land, runs), height="560px", span=2, click="start",
                  labels={"x": surface.axes[0], "y": surface.axes[1]},
                  view=racing.looked_at(link, deep)),
            Panel(chart.losses(runs, floor, land, setup.steps), "276px", cursor=True,
                  labels={"x": "step", "y": "loss"}),
            Panel(chart.gradients(runs, setup.steps), "276px", cursor=True,
                  labels={"x": "step", "y": "gradient norm"}),
        ],
        key="race.stage",
        clock=Clock(setup.steps, racing.scrubbed(link, setup)),
        handles=[Handle("start", setup.start, "Start point: drag it, or use the arrow keys")],
        legend=[legend(name, OPTIMIZER_LOOKS[name]) for name in runs],
        boards=boards,
        words=words.summary(runs, setup) if link.settled else None,
        table=words.results(runs, setup) if link.settled else None,
        columns="minmax(0, 5fr) minmax(0, 3fr)",
        on_change=lambda change: racing.hear(
            link, [*racers, *others.values()], setup, deep, change
        ),
        live=not link.settled,
    )  # fmt: skip
    return setup, runs


setup, runs = race()
with st.container(horizontal=True, vertical_alignment="center"):
    debrief.rate_buttons(link, setup)
    swept = controls.switch(link, "sweep", "Show final loss against learning rate")
if swept:
    debrief.sweeps(setup)
debrief.inspector(link, setup, runs)
debrief.downloads(setup, runs)
lesson("race")
link.publish()
