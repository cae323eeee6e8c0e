"""Check a network: plant a slip in backprop and read the line off the pattern it leaves."""

from functools import partial

import streamlit as st

from ui import controls
from ui.check_network import charts as chart
from ui.check_network import choices as checking
from ui.check_network import detective as detecting
from ui.check_network import findings as check_findings
from ui.check_network import own_formula
from ui.check_network.scenarios import SCENARIOS
from ui.lessons import lesson
from ui.live.stage import stage
from ui.state import Link

link = Link("check")
head = st.columns([5, 3], vertical_alignment="bottom")
head[0].markdown("#### Check a network: which line of backprop is wrong?")
controls.scenarios(link, SCENARIOS)
link.notices()
with head[1]:
    mode = controls.choose_name(
        link, "mode", "What to do", checking.MODES, label_visibility="collapsed", width="stretch"
    )


@link.fragment
def check(set_up):
    setup = set_up()
    with st.container():
        found = checking.result(link, setup.case)
    stage(
        check_findings.panels(found, link.settled),
        key="check.stage",
        legend=chart.legend(found),
        boards=setup.boards,
        words=check_findings.told(found, setup, link.settled, hush=mode == checking.DETECT),
        columns="minmax(0, 5fr) minmax(0, 3fr)",
        on_change=lambda change: controls.hear(link, setup.dials, change),
        live=not link.settled,
    )
    link.publish()
    return found if found.case == setup.case else None


if mode == checking.OWN:
    link.fragment(own_formula.check)(link, own_formula.type_formulas(link))
else:
    chosen = checking.choose_case(link)
    if mode == checking.PLANT:
        set_up = partial(checking.set_up, link, chosen, checking.choose_bugs(link))
    else:
        set_up = partial(detecting.set_up, link, chosen)
    checking.take_time(link, set_up().case)
    found = check(set_up)
    if found is not None:
        show = check_findings.findings if mode == checking.PLANT else detecting.investigate
        show(link, found)
        check_findings.numbers(link, found)
    lesson("check_network")
