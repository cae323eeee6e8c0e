"""The link: a page's whole state as URL parameters, and back.

A page asks the link for every value by its parameter name. The first run takes it from the
address; afterwards the session knows it, and `publish` writes it to the address again.
"""

from collections.abc import Callable, Collection, Mapping
from functools import wraps
from typing import Any

import streamlit as st

from ui.live.line import showing
from ui.live.turn import turn
from ui.prose import escaped

# What others add to an address, and no page of ours is told of.
FOREIGN = ("embed", "utm_", "fbclid", "gclid")
# Names that a page asks for only at times: when it does not, they are no mistake.
AT_TIMES = {
    "race": {"f", "inspect"},
    "shrinking": {"formula", "reach", "claim", "test"},
    "check": {"activation", "data", "rule", "float", "loss", "initializer", "architecture",
              "frozen", "bugs", "case", "f", "dx", "dy"},
}  # fmt: skip


class Link:
    """One page's values by parameter name. A bad value gives its default and a notice."""

    def __init__(self, page: str):
        self.key = f"link.{page}"
        self.memory = st.session_state.setdefault(
            self.key, {"source": None, "values": {}, "notices": [], "published": {}}
        )
        if self.memory["source"] is None:
            arrived = st.query_params.to_dict().items()
            ours = {name: text for name, text in arrived if not name.startswith(FOREIGN)}
            self.memory["source"] = ours or self.memory["published"]
        self.at_times = {"at", "scenario", *AT_TIMES.get(page, ())}
        self.shown: dict[str, str] = {}
        self.told: dict[str, str] = {}
        self.always: Collection[str] = ()
        self.closing: list[Callable[[], None]] = []
        self.said = 0

    def get(self, name: str, parse: Callable[[str], Any], default: Any) -> Any:
        """The value held for a name, else the address's if it parses, else the default."""
        held = self.memory["values"]
        if name not in held and (text := self.memory["source"].pop(name, None)) is not None:
            try:
                held[name] = parse(text)
            except ValueError as fault:
                self.memory["notices"].append(f"The link's **{name}** was not used: {fault}")
        return held.get(name, default)

    def put(self, values: Mapping[str, Any]) -> None:
        """Takes over what a native widget says."""
        self.memory["values"].update(values)

    def hear(self, values: Mapping[str, Any], settled: bool | None) -> None:
        """Takes over what a live control reports; not settled while a hand still moves it.

        None comes from a control that only tells what it holds: nothing has changed.
        """
        self.memory["values"].update(values)
        if settled is not None:
            self.memory["settled"] = self.memory["fresh"] = settled

    @property
    def settled(self) -> bool:
        """False during the rerun that answers a hand still moving: do only what it waits for."""
        return self.memory.get("settled", True)

    def forget(self, *endings: str) -> None:
        """Lets the values whose names end so go, so that their defaults hold again."""
        for held in (self.memory["values"], self.memory["source"]):
            for name in [name for name in held if name.endswith(endings)]:
                del held[name]

    def load(self, parameters: Mapping[str, str]) -> None:
        """Becomes the state that a link with these parameters holds."""
        self.memory.update(source=dict(parameters), values={}, notices=[])

    def show(self, name: str, text: str, default: str | None = None) -> None:
        """Marks a value for the address; its default stays out of it unless `always` names it."""
        if not self.settled:
            return
        self.told[name] = text
        if text != default or name in self.always:
            self.shown[name] = text

    def departs(self, parameters: Mapping[str, str]) -> bool:
        """Whether the page, as told so far, is no longer what these parameters say.

        Another step of the clock is still the same page.
        """
        return not all(
            name == "at" or _same(self.told.get(name), text) for name, text in parameters.items()
        )

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
            with turn():
                return function(*given)

        return rerun

    def live(self, function: Callable) -> Callable:
        """A fragment that shows one stage and nothing else: it is shown again without Streamlit
        while a hand moves (ui/live/line.py)."""

        @self.fragment
        @wraps(function)
        def rerun() -> Any:
            with showing(function):
                return function()

        return rerun

    def publish(self) -> None:
        """Writes the shown values to the address, unless a hand still moves.

        Called last. Faults of the link found since `notices` was called have it called again.
        """
        if not self.settled:
            return
        for act in self.closing:
            act()
        self._name_strangers()
        self.memory["published"] = dict(self.shown)
        if st.query_params.to_dict() != self.shown:
            st.query_params.from_dict(self.shown)
        if len(self.memory["notices"]) > self.said:
            st.rerun()

    def _name_strangers(self) -> None:
        """Notes the names in the link that this page never asks for.

        A name with a dot belongs to an object, which may only not have been chosen yet.
        """
        source, known = self.memory["source"], self.at_times | self.told.keys()
        strangers = [name for name in source if name and "." not in name and name not in known]
        for name in strangers:
            del source[name]
        if strangers:
            told = ", ".join(f"**{escaped(name[:30])}**" for name in strangers[:5])
            self.memory["notices"].append(
                f"The link's {told} was not used: this page knows no such name."
            )

    def notices(self) -> None:
        """Says which parts of the link were not used."""
        self.said = len(self.memory["notices"])
        # There with or without notices: a stage that changes its place is mounted anew.
        with st.container():
            if self.said:
                st.warning("\n\n".join(self.memory["notices"]), icon=":material/link_off:")


def _same(one: str | None, other: str) -> bool:
    """Whether two texts say the same: 6e-6 is 6e-06."""
    if one is None or one == other:
        return one == other
    try:
        return float(one) == float(other)
    except ValueError:
        return False
