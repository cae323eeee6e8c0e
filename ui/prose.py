"""What pages say: numbers, tables and CSV, and text from elsewhere made safe to stand there."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

import numpy as np


def escaped(text: str) -> str:
    """A sentence with the signs that Markdown would read as its own."""
    line = re.sub(r"\s*\n\s*", " ", text)
    signed = re.sub(r"[\\`*_\[\]<>$#|~]|:(?=\S)", r"\\\g<0>", line)
    return _parted(signed)


def _parted(text: str) -> str:
    """Markdown makes a link of a bare address, and a picture of :home:, whatever is escaped: a
    joiner that no one sees parts them."""
    return re.sub(r"/(?=/)|www|@|:(?=\S)", "\\g<0>\u2060", text)


def minus(text: str) -> str:
    """Text with a true minus, as everywhere but in what is typed: 4.2e−8 − 1."""
    return re.sub(r"-(?=\d)|(?<= )-(?= )", "−", text)


def quoted(text: str) -> str:
    """The beginning of a text a person gave, so that Markdown shows it as it is."""
    shown = re.sub(r"\s+", " ", text)[:30]
    signed = re.sub(r"[^\w\s.,-]|_", r"\\\g<0>", shown)
    return "“" + _parted(signed) + ("…" if len(text) > 30 else "") + "”"


def csv_text(heads: Sequence[str], rows: Iterable[Sequence]) -> str:
    """A table as CSV, its numbers in full digits."""
    text = io.StringIO()
    sheet = csv.writer(text, lineterminator="\n")
    sheet.writerow(heads)
    for row in rows:
        sheet.writerow([float(cell) if isinstance(cell, np.floating) else cell for cell in row])
    return text.getvalue()
