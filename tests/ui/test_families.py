"""Every optimizer stands in one family and says in a line what it is."""

import pytest
from streamlit.testing.v1 import AppTest

from optcore.optimizers import FAMILIES, OPTIMIZERS
from optcore.optimizers.misprints import MISPRINTS
from ui.families import families

ALL = (*OPTIMIZERS, *MISPRINTS)


def test_families_hold_every_optimizer_once_in_order():
    found = list(families(ALL))
    assert [each for _, family in found for each in family] == list(ALL)
    assert len(found) == len(FAMILIES) + 1
    assert len({heading for heading, _ in found}) == len(found)
    assert all(heading for heading, _ in found)


@pytest.mark.parametrize("optimizer", ALL, ids=lambda each: each.name)
def test_an_idea_is_one_line_that_goes_on_after_the_name(optimizer):
    assert 20 <= len(optimizer.idea) <= 100
    assert optimizer.idea.endswith(".")
    assert optimizer.idea != next(each.idea for each in ALL if each is not optimizer)


def ticked():
    import streamlit as st

    from ui.families import _take_ticks, choose_by_family
    from ui.race.parameters import PARAMETERS
    from ui.state import PageState

    state = PageState("race", PARAMETERS)
    choose_by_family(state, "race")
    st.text(",".join(each.name for each in state["race"]))
    st.button("Tell again", on_click=lambda: [_take_ticks(state, "race") for _ in range(3)])


def test_a_tick_adds_a_racer_and_takes_one_away():
    app = AppTest.from_function(ticked, default_timeout=30).run()
    boxes = {each.label.split("**")[1]: each for each in app.checkbox}
    assert [name for name, box in boxes.items() if box.value] == app.text[0].value.split(",")
    boxes["QHM"].check().run()
    assert "QHM" in app.text[0].value.split(",")
    next(each for each in app.checkbox if "**Adam**" in each.label).uncheck().run()
    assert "Adam" not in app.text[0].value.split(",")
    assert "QHM" in app.text[0].value.split(",")


def test_ticks_that_are_told_again_change_nothing():
    """As where the list is opened once more while the page still hears that it was closed."""
    app = AppTest.from_function(ticked, default_timeout=30).run()
    before = app.text[0].value
    app.button[0].click().run()
    assert app.text[0].value == before
    next(each for each in app.checkbox if "**QHM**" in each.label).check()
    app.button[0].click().run()
    assert sorted(app.text[0].value.split(",")) == sorted([*before.split(","), "QHM"])
