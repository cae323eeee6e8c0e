"""What the page "Check a network" needs beside the core: choices, live checks, the detective."""

from dataclasses import dataclass, make_dataclass, replace
from functools import lru_cache

import streamlit as st

from optcore.checks.bugs import PLANTED_BUGS
from optcore.derivatives.differences import CENTRAL, DIFFERENCES, StepError
from optcore.knobs import knob
from optcore.networks.activations import ACTIVATIONS, Tanh
from optcore.networks.initializers import INITIALIZERS, XavierNormal
from optcore.networks.losses import LOSSES, SigmoidCrossEntropy
from optcore.training.datasets import DATASETS, Moons
from ui import controls
from ui.check_network import charts as chart
from ui.check_network.case import ARCHITECTURES, BUGS_BY_NAME, RANDOM, CheckCase
from ui.check_network.result import CheckResult, examine, examined
from ui.state import Link

PLANT, DETECT, OWN = MODES = ("Plant bugs", "Detective", "Check my own")
FIRST_BUG = "tanh' = 1 - a"
DEPTHS = (1, 20)


@dataclass(frozen=True)
class Named:
    """Something with a name, for a menu."""

    name: str


def _named(options, kind):
    return next(option for option in options if isinstance(option, kind))


def choose_case(link: Link) -> CheckCase:
    """Everything that is chosen by name; a loss that cannot use the data gets a sentence."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        activation = controls.choose(
            link, "activation", "Activation", ACTIVATIONS, Tanh(), width=160
        )
        first = _named(DATASETS, Moons)
        data = controls.choose(link, "data", "Data", (*DATASETS, RANDOM), first, width=160)
        rule = controls.choose(link, "rule", "Difference", DIFFERENCES, CENTRAL, width=170)
        dtype = controls.choose_name(link, "float", "Float type", ["float64", "float32"])
        first = _named(LOSSES, SigmoidCrossEntropy)
        loss = controls.choose(link, "loss", "Loss", LOSSES, first, width=220)
        with st.popover("More", icon=":material/tune:", width="content"):
            initializer = controls.choose(
                link, "initializer", "Weights drawn as", INITIALIZERS, XavierNormal()
            )
            kinds = [Named(name) for name in ARCHITECTURES]
            architecture = controls.choose(link, "architecture", "Architecture", kinds).name
            frozen = controls.switch(link, "frozen", "Freeze the dropout masks", True)
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


def choose_bugs(link: Link) -> tuple:
    """The bugs to plant, as they stand in the registry."""
    return tuple(
        controls.choose_some(
            link,
            "bugs",
            "Planted bugs: each one slip in one line of backprop",
            PLANTED_BUGS,
            [BUGS_BY_NAME[FIRST_BUG]],
            placeholder="No bug: the gradient is right",
        )
    )


# ------------------------------------------------------------------ sliders


@lru_cache(maxsize=64)
def _layer_dial(last: int):
    """The layer of a bug as a knob, 1 to `last`."""
    field = ("layer", int, knob(min(2, last), 1, last, symbol="", whole=True))
    return make_dataclass("BugLayer", [field], frozen=True)()


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


def set_up(link: Link, chosen: CheckCase, bugs: tuple) -> Setup:
    """The case at the values of its sliders, with these bugs in the layers theirs say."""
    settings = _settings(chosen)
    layers = link.get("net.layers", controls.number(*DEPTHS, whole=True), chosen.shape.layers)
    movable = [bug for bug in bugs if _layers_for(bug, layers) > 1]
    if link.settled:
        # A slider that another one lengthens would be built anew under the hand.
        link.memory["layers"] = layers
    longest = link.memory.get("layers", layers)
    last = {bug: max(2, _layers_for(bug, longest)) for bug in movable}
    dials = [*(_bug_dial(bug, last[bug]) for bug in movable), *settings]
    tuned, board = controls.read(link, dials)
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
    return controls.Dials(
        f"Bug: {bug.name}", f"bug.{controls.slug(bug.name)}", _layer_dial(last), colour
    )


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


def result(link: Link, case: CheckCase) -> CheckResult:
    """The check of a case if it is quick; a slow one is there once `take_time` has made it.

    Until then, after a cancel and after bad input the last result stays.
    """
    last = _last(link)
    if last.case == case or not case.live:
        return last
    try:
        link.memory["result"] = examined(case)
    except (ValueError, TypeError) as fault:
        _complain(link, case, fault)
    return link.memory.get("result") or last


def take_time(link: Link, case: CheckCase) -> None:
    """Makes a slow check, with its progress and a way out; for the page, outside any fragment,
    because a button in a fragment does not interrupt a run of the page."""
    last = link.memory.get("result")
    if case.live or (last is not None and last.case == case):
        return
    if link.memory.get("cancelled") == case:
        _offer_again(link, case)
        return
    try:
        link.memory["result"] = _run(link, case)
    except (ValueError, TypeError) as fault:
        _complain(link, case, fault)


def _last(link: Link) -> CheckResult:
    return link.memory.get("result") or _stand_in()


@lru_cache(maxsize=1)
def _stand_in() -> CheckResult:
    """What is shown where nothing could be checked yet."""
    return examined(CheckCase())


def pictured(found: CheckResult) -> str:
    """What the picture shows while there is no check of the settings."""
    if found is _stand_in():
        return "The picture shows another network, a small one without a bug."
    return "The picture still shows the check before."


def _run(link: Link, case: CheckCase) -> CheckResult:
    case.require_size()
    place = st.empty()
    with place.container(horizontal=True, vertical_alignment="center"):
        bar = st.progress(0.0, f"Checking {case.parameters:,} parameters …")
        st.button("Cancel", on_click=_cancel, args=(link, case), icon=":material/close:")
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


def _cancel(link: Link, case: CheckCase) -> None:
    link.memory["cancelled"] = case


def _offer_again(link: Link, case: CheckCase) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.info(f"Cancelled: these {case.parameters:,} parameters are not checked. "
                f"{pictured(_last(link))}")  # fmt: skip
        st.button("Check now", on_click=lambda: link.memory.pop("cancelled", None))


def _complain(link: Link, case: CheckCase, fault: Exception) -> None:
    """Why there is no check of these settings, and a way on."""
    st.error(f"{fault} {pictured(_last(link))}", icon=":material/error:")
    if case.over:
        width = case.smaller().width
        st.button(f"Take width {width}", on_click=lambda: link.put({"net.width": width}))
    elif isinstance(fault, StepError):
        h = best_h(case)
        st.button(f"Take h = {h:.1e}", on_click=lambda: link.put({"check.h": h}))
    else:
        scales = {"at.weight_scale": 1.0, "at.input_scale": 1.0}
        st.button("Take scale 1 for weights and inputs", on_click=lambda: link.put(scales))


def best_h(case: CheckCase) -> float:
    """The rule's usual h for the float type, to two digits."""
    return float(f"{case.rule.typical_h(case.dtype):.1e}")
