"""Every optimizer stands in one family and says in a line what it is."""

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.testing.v1 import AppTest
from visits import known

from optcore.optimizers import FAMILIES, OPTIMIZERS
from optcore.optimizers.misprints import MISPRINTS
from ui.families import families
from ui.parameters import slug

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

    from ui import controls
    from ui.families import choose_by_family
    from ui.race.parameters import PARAMETERS
    from ui.state import PageState

    state = PageState("race", PARAMETERS)
    controls.choose_some(state, "race", "Optimizers")
    choose_by_family(state, "race")
    st.text(",".join(each.name for each in state["race"]))


def opened() -> AppTest:
    return AppTest.from_function(ticked, default_timeout=30).run()


def box(app: AppTest, name: str):
    return next(each for each in app.checkbox if each.label.startswith(f"**{name}**"))


def racers(app: AppTest) -> list[str]:
    """Who races, as all three ways of showing it say."""
    found = [each.label.split("**")[1] for each in app.checkbox if each.value]
    assert found == app.multiselect[0].value == app.text[0].value.split(",")
    return found


def test_a_tick_adds_a_racer_and_takes_one_away():
    app = opened()
    before = racers(app)
    box(app, "QHM").check().run()
    assert set(racers(app)) == {*before, "QHM"}
    box(app, "Adam").uncheck().run()
    assert set(racers(app)) == {*before, "QHM"} - {"Adam"}


def test_ticks_that_are_told_again_change_nothing():
    """As where the list is opened once more while the page still hears that it was closed."""
    app = opened()
    box(app, "QHM").check()
    told = known(app)
    after = racers(app.run())
    for _ in range(2):
        app._run(told)
        assert racers(app) == after


@pytest.mark.parametrize("change", ["the list", "a tick"])
def test_what_is_done_before_the_last_change_was_heard_is_added_to_it(change):
    app = opened()
    before = racers(app)
    if change == "the list":
        app.multiselect[0].unselect("Adam")
    else:
        box(app, "Adam").uncheck()
    late = known(app)
    app.run()
    assert set(racers(app)) == {*before} - {"Adam"}
    tick(late, "QHM", True)
    app._run(late)
    assert set(racers(app)) == {*before, "QHM"} - {"Adam"}


def test_a_racer_taken_away_and_one_ticked_at_once_both_count():
    app = opened()
    before = racers(app)
    # In one message, then the second told of a list that the first has changed.
    app.multiselect[0].unselect("Adam")
    box(app, "QHM").check().run()
    assert set(racers(app)) == {*before, "QHM"} - {"Adam"}
    box(app, "Lion").check()
    late = known(app)
    app.run()
    listed(late).string_array_value.data.remove("RMSProp")
    app._run(late)
    assert set(racers(app)) == {*before, "QHM", "Lion"} - {"Adam", "RMSProp"}


def listed(states: WidgetStates):
    return next(each for each in states.widgets if each.HasField("string_array_value"))


def tick(states: WidgetStates, name: str, on: bool) -> None:
    key = f"state.race.race.{slug(name)}"
    next(each for each in states.widgets if each.id.endswith(key)).bool_value = on
