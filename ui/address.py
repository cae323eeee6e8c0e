"""The values of a page by the names that its table declares: from an address, and back to it."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from operator import itemgetter
from typing import Any, TypeVar

import numpy as np

from optcore.knobs import knobs
from ui.parameters import Chosen, Origin, Parameter, Place, Scrubbed, Slider, Sliders, slider
from ui.prose import quoted
from ui.zoom import View

Read = TypeVar("Read")
# What others add to an address, and no page of ours is told of.
FOREIGN = ("embed", "utm_", "fbclid", "gclid")


# The values that are held and the texts not read yet, as they are at one moment.
_now = itemgetter("values", "source")


class Address:
    """A page's values by name, kept in `memory`. A bad text gives the default and a notice.

    A text of the address waits until its name applies. Two threads may read at a time, one that
    runs the page and one that answers a hand: a text is there until its value is. `table` has the
    rows of ui/parameters.py; `in_force` the sliders on the page, by prefix, and `positions` the
    values that a clock's positions stand for, by the name it sets.
    """

    def __init__(self, table: Sequence, memory: dict):
        self.table = table
        self.memory = memory
        self.rows = {row.name: row for row in table if isinstance(row, Parameter)}
        self.moving = [row for row in table if not isinstance(row, Sliders)]
        self.in_force: dict[str, dict[str, Slider]] = {}
        self.positions: dict[str, Sequence | np.ndarray] = {}

    @property
    def settled(self) -> bool:
        """True: no hand moves what no visitor holds."""
        return True

    # -------------------------------------------------------------- values

    def __getitem__(self, name: str) -> Any:
        """The value held for a name, else the address's if it parses, else the default."""
        return self.value(self.row(name))

    def row(self, name: str) -> Parameter:
        """What the table says of a name; KeyError for one that it does not declare."""
        return self.rows.get(name) or self.slider(name)

    def slider(self, name: str) -> Slider:
        """The slider of that name: the one in force, else as its object has it at first."""
        prefix = name.rpartition(".")[0]
        found = self.in_force.get(prefix, {}).get(name)
        if found is None:
            family = [row for row in self._families(prefix) if name in row.names]
            if not family:
                raise KeyError(f"the table declares no {name}")
            found = family[0].slider(name)
        return found

    def _families(self, prefix: str) -> list[Sliders]:
        return [row for row in self.table if isinstance(row, Sliders) and row.prefix == prefix]

    def value(self, row: Parameter) -> Any:
        """The value of a row, as far as it counts at present."""
        held, source = _now(self.memory)
        text = None if row.name in held else source.get(row.name)
        if text is not None:
            try:
                held.setdefault(row.name, row.parse(text))
                source.pop(row.name, None)
            except ValueError as fault:
                if source.pop(row.name, None) is not None:
                    notice = f"The link's **{row.name}** was not used: {fault}"
                    self.memory["notices"].append(notice)
        return row.present(held[row.name], self) if row.name in held else row.begins(self)

    def understood(self, name: str, read: Callable[[str], Read]) -> tuple[Read, str, str]:
        """What is read out of a text that a person types, that text, and no fault.

        While `read` raises ValueError the last text that it could read stands, or the default,
        and the fault says why.
        """
        last, fault = f"understood.{name}", ""
        for text in (self[name], self.memory.get(last), self.row(name).default):
            if text is None:
                continue
            try:
                found = read(text)
            except ValueError as problem:
                fault = fault or str(problem)
                continue
            self.memory[last] = text
            return found, text, fault
        raise AssertionError(f"the default of {name} can be read")

    def hold(self, values: Mapping[str, Any]) -> None:
        self.memory["values"].update(values)

    def forget(self, *endings: str) -> None:
        """Lets values go, so that their defaults hold again; `.rate` means all that end so."""
        for held in (self.memory["values"], self.memory["source"]):
            for name in [name for name in held if _meant(name, endings)]:
                del held[name]

    def tune(self, prefix: str, subject) -> Any:
        """The object at the values of its sliders, which are in force from now on."""
        specs = knobs(subject)
        rows = [slider(prefix, name, spec, getattr(subject, name)) for name, spec in specs.items()]
        self.in_force[prefix] = {row.name: row for row in rows}
        values = {name: self.value(row) for name, row in zip(specs, rows, strict=True)}
        return replace(subject, **values)

    def clock(self, values: Sequence | np.ndarray, name: str = "at") -> int | None:
        """The position that a clock stands at whose positions stand for these values, ascending.

        None is the end.
        """
        self.positions[name] = values
        value = self[name]
        if value is None or isinstance(values, range):
            return None if value is None or value >= values[-1] else value
        return int(np.argmin(np.abs(np.asarray(values) - value)))

    def view(self, panel: int = 0) -> str:
        """What is seen of a panel, for the stage."""
        views = [row for row in self.table if isinstance(row, View) and row.panel == panel]
        return next((self.value(row) for row in views if row.seen(self)), "")

    # -------------------------------------------------------------- from a stage, from a link

    def admit(self, report: Mapping) -> None:
        """Takes over what a stage reports, less all that is not what its rows allow."""
        values = {}
        told = report.get("values")
        for name, value in told.items() if isinstance(told, Mapping) else ():
            row = self.in_force.get(name.rpartition(".")[0], {}).get(name)
            if row is not None and row.admits(value):
                values[name] = int(value) if row.knob.whole else float(value)
        for row in self.moving:
            values |= row.moved(report, self)
        self.hold(values)

    def load(self, parameters: Mapping[str, str], **held: Any) -> None:
        """Becomes the state that a link with these parameters holds.

        `held` are values by name: an origin, whose own link stands behind the parameters.
        """
        source = {**self._base(held), **parameters}
        self.memory.update(source=source, values=dict(held), notices=[], asked=[])

    def arrive(self, parameters: Mapping[str, str]) -> None:
        """The same from an address, which may name its origin, and parameters by older names."""
        ours = {name: text for name, text in parameters.items() if not name.startswith(FOREIGN)}
        for row in self.rows.values():
            for name, template in row.formerly.items():
                text = template.format(ours.get(name, ""))
                ours_now = name not in self.rows or _reads(row, text)
                if name in ours and row.name not in ours and ours_now:
                    del ours[name]
                    ours[row.name] = text
        self.load(ours)
        for row in self._origins():
            # A notice or the origin itself is all that reading it leaves.
            if self.value(row) is not None:
                self.memory["source"] = {**self.base, **self.memory["source"]}
        self.memory["asked"] = list(ours)
        self._choose_what_is_meant()

    def _choose_what_is_meant(self) -> None:
        """Chooses what the names of an address belong to, where it says nothing else of that.

        Names that belong to different things, or to several, leave it open.
        """
        source, asked, meant = self.memory["source"], set(self.memory["asked"]), {}
        # From the last row to the first: what a name belongs to can belong to one before it.
        for row in reversed(self.rows.values()):
            if row.name not in source and len(meant.get(row.name, ())) == 1:
                source[row.name] = row.write(meant[row.name][0])
                asked.add(row.name)
            if row.name in asked and isinstance(row.when, Chosen):
                common = meant.get(row.when.name, row.when.options)
                both = tuple(option for option in common if option in row.when.options)
                meant[row.when.name] = both

    def _origins(self) -> Iterator[Origin]:
        return (row for row in self.table if isinstance(row, Origin))

    @property
    def base(self) -> Mapping[str, str]:
        """The parameters that the page begins from: those of its origin, if it has one."""
        return self._base(self.memory["values"])

    def _base(self, held: Mapping[str, Any]) -> Mapping[str, str]:
        found = (held[row.name].link for row in self._origins() if held.get(row.name) is not None)
        return next(found, {})

    # -------------------------------------------------------------- to a link

    def applying(self) -> Iterator[Parameter]:
        """The rows that apply at present and the sliders in force, in the order of the table."""
        for row in self.table:
            if isinstance(row, Sliders):
                yield from self.in_force.get(row.prefix, {}).values()
            elif not isinstance(row, Place) and row.when(self):
                yield row

    def parameters(self, *, shared: bool = False) -> dict[str, str]:
        """The address: what differs from the defaults, or from the origin where it says more; a
        `shared` one leaves out what is the visitor's own."""
        private = {row.name for row in self.applying() if shared and not row.shared}
        return self.differences(self.base, private)

    def differences(self, base: Mapping[str, str], without: Collection[str] = ()) -> dict[str, str]:
        """What makes the page of a link with the parameters `base`, by the names not `without`."""
        shown = {}
        for row in self.applying():
            if row.name in without:
                continue
            value = self.value(row)
            if row.name in base:
                implied = _says(row, base[row.name], value, self)
            else:
                implied = value == row.begins(self) and not row.pinned
            if not implied:
                shown[row.name] = self._text(row, value)
        return shown

    def _text(self, row: Parameter, value) -> str:
        return row.write(self.positions[row.name][-1] if value is None else value)

    def departs(self, parameters: Mapping[str, str]) -> bool:
        """Whether the page is no longer what these parameters say.

        Another step of the clock is still the same page, and what does not apply says nothing.
        """
        rows = {row.name: row for row in self.applying()}
        return not all(
            _says(rows[name], text, self.value(rows[name]), self)
            for name, text in parameters.items()
            if name in rows and not isinstance(rows[name], Scrubbed)
        )

    def strangers(self) -> list[str]:
        """The names that the address has and the table has not; they are taken out."""
        source = self.memory["source"]
        unread = [name for name in source if name and name not in self.rows]
        if not unread:
            return []
        known = {name for row in self.table for name in row.names}
        found = [name for name in unread if name not in known]
        for name in found:
            del source[name]
        return found

    def waiting(self) -> list[str]:
        """The names of the address that nothing on the page has used up to now.

        Asked once `parameters` has read all that applies.
        """
        self.memory["asked"] = [name for name in self.memory["asked"] if self._waits(name)]
        return self.memory["asked"]

    def _waits(self, name: str) -> bool:
        row, value = self.rows.get(name), self.memory["values"].get(name)
        if value is None:
            return name in self.memory["source"]
        return row is not None and row.present(value, self) != value

    def note_strangers(self) -> None:
        if found := self.strangers():
            self.memory["notices"].append(
                f"The link's {_listed(found)} was not used: this page knows no such name."
            )

    def note_waiting(self) -> None:
        found = self.waiting()
        wait = "waits: what it belongs" if len(found) == 1 else "wait: what they belong"
        self.memory["waiting"] = (
            f"The link's {_listed(found)} {wait} to is not chosen here."
            if found else ""
        )  # fmt: skip


def empty() -> dict[str, Any]:
    """The memory of a page that nobody has opened yet."""
    return {
        "source": None,
        "values": {},
        "notices": [],
        "published": {},
        "asked": [],
        "waiting": "",
    }


def _reads(row: Parameter, text: str) -> bool:
    try:
        row.parse(text)
    except ValueError:
        return False
    return True


def _says(row: Parameter, text: str, value, state: Address) -> bool:
    try:
        return row.present(row.parse(text), state) == value
    except ValueError:
        return False


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(map(quoted, names[:5])) + more


def _meant(name: str, endings: Sequence[str]) -> bool:
    return any(name.endswith(end) if end.startswith(".") else name == end for end in endings)
