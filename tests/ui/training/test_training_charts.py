import re
from dataclasses import replace

import numpy as np
import pytest
from dressing import validated

from optcore.descent.disturbance import ClipNorm
from optcore.networks.activations import LeakyReLU, ReLU, Sigmoid
from optcore.networks.datasets import Blobs, Moons, Sine
from optcore.networks.initializers import HeNormal, XavierNormal, Zeros
from optcore.optimizers import GradientDescent
from optcore.training.plan import TrainingPlan
from optcore.training.record import Trainer, train
from ui.prose import number, percent
from ui.training import charts, choices, words
from ui.training.answer_charts import CLASSES, SCALE, answers

PLAN = TrainingPlan(
    Moons(samples=30), Sigmoid(), HeNormal(), GradientDescent(0.2), depth=3, width=6, steps=120
)
OTHER = replace(PLAN, hidden=ReLU())
BLOWS_UP = replace(
    OTHER, dataset=Sine(samples=60), initializer=HeNormal(gain=2.5), depth=8, width=12
)


@pytest.fixture(scope="module")
def sides():
    return choices.sides([train(PLAN), train(OTHER)])


@pytest.fixture(scope="module")
def exploded():
    return choices.sides([train(replace(BLOWS_UP, initializer=HeNormal())), train(BLOWS_UP)])


def figures(sides, which="Weights", only=None):
    steps = charts.clock_steps(sides)
    return [panel.figure for panel in choices.panels(sides, steps, which, only)]


@pytest.mark.parametrize("which", list(charts.TITLES))
def test_every_figure_is_one_that_plotly_accepts(sides, exploded, which):
    three = choices.sides([train(replace(PLAN, dataset=Blobs(samples=30)))] * 2)
    clipped = choices.sides([train(replace(PLAN, clip=ClipNorm(0.1)))] * 2)
    for each in (sides, exploded, three, clipped):
        for figure in figures(each, which):
            assert len(validated(figure).data) == len(figure["data"])


def test_the_clock_stands_at_snapshots_and_at_ends(sides, exploded):
    np.testing.assert_array_equal(charts.clock_steps(sides), PLAN.snapshots)
    end = exploded[1].record.last
    steps = charts.clock_steps(exploded)
    assert end in steps
    assert steps[-1] == BLOWS_UP.steps
    assert charts.clock_steps(exploded[1:])[-1] == end


def test_the_answers_move_with_the_clock(sides):
    steps = charts.clock_steps(sides)
    field, *samples = answers(sides[1], steps)["data"]
    frames = field["meta"]["frames"]["z"]
    assert frames.shape == (len(steps), 41, 41)
    record = sides[1].record
    for at in (0, 7, len(steps) - 1):
        given = record.answers[list(record.snapshots).index(steps[at])]
        np.testing.assert_array_equal(frames[at].ravel(), given[:, 0].astype(np.float32))
    # x runs along the columns: the place of a cell is where the answer was asked.
    places = np.stack(np.meshgrid(field["x"], field["y"]), axis=-1).reshape(-1, 2)
    np.testing.assert_allclose(places, record.places, atol=1e-12)
    inputs = np.concatenate([np.stack([s["x"], s["y"]], axis=-1) for s in samples])
    np.testing.assert_array_equal(np.sort(inputs, 0), np.sort(PLAN.data.inputs, 0))


def test_a_moving_hand_gets_the_answers_of_its_step_alone(sides):
    steps = charts.clock_steps(sides)
    whole = answers(sides[0], steps)["data"][0]["meta"]["frames"]["z"]
    alone = answers(sides[0], steps, only=5)["data"][0]["meta"]["frames"]["z"]
    np.testing.assert_array_equal(alone, whole[5:6])
    quick = choices.sides([train(PLAN, [int(steps[5])]), train(OTHER, [int(steps[5])])])
    same = answers(quick[0], steps, only=5)["data"][0]["meta"]["frames"]["z"]
    np.testing.assert_array_equal(same, alone)


def test_a_regression_is_drawn_as_its_curve(exploded):
    steps = charts.clock_steps(exploded)
    curve = answers(exploded[0], steps)["data"][1]["meta"]
    record = exploded[0].record
    np.testing.assert_array_equal(curve["x"], record.places[:, 0])
    np.testing.assert_array_equal(curve["y"][-1], record.answers[-1, :, 0])
    assert len(curve["y"]) == len(steps)


def test_after_an_explosion_the_last_finite_answer_stays_and_a_note_tells_its_step(exploded):
    steps, record = charts.clock_steps(exploded), exploded[1].record
    assert np.isfinite(record.answers[0]).all()
    assert not np.isfinite(record.answers[1]).any()
    _, curve, note = answers(exploded[1], steps)["data"]
    np.testing.assert_array_equal(curve["meta"]["y"], np.repeat(record.answers[:1, :, 0],
                                                                len(steps), axis=0))  # fmt: skip
    assert note["text"] == [f"Exploded at step {record.last}.", "Shown: the answer at step 0."]
    written = np.isfinite(note["meta"]["x"]).all(1) & np.isfinite(note["meta"]["y"]).all(1)
    np.testing.assert_array_equal(written, steps >= record.last)
    assert len(answers(exploded[0], steps)["data"]) == 2


def test_the_note_says_where_no_answer_is_finite_or_it_lies_off_the_scale(exploded):
    side = exploded[1]
    steps = charts.clock_steps(exploded)
    for snapshot, told in ((np.inf, "No finite answer is left."),
                           (1e9, "Shown: the answer at step 7, off the scale.")):  # fmt: skip
        answer = np.full_like(side.record.answers[:1], snapshot)
        record = replace(side.record, answers=answer, snapshots=np.array([7]))
        assert answers(replace(side, record=record), steps)["data"][-1]["text"][1] == told


def test_classes_are_drawn_as_the_one_that_wins():
    side = choices.sides([train(replace(PLAN, dataset=Blobs(samples=60)))] * 2)[0]
    field = answers(side, charts.clock_steps([side]))["data"][0]
    assert set(np.unique(field["meta"]["frames"]["z"])) <= {0.0, 1.0, 2.0}
    right = side.record.answers[-1].argmax(-1)
    np.testing.assert_array_equal(field["meta"]["frames"]["z"][-1].ravel(), right)


def test_the_heat_map_holds_the_logarithms(sides):
    decades = charts.span(sides, "Weights")
    for side in sides:
        field = charts.heat(side, charts.clock_steps(sides), "Weights", decades)["data"][0]
        norms = side.record.weight_grad_norms
        np.testing.assert_allclose(10.0 ** field["z"].T, norms, rtol=1e-5)
        assert list(field["y"]) == [1, 2, 3, 4]
        assert (field["zmin"], field["zmax"]) == decades
    every = np.concatenate([side.record.weight_grad_norms.ravel() for side in sides])
    assert decades[0] <= np.log10(every.min()) < decades[0] + 1
    assert decades[1] >= np.log10(np.quantile(every, 0.98))


@pytest.mark.parametrize(
    ("which", "first", "name"),
    [("Deltas", 0, "delta_norms"), ("Weights", 0, "weight_grad_norms"),
     ("Update ratio", 1, "update_ratios")],
)  # fmt: skip
def test_each_quantity_begins_where_it_exists(sides, which, first, name):
    at, values = charts.quantity(sides[0].record, which)
    assert (at[0], at[-1]) == (first, PLAN.steps)
    np.testing.assert_array_equal(values, getattr(sides[0].record, name))


def test_long_trainings_are_thinned_for_the_heat_map():
    side = choices.sides([train(replace(PLAN, steps=900), [])] * 2)[0]
    field = charts.heat(side, np.array([0, 900]), "Weights", (-5, 0))["data"][0]
    assert field["z"].shape == (4, charts.COLUMNS)
    assert (field["x"][0], field["x"][-1]) == (0, 900)
    row = np.searchsorted(field["x"], 451)
    norms = side.record.weight_grad_norms[field["x"][row]]
    np.testing.assert_allclose(10.0 ** field["z"][:, row], norms, rtol=1e-5)


def test_an_explosion_is_marked_and_the_curves_hold_what_is_finite(exploded):
    steps = charts.clock_steps(exploded)
    heat = charts.heat(exploded[1], steps, "Weights", charts.span(exploded, "Weights"))
    assert "inf" in heat["layout"]["annotations"][0]["text"]
    assert charts.heat(exploded[0], steps, "Weights", (-3, 3))["layout"]["annotations"] == []
    loss = [t for t in charts.losses(exploded, steps)["data"] if t["meta"].get("play") == "still"]
    record = exploded[1].record
    assert np.isnan(loss[1]["y"][-1])
    np.testing.assert_array_equal(loss[1]["y"][:-1], record.losses[:-1])


def test_after_the_end_the_legend_says_of_which_step_its_numbers_are(exploded):
    steps, last = charts.clock_steps(exploded), exploded[1].record.last
    heads = [t for t in charts.losses(exploded, steps)["data"] if t["meta"].get("readout")]
    for step, early, late in zip(steps, *(head["meta"]["reads"] for head in heads), strict=True):
        assert "at step" not in early
        assert late.endswith(f" at step {last}") == (step > last)
    heads = [t for t in charts.whole_gradient(exploded, steps)["data"] if t["meta"].get("readout")]
    assert [read == "–" for read in heads[1]["meta"]["reads"]] == list(steps > last)


def test_the_legend_reads_the_clock_s_step(sides):
    steps = charts.clock_steps(sides)
    heads = [t for t in charts.losses(sides, steps)["data"] if t["meta"].get("readout")]
    for side, head in zip(sides, heads, strict=True):
        np.testing.assert_array_equal(head["meta"]["y"][:, 0], side.record.losses[steps])
        assert head["meta"]["reads"][3] == f"{side.record.losses[steps[3]]:.3g}"


def test_a_marker_at_either_end_is_whole_on_a_phone(sides):
    low, high = charts.losses(sides, charts.clock_steps(sides))["layout"]["xaxis"]["range"]
    pixels, radius = 310, 4.2
    for room in (-low, high - PLAN.steps):
        assert radius <= room / (high - low) * pixels < 2 * radius


def test_clipping_is_drawn_before_and_after():
    clipped = choices.sides([train(replace(PLAN, clip=ClipNorm(0.05)))] * 2)
    lines = [t for t in charts.whole_gradient(clipped, PLAN.snapshots)["data"]
             if t["meta"].get("play") == "still"]  # fmt: skip
    record = clipped[0].record
    np.testing.assert_array_equal(lines[0]["y"], record.before)
    np.testing.assert_array_equal(lines[2]["y"], record.after)
    assert lines[2]["y"].max() <= 0.05 * (1 + 1e-12)


def test_names_say_what_differs():
    def name(**changes):
        return choices.names([PLAN, replace(PLAN, **changes)])

    assert name(hidden=ReLU()) == ["Sigmoid", "ReLU"]
    assert name(residual=True, norm="layer") == [
        "Sigmoid, plain", "Sigmoid, residual, layer norm",
    ]  # fmt: skip
    assert name(initializer=XavierNormal()) == ["Sigmoid, He normal", "Sigmoid, Xavier normal"]
    assert name(initializer=HeNormal(gain=2.0)) == ["Sigmoid, gain 1", "Sigmoid, gain 2"]
    assert name() == ["Sigmoid (left)", "Sigmoid (right)"]
    leaks = [replace(PLAN, hidden=LeakyReLU(slope=slope)) for slope in (0.1, 0.2)]
    assert choices.names(leaks) == ["Leaky ReLU, slope 0.1", "Leaky ReLU, slope 0.2"]


def test_two_sides_never_look_alike(sides):
    twins = choices.sides([sides[0].record] * 2)
    assert twins[0].look["colour"] != twins[1].look["colour"]
    assert twins[0].look["dash"] != twins[1].look["dash"]


def test_the_words_follow_the_numbers(sides, exploded):
    flat = words.verdict(sides[0])
    record = sides[0].record
    assert f"loss {number(record.losses[-1])}" in flat
    assert f"{percent(record.accuracies[-1])} of the samples right" in flat
    assert (
        f"‖∂L/∂W‖, the gradient of the weights, was {number(words.share(sides[0], 0))} times"
        in flat
    )
    told = words.step_by_step(sides, charts.clock_steps(sides))
    assert len(told) == len(PLAN.snapshots)
    assert told[4].startswith(f"Step {PLAN.snapshots[4]}: Sigmoid has loss ")
    assert words.meanwhile(sides, int(PLAN.snapshots[4]), followed=True) in told[4]
    assert "let go" in words.meanwhile(sides, 7, followed=False)
    assert "Exploded at step" in words.verdict(exploded[1])
    table = words.results(exploded)
    assert table.count("<tr>") == 3
    last = exploded[1].record.last
    assert f"<td>{number(exploded[1].record.losses[-1])} at step {last}</td>" in table
    told = words.step_by_step(exploded, charts.clock_steps(exploded))
    for step, text in zip(charts.clock_steps(exploded), told, strict=True):
        now = text.splitlines()[0]
        assert now.endswith(f"gain 2.5 exploded at step {last}.") == (step >= last)
        assert "inf" not in now


def test_words_for_a_stopped_and_for_a_clipped_training():
    trainer = Trainer(replace(PLAN, clip=ClipNorm(0.01)))
    steps = iter(trainer)
    for _ in range(9):
        next(steps)
    side = choices.sides([trainer.record()] * 2)[0]
    told = words.verdict(side)
    assert f"Stopped after step 8 of 120. Loss {number(side.record.losses[8])}" in told
    assert "Clipping shortened 8 of 8 gradients" in told
    assert f"from {number(side.record.before[0])} to 0.01" in told


def test_words_for_a_network_that_starts_at_zero():
    side = choices.sides([train(replace(OTHER, initializer=Zeros(), steps=10))] * 2)[0]
    told = words.verdict(side)
    assert "the gradient of its output weights is exactly 0" in told
    assert "It answers the same everywhere: two samples differ by 0 at most" in told


def test_right_answers_that_hardly_differ_are_not_left_as_a_contradiction():
    """79 % right and the same everywhere: by so little, on either side of one half."""
    side = choices.sides([train(replace(OTHER, initializer=Zeros(), steps=10))] * 2)[0]
    record = side.record
    tiny = np.full(len(record.spread), 1e-4)
    for accuracy, said in ((0.79, True), (0.5, False)):
        told = replace(record, spread=tiny, accuracies=np.full(len(record.accuracies), accuracy))
        words_of = words.verdict(replace(side, record=told))
        assert "It answers the same everywhere" in words_of
        assert ("on the two sides of one half" in words_of) == said


def test_points_stay_apart_from_the_ground_that_answers_them_right_in_the_dark_too():
    """The browser lightens hex colours on a dark page; a point's fill is none of these."""
    assert not any(re.fullmatch("#[0-9a-fA-F]{6}", colour) for colour in CLASSES)
    for colour, ground in zip(CLASSES, (SCALE[0][1], SCALE[-1][1]), strict=False):
        fill = [int(part) for part in re.findall(r"\d+", colour)]
        under = [int(ground[at : at + 2], 16) for at in (1, 3, 5)]
        assert np.linalg.norm(np.subtract(fill, under)) > 70
