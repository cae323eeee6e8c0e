"""Check a network as a person meets it: every lesson's claims, the detective, hostile input."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest
from visits import heading, picture

from optcore.checks import levels
from optcore.checks.bugs import PLANTED_BUGS
from optcore.checks.detective import NoCaseError
from optcore.checks.levels import LEVELS
from optcore.checks.plan import LIMIT, RANDOM, CheckPlan, NetworkShape
from optcore.checks.record import examined
from optcore.derivatives.differences import CENTRAL, DIFFERENCES
from optcore.networks.activations import ACTIVATIONS
from optcore.networks.datasets import DATASETS
from optcore.networks.losses import LOSSES, SigmoidCrossEntropy
from ui.address import Address
from ui.check_network import detective
from ui.check_network.parameters import PARAMETERS
from ui.check_network.words import report, summary
from ui.lessons import lessons
from ui.parameters import slug

STATES = {lesson.title: lesson.state for lesson in lessons("check_network")}
PAGES = Path(__file__).parents[2] / "pages"
CONVICTED = ("wrong", "suspicious")


def opened(**parameters) -> AppTest:
    app = AppTest.from_file(PAGES / "check_network.py", default_timeout=30)
    for name, value in parameters.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def shown(app: AppTest):
    """The result that the page draws."""
    return app.session_state["state.check_network"]["result"]


def scenario(name: str, **changes):
    link = STATES[name]
    return shown(opened(**{**link, **changes}))


def said(app: AppTest) -> str:
    return " ".join(each.value for each in (*app.error, *app.warning, *app.success, *app.info))


def menu(app: AppTest, label: str):
    return next(each for each in app.selectbox if each.label == label)


def button(app: AppTest, label: str):
    return next(each for each in app.button if each.label.startswith(label))


# ------------------------------------------------------------------ first view


def test_the_page_stands_in_the_navigation():
    app = AppTest.from_file(PAGES / "index.py", default_timeout=30).run()
    app.switch_page("check_network.py").run()
    assert not app.exception
    assert "Check a network" in heading(app)


def test_the_first_view_has_a_glaring_bug_and_its_line():
    app = opened(details="1")
    found = shown(app)
    assert found.check.names(*CONVICTED) == ["W1", "b1", "W2", "b2"]
    assert found.check.names("right") == ["W3", "b3", "W4", "b4"]
    assert found.diagnoses[0].line.name == "delta 2"
    assert any("explains every wrong block" in each.value for each in app.markdown)
    assert "1 - a^2" in app.latex[0].value
    assert dict(app.query_params) == {"details": "1"}


def test_a_link_is_kept_whole():
    link = {"activation": "relu", "data": "random", "bugs": "sign-flipped", "net.layers": "3",
            "at.weight_scale": "0.5", "float": "float32", "check.h": "0.01"}  # fmt: skip
    app = opened(**link)
    assert dict(app.query_params) == link
    assert shown(app).check.point.dtype == np.float32


@pytest.mark.parametrize("activation", ACTIVATIONS, ids=lambda a: a.name)
def test_every_activation_with_a_loss_and_a_rule(activation):
    at = ACTIVATIONS.index(activation)
    loss, rule = LOSSES[at % len(LOSSES)], DIFFERENCES[at % len(DIFFERENCES)]
    data = DATASETS[at % len(DATASETS)]
    link = {"activation": slug(activation.name), "loss": slug(loss.name), "bugs": "",
            "rule": slug(rule.name), "data": slug(data.name), "net.width": "3"}  # fmt: skip
    assert shown(opened(**link)).check.verdict != "wrong"


def test_all_bugs_at_once_say_which_could_not_be_planted():
    app = opened(bugs=",".join(slug(bug.name) for bug in PLANTED_BUGS))
    found = shown(app)
    assert found.check.verdict == "wrong"
    assert len(found.plan.planted(found.fit)) < len(PLANTED_BUGS) == len(found.plan.bugs)


# ------------------------------------------------------------------ what the lessons tell


def test_a_wrong_delta_reaches_its_layer_and_all_below():
    check = scenario("A wrong delta spoils all below").check
    assert set(check.names(*CONVICTED)) == {f"{kind}{at}" for kind in "Wb" for at in range(1, 5)}
    assert check.names("right") == ["W5", "b5", "W6", "b6"]


def test_the_right_network_that_looks_wrong():
    found = scenario("Right, but looks wrong")
    assert found.plan.bugs == ()
    block = found.check.block("W1")
    assert 0.2 < block.first.error < 0.9
    assert block.first.verdict == "inconclusive"
    assert block.relative_error < 1e-10
    assert found.check.relative_error < 1e-8
    assert (found.check.flat_verdict, found.check.verdict) == ("right", "right")
    assert found.taylor.verdict == "right"


def test_the_complex_step_finds_what_depth_hides():
    name = "Depth hides a bug"
    check = scenario(name).check
    assert check.names(*CONVICTED) == ["W1"]
    assert check.block("W1").relative_error == pytest.approx(1 / 3, rel=1e-6)
    assert check.block("W1").floor < 1e-11
    assert check.block("W1").first.verdict == check.block("b1").first.verdict == "inconclusive"
    assert scenario(name, rule="complex-step").check.names(*CONVICTED) == ["W1"]


def test_depth_lifts_the_floor():
    check = scenario("Depth lifts the floor").check
    assert 300 < check.block("W1").first.floor / check.block("W8").first.floor < 3000
    deeper = scenario("Depth lifts the floor", **{"net.layers": "16"}).check
    assert deeper.block("W1").first.floor > 0.3
    assert deeper.verdict == "right"


def test_tiny_weights_hide_what_scale_one_shows():
    assert scenario("Tiny weights hide a bug").check.verdict == "right"
    check = scenario("Tiny weights hide a bug", **{"at.weight_scale": "1"}).check
    assert check.names(*CONVICTED) == ["W1", "b1", "W2", "b2"]
    assert min(check.block(name).relative_error for name in ("W1", "b1", "W2", "b2")) > 1e-2


def test_training_brings_the_bug_out():
    found = scenario("Check again after training")
    assert found.first.relative_error < 1e-6
    assert found.first.verdict == "right"
    assert found.check.relative_error > 0.5
    assert "At the start" in summary(found)


def test_a_heavy_penalty_hides_w_and_not_b():
    check = scenario("L2 hides a bug in W").check
    assert check.names(*CONVICTED) == ["b1", "b2"]
    assert {check.block(name).verdict for name in ("W1", "W2")} == {"right"}
    assert check.block("W1").relative_error < 1e-7
    assert check.block("b1").relative_error == pytest.approx(0.03, abs=0.005)
    light = scenario("L2 hides a bug in W", **{"loss.weight_decay": "0.01"}).check
    assert light.names(*CONVICTED) == ["W1", "b1", "W2", "b2"]


def test_dropout_must_be_frozen():
    check = scenario("Freeze the dropout").check
    assert {block.cause for block in check.blocks} == {"random"}
    assert scenario("Freeze the dropout", frozen="1").check.verdict == "right"


def test_a_kink_is_named_and_a_smaller_h_misses_it():
    check = scenario("h steps over a kink").check
    assert check.verdict == "kink"
    assert 0.005 < check.relative_error < 0.03
    assert max(block.relative_error for block in check.blocks) < 1e-7
    assert "changes side within h" in " ".join(check.sentences())
    assert scenario("h steps over a kink", **{"check.h": "6e-6"}).check.verdict == "right"


def test_the_naive_logarithm_and_its_cure():
    naive = scenario("The naive logarithm")
    assert naive.check.verdict == "right"
    assert "digits cancel inside the loss" in summary(naive)
    assert 1e-7 < naive.check.relative_error < 5e-6
    stable = scenario("The naive logarithm", loss="sigmoid-cross-entropy").check
    assert stable.relative_error < 5e-9
    assert stable.verdict == "right"
    assert np.min(1 - np.abs(2 * naive.fit.predict(naive.check.point, naive.fit.inputs) - 1)) < 1e-8


def test_the_misprinted_tanh_leaves_a_third():
    found = scenario("A tanh misprinted")
    assert found.check.names(*CONVICTED) == ["W1", "b1"]
    assert found.check.block("b1").relative_error == pytest.approx(1 / 3, rel=1e-6)
    assert found.diagnoses[0].factor == pytest.approx(2, rel=1e-5)


# ------------------------------------------------------------------ the detective


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


# ------------------------------------------------------------------ input that cannot be used


@pytest.mark.parametrize(
    "parameters",
    [
        {"net.layers": "999"},
        {"net.layers": "<b>"},
        {"check.h": "0"},
        {"check.h": "nan"},
        {"bugs": "no-such-bug"},
        {"bug.tanh-1-a.layer": "77"},
        {"case": "-3", "mode": "detective"},
        {"mode": "nonsense"},
        {"float": "float16"},
        {"scenario": "none"},
        {"p.x": "inf", "mode": "check-my-own"},
    ],
    ids=lambda p: "-".join(f"{k}={v}" for k, v in p.items()),
)
def test_a_hostile_link_gets_a_notice_and_the_default(parameters):
    app = opened(**parameters)
    assert "was not used" in said(app)


def test_a_regression_with_a_loss_for_classes_gets_a_sentence():
    app = opened(data="sine")
    assert "is a regression" in said(app)
    assert shown(app).plan.data == RANDOM


def test_a_network_too_large_gets_a_sentence_and_a_smaller_offer():
    app = opened(**{"net.layers": "10", "net.width": "100"})
    assert f"the limit is {LIMIT:,}" in said(app)
    offer = button(app, "Take width")
    width = int(offer.label.split()[-1])
    fits = CheckPlan(shape=NetworkShape(10, width, 16))
    assert fits.parameters <= LIMIT < CheckPlan(shape=NetworkShape(10, width + 1, 16)).parameters


def test_a_large_network_shows_progress_and_is_checked():
    app = opened(**{"net.width": "30"})
    found = shown(app)
    assert not found.plan.live
    assert found.plan.parameters > 1500
    assert found.diagnoses[0].line.name == "delta 2"


def test_a_cancelled_check_stays_cancelled_until_it_is_asked_for():
    app = opened()
    before = shown(app)
    memory = app.session_state["state.check_network"]
    large = replace(before.plan, shape=NetworkShape(4, 30, 16))
    memory["work"] = {"check": ("stopped", large)}
    memory["values"]["net.width"] = 30
    app.run()
    assert shown(app) is before
    assert "Cancelled" in said(app)
    assert "still shows the check before" in said(app)
    button(app, "Check now").click().run()
    assert shown(app).plan == large


def test_cancelled_before_any_check_says_that_the_picture_is_of_another_network():
    app = AppTest.from_file(PAGES / "check_network.py", default_timeout=30)
    large = CheckPlan(shape=NetworkShape(4, 30, 16))
    memory = {"source": {"net.width": "30", "bugs": ""}, "values": {}, "notices": [],
              "published": {}, "work": {"check": ("stopped", large)}}  # fmt: skip
    app.session_state["state.check_network"] = memory
    app.run()
    assert not app.exception
    assert "result" not in app.session_state["state.check_network"]
    assert f"Cancelled: these {large.parameters:,} parameters are not checked." in said(app)
    assert "another network, a small one without a bug" in said(app)
    assert "check before" not in said(app)
    assert "another network" in picture(app, "check_network.stage")["words"]


def test_h_below_the_spacing_of_floats_gets_a_sentence_and_a_way_on():
    app = opened(**{"float": "float32", "check.h": "1e-13"})
    assert "result" not in app.session_state["state.check_network"]
    assert "h" in said(app)
    button(app, "Take h =").click().run()
    assert shown(app).check.point.dtype == np.float32


def test_a_loss_that_is_not_finite_gets_a_sentence():
    app = opened(**{"loss": "naive-cross-entropy", "at.weight_scale": "10", "at.input_scale": "10",
                    "activation": "relu"})  # fmt: skip
    assert "Take scale 1" in " ".join(each.label for each in app.button)
    assert said(app)


# ------------------------------------------------------------------ check my own


def test_own_formulas_are_told_apart():
    app = opened(mode="check-my-own")
    assert not app.error
    fields = {each.label: each for each in app.text_input}
    fields["∂f/∂y ="].set_value("x*cos(x*y)").run()
    assert not app.exception


@pytest.mark.parametrize("text", ["", "import os", "cos(x", "y²", "z + 1", "x" * 150])
def test_a_bad_formula_gets_a_sentence_and_nothing_is_lost(text):
    app = opened(mode="check-my-own")
    field = next(each for each in app.text_input if each.label == "∂f/∂y =")
    field.set_value(text).run()
    assert not app.exception
    assert "Shown meanwhile: ∂f/∂y = cos(x*y)" in said(app).replace("\\", "")
    field = next(each for each in app.text_input if each.label == "∂f/∂y =")
    assert field.value == text


def test_a_formula_without_a_value_in_the_window_gets_a_sentence():
    app = opened(mode="check-my-own", f="sqrt(-1-x^2-y^2)")
    assert "no real, finite value" in said(app)


# ------------------------------------------------------------------ the report


def test_the_report_holds_every_parameter_of_every_check():
    found = scenario("Check again after training")
    rows = [line.split(",") for line in report(found).splitlines()]
    assert len(rows) == 1 + 2 * found.check.point.size
    head = rows[0]
    last = dict(zip(head, rows[-1], strict=True))
    assert float(last["analytic"]) == found.check.analytic[-1]
    assert float(last["numeric"]) == found.check.numeric[-1]
    assert last["parameter"] == "b3[0]"
    assert {row[0] for row in rows[1:]} == {"at the start", "after 100 steps"}


def test_parameters_with_a_comma_in_their_name_stay_one_cell():
    plan = CheckPlan(loss=SigmoidCrossEntropy(), shape=NetworkShape(2, 2, 4))
    assert '"W1[1, 0]"' in report(examined(plan))
