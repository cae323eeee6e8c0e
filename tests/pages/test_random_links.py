"""Random addresses of every page in the navigation, each opened by a new person: none raises."""

from random import Random

import numpy as np
import pytest
from random_links import names, pages, random_link
from visits import comparable, messages, said, visit

VISITS, PARTS = 60, 3
HOSTILE = ("", "-1", "1e308", "nan", "1,2,3,4", "<b>*", "\x00", "é" * 3000)


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("page", pages())
def test_no_random_address_raises_and_every_one_can_be_shared(page, part):
    """The address the page makes of itself opens to the same page, and has nothing to mend."""
    for turn in range(VISITS // PARTS):
        link = random_link(page, Random(f"{page} {part} {turn}"))
        app = visit(link, page)
        shown = messages(app)
        stands = [value for each in shown for board in each["boards"] for value in board["values"]]
        assert np.isfinite(stands).all(), link
        # One in five is opened again by someone else.
        if turn % 5 == 0:
            again = visit(dict(app.query_params), page)
            assert dict(again.query_params) == dict(app.query_params), link
            assert "link's" not in said(again), link
            same = [repr(comparable(each)) for each in messages(again)]
            assert same == [repr(comparable(each)) for each in shown], link


@pytest.mark.parametrize("page", pages())
def test_every_name_survives_a_hostile_text(page):
    for text in HOSTILE:
        app = visit(dict.fromkeys(names(page), text), page)
        again = visit(dict(app.query_params), page)
        assert dict(again.query_params) == dict(app.query_params), text
