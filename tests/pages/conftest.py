"""What the tests of all pages share."""

import pytest
from plain_visits import visits_that_only_run_the_page  # noqa: F401 - for every test

from ui.layers import work
from ui.recurrent import net
from ui.training import work as training


@pytest.fixture
def short_bands(monkeypatch):
    """Gradient flow's band over 3 seeds in place of 30, where a test is not about the band. It
    stays in the cache: a test that is about one asks for networks that nobody else asks for."""
    monkeypatch.setattr(work, "SEEDS", 3)


@pytest.fixture
def in_one_go(monkeypatch):
    """Trainings are shown once they are done, where a test is not about how they grow."""
    for each in (net, training):
        monkeypatch.setattr(each, "GLIMPSE", None)
