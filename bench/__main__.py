"""`python -m bench`: every topic in a process of its own, then BENCHMARKS.md."""

import argparse
import importlib
import os
import subprocess
import sys
import time

from bench import peers
from bench.report import Section, chapter, document
from bench.servers import ROOT

TOPICS = (
    "start", "first_look", "lessons", "race", "pages", "server", "attack", "crowd", "descend",
    "checks", "verdicts", "flow", "steps", "recurrent", "curvature", "noise", "graph",
)  # fmt: skip
# These compare with torch and JAX, so they run where those are.
BESIDE_PEERS = (
    "descend", "checks", "flow", "steps", "recurrent", "curvature", "noise", "graph",
)  # fmt: skip
RESULTS = ROOT / "bench" / "results"
# Seconds for a topic, and for those that open page after page.
LIMIT, LONG = 400, 900
LONGER = ("first_look", "lessons")
FAILED = ": not measured"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("topics", nargs="*", help=f"some of {', '.join(TOPICS)}; none means all")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if unknown := set(chosen.topics) - set(TOPICS):
        parser.error(f"there is no topic {', '.join(sorted(unknown))}")
    RESULTS.mkdir(exist_ok=True)
    if chosen.here:
        importlib.import_module(f"bench.{chosen.topics[0]}").run().save(_page(chosen.topics[0]))
        return 0
    began, load = time.perf_counter(), os.getloadavg()[0]
    sections = [_measured(topic) for topic in chosen.topics or TOPICS]
    if chosen.topics:
        print("\n\n".join(map(chapter, sections)))
    else:
        text = document(sections, (time.perf_counter() - began) / 60, load)
        (ROOT / "BENCHMARKS.md").write_text(text, encoding="utf-8")
        print("BENCHMARKS.md is written.")
    return int(any(section.title.endswith(FAILED) for section in sections))


def _page(topic: str):
    return RESULTS / f"{topic}.json"


def _measured(topic: str) -> Section:
    """A topic's section, or one that says how its process failed."""
    print(f"{topic} ...", end=" ", file=sys.stderr, flush=True)
    _page(topic).unlink(missing_ok=True)
    python, environment = sys.executable, dict(os.environ)
    if topic in BESIDE_PEERS:
        # NumPy's matrix products on one core, as the app has them (ui/__init__.py).
        python, environment = peers.python(), {"OPENBLAS_NUM_THREADS": "1", **os.environ}
    began, limit = time.perf_counter(), LONG if topic in LONGER else LIMIT
    try:
        subprocess.run(
            [python, "-m", "bench", topic, "--here"],
            cwd=ROOT, env=environment, check=True, timeout=limit,
        )  # fmt: skip
    except subprocess.CalledProcessError as fault:
        return Section(topic + FAILED, f"Its process ended with code {fault.returncode}.")
    except subprocess.TimeoutExpired:
        return Section(topic + FAILED, f"It took longer than {limit} s.")
    print(f"{time.perf_counter() - began:.0f} s", file=sys.stderr)
    return Section.load(_page(topic))


if __name__ == "__main__":
    sys.exit(main())
