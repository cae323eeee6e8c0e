"""What symbols mean: lessons/glossary.md, for all that pages show, sliders.md and formulas.md.

The stage explains its own texts with the same words (ui/live/terms.js), tables and lessons here.
"""

import re
from dataclasses import is_dataclass
from functools import cache
from html import escape
from pathlib import Path

from optcore.knobs import knobs

FOLDER = Path(__file__).parent.parent / "lessons"
FILE, SLIDERS = FOLDER / "glossary.md", FOLDER / "sliders.md"
FORMULAS = FOLDER / "formulas.md"
# Stands for every norm that has no line of its own.
NORM = "‖…‖"
_LINE = re.compile(r"(\S.*?): (.+)")


def glossary() -> dict[str, str]:
    """Meaning by spelling."""
    return _read(FILE)


def sliders() -> dict[str, str]:
    """What a slider sets, by the name of its knob, or `Class.name` where that means another."""
    return _read(SLIDERS)


def slider(owner: type, name: str) -> str:
    """What the slider of that field of a class sets: a line says it, else the knob itself."""
    names = [*(f"{each.__name__}.{name}" for each in owner.__mro__), name]
    return next((sliders()[each] for each in names if each in sliders()), knobs(owner)[name].sets)


def letters(formula: str, owner: type = object) -> str:
    """What the letters of a formula in LaTeX mean, in its order, as a Markdown list: those that
    the sliders of a class set, and those in lessons/formulas.md."""
    meant = _meant(owner)
    longest = sorted(meant, key=len, reverse=True)
    # No letter is one within a word or a command.
    spelled = "|".join(re.escape(each) if each[0] == "\\" else rf"(?<![A-Za-z\\]){re.escape(each)}"
                       for each in longest)  # fmt: skip
    found = dict.fromkeys(re.findall(rf"(?:{spelled})(?![A-Za-z])", formula))
    return "\n".join(f"- ${letter}$: {meant[letter]}" for letter in found)


def _meant(owner: type) -> dict[str, str]:
    """Meaning by letter in the formulas of a class."""
    lines = _read(FORMULAS)
    meant = {letter: line for letter, line in lines.items() if "." not in letter}
    for each in reversed(owner.__mro__):
        of = f"{each.__name__}."
        meant |= {letter.removeprefix(of): line for letter, line in lines.items()
                  if letter.startswith(of)}  # fmt: skip
    for name, spec in (knobs(owner) if is_dataclass(owner) else {}).items():
        if spec.symbol and (sets := slider(owner, name)):
            meant[spec.symbol] = sets
    return meant


@cache
def _read(file: Path) -> dict[str, str]:
    """Meaning by spelling; ValueError where one spelling has two."""
    found: dict[str, str] = {}
    *_, lines = file.read_text(encoding="utf-8").split("\n\n")
    for line in lines.splitlines():
        if entry := _LINE.fullmatch(line.strip()):
            for spelling in entry[1].split(", "):
                if spelling in found:
                    raise ValueError(f"{file.name} explains {spelling} twice.")
                found[spelling] = entry[2]
    return found


@cache
def pattern() -> str:
    """A regular expression, for Python and browsers alike, that finds every symbol: the longest
    spelling first."""
    spellings = sorted(glossary(), key=len, reverse=True)
    return "|".join([*(re.sub(r"[*|]", r"\\\g<0>", each) for each in spellings), "‖[^‖<>]{1,30}‖"])


def meaning(symbol: str) -> str:
    """What a symbol that the pattern found means."""
    return glossary().get(symbol, glossary()[NORM])


def term(shown: str, meaning: str) -> str:
    """A text as HTML that says what it means when it is pointed at or in focus."""
    meaning = escape(meaning, quote=True)
    return (f'<span class="os-term" tabindex="0" role="note" aria-description="{meaning}">'
            f"{escape(shown)}</span>")  # fmt: skip


def explained(html: str) -> str:
    """HTML without attributes whose symbols explain themselves."""
    return re.sub(pattern(), lambda found: term(found[0], meaning(found[0])), html)
