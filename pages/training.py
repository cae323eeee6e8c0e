"""Training through depth: two networks learn side by side, and their gradients are watched."""

import streamlit as st

from ui import controls
from ui.lessons import lesson
from ui.live.stage import Clock, stage
from ui.palette import legend
from ui.state import Link
from ui.training import charts as chart
from ui.training import choices as training
from ui.training import words
from ui.training import work as training_work
from ui.training.scenarios import SCENARIOS

link = Link("training")
st.markdown("#### Training through depth: same data, same start, same optimizer; who learns?")
controls.scenarios(link, SCENARIOS)
link.notices()
choices = training.choose(link)
plans, _ = training.set_up(link, choices)
# There with or without an offer: a stage that changes its place is mounted anew.
with st.container():
    records = training_work.finish(link, training_work.affordable(link, plans))


@link.live
def live():
    wanted, boards = training.set_up(link, choices)
    moved = None if link.settled else training.follow(link, wanted)
    sides = training.sides(moved or records)
    steps = chart.clock_steps(sides)
    at = training.place_of(link, steps)
    stage(
        training.panels(sides, steps, choices.heat, at if moved else None),
        key="training.stage",
        clock=Clock(len(steps) - 1, at,
                    [f"step {step} / {sides[0].record.plan.steps}" for step in steps]),
        legend=[legend(side.name, side.look) for side in sides],
        boards=boards,
        words=words.step_by_step(sides, steps) if link.settled
        else words.meanwhile(sides, int(steps[at]), followed=bool(moved)),
        table=words.results(sides),
        columns="minmax(0, 1fr) minmax(0, 1fr) minmax(0, 1fr)",
        on_change=lambda change: training.hear(link, choices, steps, change),
        live=not link.settled,
    )  # fmt: skip


live()
training.downloads(records)
lesson("training")
link.publish()
