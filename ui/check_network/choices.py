"""What the page "Check a network" needs beside the core: choices, live checks, the detective."""

from dataclasses import dataclass, replace
from functools import lru_cache

import streamlit as st

from optcore.derivatives.differences import StepError
from ui import controls
from ui.check_network import charts as chart
from ui.check_network.case import RANDOM, CheckCase
from ui.check_network.parameters import layer_dial
from ui.check_network.result import CheckResult, examine, examined
from ui.parameters import slug
from ui.state import PageState


def choose_case(state: PageState) -> CheckCase:
    """Everything that is chosen by name; a loss that cannot use the data gets a sentence."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        activation = controls.choose(state, "activation", "Activation", width=160)
        data = controls.choose(state, "data", "Data", width=160)
        rule = controls.choose(state, "rule", "Difference", width=170)
        dtype = controls.choose_word(state, "float", "Float type")
        loss = controls.choose(state, "loss", "Loss", width=220)
        with st.popover("More", icon=":material/tune:", width="content"):
            initializer = controls.choose(state, "initializer", "Weights drawn as")
            architecture = controls.choose(state, "architecture", "Architecture")
            frozen = controls.switch(state, "frozen", "Freeze the dropout masks")
    data = _usable(data, loss)
    return CheckCase(activation, loss, data, initializer, architecture, rule, dtype, frozen)


def _usable(data, loss):
    if getattr(data, "kind", loss.kind) == "regression" != loss.kind:
        st.warning(
            f"{data.name} is a regression and {loss.name} needs classes. Shown meanwhile: random "
            "data. Take the squared error, or other data.",
            icon=":material/sync_problem:",
        )
        return RANDOM
    return data


def choose_bugs(state: PageState) -> tuple:
    """The bugs to plant, as they stand in the registry."""
    return controls.choose_some(
        state, "bugs", "Planted bugs: each one slip in one line of backprop",
        placeholder="No bug: the gradient is right",
    )  # fmt: skip


# ------------------------------------------------------------------ sliders


def _settings(case: CheckCase) -> list[controls.Dials]:
    """The sliders of every number but the bugs' layers."""
    return [
        controls.Dials("Network", "net", case.shape),
        controls.Dials("Point", "at", case.place),
        controls.Dials("Loss", "loss", case.terms),
        controls.Dials("Difference", "check", case.step),
    ]


@dataclass(frozen=True)
class Setup:
    """A case as tuned, with the sliders that tuned it and what is to be said about it."""

    case: CheckCase
    dials: tuple
    boards: tuple
    notes: tuple[str, ...]


def set_up(state: PageState, chosen: CheckCase, bugs: tuple) -> Setup:
    """The case at the values of its sliders, with these bugs in the layers theirs say."""
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
    case = replace(chosen, shape=shape, place=place, terms=terms, step=step, bugs=placed)
    return Setup(case, tuple(dials), (board,), _bug_notes(case))


def _layers_for(bug, layers: int) -> int:
    """How many layers a bug could be in, 0 where it has no choice."""
    if bug.kind in ("penalty", "output delta"):
        return 0
    return layers - (bug.kind == "delta")


def _bug_dial(bug, last: int) -> controls.Dials:
    colour = chart.VERDICT_LOOKS["wrong"]["colour"]
    return controls.Dials(f"Bug: {bug.name}", f"bug.{slug(bug.name)}", layer_dial(last), colour)


def _bug_notes(case: CheckCase) -> tuple[str, ...]:
    """Which bugs could not be planted, and which went to another layer."""
    if not case.bugs or case.over:
        return ()
    planted = {bug.name: bug for bug in case.planted(case.right_fit())}
    told = []
    for bug in case.bugs:
        now = planted.get(bug.name)
        if now is None:
            told.append(f"“{bug.name}” is not planted: it needs {bug.needs or 'a hidden layer'}.")
        elif _layers_for(bug, case.shape.layers) and now.layer != bug.layer:
            told.append(f"“{bug.name}” is in layer {now.layer}, as it does not fit {bug.layer}.")
    return tuple(told)


# ------------------------------------------------------------------ the check


def result(state: PageState, case: CheckCase) -> CheckResult:
    """The check of a case if it is quick; a slow one is there once `take_time` has made it.

    Until then, after a cancel and after bad input the last result stays.
    """
    last = _last(state)
    if last.case == case or not case.live:
        return last
    try:
        state.memory["result"] = examined(case)
    except (ValueError, TypeError) as fault:
        _complain(state, case, fault)
    return state.memory.get("result") or last


def take_time(state: PageState, case: CheckCase) -> None:
    """Makes a slow check, with its progress and a way out; for the page, outside any fragment,
    because a button in a fragment does not interrupt a run of the page."""
    last = state.memory.get("result")
    if case.live or (last is not None and last.case == case):
        return
    if state.memory.get("cancelled") == case:
        _offer_again(state, case)
        return
    try:
        state.memory["result"] = _run(state, case)
    except (ValueError, TypeError) as fault:
        _complain(state, case, fault)


def _last(state: PageState) -> CheckResult:
    return state.memory.get("result") or _stand_in()


@lru_cache(maxsize=1)
def _stand_in() -> CheckResult:
    """What is shown where nothing could be checked yet."""
    return examined(CheckCase())


def pictured(found: CheckResult) -> str:
    """What the picture shows while there is no check of the settings."""
    if found is _stand_in():
        return "The picture shows another network, a small one without a bug."
    return "The picture still shows the check before."


def _run(state: PageState, case: CheckCase) -> CheckResult:
    case.require_size()
    place = st.empty()
    with place.container(horizontal=True, vertical_alignment="center"):
        bar = st.progress(0.0, f"Checking {case.parameters:,} parameters …")
        st.button("Cancel", on_click=_cancel, args=(state, case), icon=":material/close:")
    steps = examine(case)
    while True:
        try:
            bar.progress(next(steps), f"Checking {case.parameters:,} parameters …")
        except StopIteration as end:
            place.empty()
            return end.value
        except (ValueError, TypeError):
            place.empty()
            raise


def _cancel(state: PageState, case: CheckCase) -> None:
    state.memory["cancelled"] = case


def _offer_again(state: PageState, case: CheckCase) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.info(f"Cancelled: these {case.parameters:,} parameters are not checked. "
                f"{pictured(_last(state))}")  # fmt: skip
        st.button("Check now", on_click=lambda: state.memory.pop("cancelled", None))


def _complain(state: PageState, case: CheckCase, fault: Exception) -> None:
    """Why there is no check of these settings, and a way on."""
    st.error(f"{fault} {pictured(_last(state))}", icon=":material/error:")
    if case.over:
        width = case.smaller().width
        st.button(f"Take width {width}", on_click=lambda: state.put({"net.width": width}))
    elif isinstance(fault, StepError):
        h = best_h(case)
        st.button(f"Take h = {h:.1e}", on_click=lambda: state.put({"check.h": h}))
    else:
        scales = {"at.weight_scale": 1.0, "at.input_scale": 1.0}
        st.button("Take scale 1 for weights and inputs", on_click=lambda: state.put(scales))


def best_h(case: CheckCase) -> float:
    """The rule's usual h for the float type, to two digits."""
    return float(f"{case.rule.typical_h(case.dtype):.1e}")
