"""The detective of Check a network: hidden bugs, what is asked and counted, levels."""

from dataclasses import replace

import pytest
from check_network_page import CONVICTED, button, menu, opened, said, shown
from streamlit.testing.v1 import AppTest
from visits import picture

from optcore.checks import levels
from optcore.checks.detective import NoCaseError
from optcore.checks.levels import LEVELS
from optcore.checks.plan import RANDOM, CheckPlan
from optcore.derivatives.differences import CENTRAL, DIFFERENCES
from ui.address import Address
from ui.check_network import detective
from ui.check_network.parameters import PARAMETERS
from ui.check_network.words import summary
from ui.parameters import slug


def test_a_case_keeps_its_bug_wherever_the_check_is_made():
    first = shown(opened(mode="detective", case="12"))
    moved = shown(opened(**{"mode": "detective", "case": "12", "at.weight_scale": "0.3",
                            "at.training_steps": "30", "at.seed": "5", "float": "float32",
                            "loss.weight_decay": "0.1"}))  # fmt: skip
    assert first.plan.bugs == moved.plan.bugs
    others = {shown(opened(mode="detective", case=str(n))).plan.bugs for n in range(8)}
    assert len(others) > 4


def test_nothing_on_the_page_names_the_hidden_bug():
    app = opened(mode="detective", case="12")
    bug = shown(app).plan.bugs[0]
    written = " ".join(each.value for each in (*app.markdown, *app.caption, *app.latex))
    assert bug.name not in written
    assert bug.wrong not in written
    assert dict(app.query_params) == {"mode": "detective", "case": "12"}
    assert "The line:" not in summary(shown(app), hush=True)


def answer(app: AppTest, name: str) -> None:
    asked = next(each for each in app.selectbox if each.label in ("Which line?", "And which slip?"))
    asked.select(name).run()
    button(app, "Say so").click().run()


def truth(app: AppTest) -> tuple[str, str]:
    (bug,) = shown(app).plan.bugs
    return bug.line(shown(app).plan.network).name, bug.name


def points(app: AppTest) -> str:
    return next((each.value for each in app.markdown if "points**" in each.value), "")


def test_a_line_and_its_slip_are_asked_for_and_counted():
    app = opened(mode="detective", case="12")
    line, slip = truth(app)
    assert button(app, "Say so, for 2 points").disabled
    answer(app, line)
    assert app.success[0].value.startswith(f"Right: {line}.")
    answer(app, slip)
    assert any(shown(app).plan.bugs[0].lesson in each.value for each in app.caption)
    assert points(app).startswith("**4 of 4 points**")
    assert not any(each.label in ("Which line?", "And which slip?") for each in app.selectbox)


def test_a_second_try_costs_and_another_case_adds_to_the_score():
    app = opened(mode="detective", case="12")
    line, slip = truth(app)
    answer(app, next(name for name in menu(app, "Which line?").options if name != line))
    assert app.error[0].value.startswith("Not ")
    assert button(app, "Say so, for 1 point").disabled
    answer(app, line)
    answer(app, slip)
    assert points(app).startswith("**3 of 4 points**")
    button(app, "Next case").click().run()
    assert dict(app.query_params)["score"] == "3,4"
    assert "said" not in app.query_params
    answer(app, truth(app)[0])
    assert points(app).startswith("**5 of 8 points**")


def test_nothing_says_what_a_line_would_do_before_it_is_named():
    app = opened(mode="detective", case="12")
    menu(app, "Which line?").select("delta 3").run()
    written = " ".join(each.value for each in (*app.markdown, *app.caption, *app.latex))
    assert "corrupts" not in written
    assert app.latex


def test_answers_and_score_survive_a_reload_and_are_not_handed_out():
    app = opened(mode="detective", case="12", score="5,8")
    answer(app, truth(app)[0])
    address = dict(app.query_params)
    again = opened(**address)
    assert points(again) == points(app) != ""
    assert button(again, "Say so, for 2 points")
    assert dict(again.query_params) == address
    state = again.session_state["state.check_network"]
    assert state["values"]["said"]
    page = Address(PARAMETERS, state)
    assert page.parameters(shared=True) == {"mode": "detective", "case": "12"}


def test_another_network_is_another_case():
    app = opened(mode="detective", case="12")
    answer(app, truth(app)[0])
    assert points(app).startswith("**2 of 4 points**")
    menu(app, "Activation").select("Sigmoid").run()
    assert "said" not in app.query_params
    assert app.query_params["score"] == "2,4"
    assert points(app).startswith("**2 of 4 points**")


@pytest.mark.parametrize("level", LEVELS[2:], ids=lambda level: level.name)
def test_a_level_begins_where_the_check_sees_nothing(level):
    app = opened(mode="detective", case="3", level=slug(level.name))
    found = shown(app)
    assert not found.check.names(*CONVICTED)
    assert found.plan.bugs
    told = picture(app, "check_network.stage")["words"]
    assert "Taylor" not in told
    assert "the gradient is wrong" not in told
    assert found.plan.again == (level.name != "Below the floor")
    assert level.lesson in " ".join(each.value for each in app.caption)


def test_uncovered_by_hand_the_bug_of_a_level_shows():
    for level, uncovered in (("tiny-weights", {"at.weight_scale": "1"}),
                             ("behind-the-l2-term", {"loss.weight_decay": "0"}),
                             ("below-the-floor", {"float": "float64"})):  # fmt: skip
        covered = shown(opened(mode="detective", case="3", level=level))
        seen = shown(opened(mode="detective", case="3", level=level, **uncovered))
        assert covered.plan.bugs == seen.plan.bugs
        assert seen.check.names(*CONVICTED), level


def test_a_level_is_left_for_another_with_its_sliders():
    app = opened(mode="detective", case="3", level="tiny-weights")
    menu(app, "Level").select("Below the floor").run()
    plan = shown(app).plan
    assert (plan.dtype, plan.step.h, plan.place.weight_scale) == ("float32", 1e-5, 1.0)
    menu(app, "Level").select("Two bugs").run()
    plan = shown(app).plan
    assert (plan.dtype, plan.again, len(plan.bugs)) == ("float64", True, 2)


def test_a_network_that_shows_no_bug_gets_a_sentence(monkeypatch):
    def blind(*case):
        raise NoCaseError("nothing to see")

    monkeypatch.setattr(levels, "open_case", blind)
    app = opened(mode="detective", case="9876")
    assert "no bug could be seen" in said(app)
    assert all(each.label != "Which line?" for each in app.selectbox)


def test_reference_keeps_only_what_decides_the_bugs():
    plan, level = CheckPlan(rule=DIFFERENCES[0], dtype="float32"), LEVELS[0]
    kept = detective.reference(plan, level)
    assert kept == detective.reference(replace(plan, rule=CENTRAL), level)
    assert kept != detective.reference(replace(plan, data=RANDOM), level)
