"""Training through depth: two networks learn side by side, and their gradients are watched."""

from ui import frame
from ui.lessons import telling
from ui.live.stage import Clock, stage
from ui.palette import legend
from ui.state import PageState
from ui.training import charts as chart
from ui.training import choices as training
from ui.training import words
from ui.training import work as training_work
from ui.training.facts import facts
from ui.training.parameters import PARAMETERS

state = PageState("training", PARAMETERS)
with frame.row(state):
    choices = training.choose(state)
plans, _ = training.set_up(state, choices)
with frame.status():
    records = training_work.finish(state, training_work.affordable(state, plans))


@state.live
def live():
    wanted, boards = training.set_up(state, choices)
    moved = None if state.settled else training.follow(state, wanted)
    sides = training.sides(moved or records)
    steps = chart.clock_steps(sides)
    at = state.clock(steps)
    at = len(steps) - 1 if at is None else at
    stage(
        training.panels(sides, steps, choices.heat, at if moved else None),
        key="training.stage",
        clock=Clock(len(steps) - 1, at,
                    [f"step {step} / {sides[0].record.plan.steps}" for step in steps]),
        legend=[legend(side.name, side.look) for side in sides],
        boards=boards,
        words=words.step_by_step(sides, steps) if state.settled
        else words.meanwhile(sides, int(steps[at]), followed=bool(moved)),
        table=words.results(sides),
        lesson=telling(state, lambda: facts(sides)) if state.settled else None,
        columns="minmax(0, 1fr) minmax(0, 1fr) minmax(0, 1fr)",
        on_change=state.take,
        live=not state.settled,
    )  # fmt: skip


live()
if drawer := frame.details(state, "training.stage"):
    with drawer:
        training.downloads(records)
        frame.about(state)
state.publish()
