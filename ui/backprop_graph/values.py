"""The values of inputs: as text, as sliders, and as what a hand on the stage makes of them."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ui.live.sliders import Board
from ui.live.wire import Kept
from ui.parameters import Parameter, part_of, placed, written
from ui.prose import quoted

# A number, a vector as a tuple, or a matrix as a tuple of rows.
Value = float | tuple
Values = dict[str, Value]

LARGEST = 1e6
MOST_NUMBERS = 400
MOST_SLIDERS = 48
# What an input without a value has.
UNGIVEN = 1.0
RUNGS = (1.0, 2.0, 5.0)
LEAST_REACH = 2.0

# ------------------------------------------------------------------ as text


def read(text: str) -> Values:
    """Values from `x: 2; b: 1, 2; W: 1, 2 / 3, 4`, which may say = for the colon, and [ ].

    Raises ValueError with a sentence.
    """
    found: Values = {}
    for part in filter(None, map(str.strip, text.replace("\n", ";").split(";"))):
        name, colon, numbers = part.replace("=", ":", 1).partition(":")
        name = name.strip()
        if not colon or not name.isidentifier():
            raise ValueError(f"{quoted(part)} gives no input a value: write x: 2; b: 1, 2.")
        found[name] = _value(name, numbers.replace("[", " ").replace("]", " "))
    if sum(1 for value in found.values() for _ in entries(value)) > MOST_NUMBERS:
        raise ValueError(f"More than {MOST_NUMBERS} numbers are given: leave some out.")
    return found


def _value(name: str, text: str) -> Value:
    rows = [tuple(_number(name, each) for each in row.split(",")) for row in text.split("/")]
    if len({len(row) for row in rows}) > 1:
        raise ValueError(f"The rows of {quoted(name)} are not equally long.")
    if len(rows) > 1:
        return tuple(rows)
    return rows[0] if "," in text else rows[0][0]


def _number(name: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not abs(number) <= LARGEST:
        raise ValueError(
            f"{quoted(text.strip())} is no number for {quoted(name)}: write one from "
            f"−{LARGEST:g} to {LARGEST:g}, with commas between them, and / between rows."
        )
    return number


def write(values: Values) -> str:
    """The inverse of `read`, as short as it can be read back."""
    return ";".join(f"{name}:{_written(value)}" for name, value in values.items())


def _written(value: Value) -> str:
    if not isinstance(value, tuple):
        return written(value)
    if not isinstance(value[0], tuple):
        return ",".join(map(written, value))
    return "/".join(map(_written, value))


# ------------------------------------------------------------------ entries


def entries(value: Value) -> Iterator[tuple[tuple[int, ...], float]]:
    """Where each number of a value stands, and the number."""
    array = np.asarray(value, float)
    for place in np.ndindex(array.shape):
        yield place, float(array[place])


def entry_name(name: str, place: tuple[int, ...]) -> str:
    """An entry as sliders call it, counted from 1: `W.2.1`."""
    return ".".join([name, *(str(at + 1) for at in place)])


def changed(value: Value, place: tuple[int, ...], number: float) -> Value:
    """The same value with another number at that place."""
    if not place:
        return number
    assert isinstance(value, tuple)
    at, *rest = place
    return (*value[:at], changed(value[at], tuple(rest), number), *value[at + 1 :])


def reach(value: Value) -> float:
    """How far a slider goes on both sides of zero: a rung of 1, 2, 5, 10 with room to move."""
    largest = 1.25 * max((abs(number) for _, number in entries(value)), default=0.0)
    if largest <= LEAST_REACH:
        return LEAST_REACH
    decade = 10.0 ** math.floor(math.log10(largest))
    rung = next((rung * decade for rung in RUNGS if rung * decade >= largest), 10 * decade)
    return min(rung, LARGEST)


# ------------------------------------------------------------------ under a hand


@dataclass(frozen=True)
class Track:
    """The line on which the handle of a number stands: from x `low` to `high`, at y `level`, it
    means -`reach` to `reach`."""

    low: float
    high: float
    level: float
    reach: float

    def place(self, number: float) -> tuple[float, float]:
        share = (number / self.reach + 1) / 2
        return self.low + share * (self.high - self.low), self.level

    def number(self, x: float) -> float:
        share = (x - self.low) / (self.high - self.low)
        return placed(self.reach * (2 * share - 1), -self.reach, self.reach)


@dataclass(frozen=True, kw_only=True)
class InputValues(Parameter):
    """The values of all inputs, which sliders (`values.W.2.1`) and handles set one by one.

    `memory` of the state has how far each goes (`reaches`) and the `tracks` of the handles.
    """

    def moved(self, report: Mapping, state) -> dict[str, Any]:
        values = dict(state[self.name])
        reaches = state.memory.get("reaches", {})
        for identity, number in part_of(report, "values").items():
            name, *place = str(identity).removeprefix(f"{self.name}.").split(".")
            if name in reaches and _within(number, reaches[name]):
                self._set(values, name, place, float(number))
        tracks = state.memory.get("tracks", {})
        for name, place in part_of(report, "handles").items():
            known = name in tracks and isinstance(place, list | tuple) and len(place) == 2
            if known and _within(place[0], 1e9):
                self._set(values, name, [], tracks[name].number(float(place[0])))
        return {} if values == state[self.name] else {self.name: values}

    @staticmethod
    def _set(values: Values, name: str, place: list[str], number: float) -> None:
        if all(part.isdecimal() for part in place):
            spot = tuple(int(part) - 1 for part in place)
            value = values.get(name, UNGIVEN)
            if spot in dict(entries(value)):
                # Never -0, which a link would tell from 0.
                values[name] = changed(value, spot, number + 0.0)


def _within(number: object, limit: float) -> bool:
    known = isinstance(number, int | float) and not isinstance(number, bool)
    return known and abs(number) <= limit


def board(name: str, values: Values, first: Values, reaches: Mapping[str, float]) -> Board:
    """A slider for every number of the inputs, as many as there is room for; `first` has what a
    double-click goes back to, the same however a hand moves: new sliders would slip from it."""
    titles: dict[str, list[dict[str, Any]]] = {}
    numbers: list[float] = []
    # A group for all that are alone, and one for each array.
    for own, value in sorted(values.items(), key=lambda item: isinstance(item[1], tuple)):
        began = dict(entries(first.get(own, UNGIVEN)))
        for place, number in list(entries(value))[: MOST_SLIDERS - len(numbers)]:
            label = entry_name(own, place)
            row = _knob(f"{name}.{label}", label, reaches[own], began.get(place, UNGIVEN))
            titles.setdefault(own if place else "Inputs", []).append(row)
            numbers.append(number)
    groups = [{"title": title, "colour": None, "knobs": rows} for title, rows in titles.items()]
    return Board(Kept(groups=groups), numbers)


def _knob(identity: str, label: str, limit: float, initial: float) -> dict[str, Any]:
    return {"id": identity, "label": label, "symbol": "", "low": -limit, "high": limit,
            "least": 0.0, "scale": "linear", "whole": False, "initial": initial}  # fmt: skip
