"""What a page's address may say, declared: the kinds of rows that its table of parameters has."""

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from optcore.knobs import Knob, knobs
from ui.prose import quoted, spelled

# ------------------------------------------------------------------ names and numbers as text


@lru_cache(maxsize=1024)
def slug(name: str) -> str:
    """A name as a URL writes it: `Bowl with two wells` is `bowl-with-two-wells`."""
    kept = "".join(letter if letter.isalnum() else " " for letter in name.lower())
    return "-".join(kept.split())


def written(value: float) -> str:
    """A number as the URL writes it: as short as the very same number can be read back."""
    mantissa, _, exponent = repr(float(value) if math.isfinite(value) else 0.0).partition("e")
    return f"{mantissa}e{int(exponent)}" if exponent else mantissa.removesuffix(".0")


def number(low: float, high: float, whole: bool = False) -> Callable[[str], float]:
    """A parser for a number from low to high."""

    kind = "a whole number" if whole else "a number"
    reach = f"{kind} from {spelled(written(low))} to {spelled(written(high))}"

    def parse(text: str) -> float:
        fault = f"{quoted(text)} is not {reach}, so the default stands."
        try:
            value = float(text)
        except ValueError:
            raise ValueError(fault) from None
        if not (math.isfinite(value) and low <= value <= high) or (whole and value != int(value)):
            raise ValueError(fault)
        return int(value) if whole else value

    return parse


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


def name_of(option) -> str:
    """What a menu calls an option: its name, or itself where it is a word."""
    return option if isinstance(option, str) else option.name


# ------------------------------------------------------------------ rows of a table


def always(state) -> bool:
    return True


@dataclass(frozen=True)
class Chosen:
    """Whether one of `options` is chosen under a name of the table that applies itself."""

    name: str
    options: tuple

    def __call__(self, state) -> bool:
        return state.row(self.name).when(state) and state[self.name] in self.options


def chosen(name: str, *options) -> Chosen:
    return Chosen(name, options)


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One name in the address.

    `parse` reads its text and raises ValueError with a sentence; `write` is the inverse.
    `default_of` finds the default from the rest of the state where `default` is not fixed; where
    it is `pinned` it is written all the same. `when` says whether the name applies at present:
    else it is neither read nor written, but no mistake; where it takes one thing to be `chosen`, an
    address that leaves that open means it. `resets` are the names, or endings that begin with a
    dot, that go back to their defaults when a person chooses another value. One that is not
    `shared` is left out of a link for others. `formerly` are names that older links have for it,
    each with a template for what their text says now.
    """

    name: str
    parse: Callable[[str], Any] = str
    write: Callable[[Any], str] = str
    default: Any = None
    default_of: Callable[[Any], Any] | None = None
    when: Callable[[Any], bool] = always
    resets: tuple[str, ...] = ()
    pinned: bool = False
    shared: bool = True
    formerly: Mapping[str, str] = field(default_factory=dict)

    @property
    def names(self) -> Collection[str]:
        """Every name in the address that this row stands for."""
        return (self.name,)

    def begins(self, state) -> Any:
        """The default at present."""
        return self.default_of(state) if self.default_of else self.default

    def present(self, value, state) -> Any:
        """A value that was held or read, as far as it counts at present."""
        return value

    def moved(self, report: Mapping, state) -> dict[str, Any]:
        """The values by name that a stage's report gives."""
        return {}


@dataclass(frozen=True, kw_only=True)
class Choice(Parameter):
    """One of `options`, things with a name or words; at present only of those in `among`."""

    options: Sequence
    among: Callable[[Any], Sequence] | None = None

    def possible(self, state) -> Sequence:
        return self.among(state) if self.among else self.options

    def begins(self, state) -> Any:
        return next(iter(self.among(state)), None) if self.among else super().begins(state)

    def present(self, value, state) -> Any:
        return value if not self.among or value in self.among(state) else self.begins(state)


def choice(name: str, options: Sequence, default=None, **rules) -> Choice:
    """One out of several; the first is the default unless another is given."""
    first = options[0] if default is None else default
    return Choice(name=name, options=options, parse=_one_of(options), write=_slugged,
                  default=first, **rules)  # fmt: skip


def choices(name: str, options: Sequence, default: Sequence = (), **rules) -> Choice:
    """Any number out of several, as a tuple in the order of `options`."""
    one = _one_of(options)

    def parse(text: str) -> tuple:
        picked = [one(part) for part in text.split(",") if part.strip()]
        return tuple(option for option in options if option in picked)

    return Choice(name=name, options=options, parse=parse, default=tuple(default),
                  write=lambda picked: ",".join(map(_slugged, picked)), **rules)  # fmt: skip


def _one_of(options: Sequence) -> Callable[[str], Any]:
    by_slug = {_slugged(option): option for option in options}

    def parse(text: str):
        if slug(text) not in by_slug:
            raise ValueError(f"{quoted(text)} is not among the choices, so the default stands.")
        return by_slug[slug(text)]

    return parse


def _slugged(option) -> str:
    return slug(name_of(option))


def switch(name: str, default: bool = False, **rules) -> Parameter:
    """On or off, as 1 or 0."""
    return Parameter(name=name, parse=_flag, write=lambda on: str(int(on)), default=default,
                     **rules)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Origin(Choice):
    """Something with a `link`, parameters that the page begins from: the address then holds its
    name and what differs from them."""


def origin(name: str, options: Sequence) -> Origin:
    """At first there is none."""
    return Origin(name=name, options=options, parse=_one_of(options), write=_slugged)


@dataclass(frozen=True, kw_only=True)
class Scrubbed(Parameter):
    """What the stage's clock sets: `state.clock` tells which values its positions stand for."""

    def moved(self, report: Mapping, state) -> dict[str, Any]:
        at, values = report.get("at"), state.positions.get(self.name, ())
        # The end is the end of a run that has grown since, too.
        at = len(values) - 1 if at == "end" else at
        if isinstance(at, bool) or not isinstance(at, int) or not 0 <= at < len(values):
            return {}
        return {self.name: self.at(at, values)}

    def at(self, position: int, values: Sequence) -> Any:
        return float(values[position])


@dataclass(frozen=True, kw_only=True)
class Step(Scrubbed):
    """The clock's step, a whole number. None is the end, whatever step that is."""

    def at(self, position: int, values: Sequence) -> Any:
        return None if position == len(values) - 1 else int(values[position])


def step(most: int, name: str = "at") -> Step:
    return Step(name=name, parse=number(0, most, whole=True))


# ------------------------------------------------------------------ sliders and handles


@dataclass(frozen=True, kw_only=True)
class Slider(Parameter):
    """A knob of an object in force."""

    knob: Knob

    def admits(self, value) -> bool:
        """Whether a browser may set it to that."""
        known = isinstance(value, int | float) and not isinstance(value, bool)
        return known and self.knob.admits(value) and not (self.knob.whole and value != int(value))


@dataclass(frozen=True)
class Sliders:
    """The knobs of whichever of `subjects` is in force, each as `prefix.knob`."""

    prefix: str
    subjects: Sequence[Any]

    @cached_property
    def names(self) -> Collection[str]:
        return {f"{self.prefix}.{field}" for each in self.subjects for field in knobs(each)}

    def slider(self, name: str) -> Slider:
        """The slider of that name before its object is in force."""
        field = name.removeprefix(f"{self.prefix}.")
        subject = next(each for each in self.subjects if field in knobs(each))
        return slider(self.prefix, field, knobs(subject)[field], getattr(subject, field))


def sliders(prefix: str, *subjects) -> Sliders:
    return Sliders(prefix, subjects)


def sliders_of_each(subjects: Sequence, before: str = "") -> list[Sliders]:
    """A row for each: the prefix is its name."""
    return [Sliders(before + slug(each.name), (each,)) for each in subjects]


@lru_cache(maxsize=4096)
def slider(prefix: str, field: str, knob: Knob, initial: float) -> Slider:
    """A knob that begins at `initial`; one that is not the default of its class is written, for
    another version may begin elsewhere."""
    return Slider(
        name=f"{prefix}.{field}",
        parse=number(knob.low, knob.high, knob.whole),
        write=written,
        default=initial,
        pinned=initial != knob.default,
        knob=knob,
    )


@dataclass(frozen=True)
class Place:
    """A handle on the stage sets these parameters, one for each axis, within the range of their
    sliders or within `bounds`."""

    handle: str
    sets: tuple[str, ...]
    bounds: Callable[[Any], Sequence[tuple[float, float]]] | None = None

    @property
    def names(self) -> Collection[str]:
        return ()

    def moved(self, report: Mapping, state) -> dict[str, Any]:
        place = part_of(report, "handles").get(self.handle)
        if not isinstance(place, list | tuple):
            return {}
        ranges = self.bounds(state) if self.bounds else [
            (knob.low, knob.high) for name in self.sets for knob in [state.slider(name).knob]
        ]  # fmt: skip
        return {
            name: placed(value, low, high)
            for name, value, (low, high) in zip(self.sets, place, ranges, strict=False)
            if isinstance(value, int | float) and math.isfinite(value)
        }


def placed(value: float, low: float, high: float) -> float:
    """A number within the range, finer than a pixel and short enough for a link."""
    digits = 4 - math.floor(math.log10(high - low))
    return min(max(round(float(value), digits), low), high)


def part_of(report: Mapping, name: str) -> Mapping:
    """What a stage's report has under a name, if that is a mapping itself."""
    part = report.get(name)
    return part if isinstance(part, Mapping) else {}
