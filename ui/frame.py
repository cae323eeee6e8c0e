"""The frame of a page: one line of controls over its stage, and the long things in a drawer.

    with frame.row(state):
        ...what the page lets choose...
    ...the stage...
    if drawer := frame.details(state, "race.stage"):
        with drawer:
            ...inspector, downloads, prose...

What is closed costs nothing: `details` gives None, and the Share popover is filled once it opens.
"""

from collections.abc import Collection, Generator
from contextlib import contextmanager
from html import escape
from typing import Any
from urllib.parse import urlencode

import segno
import streamlit as st

from ui.framing import FRAME
from ui.glossary import explained
from ui.lessons import OpenLesson, lessons, prose
from ui.live.stage import ASIDE
from ui.live.take_away import take_away
from ui.own_lesson import maker
from ui.parameters import Origin, Scrubbed
from ui.prose import scrolling
from ui.state import PageState
from ui.zoom import View

# Characters of a link that a phone still reads off a screen.
LONGEST_CODE = 900

_LINE: dict[str, Any] = {
    "horizontal": True,
    "vertical_alignment": "center",
    "gap": "xsmall",
    "wrap": False,
}


@contextmanager
def row(state: PageState, opened_by: Collection[str] = ()) -> Generator[None]:
    """The line of controls: those written within, then Lessons, Details, Share and Present.

    A link with one of the names in `opened_by`, which the drawer asks for, opens it; a lesson,
    which is told on the stage, does not.
    """
    if any(name in state.memory["source"] and name not in state.base for name in opened_by):
        state.hold({"details": True})
    state.notices()
    with st.container(key="row", **_LINE):
        own, tools = st.container(key="own", **_LINE), st.container(key="tools", **_LINE)
    # A lesson sets what the page's own choices then show.
    with tools:
        _tools(state)
    st.session_state[ASIDE] = {"show": state["show"], "hide": list(state["hide"])}
    _hide(state)
    with own:
        yield


def _tools(state: PageState) -> None:
    if "lesson" in state.rows:
        _lessons(state)
    st.button("Details", key="row.details", icon=":material/table_chart:",
              help="Tables, numbers, downloads and what to notice",
              on_click=lambda: state.put({"details": not state["details"]}))  # fmt: skip
    share = st.popover("Share", key="row.share", icon=":material/share:", on_change="rerun")
    if share.open:
        with share:
            st.caption("Take away")
            take_away()
            place = st.container(width=420)
        # What the link says is known once all controls have spoken.
        state.closing.append(lambda: _offer(state, place))
    st.button("Present", key="row.present", icon=":material/present_to_all:",
              help="Key F; Escape returns",
              on_click=lambda: state.put({"show": "stage"}))  # fmt: skip


def _lessons(state: PageState) -> None:
    """The lessons of the page by subject."""
    popover = st.popover("Lessons", key="row.lessons", icon=":material/school:", on_change="rerun")
    if not popover.open:
        return
    with popover, st.container(gap="xsmall", width=360):
        maker(state)
        subject = None
        for each in lessons(state.page):
            if each.subject != subject:
                st.caption(subject := each.subject)
            st.button(each.title, key=f"lesson.{each.name}", type="tertiary",
                      on_click=state.open, args=(OpenLesson(each),))  # fmt: skip


def about(state: PageState) -> None:
    """What the page shows, told at length."""
    with st.expander("What to notice", icon=":material/school:"):
        st.markdown(prose(state.page))


def status(name: str = "notes"):
    """A place over the stage, which does not move it, for what is under way or offered instead."""
    return st.container(key=f"status.{name}", gap="xsmall")


def details(state: PageState, stage: str):
    """The open drawer for the page to fill, with what a stage says at more length, and its table;
    None while closed."""
    if not state["details"]:
        return None
    drawer = st.container(key="drawer", gap="small")
    with drawer:
        with st.container(horizontal=True, horizontal_alignment="distribute"):
            st.markdown("## Details")
            st.button("Close", key="drawer.close", icon=":material/close:", type="tertiary",
                      on_click=lambda: state.put({"details": False}))  # fmt: skip
        if rest := st.session_state.get(f"{stage}/rest"):
            st.html("".join(f"<p>{explained(escape(line))}</p>" for line in rest.split("\n")))
        if table := st.session_state.get(f"{stage}/table"):
            st.html(scrolling(table))
    return drawer


def _hide(state: PageState) -> None:
    """Takes the controls that are not wanted out of sight; their values hold all the same."""
    if state["hide"]:
        classes = ",".join(f".{state.css_of(name)}" for name in state["hide"])
        st.html(f"<style>{classes} {{ display: none; }}</style>")


def _offer(state: PageState, place) -> None:
    """The link as it is, as a code for a phone, and for the page of a course."""
    shown, address = state.parameters(shared=True), (st.context.url or "").split("?")[0]
    query = urlencode(shown, safe=",:")
    url = f"{address}?{query}" if query else address
    framed = f"{address}?{urlencode(shown | {'embed': 'true'}, safe=',:')}"
    with place:
        left, right = st.columns([3, 2])
        with left:
            st.caption("The link")
            st.code(url, language=None, wrap_lines=True)
        with right:
            if len(url) > LONGEST_CODE:
                st.caption("Too long for a code: a lesson of your own can go as a file.")
            else:
                code = segno.make(url, error="m").svg_inline(scale=4, border=2)
                st.image(code, width="stretch", alt="The link as a code for a phone's camera")
        st.caption("For a course page")
        st.code(f'<iframe src="{framed}" width="900" height="600"></iframe>',
                language=None, wrap_lines=True)  # fmt: skip
        st.pills("Hide in this link", _hideable(state), selection_mode="multi",
                 default=state["hide"], key="share.hide",
                 on_change=lambda: _take_hidden(state))  # fmt: skip


def _take_hidden(state: PageState) -> None:
    state.hold({"hide": tuple(st.session_state["share.hide"])})


def _hideable(state: PageState) -> list[str]:
    """Choices and groups of sliders, by the names that the link has for them."""
    names = [
        each.name.split(".")[0]
        for each in state.applying()
        if not isinstance(each, Origin | Scrubbed | View) and each not in FRAME
    ]
    return list(dict.fromkeys([*names, *state["hide"]]))
