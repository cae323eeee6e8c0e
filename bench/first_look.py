"""What a new visitor waits for, as Lighthouse sees it: paint, shifts, blocking, bytes."""

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from statistics import median

from bench import servers
from bench.browser import CHROMIUM, STAGE, chromium
from bench.report import Check, Section, Table
from bench.servers import ROOT

LIGHTHOUSE = "12.8.2"
# Outside of the tree, and there for the next time.
FOLDER = Path(tempfile.gettempdir()) / f"optscope-lighthouse-{LIGHTHOUSE}"
TIMES = 3
FLAGS = "--headless=new --no-sandbox --disable-gpu --use-gl=angle --use-angle=swiftshader"
SCREENS = {"a desktop": ["--preset=desktop"], "a phone": []}
PERFORMANCE = {"a desktop": 65, "a phone": 45}
SIZES = {"a desktop": (1350, 940), "a phone": (412, 823)}
NUMBERS = {
    "largest paint": ("largest-contentful-paint", 1e-3, "s"),
    "blocking time": ("total-blocking-time", 1e-3, "s"),
    "layout shift": ("cumulative-layout-shift", 1, ""),
    "transferred": ("total-byte-weight", 1e-6, "MB"),
}
SHIFTS = """window.shift = 0; new PerformanceObserver((list) => {
    for (const each of list.getEntries()) if (!each.hadRecentInput) window.shift += each.value;
}).observe({ type: "layout-shift", buffered: true });"""


def run() -> Section:
    section = Section(
        "There at once",
        f"Lighthouse {LIGHTHOUSE} on the Race page and on the plain way, medians of {TIMES} visits "
        "with an empty cache; its phone has a slow network and a processor slowed four times. The "
        "layout shift of the other pages is the largest of them all, by Chromium's own count.",
    )
    shifts = _shifts()
    if reason := _missing():
        section.words += f" Lighthouse itself was left out: {reason}."
    else:
        with servers.optscope() as ours, servers.plain() as plain:
            for screen in SCREENS:
                _compare(section, screen, _visits(ours.url, screen), _visits(plain.url, screen))
    for screen, found in shifts.items():
        worst = max(found, key=found.get)
        section.checks.append(
            Check(f"Layout shift on {screen}, the most of all pages ({worst})", found[worst], "",
                  most=0.02)
        )  # fmt: skip
    return section


def _missing() -> str | None:
    """Why Lighthouse cannot be run; None once it is there."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        return "there is no node"
    if not (FOLDER / "node_modules" / ".bin" / "lighthouse").exists():
        FOLDER.mkdir(exist_ok=True)
        got = subprocess.run(
            ["npm", "install", "--no-audit", "--no-fund", f"lighthouse@{LIGHTHOUSE}"],
            cwd=FOLDER, capture_output=True, check=False,
        )  # fmt: skip
        if got.returncode:
            return "npm could not install it"
    return None


def _visits(url: str, screen: str) -> dict[str, float]:
    """The medians of everything that is compared, by name."""
    visits = [_visit(url, screen) for _ in range(TIMES)]
    return {name: median(each[name] for each in visits) for name in visits[0]}


def _visit(url: str, screen: str) -> dict[str, float]:
    done = subprocess.run(
        [FOLDER / "node_modules" / ".bin" / "lighthouse", url, *SCREENS[screen], "--quiet",
         "--output=json", "--only-categories=performance,accessibility,best-practices",
         f"--chrome-flags={FLAGS}"],
        cwd=FOLDER, capture_output=True, check=True, timeout=120,
        env=os.environ | {"CHROME_PATH": CHROMIUM},
    )  # fmt: skip
    report = json.loads(done.stdout)
    scores = {name: 100 * part["score"] for name, part in report["categories"].items()}
    numbers = {
        name: scale * report["audits"][audit]["numericValue"]
        for name, (audit, scale, _) in NUMBERS.items()
    }
    return scores | numbers


def _compare(section: Section, screen: str, ours: dict, plain: dict) -> None:
    """What was asked as checks, and every number beside the plain way's as a table."""
    asked = {"least": PERFORMANCE[screen]}
    section.checks += [
        Check(f"Performance on {screen}", ours["performance"], "", **asked,
              plain=plain["performance"]),
        Check("Accessibility", ours["accessibility"], "", least=100, plain=plain["accessibility"]),
        Check("Best practices", ours["best-practices"], "", least=100,
              plain=plain["best-practices"]),
        Check("Transferred", ours["transferred"], "MB", most=2.8, plain=plain["transferred"]),
        Check("Largest paint over the plain way's", ours["largest paint"] / plain["largest paint"],
              "", most=1),
        Check("Blocking time over the plain way's",
              ours["blocking time"] / max(plain["blocking time"], 1e-3), "", most=0.6),
    ]  # fmt: skip
    rows = [[name, ours[name], plain[name], unit] for name, (_, _, unit) in NUMBERS.items()]
    section.tables.append(Table(f"On {screen}", ["", "Optscope", "plain way", "unit"], rows))


def _shifts() -> dict[str, dict[str, float]]:
    """Of every page with a stage, how far what was seen moved until it had been drawn."""
    pages = [path.stem for path in sorted((ROOT / "pages").glob("*.py"))
             if (ROOT / "ui" / path.stem / "parameters.py").exists()]  # fmt: skip
    found: dict[str, dict[str, float]] = {screen: {} for screen in SIZES}
    with chromium() as browser, servers.optscope() as server:
        for screen, (width, height) in SIZES.items():
            for name in pages:
                context = browser.new_context(viewport={"width": width, "height": height})
                page = context.new_page()
                page.add_init_script(SHIFTS)
                page.goto(f"{server.url}/{'' if name == 'race' else name}")
                page.wait_for_selector(STAGE.selector, timeout=60_000)
                page.wait_for_timeout(1500)
                found[screen][name] = page.evaluate("() => window.shift")
                context.close()
    return found
