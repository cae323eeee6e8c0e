"""Room for visitors follows from the files that a process may open."""

import subprocess
import sys

import pytest

from ui.server.places import places

TOLD = "from ui.server.places import raise_limit, places; print(places(raise_limit()))"


def limited(limit: str) -> int:
    """The places of a process that begins under a limit."""
    command = f'ulimit {limit}; exec "{sys.executable}" -c "{TOLD}"'
    return int(subprocess.run(["bash", "-c", command], capture_output=True, check=True).stdout)


def test_a_limit_that_may_be_raised_is_raised():
    assert limited("-S -n 256") == places(10**9)


def test_a_limit_that_may_not_leaves_room_for_fewer():
    assert 100 < limited("-n 1024") < 200


def test_the_number_of_places_can_be_given(monkeypatch):
    monkeypatch.setenv("OPTSCOPE_PLACES", "30")
    assert places(10**6) == 30
    for wrong in ("0", "-3", "many"):
        monkeypatch.setenv("OPTSCOPE_PLACES", wrong)
        with pytest.raises(SystemExit, match="is a number of visitors"):
            places(1000)
