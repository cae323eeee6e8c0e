"""Training through depth: two networks learn side by side, and their gradients are watched."""

from ui import frame
from ui.lessons import telling
from ui.live.stage import Clock, stage
from ui.palette import legend
from ui.state import PageState
from ui.training import charts, choices, words, work
from ui.training.facts import facts
from ui.training.parameters import PARAMETERS
from ui.work import go_on

state = PageState("training", PARAMETERS)
with frame.row(state):
    chosen = choices.choose(state)
plans, _ = choices.set_up(state, chosen)
with frame.status():
    records = work.finish(state, work.affordable(state, plans))


@state.live
def live():
    wanted, boards = choices.set_up(state, chosen)
    moved = None if state.settled else choices.follow(state, wanted)
    sides = choices.sides(moved or records)
    steps = charts.clock_steps(sides)
    at = state.clock(steps)
    at = len(steps) - 1 if at is None else at
    stage(
        choices.panels(sides, steps, chosen.heat, at if moved else None),
        key="training.stage",
        clock=Clock(len(steps) - 1, at,
                    [f"step {step} / {sides[0].record.plan.steps}" for step in steps]),
        legend=[legend(side.name, side.look) for side in sides],
        boards=boards,
        words=words.step_by_step(sides, steps) if state.settled
        else words.meanwhile(sides, int(steps[at]), followed=bool(moved)),
        table=words.results(sides),
        lesson=telling(state, lambda: facts(sides)),
        columns="minmax(0, 1fr) minmax(0, 1fr) minmax(0, 1fr)",
        on_change=state.take,
        live=not state.settled,
    )  # fmt: skip


live()
if drawer := frame.details(state, "training.stage"):
    with drawer:
        choices.downloads(records)
        frame.about(state)
state.publish()
go_on(state)
