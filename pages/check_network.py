"""Check a network: plant a slip in backprop and read the line off the pattern it leaves."""

from functools import partial

from ui import controls, frame
from ui.check_network import charts, choices, detective, findings, own_formula, work
from ui.check_network.facts import facts
from ui.check_network.parameters import DETECT, OWN, PARAMETERS, PLANT
from ui.lessons import telling
from ui.live.stage import stage
from ui.state import PageState

state = PageState("check_network", PARAMETERS)
notes = frame.status()
with frame.row(state):
    mode = controls.choose(state, "mode", "What to do", label_visibility="collapsed", width=165)
    if mode == DETECT:
        asked = detective.choose_level(state)
    if mode == OWN:
        texts = own_formula.type_formulas(state, notes)
    else:
        chosen = choices.choose_case(state, notes)
    if mode == PLANT:
        set_up = partial(choices.set_up, state, chosen, choices.choose_bugs(state))
    if mode == DETECT:
        set_up = partial(detective.set_up, state, chosen)


@state.fragment
def check(set_up):
    setup = set_up()
    with frame.status("check"):
        found = work.result(state, setup.plan)
    stage(
        findings.panels(found, state.settled, pattern=mode == DETECT),
        key="check_network.stage",
        legend=charts.legend(found),
        boards=setup.boards,
        words=findings.summary(found, setup, state.settled, hush=mode == DETECT),
        lesson=telling(state, lambda: facts(found)),
        columns="minmax(0, 5fr) minmax(0, 3fr)",
        on_change=state.take,
        live=not state.settled,
    )
    state.publish()
    return found if found.plan == setup.plan else None


if mode == OWN:
    state.fragment(own_formula.check)(state, texts)
    key, found = "check_network.own", None
else:
    with notes:
        work.take_time(state, set_up().plan)
    key, found = "check_network.stage", check(set_up)
if found and mode == DETECT:
    with asked:
        detective.investigate(state, found)
if drawer := frame.details(state, key):
    with drawer:
        if found and mode == PLANT:
            findings.findings(state, found)
        if found:
            findings.numbers(state, found)
        if found and mode == PLANT:
            findings.arena(found)
        frame.about(state)
