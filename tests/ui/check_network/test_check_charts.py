"""The pictures of a gradient check: the numbers in them, and that Plotly takes them."""

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from dressing import validated

from optcore.checks.arena import RULES
from optcore.checks.bugs import PLANTED_BUGS
from optcore.checks.grad_check import component_name
from optcore.checks.measurement import BANDS
from optcore.checks.plan import RANDOM, CheckPlan, CheckPoint, LossTerms, NetworkShape, StepSize
from optcore.checks.record import examine, examined
from optcore.networks.activations import ReLU, Sigmoid
from optcore.networks.datasets import DATASETS
from optcore.networks.losses import LOSSES, SquaredError
from ui.check_network import charts, taylor_charts, words
from ui.prose import number, spelled

BUGS_BY_NAME = {bug.name: bug for bug in PLANTED_BUGS}
BUG = BUGS_BY_NAME["tanh' = 1 - a"].at(2)
BUGGY = examined(CheckPlan(bugs=(BUG,)))
RIGHT = examined(CheckPlan())
TRAINED = examined(CheckPlan(bugs=(BUG,), place=CheckPoint(weight_scale=0.01, training_steps=40)))
DEEP = examined(
    CheckPlan(Sigmoid(), SquaredError(), shape=NetworkShape(16, 4, 32), place=CheckPoint(seed=43),
              terms=LossTerms(0.0))
)  # fmt: skip
DROPPED = examined(CheckPlan(terms=LossTerms(dropout=0.3), frozen=False))
KINK = examined(
    CheckPlan(ReLU(), shape=NetworkShape(3, 5, 16), place=CheckPoint(seed=4), step=StepSize(1e-3))
)
HIDDEN = examined(
    CheckPlan(
        bugs=(BUGS_BY_NAME["Slope forgotten"].at(2),), terms=LossTerms(1e5), step=StepSize(1e-4)
    )
)
ALL = [BUGGY, RIGHT, TRAINED, DEEP, DROPPED, KINK, HIDDEN]


def traces(figure: dict, group: str) -> list[dict]:
    return [trace for trace in figure["data"] if trace["meta"].get("group") == group]


@pytest.mark.parametrize("result", ALL)
def test_plotly_takes_every_figure(result):
    names = [component_name(result.fit, at) for at in range(result.check.point.size)]
    for figure in (
        charts.errors(result),
        charts.components(result, names),
        taylor_charts.taylor(result.taylor),
    ):
        assert len(validated(figure).data) == len(figure["data"])


def test_every_block_stands_at_its_error_with_the_mark_of_its_verdict():
    figure, blocks = charts.errors(BUGGY), BUGGY.check.blocks
    seen = {}
    for verdict, look in charts.VERDICT_LOOKS.items():
        for trace in traces(figure, verdict):
            assert trace["marker"]["symbol"] == look["symbol"]
            for x, y, told in zip(trace["x"], trace["y"], trace["meta"]["sentences"], strict=True):
                assert told == spelled(blocks[int(x)].sentence)
                seen[int(x)] = (verdict, y)
    expected = {at: (b.verdict, pytest.approx(b.relative_error)) for at, b in enumerate(blocks)}
    assert seen == expected
    looks = list(charts.VERDICT_LOOKS.values())
    assert len({look["symbol"] for look in looks}) == len({look["colour"] for look in looks}) == 5


def test_the_floor_is_a_step_per_block():
    trace = traces(charts.errors(DEEP), "floor")[0]
    for at, block in enumerate(DEEP.check.blocks):
        inside = (trace["x"] > at - 0.6) & (trace["x"] < at + 0.6)
        assert np.isclose(trace["y"][inside], charts.on_axis(block.first.floor)).sum() >= 2
    assert trace["y"].min() == 10.0**charts.LOWEST


def test_the_overall_number_is_one_line_and_says_its_own_verdict():
    trace = traces(charts.errors(DEEP), "flat")[0]
    assert trace["y"] == pytest.approx([DEEP.check.relative_error] * 2)
    error = number(DEEP.check.relative_error, 2)
    assert trace["meta"]["reads"] == [f"{error} (right)"]
    error = number(HIDDEN.check.relative_error, 2)
    assert traces(charts.errors(HIDDEN), "flat")[0]["meta"]["reads"] == [f"{error} (“right”)"]
    error = number(BUGGY.check.relative_error, 2)
    assert traces(charts.errors(BUGGY), "flat")[0]["meta"]["reads"] == [f"{error} (wrong)"]


def test_the_bands_meet_at_the_edges_of_the_verdicts():
    shapes = charts.errors(RIGHT)["layout"]["shapes"]
    assert [shape["y1"] for shape in shapes[:-1]] == pytest.approx(BANDS)
    assert [shape["y0"] for shape in shapes[1:]] == pytest.approx(BANDS)


def test_what_a_second_look_moved_is_shown_where_the_first_put_it():
    check = DEEP.check
    (trace,) = traces(charts.errors(DEEP), "first")
    moved = charts.reconsidered(check)
    assert moved
    assert trace["x"][::3].tolist() == moved
    assert trace["y"][::3] == pytest.approx([check.blocks[at].first.error for at in moved])
    ends = charts.on_axis([check.blocks[at].relative_error for at in moved])
    assert trace["y"][1::3] == pytest.approx(ends)
    assert "first" in [entry["group"] for entry in charts.legend(DEEP)]
    assert traces(charts.errors(RIGHT), "first") == []


@pytest.mark.parametrize("result", ALL)
def test_every_mark_stands_in_the_band_of_its_verdict(result):
    edges = {"right": (0, BANDS[0]), "kink": (0, BANDS[0]), "suspicious": BANDS,
             "wrong": (BANDS[1], 1.1)}  # fmt: skip
    for block in result.check.blocks:
        low, high = edges.get(block.verdict, (0, 1.1))
        assert low <= block.relative_error <= high, block.sentence


def test_zero_and_nan_stay_on_the_axis():
    low, high = charts.on_axis([0.0, np.nan])
    assert 10.0**charts.LOWEST < low < 1e-13
    assert high == 1.0


def test_a_check_after_training_shows_the_one_at_the_start_too():
    start = traces(charts.errors(TRAINED), "start")[0]
    assert start["y"] == pytest.approx([b.relative_error for b in TRAINED.first.blocks])
    assert traces(charts.errors(BUGGY), "start") == []
    groups = [entry["group"] for entry in charts.legend(TRAINED)]
    assert groups[-1] == "start"


def test_block_names_thin_out_where_there_are_many():
    few = charts.errors(RIGHT)["layout"]["xaxis"]["ticktext"]
    many = charts.errors(DEEP)["layout"]["xaxis"]["ticktext"]
    assert few == [block.name for block in RIGHT.check.blocks]
    assert 4 <= len(many) <= charts.MOST_LABELS
    assert all(name.startswith("W") for name in many)


def test_components_are_drawn_at_their_signed_decades():
    check = BUGGY.check
    low, _ = charts.span_of(np.concatenate([check.analytic, check.numeric]))
    x = charts.signed_log(check.analytic, low)
    back = np.sign(x) * (10 ** np.abs(x) - 1) * 10.0**low
    assert back == pytest.approx(check.analytic, abs=1e-12)
    figure = charts.components(BUGGY)
    drawn = sum(len(trace["x"]) for trace in figure["data"][1:])
    assert drawn == check.point.size
    assert np.abs(x).max() < figure["layout"]["xaxis"]["range"][1]
    ticks = figure["layout"]["xaxis"]
    assert len(ticks["tickvals"]) == len(ticks["ticktext"])
    assert ticks["tickvals"] == sorted(ticks["tickvals"])


def test_only_components_that_disagree_have_the_colour_of_a_wrong_block():
    bug = BUGS_BY_NAME["One wrong element"].at(2)
    result = examined(CheckPlan(bugs=(bug,)))
    shown = charts.component_verdicts(result.check)
    at = np.flatnonzero(shown == "wrong")
    assert [component_name(result.fit, i) for i in at] == ["W2[4, 4]"]


def test_components_that_are_all_zero_make_a_picture():
    assert charts.span_of(np.zeros(3)) == (-8, 0)
    assert charts.signed_log(np.array([0.0, np.nan, np.inf]), -8)[2] > 100


def test_the_taylor_panel_draws_the_slope_it_names():
    figure = taylor_charts.taylor(BUGGY.taylor)
    fitted = next(t for t in figure["data"] if t["name"] == f"slope {BUGGY.taylor.slope:.2f}")
    slope = np.polyfit(np.log10(fitted["x"]), np.log10(fitted["y"]), 1)[0]
    assert slope == pytest.approx(BUGGY.taylor.slope, abs=0.02)
    assert "slope 1.00" in figure["layout"]["title"]["text"]
    for steepness in (1, 2):
        guide = next(t for t in figure["data"] if t["name"] == f"slope {steepness}")
        assert np.diff(np.log10(guide["y"])) / np.diff(np.log10(guide["x"])) == pytest.approx(
            steepness
        )


# ------------------------------------------------------------------ words


def test_the_summary_says_number_verdict_and_line():
    said = words.summary(BUGGY)
    assert f"{number(BUGGY.check.relative_error, 2)}, wrong" in said
    assert "The line: delta 2. A wrong delta corrupts layer 2" in said
    assert "slope 1.00" in said
    assert "The line" not in words.summary(BUGGY, hush=True)


def test_the_summary_sets_the_number_against_the_blocks():
    assert ", right; block by block the same." in words.summary(DEEP)
    assert "“right”. Block by block: wrong." in words.summary(HIDDEN)
    assert words.summary(DROPPED).startswith("The objective is random")
    assert "changes side within h" in words.summary(KINK)


def test_a_taylor_test_that_passes_does_not_acquit_a_wrong_block():
    assert HIDDEN.taylor.verdict == "right"
    assert "the gradient is right" not in words.summary(HIDDEN)
    assert "does not see an error in a small block" in words.summary(HIDDEN)


def test_one_slip_under_a_heavy_penalty_is_one_slip():
    """The weight decay drowns delta 2 in W1 and W2, which pass; b1 and b2 give it away."""
    assert HIDDEN.check.names("wrong") == ["b1", "b2"]
    assert {HIDDEN.check.block(name).verdict for name in ("W1", "W2")} == {"right"}
    (found,) = HIDDEN.diagnoses
    assert (found.line.name, found.complete) == ("delta 2", True)
    assert [slip.name for slip in found.slips] == ["Slope forgotten"]
    assert "The line: delta 2." in words.summary(HIDDEN)


def test_two_bugs_without_a_common_line_are_said_to_be_several():
    bugs = (BUGS_BY_NAME["dW doubled"].at(1), BUGS_BY_NAME["b off by 0.1 %"].at(3))
    assert "more than one slip" in words.summary(examined(CheckPlan(bugs=bugs)))


def test_the_table_has_a_row_per_block():
    table = words.table(BUGGY)
    assert table.count("<tr>") == 1 + len(BUGGY.check.blocks)
    assert "W1[2, 0]" in table


# ------------------------------------------------------------------ cases


def test_examine_reports_progress_up_to_one():
    shares = list(examine(CheckPlan(place=CheckPoint(training_steps=5))))
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_a_bug_goes_to_the_nearest_layer_it_fits_and_stays_out_where_it_cannot_matter():
    plan = CheckPlan(bugs=(BUG.at(20), BUGS_BY_NAME["Skip forgotten on the way back"]))
    planted = plan.planted(plan.right_fit())
    assert [(bug.name, bug.layer) for bug in planted] == [(BUG.name, 3)]


def test_training_uses_the_right_gradient_whatever_is_planted():
    place = CheckPoint(training_steps=20)
    points = [
        replace(CheckPlan(place=place), bugs=bugs).taught.after_training() for bugs in ((), (BUG,))
    ]
    assert np.array_equal(*points)
    plan = CheckPlan(place=place)
    fit = plan.right_fit()
    assert fit.value(points[0]) < fit.value(plan.start())


@pytest.mark.parametrize("loss", ["Squared error", "Softmax cross-entropy"])
def test_every_loss_gets_targets_and_outputs_that_fit(loss):
    loss = next(each for each in LOSSES if each.name == loss)
    for data in (*DATASETS, RANDOM):
        if getattr(data, "kind", loss.kind) == "regression" != loss.kind:
            continue
        result = examined(CheckPlan(loss=loss, data=data, shape=NetworkShape(2, 3, 9)))
        assert result.check.verdict == "right"


@pytest.mark.parametrize("shape", [NetworkShape(4, 40, 16), NetworkShape(3, 60, 60)], ids=str)
def test_a_check_takes_no_more_memory_than_its_plan_says(shape):
    plan = CheckPlan(shape=shape)
    tracemalloc.start()
    try:
        examined(plan)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert 0.3 * plan.memory < most < plan.memory


def test_other_checks_are_asked_of_the_same_gradient():
    """A bias gradient off by a per mille passes torch's defaults, and the page says that of it."""
    bug = BUGS_BY_NAME["b off by 0.1 %"].at(2)
    missed, told = examined(CheckPlan(bugs=(bug,))), words.arena(RIGHT)
    for rule in RULES:
        assert rule.name in told
    assert "bug is planted" not in told
    by_rule = {said.rule.name: said for said in missed.arena}
    assert by_rule["Optscope"].verdict == missed.check.verdict == "wrong"
    assert by_rule["torch gradcheck"].verdict == "right"
    told = words.arena(missed)
    assert told.count("right, although a bug is planted") == sum(
        said.verdict == "right" for said in missed.arena
    )
    assert words.arena_verdict("wrong", False) == "wrong, although no bug is planted"
    assert words.arena_verdict("no verdict", True) == "no verdict"
