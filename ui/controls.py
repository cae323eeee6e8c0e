"""Widgets and sliders for what a page's table of parameters declares."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import streamlit as st

from optcore.knobs import Knob, knobs
from ui.address import Address
from ui.glossary import slider
from ui.live.sliders import Board
from ui.live.wire import Kept
from ui.parameters import Choice, name_of
from ui.prose import escaped
from ui.state import PageState

# What a formula may be made of.
SIGNS = (
    "Numbers, x, y, pi, e, + - * / ^ and sin cos tan exp log sqrt abs tanh sinh cosh sigmoid relu "
    "softplus min max."
)
_UNICODE = {
    r"\eta": "η", r"\mu": "μ", r"\alpha": "α", r"\beta": "β", r"\beta_1": "β₁", r"\beta_2": "β₂",
    r"\epsilon": "ε", r"\rho": "ρ", r"\nu": "ν", r"\nu_1": "ν₁", r"\nu_2": "ν₂", r"\lambda": "λ",
    r"\sigma": "σ", r"\kappa": "κ", r"\theta": "θ", r"\tau": "τ", r"\gamma": "γ", r"\phi": "φ",
    r"\varphi": "φ", r"\psi": "ψ", r"\delta": "δ",
}  # fmt: skip


def symbol(latex: str) -> str:
    """A knob's LaTeX symbol as plain text, for a label; empty when there is no such letter."""
    return _UNICODE.get(latex, latex if len(latex) == 1 else "")


# ------------------------------------------------------------------ choices: native widgets


def _choice(state: PageState, name: str) -> Choice:
    row = state.row(name)
    assert isinstance(row, Choice), f"{name} is no choice"
    return row


def possible(state: PageState, name: str) -> Sequence:
    """What a choice offers at present."""
    return _choice(state, name).possible(state)


def _picker(state: PageState, name: str, look: dict) -> tuple[dict[str, Any], dict]:
    """What a menu offers, by what it is called, and what its widget is told besides the look."""
    row = _choice(state, name)
    by_name = {name_of(option): option for option in possible(state, name)}
    if row.resets:
        look = {"on_change": state.reset, "args": (name, state.key_of(name)), **look}
    return by_name, look


def _begun(state: PageState, name: str, begins: str, shown=lambda value: value) -> dict[str, Any]:
    """The key of a widget, and what it `begins` with: one in a popover that is opened later was
    not on screen when the session was told."""
    key = state.widget(name, shown)
    return {"key": key, begins: st.session_state[key]}


def choose(state: PageState, name: str, label: str, **look):
    """One object out of several that have names; `look` goes to `st.selectbox`."""
    by_name, look = _picker(state, name, look)
    names = list(by_name)
    begun = _begun(state, name, "index", name_of)
    begun["index"] = names.index(begun["index"])
    picked = by_name[st.selectbox(label, names, **begun, **look)]
    state.hold({name: picked})
    return picked


def choose_word(state: PageState, name: str, label: str, **look) -> str:
    """One of a few words, side by side."""
    by_name, look = _picker(state, name, look)
    required = look.pop("required", True)
    look |= _begun(state, name, "default", name_of)
    picked = by_name[st.segmented_control(label, list(by_name), required=required, **look)]
    state.hold({name: picked})
    return picked


def choose_some(state: PageState, name: str, label: str, **look) -> tuple:
    """Any number of objects out of several that have names, in the order of the table."""
    return _several(st.multiselect, state, name, label, look)


def pick_some(state: PageState, name: str, label: str, **look) -> tuple:
    """The same out of few, side by side: a click each."""
    return _several(st.pills, state, name, label, {"selection_mode": "multi", **look})


def _several(widget, state: PageState, name: str, label: str, look: dict) -> tuple:
    names = list(map(name_of, possible(state, name)))
    begun = _begun(state, name, "default", lambda picked: list(map(name_of, picked)))
    widget(label, names, **begun, **look, on_change=_take_several,
           args=(state, name, begun["key"], begun["default"]))  # fmt: skip
    return state[name]


def _take_several(state: PageState, name: str, key: str, before: Collection[str]) -> None:
    picked = changed(state, name, before, st.session_state.get(key, before))
    if key == state.key_of(name):
        state.hold({name: picked})
        state.reset(name, key)
    elif picked != state[name]:
        state.put({name: picked})


def changed(state: PageState, name: str, before: Collection[str], after: Collection[str]) -> tuple:
    """A choice of several once a person, who saw the names picked that were `before`, has picked
    those `after`: something else may have changed it since."""

    def picked(option) -> bool:
        own = name_of(option)
        return own in after if (own in after) != (own in before) else option in state[name]

    return tuple(filter(picked, possible(state, name)))


def switch(state: PageState, name: str, label: str, **look) -> bool:
    on = st.toggle(label, **_begun(state, name, "value"), **look)
    state.hold({name: on})
    return on


def text(state: PageState, name: str, label: str, **look) -> str:
    """A line of text; what it means is for the caller to judge."""
    if state.row(name).resets:
        look = {"on_change": state.reset, "args": (name, state.key_of(name)), **look}
    value = st.text_input(label, **_begun(state, name, "value"), **look)
    state.hold({name: value})
    return value


def formula(state: PageState, name: str, label: str, read, complaints, **look):
    """What is read out of a formula in a text field; while it is faulty a sentence says so in the
    container `complaints`, and the last good one stands."""
    text(state, name, label, help=SIGNS, **look)
    found, good, fault = state.understood(name, read)
    if fault:
        complaint = f"{fault} Shown meanwhile: {label} {good}"
        complaints.error(escaped(complaint), icon=":material/function:")
    return found


def typed(state: PageState, name: str, label: str, **look):
    """A value in a text field, which follows what else moves it.

    A text that cannot be read stays in the field with a sentence for `complaints`, and the last
    good value stands.
    """
    row, faults = state.row(name), state.memory.setdefault("faults", {})
    key, value = state.key_of(name), state[name]

    def take() -> None:
        faults.pop(name, None)
        if key != state.key_of(name):  # Another field that changed as well has let it go.
            return
        try:
            state.hold({name: row.parse(st.session_state[key])})
        except ValueError as fault:
            faults[name] = (value, f"{fault} Meanwhile {label} is {row.write(value)}.")

    if key not in st.session_state or faults.get(name, (value,))[0] != value:
        faults.pop(name, None)
    if name not in faults:
        st.session_state[key] = row.write(value)
    st.text_input(label, key=key, on_change=take, **look)
    return value


def complaints(state: PageState) -> None:
    """What was typed and could not be taken, a sentence each."""
    for _, sentence in state.memory.get("faults", {}).values():
        st.error(sentence, icon=":material/edit_off:")


# ------------------------------------------------------------------ live values: sliders


@dataclass(frozen=True)
class Dials:
    """An object whose knobs become sliders; `prefix` begins their names in the URL.

    Knobs in `idle` have no effect as things stand: no sliders, though a link may set them.
    """

    title: str
    prefix: str
    subject: Any
    colour: str | None = None
    idle: tuple[str, ...] = ()

    @property
    def knobs(self) -> dict[str, Knob]:
        return {name: each for name, each in knobs(self.subject).items() if name not in self.idle}


def tune(state: Address, dials: Sequence[Dials]) -> tuple[list, Board]:
    """The objects at the values their sliders stand at, and the sliders for a stage to hold."""
    tuned = [state.tune(dial.prefix, dial.subject) for dial in dials]
    values = [getattr(subject, name) for dial, subject in zip(dials, tuned, strict=True)
              for name in dial.knobs]  # fmt: skip
    return tuned, Board(_frame(tuple(dials)), values)


@lru_cache(maxsize=256)
def _frame(dials: tuple[Dials, ...]) -> Kept:
    groups = []
    for dial in dials:
        rows = [
            _row(f"{dial.prefix}.{name}", name, spec, dial.subject)
            for name, spec in dial.knobs.items()
        ]
        if rows:
            groups.append({"title": dial.title, "colour": dial.colour, "knobs": rows})
    return Kept(groups=groups)


def _row(identity: str, name: str, spec: Knob, subject: Any) -> dict:
    return {
        "id": identity,
        "label": name.replace("_", " "),
        "symbol": symbol(spec.symbol),
        "meaning": slider(type(subject), name),
        "low": spec.low,
        "high": spec.high,
        "least": spec.least,
        "scale": spec.scale,
        "whole": spec.whole,
        "initial": getattr(subject, name),
    }
