"""The link: a page's whole state as URL parameters, and back.

A page asks the link for every value by its parameter name. The first run takes it from the
address; afterwards the session knows it, and `publish` writes it to the address again.
"""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st


class Link:
    """One page's values by parameter name. A bad value gives its default and a notice."""

    def __init__(self, page: str):
        self.key = f"link.{page}"
        self.memory = st.session_state.setdefault(
            self.key, {"source": None, "values": {}, "notices": [], "published": {}}
        )
        if self.memory["source"] is None:
            self.memory["source"] = st.query_params.to_dict() or self.memory["published"]
        self.shown: dict[str, str] = {}

    def get(self, name: str, parse: Callable[[str], Any], default: Any) -> Any:
        """The value held for a name, else the address's if it parses, else the default."""
        values = self.memory["values"]
        if name not in values:
            values[name] = self._first(name, parse, default)
        return values[name]

    def _first(self, name, parse, default):
        text = self.memory["source"].get(name)
        if text is None:
            return default
        try:
            return parse(text)
        except ValueError as fault:
            self.memory["notices"].append(f"The link's **{name}** was not used: {fault}")
            return default

    def put(self, values: Mapping[str, Any], settled: bool = True) -> None:
        """Takes over what a control reports; not settled while a hand still moves it."""
        self.memory["values"].update(values)
        self.memory["settled"] = settled

    @property
    def settled(self) -> bool:
        """False during the rerun that answers a hand still moving: do only what it waits for."""
        return self.memory.get("settled", True)

    def forget(self, *names: str) -> None:
        """Lets values go, so that their defaults are worked out anew."""
        for name in names:
            self.memory["values"].pop(name, None)
            self.memory["source"].pop(name, None)

    def load(self, parameters: Mapping[str, str]) -> None:
        """Becomes the state that a link with these parameters holds."""
        self.memory.update(source=dict(parameters), values={}, notices=[])

    def show(self, name: str, text: str, default: str | None = None) -> None:
        """Marks a value for the address; one equal to its default stays out of it."""
        if text != default:
            self.shown[name] = text

    def publish(self) -> None:
        """Writes the shown values to the address, unless a hand still moves."""
        if not self.settled:
            return
        self.memory["published"] = dict(self.shown)
        if st.query_params.to_dict() != self.shown:
            st.query_params.from_dict(self.shown)

    def notices(self) -> None:
        """Says which parts of the link were not used."""
        if self.memory["notices"]:
            st.warning("\n\n".join(self.memory["notices"][:6]), icon=":material/link_off:")
