"""What pages say: numbers, tables and CSV, and text from elsewhere made safe to stand there."""

import csv
import io
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from html import escape

import numpy as np

from ui.glossary import explained, term

# ------------------------------------------------------------------ numbers


def number(value: float, digits: int = 3) -> str:
    """A number as every page writes it: 0.0123, 1,230 as 1230, 1.23e−12.

    So many significant digits, less the zeros at their end. 0 is written only for 0 itself.
    """
    value = float(value)
    if not math.isfinite(value):
        return "not a number" if math.isnan(value) else "∞" if value > 0 else "−∞"
    mantissa, exponent = parts(value, digits)
    return (mantissa if exponent is None else f"{mantissa}e{exponent}").replace("-", "−")


# A picture of Shrinking h says 4,000 numbers, most of them twice, or again after the next change.
@lru_cache(maxsize=10_000)
def parts(value: float, digits: int) -> tuple[str, int | None]:
    """A finite number as digits and a power of ten, None where it is written without one."""
    rounded = float(f"{value:.{digits}g}") + 0.0
    if value == 0 or 1e-3 <= abs(rounded) < 10.0 ** max(digits, 4):
        # Python itself takes a power of ten below 1e-4 and from 1e16 on.
        return repr(rounded).removesuffix(".0"), None
    mantissa, exponent = f"{rounded:.{digits - 1}e}".split("e")
    whole, dot, rest = mantissa.partition(".")
    return f"{whole}{dot}{rest.rstrip('0')}".rstrip("."), int(exponent)


def cell(value: float, digits: int = 3) -> str:
    """A number in a table, where a dash stands for none."""
    return "–" if math.isnan(value) else number(value, digits)


def in_formula(value: float, digits: int = 5) -> str:
    """A number in a formula."""
    value = float(value)
    if not math.isfinite(value):
        return r"\mathrm{nan}" if math.isnan(value) else r"\infty" if value > 0 else r"-\infty"
    mantissa, exponent = parts(value, digits)
    return mantissa if exponent is None else rf"{mantissa} \cdot 10^{{{exponent}}}"


def fitted(slope: float) -> str:
    """A slope that was measured, to two places whatever they are: 2.00."""
    return f"{slope:.2f}".replace("-", "−") if math.isfinite(slope) else "–"


def percent(share: float, digits: int = 2) -> str:
    """A share from 0 to 1 as a percentage."""
    return f"{number(100 * share, digits)} %"


def seconds(time: float) -> str:
    """About how long: 0.3 s, 12 s, 4 min."""
    if time >= 90:
        return f"{time / 60:.0f} min"
    return f"{time:.0f} s" if time >= 10 else f"{max(time, 0.1):.1f} s"


def spelled(sentence: str) -> str:
    """A sentence of the core with its numbers as pages write them: 4.2e−8 for 4.2e-08.

    A minus is a true one everywhere but in what is typed.
    """
    plain = re.sub(r"(?<=\d)e([+-]?)0*(?=\d)", lambda e: "e-" if e[1] == "-" else "e", sentence)
    return re.sub(r"(?<![\w)])-(?=\d)|(?<=\de)-(?=\d)|(?<= )-(?= )", "−", plain)


# ------------------------------------------------------------------ text from elsewhere


def escaped(text: str) -> str:
    """A sentence with the signs that Markdown would read as its own."""
    line = re.sub(r"\s*\n\s*", " ", text)
    signed = re.sub(r"[\\`*_\[\]<>$#|~]|:(?=\S)", r"\\\g<0>", line)
    return _parted(signed)


def _parted(text: str) -> str:
    """Markdown makes a link of a bare address, and a picture of :home:, whatever is escaped: a
    joiner that no one sees parts them."""
    return re.sub(r"/(?=/)|www|@|:(?=\S)", "\\g<0>\u2060", text)


def quoted(text: str) -> str:
    """The beginning of a text a person gave, so that Markdown shows it as it is."""
    shown = re.sub(r"\s+", " ", text)[:30]
    signed = re.sub(r"[^\w\s.,-]|_", r"\\\g<0>", shown)
    return "“" + _parted(signed) + ("…" if len(text) > 30 else "") + "”"


# ------------------------------------------------------------------ tables


def scrolling(table: str) -> str:
    """A table in a place of its own, which scrolls to the side, by keys too, where it is wider."""
    return f'<div class="os-table" role="group" aria-label="Table" tabindex="0">{table}</div>'


def table(
    heads: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    words: Sequence[str] = (),
    named: bool = False,
    meanings: Mapping[str, str] | None = None,
    caption: str = "",
) -> str:
    """An HTML table of texts; empty when it has no rows.

    Columns under `words` hold sentences; `named` says that the first column names its row, and
    `meanings` are told of heads that someone points at, beside those of symbols (ui/glossary.py).
    """
    body = [_row(heads, cells, words, named) for cells in rows]
    if not body:
        return ""
    meanings = meanings or {}
    head = "".join(
        f'<th scope="col"{_class(name, words)}>{_head(name, meanings.get(name))}</th>'
        for name in heads
    )
    above = f"<caption>{escape(caption)}</caption>" if caption else ""
    return f"<table>{above}<thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table>"


def _row(heads, cells, words, named: bool) -> str:
    shown = [
        f"<td{_class(name, words)}>{explained(escape(text))}</td>"
        for name, text in zip(heads, cells, strict=True)
    ]
    if named:
        shown[0] = f'<th scope="row">{escape(cells[0])}</th>'
    return f"<tr>{''.join(shown)}</tr>"


def _class(name: str, words) -> str:
    return ' class="os-text"' if name in words else ""


def _head(name: str, meaning: str | None) -> str:
    return term(name, meaning) if meaning else explained(escape(name))


def csv_text(heads: Sequence[str], rows: Iterable[Sequence]) -> str:
    """A table as CSV, its numbers in full digits."""
    text = io.StringIO()
    sheet = csv.writer(text, lineterminator="\n")
    sheet.writerow(heads)
    for row in rows:
        sheet.writerow([float(each) if isinstance(each, np.floating) else each for each in row])
    return text.getvalue()
