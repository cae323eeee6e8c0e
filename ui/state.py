"""A page's state: its values, held by the session and kept in step with the address.

A page declares what its address may say in one table (ui/parameters.py). The first run takes the
values from the address; afterwards the session knows them, and `publish` writes them to it again.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import wraps
from time import monotonic
from typing import Any

import streamlit as st

from ui.address import Address, empty
from ui.framing import FRAME
from ui.live import early
from ui.live.connection import showing
from ui.live.turn import turn
from ui.live.visit import visit

# Seconds that an address is on its way to the browser. What asks meanwhile still names the old one:
# the new one written again would be a second step of Back that leads nowhere, and the old one not
# written again would be lost.
ARRIVES = 1.0


class PageState(Address):
    """The state of the page with that name, in this session."""

    def __init__(self, page: str, table: Sequence):
        self.page, self.key = page, f"state.{page}"
        super().__init__((*table, *FRAME), st.session_state.setdefault(self.key, empty()))
        if self.memory["source"] is None:
            self.arrive(st.query_params.to_dict() or self.memory["published"])
        self.closing: list[Callable[[], None]] = []
        self.said: list[str] = []

    # -------------------------------------------------------------- values of widgets

    def key_of(self, name: str) -> str:
        """The key of the widget for a name. A value that is put or let go brings another widget,
        and a state that is loaded all of them: what the browser still says of the old one, before
        it has heard, is said of the old value."""
        renewed = self.memory.get("loaded", 0) + self._renewals[name]
        return f"{self.key}.{name}" + (f".{renewed}" if renewed else "")

    @property
    def _renewals(self) -> Counter:
        return self.memory.setdefault("renewals", Counter())

    def renew(self, names: Iterable[str]) -> None:
        """Has other widgets take the places of those for these names."""
        for name in names:
            self._renewals[name] += 1

    def css_of(self, name: str) -> str:
        """The class that Streamlit gives the element of that widget."""
        return "st-key-" + re.sub(r"[^a-zA-Z0-9_-]", "-", self.key_of(name))

    def widget(self, name: str, shown: Callable[[Any], Any] = lambda value: value) -> str:
        """The key of the widget for a name, which begins with what `shown` makes of the value."""
        key = self.key_of(name)
        if key not in st.session_state:
            st.session_state[key] = shown(self[name])
        return key

    def put(self, values: Mapping[str, Any]) -> None:
        """Sets values, in a callback; their widgets follow."""
        self.hold(values)
        self.renew(values)

    def forget(self, *endings: str) -> None:
        """Lets values go, in a callback; their widgets follow."""
        super().forget(*endings)
        self.renew(endings)

    def reset(self, name: str, key: str) -> None:
        """Lets go what hangs on a value, in the callback of its widget with that key."""
        if key == self.key_of(name):
            self.forget(*self.row(name).resets)

    def load(self, parameters: Mapping[str, str], **held: Any) -> None:
        if self.memory["source"] is not None:
            self.memory["loaded"] = self.memory.get("loaded", 0) + 1
        super().load(parameters, **held)

    # -------------------------------------------------------------- lessons

    def open(self, lesson) -> None:
        """Becomes the state of a lesson's step, in a callback; None leaves the lesson behind.

        Who presents goes on presenting, and what is hidden stays so.
        """
        if lesson is None:
            self.hold({"lesson": None})
            return
        self.load({}, lesson=lesson, show=self["show"], hide=self["hide"])
        self.memory["openings"] = self.memory.get("openings", 0) + 1

    def turn(self, to: int | str | None) -> None:
        """Turns to another step of the lesson that is open, by number, or to another by name."""
        row, opened = self.rows.get("lesson"), self["lesson"] if "lesson" in self.rows else None
        if to is None:
            self.open(None)
        elif isinstance(to, str) and row:
            with suppress(ValueError):
                self.open(row.parse(to))
        elif isinstance(to, int) and not isinstance(to, bool) and opened:
            self.open(opened.at(to))

    # -------------------------------------------------------------- a hand on the stage

    def take(self, report: Mapping) -> None:
        """Takes over what a stage reports; not settled while a hand still moves.

        A report that says nothing of that only tells what is held: nothing has changed.
        """
        self.admit(report)
        if "lesson" in report:
            self.turn(report["lesson"])
        settled = report.get("settled")
        if settled is not None:
            self.memory["settled"] = self.memory["fresh"] = bool(settled)

    @property
    def settled(self) -> bool:
        """False during the rerun that answers a hand still moving: do only what it waits for."""
        return self.memory.get("settled", True)

    def fragment(self, function: Callable) -> Callable:
        """A fragment of the page, for what live controls change as the hand moves them.

        It alone reruns meanwhile, in turn with those of other visitors; once the hand has let
        go, the whole page does.
        """

        @st.fragment
        @wraps(function)
        def rerun(*given: Any) -> Any:
            if self.memory.pop("fresh", False):
                st.rerun()
            with turn(_awaited, visit().account):
                return function(*given)

        return rerun

    def live(self, function: Callable) -> Callable:
        """A fragment that shows one stage and nothing else: it is shown again without Streamlit
        while a hand moves (ui/live/connection.py)."""

        @self.fragment
        @wraps(function)
        def rerun() -> Any:
            with showing(function):
                return function()

        return rerun

    # -------------------------------------------------------------- the address

    def publish(self) -> None:
        """Writes the state to the address, unless a hand still moves.

        Called last. What there is to say of the link since `notices` was called has it called
        again.
        """
        if not self.settled:
            return
        shown = self.parameters()
        for act in self.closing:
            act()
        self.note_strangers()
        self.note_waiting()
        written = monotonic() < self.memory.get("arrives", 0)
        address = self.memory["published"] if written else st.query_params.to_dict()
        self.memory["published"] = shown
        early.also(shown)
        if address != shown:
            self.memory["arrives"] = monotonic() + ARRIVES
            st.query_params.from_dict(shown)
        if self.complaints != self.said:
            st.rerun()

    def notices(self) -> None:
        """Says which parts of the link were not used."""
        self.said = self.complaints
        # There with or without notices: a stage that changes its place is mounted anew.
        with st.container():
            if self.said:
                st.warning("\n\n".join(self.said), icon=":material/link_off:")

    @property
    def complaints(self) -> list[str]:
        return [*self.memory["notices"], *filter(None, [self.memory["waiting"]])]


def _awaited() -> bool:
    """Ends a run of Streamlit's that was overtaken or whose visitor has left, as any look at the
    session state does."""
    return "awaited" not in st.session_state
