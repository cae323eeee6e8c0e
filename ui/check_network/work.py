"""Checks as the page needs them: at once where they are quick, else with progress and a way out."""

from collections.abc import Generator
from functools import partial

import streamlit as st

from optcore.checks.plan import CheckPlan
from optcore.checks.record import CheckRecord, examine, examined
from optcore.derivatives.differences import StepError
from optcore.pieces import told_as
from ui import cache, work
from ui.cache import CrowdedError, cached
from ui.prose import number, seconds
from ui.state import PageState
from ui.work import ask, asked, carry_out, stop, stopped

trained = cached(CheckPlan.after_training)
_quick = cached(partial(examined, train=trained))


def result(state: PageState, plan: CheckPlan) -> CheckRecord:
    """The check of a plan if it is quick; a slow one is there once `take_time` has made it.

    Until then, after a cancel and after bad input the last result stays.
    """
    last = _last(state)
    if last.plan == plan or not plan.live:
        return last
    try:
        state.memory["result"] = _quick(plan)
    except (ValueError, TypeError) as fault:
        _complain(state, plan, fault)
    return _last(state)


def take_time(state: PageState, plan: CheckPlan) -> None:
    """Makes a slow check, with its progress and a way out; for the page, outside any fragment,
    because a button in a fragment does not interrupt a run of the page."""
    if plan.live or _last(state).plan == plan:
        return
    if stopped(state, "check", plan):
        _offer_again(state, plan)
        return
    kept = cache.CACHE.get(("check", plan))
    if not (kept or plan.over or plan.seconds <= work.UNASKED or asked(state, "check", plan)):
        _offer(state, plan)
        return
    try:
        state.memory["result"] = kept or _slow(state, plan)
    except (ValueError, TypeError, CrowdedError) as fault:
        _complain(state, plan, fault)


def _last(state: PageState) -> CheckRecord:
    return state.memory.get("result") or stand_in()


def stand_in() -> CheckRecord:
    """What is shown where nothing could be checked yet."""
    return _quick(CheckPlan())


def pictured(found: CheckRecord) -> str:
    """What the picture shows while there is no check of the settings."""
    if found.plan == CheckPlan():
        return "The picture shows another network, a small one without a bug."
    return "The picture still shows the check before."


def done(plan: CheckPlan) -> CheckRecord:
    """The check of a plan, made now unless it has been made; kept for the page, too."""
    if plan.live:
        return _quick(plan)
    with cache.CACHE.room(plan.memory):
        return cache.CACHE.find(("check", plan), lambda: examined(plan, trained))


def _slow(state: PageState, plan: CheckPlan) -> CheckRecord:
    plan.require_size()
    with cache.CACHE.room(plan.memory):
        found = carry_out(_told(plan), partial(stop, state, "check", plan), "Cancel")
    cache.CACHE.put(("check", plan), found)
    return found


def _told(plan: CheckPlan) -> Generator[tuple[float, str], None, CheckRecord]:
    text = f"Checking {plan.parameters:,} parameters …"
    return (yield from told_as(examine(plan, trained), lambda share: (share, text)))


def _offer(state: PageState, plan: CheckPlan) -> None:
    """What a check that takes long would take, and a smaller one."""
    width = plan.smaller(work.UNASKED).width
    with st.container(horizontal=True, vertical_alignment="center"):
        st.warning(f"A check of these {plan.parameters:,} parameters takes about "
                   f"{seconds(plan.seconds)}. {pictured(_last(state))}",
                   icon=":material/hourglass:")  # fmt: skip
        st.button("Check them", on_click=ask, args=(state, "check", plan))
        if width < plan.shape.width:
            st.button(f"Take width {width}", on_click=state.put, args=({"net.width": width},))


def _offer_again(state: PageState, plan: CheckPlan) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.info(f"Cancelled: these {plan.parameters:,} parameters are not checked. "
                f"{pictured(_last(state))}")  # fmt: skip
        st.button("Check now", on_click=ask, args=(state, "check", plan))


def _complain(state: PageState, plan: CheckPlan, fault: Exception) -> None:
    """Why there is no check of these settings, and a way on."""
    st.error(f"{fault} {pictured(_last(state))}", icon=":material/error:")
    if plan.over:
        width = plan.smaller().width
        st.button(f"Take width {width}", on_click=lambda: state.put({"net.width": width}))
    elif isinstance(fault, StepError):
        h = best_h(plan)
        st.button(f"Take h = {number(h, 2)}", on_click=lambda: state.put({"check.h": h}))
    else:
        scales = {"at.weight_scale": 1.0, "at.input_scale": 1.0}
        st.button("Take scale 1 for weights and inputs", on_click=lambda: state.put(scales))


def best_h(plan: CheckPlan) -> float:
    """The rule's usual h for the float type, to two digits."""
    return float(f"{plan.rule.typical_h(plan.dtype):.1e}")
