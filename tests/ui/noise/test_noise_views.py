"""The views of the Noise page show the numbers of the core, and their words say them."""

import csv
import io
import tracemalloc
from itertools import combinations

import numpy as np
import pytest
from alone import told
from dressing import validated
from noise_page import case_of, state_at

from optcore.descent import Batches, descend
from optcore.optimizers import GradientDescent
from optcore.samples import averaged
from ui.noise import band, choices, gradient, picture, run, run_charts
from ui.noise.band import Band
from ui.noise.figures import ellipse
from ui.noise.parameters import (
    AIM,
    BIAS,
    LATE,
    METHODS,
    ONE,
    ORDER,
    RATES,
    RUN,
    STOP,
    TASKS,
    THREE,
    UNITS,
    VIEWS,
)
from ui.scene import as_csv

SHORT = {"run.budget": "200", "deck.points": "12", "deck.passes": "3", "train.steps": "40",
         "stop.steps": "60", "late.steps": "40"}  # fmt: skip
VARIANTS = [
    *({"view": view} for view in VIEWS),
    *({"view": ONE, "task": task} for task in TASKS),
    *({"view": RUN, "equal": unit, "average": "1"} for unit in UNITS),
    *({"view": RUN, "schedule": rate.name, "grow": "1"} for rate in RATES),
    *({"view": RUN, "method": method.name} for method in METHODS),
    *({"view": ORDER, "dealt": order, "lie": "as drawn"} for order in ("ordered", "online")),
    *({"view": view, "loss": loss} for view in (AIM, STOP) for loss in ("0-1", "Hinge")),
    {"view": LATE, "delay.steps": "40", "late.rate": "2.4"},
    {"view": RUN, "gradient-descent.learning_rate": "5"},
    {"view": AIM, "loss": "Exponential", "train.learning_rate": "10", "train.w": "-9"},
    {"view": STOP, "loss": "Squared", "stop.learning_rate": "5"},
    {"view": ORDER, "deck.learning_rate": "1", "line.noise": "0"},
    {"view": ONE, "data.points": "3", "data.copies": "1000", "line.noise": "0", "draw": "replaced"},
    {"view": ONE, "task": THREE, "three.x1": "0", "three.x2": "0", "three.x3": "0"},
]


@pytest.mark.parametrize("link", VARIANTS, ids=lambda link: ", ".join(link.values()))
def test_plotly_takes_every_figure_and_there_are_words_table_and_numbers(link):
    state = state_at(**SHORT, **link)
    scene = choices.scene(state)
    words, table, facts = scene.words(), scene.table(), scene.facts()
    assert not state.memory["notices"]
    for panel in scene.panels:
        validated(panel.figure)
        for name, axis in panel.figure["layout"].items():
            if "axis" in name:
                low, high = axis["range"]
                assert low < high
    if not isinstance(words, str):
        assert len(words) == scene.clock.steps + 1
    assert "<table>" in table
    assert "nan" not in str(words) + table
    assert all(isinstance(fact, str | int | float | None) for fact in facts.values())
    rows = list(csv.reader(io.StringIO(as_csv(scene.columns_of()))))
    assert len({len(row) for row in rows}) == 1
    assert len(rows) > 2
    lines, window = picture.picture(state_at(**SHORT, **link))
    assert lines
    assert window is None or len(window) == 2


@pytest.mark.parametrize(
    ("view", "column"),
    [(ONE, "law"), (RUN, "one_sample_excess"), (ORDER, "online_distance"),
     (LATE, "compensated_loss"), (AIM, "errors"), (STOP, "gradient_norm")],
)  # fmt: skip
def test_a_program_prints_the_numbers_of_the_view(view, column):
    scene = choices.scene(state_at(**SHORT, view=view))
    output = told(scene.alone())
    last = float(list(scene.columns_of()[column])[-1])
    assert float(output.split()[-1]) == pytest.approx(last, rel=1e-9, abs=1e-12)


def test_the_spread_of_three_points_is_that_of_every_batch_there_is():
    case = case_of(gradient, task=BIAS)
    each = np.array([2 * (case.at.w * x + case.at.b - y)
                     for x, y in zip(case.fit.x, case.fit.y, strict=True)])  # fmt: skip
    pairs = np.array([np.mean(pair) for pair in combinations(each, 2)])
    law = case.expected([1, 2, 3], "shuffled")
    exact = [each.std(), np.sqrt(((pairs - each.mean()) ** 2).mean()), 0.0]
    np.testing.assert_allclose(law, exact, atol=1e-12)
    assert case.free == [1]
    assert case.true[1] == pytest.approx(each.mean())


@pytest.mark.parametrize("draw", ["shuffled", "replaced"])
@pytest.mark.parametrize("task", TASKS[2:])
def test_measured_spreads_lie_on_the_law(draw, task):
    """Within four standard errors of a root mean square of 200, about 1 / sqrt(2 * 200)."""
    case = case_of(gradient, task=task, draw=draw)
    law = case.expected(case.sizes, draw)
    some = law > 1e-9
    ratio = case.spread[some] / law[some]
    assert np.abs(ratio - 1).max() < 4 / np.sqrt(2 * gradient.BATCHES)
    ends = np.trace(case.covariances, axis1=1, axis2=2)
    np.testing.assert_allclose(np.sqrt(ends), law, atol=1e-9)
    if draw == "shuffled":
        assert case.spread[-1] < 1e-12
        assert case.uphill[-1] == 0


def test_a_larger_batch_holds_the_samples_of_the_smaller_ones():
    case = case_of(gradient, data__points="20", draw="shuffled")
    taken = case.each[case.cards[7] % 20]
    np.testing.assert_allclose(case.means[3, 7], taken[: case.sizes[3]].mean(axis=0))
    assert len(set(case.cards[7])) == 20


def test_copies_leave_the_gradient_and_end_the_correction():
    one, many = (case_of(gradient, data__points="10", data__copies=copies)
                 for copies in ("1", "1000"))  # fmt: skip
    np.testing.assert_allclose(one.true, many.true)
    assert one.expected([10], "shuffled")[0] == 0
    root = many.expected([10], "replaced")[0]
    assert many.expected([10], "shuffled")[0] == pytest.approx(root, rel=1e-3)


def test_samples_steps_and_time_are_spent_alike_by_all():
    samples = case_of(run, view=RUN, run__budget="640")
    assert [racer.steps for racer in samples.racers] == [6, 40, 640]
    steps = case_of(run, view=RUN, run__budget="640", equal="steps")
    assert [racer.steps for racer in steps.racers] == [640, 640, 640]
    time = case_of(run, view=RUN, run__budget="640", equal="time", run__overhead="20")
    assert [racer.steps for racer in time.racers] == [5, 17, 30]
    for case in (samples, steps, time):
        for racer in case.racers:
            rows = case.rows[racer.name]
            assert rows[0] == 0
            assert rows[-1] == racer.steps
            assert (np.diff(rows) >= 0).all()


def test_a_racer_is_the_descent_that_its_name_says():
    case = case_of(run, view=RUN, run__budget="100", run__batch="5")
    batches = Batches(5, "replaced", 0)
    own = descend(case.fit, GradientDescent(0.1), case.fit.start, 20, batches=batches)
    np.testing.assert_array_equal(case.paths["Mini-batch"][-1], own.points[-1])
    whole = descend(case.fit, GradientDescent(0.1), case.fit.start, 1)
    np.testing.assert_allclose(case.paths["Full batch"][-1], whole.points[-1], rtol=1e-12)


def test_a_batch_grows_as_the_rate_would_have_fallen():
    case = case_of(run, view=RUN, schedule="inverse time", grow="1", run__batch="2",
                   run__points="1000", equal="steps", run__budget="200")  # fmt: skip
    assert case.rates is None
    sizes = case.sizes(case.racers[1])
    np.testing.assert_array_equal(sizes, np.round(2 * (1 + 0.05 * np.arange(200))))


def test_who_climbs_is_named_with_the_limit_of_the_rate():
    link = {"view": RUN, "gradient-descent.learning_rate": "1.2"}
    told = choices.scene(state_at(**link)).words()
    limit = case_of(run, view=RUN).limit
    assert told == (
        "Full batch and Mini-batch and One sample climb: the rate 1.2 is too large (limit of the "
        f"whole gradient: {limit:.3g})."
    )


def test_the_mean_of_a_band_lies_on_the_exact_expectation():
    """Of 200 runs that differ in their seed, at every position of the clock."""
    case = case_of(run, view=RUN, run__budget="200", equal="steps", run__points="30")
    many = Band(case)
    for _ in many.runs():
        pass
    found = many.known
    batches = Batches(1, "replaced", np.arange(200))
    every = descend(case.fit, case.method, case.fit.start, 200, batches=batches)
    excess = case.excess(every.points)
    np.testing.assert_allclose(found["One sample"][2], excess.mean(axis=1))
    for name in ("Mini-batch", "One sample"):
        spread = 5 * excess.std(axis=1) / np.sqrt(200) + 1e-12
        assert (np.abs(found[name][2] - case.expected[name]) <= spread).all()
        assert (found[name][0] <= found[name][1]).all()


def test_a_band_is_the_same_in_however_many_calls_it_is_made(monkeypatch):
    """All three in one, or two and then the last alone."""
    case = case_of(run, view=RUN, run__budget="1000", equal="steps", run__points="30")
    many, made = Band(case, 3), []
    for together, calls in ((3, 1), (2, 2)):
        monkeypatch.setattr(band, "STEPS_AT_ONCE", together * many.racers[0].steps)
        assert len(list(many.runs())) == calls * len(many.racers)
        made.append(many.known)
    for name, found in made[0].items():
        np.testing.assert_allclose(made[1][name], found, rtol=1e-12)


def test_a_band_is_made_within_the_memory_it_says():
    """Of long runs on large batches, whose samples a call holds, few are made at once."""
    link = {"equal": "steps", "run__points": "1000", "run__budget": "300"}
    small = Band(case_of(run, view=RUN, run__batch="10", **link), 40)
    large = Band(case_of(run, view=RUN, run__batch="1000", **link), 40)
    batch = large.racers[0]
    assert small.at_once(small.racers[0]) == 40 > large.at_once(batch) > 1
    tracemalloc.start()
    next(made := large.runs())
    next(made)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert large.memory / 2 < peak < 1.3 * large.memory
    assert small.memory < large.memory


def test_what_a_band_takes_grows_with_steps_samples_and_runs():
    base = {"equal": "steps", "run__points": "1000", "run__budget": "300", "run__batch": "10"}
    least = Band(case_of(run, view=RUN, **base)).seconds
    for change in ({"run__budget": "600"}, {"run__batch": "100"}):
        assert Band(case_of(run, view=RUN, **base | change)).seconds > least
    assert Band(case_of(run, view=RUN, **base), 20).seconds == pytest.approx(least / 10)


@pytest.mark.parametrize(
    ("method", "rate"),
    [("gradient-descent", "0.02"), ("momentum", "0.002"), ("nesterov-momentum", "0.002")],
)
def test_the_mean_of_the_points_is_as_good_as_the_law_says(method, rate):
    """At a small rate, where the noise is nearly the same everywhere: within a tenth."""
    case = case_of(
        run,
        view=RUN,
        equal="steps",
        average="1",
        run__budget="2000",
        method=method,
        **{f"{method}__learning_rate": rate, "run__average_from": "0.2"},
    )
    batches = Batches(1, "replaced", np.arange(200))
    every = descend(case.fit, case.method, case.fit.start, 2000, batches=batches)
    means = averaged(every.points, 400)[case.rows["One sample"]]
    excess, law = case.excess(means).mean(axis=1), case.averaged_law["One sample"]
    assert np.isnan(law[:80]).all()
    np.testing.assert_allclose(excess[-100:], law[-100:], rtol=0.25)
    assert case_of(run, view=RUN, schedule="inverse-time").averaged_law == {}


@pytest.mark.parametrize("method", ["momentum", "nesterov-momentum"])
def test_the_expected_error_with_momentum_is_that_of_many_runs(method):
    case = case_of(run, view=RUN, method=method, equal="steps")
    batches = Batches(1, "replaced", np.arange(400))
    every = descend(case.fit, case.method, case.fit.start, 1000, batches=batches)
    excess = case.excess(every.points[case.rows["One sample"]])
    law, error = case.expected["One sample"], excess.std(axis=1) / np.sqrt(400)
    assert (np.abs(excess.mean(axis=1) - law) <= 5 * error + 1e-9).all()
    dashed = [trace["name"] for trace in run_charts.excess(case, None)["data"]]
    assert {"Full batch, expected", "Mini-batch, expected", "One sample, expected"} <= set(dashed)


def test_the_ball_that_is_drawn_is_that_of_the_last_rate_and_batch():
    falling = case_of(run, view=RUN, schedule="inverse time", equal="steps")
    single = falling.racers[2]
    last = 0.1 / (1 + 0.05 * 999)
    np.testing.assert_allclose(falling.last_ball(single),
                               falling.fit.stationary_covariance(last, 1))  # fmt: skip
    growing = case_of(run, view=RUN, schedule="inverse time", equal="steps", grow="1")
    np.testing.assert_allclose(growing.last_ball(single),
                               growing.fit.stationary_covariance(0.1, 51))  # fmt: skip


def test_the_ball_holds_the_points_of_a_long_run():
    case = case_of(run, view=RUN, equal="steps", run__budget="5000")
    points = case.runs["One sample"].points[500:]
    law = case.ball(1)
    measured = np.cov(points.T, bias=True)
    assert np.trace(measured) == pytest.approx(np.trace(law), rel=0.2)
    x, y = ellipse(case.fit.minima[0], law)
    away = np.stack([x, y], axis=-1) - case.fit.minima[0]
    lengths = np.einsum("ti,ij,tj->t", away, np.linalg.inv(law), away)
    np.testing.assert_allclose(np.sqrt(lengths), 2)
