"""Check a network as a person meets it: the first view, every lesson's claims, the report."""

import numpy as np
import pytest
from check_network_page import CONVICTED, opened, scenario, shown
from streamlit.testing.v1 import AppTest
from visits import PAGES, heading

from optcore.checks.bugs import PLANTED_BUGS
from optcore.checks.plan import CheckPlan, NetworkShape
from optcore.checks.record import examined
from optcore.derivatives.differences import DIFFERENCES
from optcore.networks.activations import ACTIVATIONS
from optcore.networks.datasets import DATASETS
from optcore.networks.losses import LOSSES, SigmoidCrossEntropy
from ui.check_network.words import report, summary
from ui.parameters import slug

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
