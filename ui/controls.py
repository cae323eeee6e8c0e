"""Widgets that return core objects: the only file that knows how a URL names things."""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import streamlit as st

from optcore.knobs import Knob, knobs
from ui.live.sliders import Board
from ui.live.wire import Kept
from ui.state import Link

_UNICODE = {
    r"\eta": "η", r"\mu": "μ", r"\alpha": "α", r"\beta": "β", r"\beta_1": "β₁", r"\beta_2": "β₂",
    r"\epsilon": "ε", r"\rho": "ρ", r"\nu": "ν", r"\nu_1": "ν₁", r"\nu_2": "ν₂", r"\lambda": "λ",
    r"\sigma": "σ", r"\kappa": "κ", r"\theta": "θ", r"\tau": "τ", r"\gamma": "γ", r"\phi": "φ",
    r"\varphi": "φ", r"\psi": "ψ", r"\delta": "δ",
}  # fmt: skip
MOVED_ON = "*You have moved on from it since: these words tell of the scenario as it begins.*"


def slug(name: str) -> str:
    """A name as a URL writes it: `Bowl with two wells` is `bowl-with-two-wells`."""
    kept = "".join(letter if letter.isalnum() else " " for letter in name.lower())
    return "-".join(kept.split())


def symbol(latex: str) -> str:
    """A knob's LaTeX symbol as plain text, for a label; empty when there is no such letter."""
    return _UNICODE.get(latex, latex if len(latex) == 1 else "")


# ------------------------------------------------------------------ reading what a URL says


def quoted(text: str) -> str:
    """The beginning of a text a person gave, so that Markdown shows it as it is."""
    shown = re.sub(r"([^\w\s.,-])", r"\\\1", text[:30]) + ("…" if len(text) > 30 else "")
    # Markdown makes a link of a bare address, whatever is escaped: a joiner no one sees parts it.
    return "“" + re.sub(r"(/|www|@)", "\\1\u2060", shown) + "”"


def number(low: float, high: float, whole: bool = False) -> Callable[[str], float]:
    """A parser for a number from low to high."""

    def parse(text: str) -> float:
        kind = "a whole number" if whole else "a number"
        fault = f"{quoted(text)} is not {kind} from {low:g} to {high:g}, so the default stands."
        try:
            value = float(text)
        except ValueError:
            raise ValueError(fault) from None
        if not (math.isfinite(value) and low <= value <= high) or (whole and value != int(value)):
            raise ValueError(fault)
        return int(value) if whole else value

    return parse


def one_of(names: Sequence[str]) -> Callable[[str], str]:
    """A parser for one name out of several, written as its slug."""
    by_slug = {slug(name): name for name in names}

    def parse(text: str) -> str:
        if slug(text) not in by_slug:
            raise ValueError(f"{quoted(text)} is not among the choices, so the default stands.")
        return by_slug[slug(text)]

    return parse


def some_of(names: Sequence[str]) -> Callable[[str], list[str]]:
    """A parser for a comma-separated list of names; an empty list is one."""
    one = one_of(names)
    return lambda text: list(dict.fromkeys(one(part) for part in text.split(",") if part.strip()))


def several(count: int, most: float) -> Callable[[str], str]:
    """A parser for that many numbers with commas between them, or none; the text comes back."""
    one = number(-most, most)

    def parse(text: str) -> str:
        parts = text.split(",") if text else []
        if len(parts) not in (0, count):
            raise ValueError(f"{quoted(text)} is not {count} numbers with commas between them.")
        return ",".join(written(one(part)) for part in parts)

    return parse


def _flag(text: str) -> bool:
    if text not in ("0", "1"):
        raise ValueError(f"{quoted(text)} is neither 0 nor 1, so the default stands.")
    return text == "1"


def written(value: float) -> str:
    """A number as the URL writes it: as short as the very same number can be read back."""
    return repr(float(value)).removesuffix(".0") if math.isfinite(value) else "0"


# ------------------------------------------------------------------ choices: native widgets


def _held(link: Link, name: str, parse, default):
    """The widget key of a choice, with the link's value put into it when it is new."""
    key = f"{link.key}.{name}"
    if key not in st.session_state:
        st.session_state[key] = link.get(name, parse, default)
    link.put({name: st.session_state[key]})
    return key


def choose(link: Link, name: str, label: str, options: Sequence, default=None, **look):
    """One object out of several that have names; `look` goes to `st.selectbox`."""
    by_name = {option.name: option for option in options}
    first = (default or options[0]).name
    key = _held(link, name, one_of(list(by_name)), first)
    picked = st.selectbox(label, list(by_name), key=key, **look)
    link.put({name: picked})
    link.show(name, slug(picked), slug(first))
    return by_name[picked]


def choose_some(link: Link, name: str, label: str, options: Sequence, default: Sequence, **look):
    """Any number of objects out of several that have names, in the order of the registry."""
    by_name = {option.name: option for option in options}
    first = [option.name for option in default]
    key = _held(link, name, some_of(list(by_name)), first)
    picked = st.multiselect(label, list(by_name), key=key, **look)
    link.put({name: picked})
    link.show(name, ",".join(map(slug, picked)), ",".join(map(slug, first)))
    return [option for option in options if option.name in picked]


def pick_some(link: Link, name: str, label: str, options: Sequence, default: Sequence = (), **look):
    """Any number of objects out of few that have names, side by side: a click each."""
    by_name = {option.name: option for option in options}
    first = [option.name for option in default]
    key = _held(link, name, some_of(list(by_name)), first)
    picked = st.pills(label, list(by_name), selection_mode="multi", key=key, **look)
    link.put({name: picked})
    link.show(name, ",".join(map(slug, picked)), ",".join(map(slug, first)))
    return [option for option in options if option.name in picked]


def choose_name(link: Link, name: str, label: str, options: Sequence[str], **look) -> str:
    """One of a few words, side by side; the first is the default."""
    key = _held(link, name, one_of(options), options[0])
    picked = st.segmented_control(label, options, key=key, required=True, **look)
    link.put({name: picked})
    link.show(name, slug(picked), slug(options[0]))
    return picked


def switch(link: Link, name: str, label: str, default: bool = False, **look) -> bool:
    key = _held(link, name, _flag, default)
    on = st.toggle(label, key=key, **look)
    link.put({name: on})
    link.show(name, str(int(on)), str(int(default)))
    return on


def text(link: Link, name: str, label: str, default: str, **look) -> str:
    """A line of text; what it means is for the caller to judge."""
    key = _held(link, name, str, default)
    value = st.text_input(label, key=key, **look)
    link.put({name: value})
    link.show(name, value, default)
    return value


def typed(link: Link, name: str, label: str, parse, default, write=written, **look):
    """A value in a text field, which follows what else moves it.

    A text that `parse` rejects stays in the field with a sentence for `complaints`, and the last
    good value stands.
    """
    key, faults = f"{link.key}.{name}", link.memory.setdefault("faults", {})
    value = link.get(name, parse, default)

    def take() -> None:
        faults.pop(name, None)
        try:
            link.put({name: parse(st.session_state[key])})
        except ValueError as fault:
            faults[name] = (value, f"{fault} Meanwhile {label} is {write(value)}.")

    if key not in st.session_state or faults.get(name, (value,))[0] != value:
        faults.pop(name, None)
    if name not in faults:
        st.session_state[key] = write(value)
    st.text_input(label, key=key, on_change=take, **look)
    link.show(name, write(value), write(default))
    return value


def complaints(link: Link) -> None:
    """What was typed and could not be taken, a sentence each."""
    for _, sentence in link.memory.get("faults", {}).values():
        st.error(sentence, icon=":material/edit_off:")


def scenarios(link: Link, entries: Sequence) -> None:
    """Scenarios (name, link, words): picking one becomes its link and shows its words."""
    by_name = {entry.name: entry for entry in entries}
    key = f"{link.key}/scenario"
    if key not in st.session_state:
        st.session_state[key] = link.get("scenario", one_of(list(by_name)), None)
        if st.session_state[key]:
            link.load({**by_name[st.session_state[key]].link, **link.memory["source"]})

    def picked() -> None:
        if st.session_state[key]:
            become(link, by_name[st.session_state[key]].link)

    name = st.pills(
        "Scenarios", list(by_name), key=key, on_change=picked, label_visibility="collapsed"
    )
    # There with or without words: a stage that changes its place on the page is mounted anew.
    with st.container():
        if name:
            _scenario_words(link, by_name[name])
            link.show("scenario", slug(name))
            # What a scenario sets is always written: left out, the scenario's value would return.
            link.always = by_name[name].link.keys()


def _scenario_words(link: Link, entry) -> None:
    """A scenario's words, and once the page has moved on from it a sentence that says so."""
    place = st.empty()

    def tell() -> None:
        moved_on = link.memory.get("moved on")
        words = f"{entry.words} {MOVED_ON}" if moved_on else entry.words
        place.info(words, icon=":material/lightbulb:")

    def judge() -> None:
        moved_on = link.departs(entry.link)
        if moved_on != link.memory.get("moved on"):
            link.memory["moved on"] = moved_on
            tell()

    tell()
    # Whether it has is known only when all controls have spoken.
    link.closing.append(judge)


def become(link: Link, parameters: dict[str, str]) -> None:
    """Makes a page what a link with these parameters says; for use as a callback."""
    for key in [key for key in st.session_state if str(key).startswith(f"{link.key}.")]:
        del st.session_state[key]
    link.load(parameters)


# ------------------------------------------------------------------ live values: sliders


@dataclass(frozen=True)
class Dials:
    """An object whose knobs become sliders; `prefix` begins their names in the URL."""

    title: str
    prefix: str
    subject: Any
    colour: str | None = None


def read(link: Link, dials: Sequence[Dials], *, below: bool = False) -> tuple[list[Any], Board]:
    """The objects at the values their sliders stand at, and the sliders for a stage to hold.

    A value is part of the link when it, or the one given here to begin with, differs from the
    default of the object's class.
    """
    tuned, values = [], []
    for dial in dials:
        own = {}
        for name, spec in knobs(dial.subject).items():
            identity = f"{dial.prefix}.{name}"
            parse = number(spec.low, spec.high, spec.whole)
            own[name] = link.get(identity, parse, getattr(dial.subject, name))
            usual = getattr(dial.subject, name) == spec.default
            link.show(identity, written(own[name]), written(spec.default) if usual else None)
            values.append(own[name])
        tuned.append(replace(dial.subject, **own))
    return tuned, Board(_frame(tuple(dials), below), values)


@lru_cache(maxsize=256)
def _frame(dials: tuple[Dials, ...], below: bool) -> Kept:
    groups = []
    for dial in dials:
        rows = [
            _row(f"{dial.prefix}.{name}", name, spec, getattr(dial.subject, name))
            for name, spec in knobs(dial.subject).items()
        ]
        if rows:
            groups.append({"title": dial.title, "colour": dial.colour, "knobs": rows})
    return Kept(groups=groups, below=below)


def hear(link: Link, dials: Sequence[Dials], change: dict, others: dict | None = None) -> None:
    """Takes over what a stage with these sliders reports, and other values with it."""
    admitted = _admitted(change.get("values") or {}, dials)
    link.hear(admitted | (others or {}), change.get("settled"))


def _row(identity: str, name: str, spec: Knob, initial: float) -> dict:
    return {
        "id": identity,
        "label": name.replace("_", " "),
        "symbol": symbol(spec.symbol),
        "low": spec.low,
        "high": spec.high,
        "least": spec.least,
        "scale": spec.scale,
        "whole": spec.whole,
        "initial": initial,
    }


def _admitted(values: dict, dials: Sequence[Dials]) -> dict:
    """What a browser sent, less anything that is not a number in a knob's range."""
    specs = {f"{d.prefix}.{name}": s for d in dials for name, s in knobs(d.subject).items()}
    return {
        name: (int(value) if specs[name].whole else float(value))
        for name, value in values.items()
        if name in specs and isinstance(value, int | float) and specs[name].admits(value)
    }
