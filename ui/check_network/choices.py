"""The choices and sliders of the page "Check a network", and the plan they make."""

from dataclasses import dataclass, replace

import streamlit as st

from optcore.checks.plan import RANDOM, CheckPlan
from ui import controls
from ui.address import Address
from ui.check_network import charts
from ui.check_network.parameters import begins, layer_dial
from ui.parameters import slug
from ui.state import PageState


def choose_case(state: PageState, notes) -> CheckPlan:
    """Everything that is chosen by name; a loss that cannot use the data gets a sentence."""
    controls.choose(state, "activation", "Activation", width=205)
    with st.popover("Network", icon=":material/tune:"), st.container(width=320):
        data = controls.choose(state, "data", "Data")
        loss = controls.choose(state, "loss", "Loss")
        controls.choose(state, "initializer", "Weights drawn as")
        controls.choose(state, "architecture", "Architecture")
        controls.switch(state, "frozen", "Freeze the dropout masks")
    with st.popover("Difference", icon=":material/compress:"), st.container(width=320):
        controls.choose(state, "rule", "Difference")
        controls.choose_word(state, "float", "Float type")
    plan = chosen(state)
    if plan.data is not data:
        notes.warning(
            f"{data.name} is a regression and {loss.name} needs classes. Shown meanwhile: random "
            "data. Take the squared error, or other data.",
            icon=":material/sync_problem:",
        )
    return plan


def chosen(state: Address) -> CheckPlan:
    """The case as it stands; random data where the loss cannot use those that are chosen."""
    data, loss = state["data"], state["loss"]
    if getattr(data, "kind", loss.kind) == "regression" != loss.kind:
        data = RANDOM
    plan = CheckPlan(state["activation"], loss, data, state["initializer"], state["architecture"],
                     state["rule"], frozen=state["frozen"])  # fmt: skip
    return replace(begins(state, plan), dtype=state["float"])


def choose_bugs(state: PageState) -> tuple:
    """The bugs to plant, as they stand in the registry."""
    with st.popover("Bugs", icon=":material/bug_report:"):
        return controls.choose_some(
            state, "bugs", "Planted bugs: each one slip in one line of backprop",
            placeholder="No bug: the gradient is right", width=480,
        )  # fmt: skip


# ------------------------------------------------------------------ sliders


def _settings(plan: CheckPlan) -> list[controls.Dials]:
    """The sliders of every number but the bugs' layers."""
    return [
        controls.Dials("Network", "net", plan.shape),
        controls.Dials("Point", "at", plan.place),
        controls.Dials("Loss", "loss", plan.terms),
        controls.Dials("Difference", "check", plan.step),
    ]


@dataclass(frozen=True)
class TunedCheck:
    """A plan as its sliders stand, these sliders, and what is to be said about it."""

    plan: CheckPlan
    boards: tuple
    notes: tuple[str, ...]


def set_up(state: Address, chosen: CheckPlan, bugs: tuple) -> TunedCheck:
    """The plan at the values of its sliders, with these bugs in the layers theirs say."""
    settings = _settings(chosen)
    layers = state["net.layers"]
    movable = [bug for bug in bugs if _layers_for(bug, layers) > 1]
    if state.settled:
        # A slider that another one lengthens would be built anew under the hand.
        state.memory["layers"] = layers
    longest = state.memory.get("layers", layers)
    last = {bug: max(2, _layers_for(bug, longest)) for bug in movable}
    dials = [*(_bug_dial(bug, last[bug]) for bug in movable), *settings]
    tuned, board = controls.tune(state, dials)
    shape, place, terms, step = tuned[len(movable) :]
    at = {bug.name: one.layer for bug, one in zip(movable, tuned, strict=False)}
    placed = tuple(bug.at(at.get(bug.name, 1)) for bug in bugs)
    plan = replace(chosen, shape=shape, place=place, terms=terms, step=step, bugs=placed)
    return TunedCheck(plan, (board,), _bug_notes(plan))


def _layers_for(bug, layers: int) -> int:
    """How many layers a bug could be in, 0 where it has no choice."""
    if bug.kind in ("penalty", "output delta"):
        return 0
    return layers - (bug.kind == "delta")


def _bug_dial(bug, last: int) -> controls.Dials:
    colour = charts.VERDICT_LOOKS["wrong"]["colour"]
    return controls.Dials(f"Bug: {bug.name}", f"bug.{slug(bug.name)}", layer_dial(last), colour)


def _bug_notes(plan: CheckPlan) -> tuple[str, ...]:
    """Which bugs could not be planted, and which went to another layer."""
    if not plan.bugs or plan.over:
        return ()
    planted = {bug.name: bug for bug in plan.planted(plan.right_fit())}
    notes = []
    for bug in plan.bugs:
        now = planted.get(bug.name)
        if now is None:
            notes.append(f"“{bug.name}” is not planted: it needs {bug.needs or 'a hidden layer'}.")
        elif _layers_for(bug, plan.shape.layers) and now.layer != bug.layer:
            notes.append(f"“{bug.name}” is in layer {now.layer}, as it does not fit {bug.layer}.")
    return tuple(notes)
