"""What a topic found, and how it is written down."""

import json
import os
import platform
import subprocess
from dataclasses import asdict, dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path


@dataclass
class Check:
    """A number that was asked for: `most` it may be or `least` it must be; `plain` is the same
    number of the plain way, or None where it has none."""

    what: str
    value: float
    unit: str
    most: float | None = None
    least: float | None = None
    plain: float | None = None

    @property
    def asked(self) -> str:
        if self.most == 0:
            return "none"
        if self.most is not None:
            return f"≤ {written(self.most, self.unit)}"
        return f"≥ {written(self.least, self.unit)}" if self.least is not None else "stated"

    @property
    def verdict(self) -> str:
        if self.most is None and self.least is None:
            return ""
        held = self.value <= self.most if self.most is not None else self.value >= self.least
        return "pass" if held else "**fail**"


@dataclass
class Table:
    """Columns and rows; numbers in them are rounded when written."""

    title: str
    columns: list[str]
    rows: list[list]
    words: str = ""


@dataclass
class Section:
    """A topic: a title, what was done in a few sentences, what was asked, and tables."""

    title: str
    words: str = ""
    beside: str = "Plain way"
    checks: list[Check] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)

    def save(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> "Section":
        entries = json.loads(path.read_text(encoding="utf-8"))
        entries["checks"] = [Check(**check) for check in entries["checks"]]
        entries["tables"] = [Table(**table) for table in entries["tables"]]
        return cls(**entries)


def rounded(value) -> str:
    """Three significant digits, whole thousands with commas; other things as they are."""
    if value is None:
        return "–"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if value != value or value in (float("inf"), float("-inf")):
        return "–"
    if isinstance(value, int) or abs(value) >= 1000:
        return f"{round(value):,}"
    if value == 0:
        return "0"
    return f"{value:.3g}" if abs(value) >= 1e-4 else f"{value:.1e}"


def written(value, unit: str) -> str:
    return rounded(value) if value is None or not unit else f"{rounded(value)} {unit}"


def grid(columns: list[str], rows: list[list]) -> str:
    lines = [columns, ["---"] + ["---:"] * (len(columns) - 1)]
    lines += [[rounded(cell) for cell in row] for row in rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def chapter(section: Section) -> str:
    """One section as Markdown."""
    parts = [f"## {section.title}", section.words]
    if section.checks:
        beside = any(check.plain is not None for check in section.checks)
        rows = [
            [c.what, written(c.value, c.unit), c.asked, c.verdict]
            + [written(c.plain, c.unit)] * beside
            for c in section.checks
        ]
        parts.append(grid(["", "Measured", "Asked", ""] + [section.beside] * beside, rows))
    for table in section.tables:
        parts += [f"**{table.title}**", table.words, grid(table.columns, table.rows)]
    return "\n\n".join(part for part in parts if part)


def document(sections: list[Section], minutes: float, load: float) -> str:
    """The whole of BENCHMARKS.md; `load` is the machine's load average before the run."""
    asked = [check for section in sections for check in section.checks if check.verdict]
    held = sum(check.verdict == "pass" for check in asked)
    head = f"""# How fast Optscope is

Written by `make bench`: every number below comes from one run of {minutes:.1f} minutes on one
machine, nothing was left out, and {held} of the {len(asked)} numbers that were asked for were met.
Times are medians unless said otherwise, p95 is the 95th percentile, a KB is 1,000 bytes. Run it
again and this file is replaced; `python -m bench race` prints a part without touching it.

{machine()}
- Load average just before: {load:.1f} (0 is a machine with nothing else to do)"""
    return "\n\n".join([head, *map(chapter, sections)]) + "\n"


def machine() -> str:
    """What the numbers were measured on, as a list."""
    packages = ("numpy", "streamlit", "plotly", "uvicorn", "uvloop", "torch", "jax")
    versions = [f"{name} {found}" for name in packages if (found := installed(name))]
    return "\n".join(
        f"- {line}"
        for line in (
            f"{os.cpu_count()} cores, {processor()}, {platform.system()} {platform.release()}",
            f"Python {platform.python_version()}; {', '.join(versions)}",
            f"{chromium()}, headless, software rendering",
        )
    )


def installed(name: str) -> str | None:
    """A package's version here or in the environment of the peers."""
    try:
        return version(name)
    except PackageNotFoundError:
        pass
    from bench.peers import peer_version

    return peer_version(name)


def processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor() or platform.machine()
    names = {line.split(":", 1)[1].strip() for line in text.splitlines() if "model name" in line}
    return ", ".join(sorted(names)) or platform.machine()


def chromium() -> str:
    from bench.browser import CHROMIUM

    try:
        answer = subprocess.run([CHROMIUM, "--version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "Chromium not found"
    return answer.stdout.strip()
