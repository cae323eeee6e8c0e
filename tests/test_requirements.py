"""The locks hold what requirements*.in choose, and a hash for every release."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
RELEASE = re.compile(r"^([\w.-]+)==([^\s;]+)", re.MULTILINE)


def releases(name: str) -> dict[str, str]:
    return dict(RELEASE.findall((ROOT / name).read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_a_lock_holds_what_was_chosen_and_hashes_it(name):
    chosen, locked = releases(f"{name}.in"), releases(f"{name}.txt")
    assert chosen
    assert chosen.items() <= locked.items(), "run `make lock` after a change of requirements*.in"
    entries = re.split(r"\n(?=\S+==)", (ROOT / f"{name}.txt").read_text(encoding="utf-8"))
    for entry in entries[1:]:
        assert "--hash=sha256:" in entry, entry


def test_tests_run_with_the_releases_that_people_run():
    assert releases("requirements.txt").items() <= releases("requirements-dev.txt").items()
    assert releases("requirements-bench.txt")["numpy"] == releases("requirements.in")["numpy"]
