"""Random addresses of every page in the navigation, each opened by a new person: none raises."""

from random import Random

import numpy as np
import pytest
from random_links import belonging, names, pages, random_link, staged, table, text
from visits import comparable, messages, said, visit

from ui.address import Address, empty

pytestmark = pytest.mark.usefixtures("short_bands")
VISITS, PARTS = 24, 3
HOSTILE = ("", "-1", "1e308", "nan", "1,2,3,4", "<b>*", "\x00", "é" * 3000)


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("page", pages())
def test_no_random_address_raises_and_every_one_can_be_shared(page, part):
    """The address the page makes of itself opens to the same page, and has nothing to mend."""
    for turn in range(VISITS // PARTS):
        link = random_link(page, Random(f"{page} {part} {turn}"))
        app = visit(link, page)
        assert not passed_over(app, page, link), link
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


def passed_over(app, page: str, link: dict[str, str]) -> list[str]:
    """The names of a link that the page neither shows nor says a word of."""
    memory = app.session_state[f"state.{page}"]
    state = Address(table(page), memory)
    told = " ".join(memory["notices"])
    # What its lesson says, and where a row begins, is left out of an address.
    implied = {row.name for row in state.rows.values()
               if memory["values"].get(row.name) == row.begins(state)}  # fmt: skip
    shown = {*app.query_params, *memory["asked"], *implied, *state.base}
    return [name for name in link if name in state.rows
            and name not in shown and f"**{name}**" not in told]  # fmt: skip


@pytest.mark.parametrize("page", staged())
def test_what_belongs_to_one_choice_brings_it_along(page):
    """A formula without the choice of a formula of one's own, a case without its detective."""
    for row in belonging(page):
        state = Address(table(page), empty())
        state.arrive(text(row, Random(row.name)))
        assert row.when(state) or len(row.when.options) > 1 or row.when.name == "details", row.name


@pytest.mark.parametrize("page", pages())
def test_every_name_survives_a_hostile_text(page):
    for hostile in HOSTILE:
        app = visit(dict.fromkeys(names(page), hostile), page)
        again = visit(dict(app.query_params), page)
        assert dict(again.query_params) == dict(app.query_params), hostile
