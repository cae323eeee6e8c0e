"""The Steps page's figures show the numbers of the core, and its words say them."""

import re

import numpy as np
import pytest
from dressing import validated

from optcore.descent.schedules import SCHEDULES, Constant
from optcore.optimizers import Adam, AdamW, AMSGrad, DeltaBarDelta, Momentum, RMSProp, Rprop
from optcore.streams import (
    STREAMS,
    AlternatingStream,
    ConstantStream,
    DrawnStream,
    NoiseStream,
    ReddiStream,
    SignChangeStream,
    longest_step,
)
from ui.steps import charts, words
from ui.steps.case import Playing, second_of
from ui.steps.drawing import LETTERS, MOST, read, written
from ui.steps.parameters import ANGLE, DRIFT, LONGEST, PLAYERS, RATE, SILENT

FEW = (Momentum(), RMSProp(), Adam(), Rprop())


def playing(*streams, optimizers=FEW, scales=None, steps=40, schedule=SCHEDULES[0]):
    scales = scales or (1.0,) * len(streams)
    return Playing(streams, scales, optimizers, steps, schedule)


def by_name(figure):
    return {trace["name"]: trace for trace in figure["data"]}


def every_figure(case):
    responses = case.responses()
    return [
        charts.played(case, responses, law=True, log=False),
        charts.played(case, responses, law=True, log=True),
        charts.effective_rates(case, responses),
        charts.ways(case, responses, log=True),
        charts.angles(case, responses),
        charts.places(case, responses),
        charts.paths(case, responses),
        charts.longest(case, responses, case.longest(), law=True),
        charts.drifts(case.drifts()),
        *charts.memories(case, responses, log=False).values(),
        *charts.memories(case, responses, log=True).values(),
    ]


@pytest.mark.parametrize("stream", STREAMS, ids=lambda s: s.name)
def test_plotly_takes_every_figure_and_every_axis_holds_its_curves(stream):
    case = playing(stream, second_of(stream), optimizers=PLAYERS, scales=(1.0, 0.01))
    for figure in every_figure(case):
        validated(figure)
        for trace in (each for each in figure["data"] if "meta" in each):
            axis = figure["layout"][trace.get("yaxis", "y").replace("y", "yaxis")]
            low, high = axis["range"]
            assert low < high
            values = trace["y"][np.isfinite(trace["y"])]
            if figure["layout"]["yaxis"].get("title", {}).get("text") == "second":
                x_low, x_high = figure["layout"]["xaxis"]["range"]
                assert x_low <= np.nanmin(trace["x"])
                assert np.nanmax(trace["x"]) <= x_high
            if axis.get("type") == "log":
                values = np.log10(values[values > 10.0**low])
            assert (values >= low - 1e-9).all()
            assert (values <= high + 1e-9).all()


def test_a_step_stands_on_its_own_place_of_the_clock():
    case = playing(ConstantStream(2.0))
    figure = by_name(charts.played(case, case.responses(), law=True, log=False))
    momentum = figure["Momentum"]["y"]
    assert np.isnan(momentum[0])
    assert len(momentum) == 41
    np.testing.assert_allclose(momentum[1:], 2 * (1 - 0.9 ** np.arange(1, 41)) / 0.1, rtol=1e-12)
    np.testing.assert_allclose(figure["Momentum: the law"]["y"][1:], momentum[1:], rtol=1e-12)
    assert "Adam: the law" in figure
    assert "Adam: the law" not in by_name(
        charts.played(case, case.responses(), law=False, log=True)
    )


def test_a_schedule_has_no_law():
    warm = next(each for each in SCHEDULES if each.name == "Warm-up + cosine")
    case = playing(ConstantStream(), schedule=warm)
    names = by_name(charts.played(case, case.responses(), law=True, log=False))
    # Rprop's sizes are its own: no schedule touches them.
    assert [name for name in names if "law" in name] == ["Rprop: the law"]


def test_effective_rates_are_steps_over_gradients_in_rates():
    case = playing(ConstantStream(4.0), ConstantStream(4.0), scales=(1.0, 0.01))
    figure = by_name(charts.effective_rates(case, case.responses()))
    # Adam steps one rate in both: a quarter of it per unit of gradient, and 25.
    np.testing.assert_allclose(figure["Adam"]["y"][1:], 0.25, rtol=1e-6)
    np.testing.assert_allclose(figure["Adam, second"]["y"][1:], 25, rtol=1e-5)
    np.testing.assert_allclose(figure["Momentum, second"]["y"][1:], figure["Momentum"]["y"][1:])


def test_memories_come_by_name_with_the_corrected_dotted():
    case = playing(ConstantStream(3.0))
    found = charts.memories(case, case.responses(), log=False)
    assert set(found) == {"velocity", "mean_square", "mean", "size", "kept_grad"}
    mean = found["mean"]["data"]
    assert [trace["line"]["dash"] for trace in mean][-1] == "dot"
    np.testing.assert_allclose(mean[0]["y"], 3 * (1 - 0.9 ** np.arange(41)), rtol=1e-12)
    np.testing.assert_allclose(mean[1]["y"][1:], 3.0, rtol=1e-12)
    assert len(found["mean_square"]["data"]) == 3


def test_the_longest_step_stays_under_its_ceiling():
    case = playing(NoiseStream(), optimizers=(Adam(), Momentum()))
    bounds = case.longest()
    assert set(bounds) == {"Adam"}
    figure = by_name(charts.longest(case, case.responses(), bounds, law=True))
    np.testing.assert_allclose(figure["Adam: the paper's bound"]["y"][1:], 10**0.5)
    record, ceiling = figure["Adam"]["y"][1:], figure["Adam: the law"]["y"][1:]
    assert (np.diff(record) >= 0).all()
    assert (record <= ceiling).all()
    assert ceiling[-1] == pytest.approx(longest_step(Adam(), 40).by_step[-1])


def test_the_drift_curve_crosses_zero_at_the_turning_point():
    case = playing(ReddiStream(), optimizers=(Adam(beta1=0.0), AMSGrad(), Momentum()))
    found = case.drifts()
    assert set(found) == {"Adam", "AMSGrad"}
    turning = found["Adam"].turning
    below = found["Adam"].way[found["Adam"].rest > 1 - turning]
    assert (below > 0).all()
    marks = [
        trace for trace in charts.drifts(found)["data"] if trace["marker"]["symbol"] == "cross"
    ]
    assert len(marks) == 1
    assert marks[0]["x"][0] == pytest.approx(1 - turning)


def test_an_axis_goes_in_round_steps_and_holds_still_under_small_changes():
    assert charts.span(np.array([0.0, 9.99])) == charts.span(np.array([0.3, 10.1])) == [0.0, 12.0]
    assert charts.span(np.array([np.nan])) == [0.0, 1.0]
    assert charts.span(np.zeros(3)) == [0.0, 1.0]
    low, high = charts.span(np.array([-3.0, 7.0]))
    assert low <= -3
    assert high >= 7


# ------------------------------------------------------------------ words


def sentence(case, view):
    known = {LONGEST: case.longest, DRIFT: case.drifts}.get(view, dict)()
    return words.by_step(case, case.responses(), view, known)


def test_there_is_a_sentence_for_every_place_of_the_clock():
    case = playing(ConstantStream(2.0), steps=20)
    told = sentence(case, RATE)
    assert len(told) == 21
    assert told[3].startswith("Step 3: gradient 2; steps down, in rates: Momentum 5.42")


def test_the_last_step_is_told_beside_where_it_leads():
    last = sentence(playing(ConstantStream(2.0), steps=20), RATE)[-1]
    assert last.startswith("Step 20, in rates: Momentum 17.6, going to 20; RMSProp")
    assert "Adam 1, settled" in last
    assert "Rprop 31.9" in last


def test_views_tell_of_themselves():
    turned = playing(SignChangeStream(at=20), optimizers=(Momentum(), RMSProp()))
    told = sentence(turned, ANGLE)[-1]
    climbs = int(re.search(r"It climbs: Momentum at (\d+) steps, first at 20", told)[1])
    steps = turned.responses()["Momentum"].steps[:, 0]
    assert climbs == int((steps[19:] < 0).sum())
    assert "Never climbing, widest angle in degrees: RMSProp 0.0." in told
    reddi = playing(ReddiStream(), optimizers=(Adam(beta1=0.0, beta2=0.1), AMSGrad()))
    told = sentence(reddi, DRIFT)[-1]
    assert "Adam goes uphill, the wrong way, by" in told
    assert "it turns at β₂ = 0.317" in told
    assert "AMSGrad goes downhill" in told
    assert sentence(playing(NoiseStream()), DRIFT)[-1].startswith("None of these has a known drift")


def test_who_draws_the_longest_stream_is_told_all_of_it():
    best = longest_step(Adam(), 40).gradients
    case = playing(DrawnStream(values=tuple(best)), optimizers=(Adam(epsilon=0.0),))
    assert "at step 40: 100 % of the" in sentence(case, LONGEST)[-1]


def test_the_longest_step_is_the_first_of_equals():
    case = playing(ConstantStream(), optimizers=(Adam(epsilon=0.0),))
    assert "Adam's longest step is 1 rate, at step 1:" in sentence(case, LONGEST)[-1]


def test_a_step_straight_down_has_no_angle():
    case = playing(*[ConstantStream(0.7)] * 2, optimizers=(Momentum(),), scales=(1.0, 0.01))
    figure = charts.angles(case, case.responses())
    np.testing.assert_array_equal(by_name(figure)["Momentum"]["y"][1:], 0.0)


def test_the_table_has_a_row_for_each_and_says_who_has_no_law():
    case = playing(AlternatingStream(), NoiseStream(), optimizers=(*FEW, DeltaBarDelta()))
    html = words.table(case, case.responses())
    assert html.count("<tr>") == 6
    assert "no law" in html
    assert words.table(playing(ConstantStream(), optimizers=()), {}) == ""
    assert words.by_step(playing(ConstantStream(), optimizers=(), steps=5), {}, RATE, {})[0] == (
        words.NOBODY
    )


@pytest.mark.parametrize("optimizer", PLAYERS, ids=lambda o: o.name)
def test_a_law_is_shown_with_its_source(optimizer):
    text = words.law_line(playing(ConstantStream()), optimizer)
    assert optimizer.name in text
    assert optimizer.source in text


@pytest.mark.parametrize(
    ("stream", "optimizer", "why"),
    [
        (NoiseStream(), DeltaBarDelta(), "chance decides"),
        (DrawnStream(values=(1.0, 0.5)), Adam(), "no formula"),
        (AlternatingStream(), AdamW(learning_rate=3.0, weight_decay=1.0), "more than the whole"),
    ],
)
def test_a_missing_line_has_a_reason_in_words(stream, optimizer, why):
    case = playing(stream, optimizers=(Adam(), optimizer))
    assert why in words.law_line(case, optimizer)
    silent = isinstance(stream, DrawnStream)
    assert (f"Nothing foretells {optimizer.name}." in sentence(case, RATE)[-1]) != silent


def test_a_schedule_takes_the_law_away_and_says_so():
    case = playing(ConstantStream(), schedule=SCHEDULES[1])
    assert "The schedule changes" in words.law_line(case, Adam())


def test_who_cannot_be_fed_is_not_offered():
    assert all(not each.follows_gradients for each in SILENT)
    assert {"Newton", "BFGS", "Nelder-Mead"} <= {each.name for each in SILENT}


# ------------------------------------------------------------------ drawings


def test_a_drawing_comes_back_as_it_was_written():
    values = read(LETTERS)
    assert values[0] == -1.0
    assert values[31] == 0.0
    assert values[-1] == 1.0
    assert read(written(values)) == values
    assert written([0.5, 0.0, 0.0]) == written([0.5])
    assert written([float("nan"), 7.0, -7.0]) == LETTERS[31] + LETTERS[-1] + LETTERS[0]
    assert read("") == ()


@pytest.mark.parametrize("text", ["a b", "é", "V" * (MOST + 1)])
def test_what_is_no_drawing_is_refused_with_a_sentence(text):
    with pytest.raises(ValueError, match="A drawing"):
        read(text)


def test_the_constant_schedule_is_the_first():
    assert isinstance(SCHEDULES[0], Constant)
