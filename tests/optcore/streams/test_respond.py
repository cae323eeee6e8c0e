"""An optimizer fed a stream does what it does in a race, and what torch does."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from optcore.descent import descend
from optcore.descent.schedules import InverseTime
from optcore.knobs import knobs
from optcore.objective import Look
from optcore.optimizers import OPTIMIZERS, Adam, AveragedSGD, Momentum, Newton, RMSProp
from optcore.optimizers.misprints import MISPRINTS
from optcore.streams import STREAMS, DrawnStream, NoiseStream, SparseStream, play, respond
from optcore.streams.plane import Plane
from optcore.streams.replay import replay
from optcore.streams.response import Response, _fed
from optcore.surfaces import Rosenbrock

EVERY = (*OPTIMIZERS, *MISPRINTS)
FED = [optimizer for optimizer in EVERY if optimizer.follows_gradients]
NOT_FED = [optimizer for optimizer in EVERY if not optimizer.follows_gradients]
STORED = np.load(Path(__file__).parents[2] / "support" / "torch_streams.npz")
SETTINGS = json.loads(str(STORED["settings"]))["methods"]
NOISE = STORED["gradients/noise"]

fed = pytest.mark.parametrize("optimizer", FED, ids=lambda o: o.name)


@pytest.mark.parametrize("stream", ["noise", "sparse and alternating"])
@pytest.mark.parametrize("name", SETTINGS)
def test_torch_takes_the_same_steps(name, stream):
    optimizer = next(o for o in OPTIMIZERS if o.name == name)
    optimizer = dataclasses.replace(optimizer, **SETTINGS[name])
    response = respond(optimizer, STORED[f"gradients/{stream}"])
    theirs = STORED[f"{name}/{stream}"]
    for i in (0, 1):
        size = np.abs(theirs[:, i]).max()
        np.testing.assert_allclose(response.points[:, i], theirs[:, i], rtol=0, atol=1e-12 * size)
        np.testing.assert_allclose(
            response.steps[:, i], np.diff(theirs[:, i]), rtol=0, atol=1e-12 * size
        )


def test_all_methods_of_torch_are_compared():
    assert {o.name for o in FED if o.torch} == set(SETTINGS)


@fed
def test_it_steps_as_in_a_race_that_saw_the_same_gradients(optimizer):
    """From the origin, as a stream begins there."""
    optimizer = dataclasses.replace(optimizer, learning_rate=1e-3)
    race = descend(Rosenbrock(), optimizer, (0.0, 0.0), 60)
    response = respond(optimizer, race.seen[:-1])
    np.testing.assert_allclose(response.points, race.points, rtol=1e-12, atol=1e-14)
    for name, rows in response.memory.items():
        np.testing.assert_allclose(rows, race.memory[name], rtol=1e-12, atol=1e-14)


@fed
def test_the_fast_path_is_the_definition(optimizer):
    assert replay(optimizer, NOISE, None) is not None
    response = respond(optimizer, NOISE)
    steps, points, memory = _fed(optimizer, NOISE, None)
    np.testing.assert_allclose(response.steps, steps, rtol=1e-13)
    np.testing.assert_allclose(response.points, points, rtol=1e-13)
    assert list(memory) == list(response.memory)
    for name, rows in memory.items():
        assert rows.shape == response.memory[name].shape
        np.testing.assert_allclose(response.memory[name], rows, rtol=1e-13)


@fed
def test_a_batch_of_hyperparameters_is_each_alone(optimizer):
    field = "learning_rate" if len(knobs(optimizer)) == 1 else list(knobs(optimizer))[1]
    values = getattr(optimizer, field) * np.array([1.0, 0.9, 0.5])
    together = respond(dataclasses.replace(optimizer, **{field: values}), NOISE)
    assert together.steps.shape == (len(NOISE), 3, 2)
    for i, value in enumerate(values):
        alone = respond(dataclasses.replace(optimizer, **{field: value}), NOISE)
        np.testing.assert_allclose(together.steps[:, i], alone.steps, rtol=1e-12, atol=1e-15)
        np.testing.assert_allclose(together.in_rates[:, i], alone.in_rates, rtol=1e-12, atol=1e-12)


def test_a_batch_of_streams_is_each_alone():
    both = np.stack([NOISE, 3 * NOISE[::-1]], axis=1)
    together = respond(Adam(beta2=np.array([[0.9], [0.99]])), both)
    alone = respond(Adam(beta2=0.99), both[:, 1])
    np.testing.assert_allclose(together.steps[:, 1], alone.steps, rtol=1e-12)


@pytest.mark.parametrize("optimizer", NOT_FED, ids=lambda o: o.name)
def test_who_needs_more_than_gradients_says_so(optimizer):
    with pytest.raises(ValueError, match="a stream has gradients alone"):
        respond(optimizer, NOISE)


@pytest.mark.parametrize("optimizer", EVERY, ids=lambda o: o.name)
def test_the_property_tells_the_truth(optimizer):
    """The same gradient everywhere, no value, no Hessian: that is enough, or it is not."""
    look = Look(Plane(NOISE[0]), np.zeros(2), np.full((), np.nan), NOISE[0])
    with np.errstate(all="ignore"):
        try:
            step, _ = optimizer.update(look, optimizer.init(np.zeros(2)))
            enough = bool(np.isfinite(step).all() and np.any(step != 0))
        except (AttributeError, KeyError, IndexError):
            enough = False
    assert enough == optimizer.follows_gradients


@pytest.mark.parametrize(
    ("gradients", "says"),
    [
        ([1.0, 2.0], "shape"),
        (np.zeros((0, 1)), "1 to 5000 steps"),
        (np.zeros((5001, 1)), "1 to 5000 steps"),
        (np.zeros((3, 0)), "shape"),
        (np.zeros((3, 2, 0)), "shape"),
        ([[np.nan]], "not finite"),
        ([[np.inf]], "not finite"),
    ],
)
def test_what_is_no_stream_is_refused(gradients, says):
    with pytest.raises(ValueError, match=says):
        respond(Adam(), gradients)


def test_a_schedule_scales_each_step():
    plain = respond(Momentum(learning_rate=0.1), NOISE)
    slowed = respond(Momentum(learning_rate=0.1), NOISE, schedule=InverseTime(decay=0.5))
    factor = 1 / (1 + 0.5 * np.arange(len(NOISE)))
    np.testing.assert_allclose(slowed.steps, plain.steps * factor[:, None], rtol=1e-13)
    np.testing.assert_allclose(slowed.in_rates, slowed.steps / 0.1, rtol=1e-15)
    rates = np.array([0.1, 0.2])
    batch = respond(Momentum(learning_rate=rates), NOISE, schedule=InverseTime(decay=0.5))
    np.testing.assert_allclose(batch.steps[:, 0], slowed.steps, rtol=1e-13)


def test_an_overflow_is_a_result():
    response = respond(AveragedSGD(learning_rate=10.0, regularization=1.0, power=0.0),
                       np.full((1000, 1), 1e3))  # fmt: skip
    assert not np.isfinite(response.steps[-1]).all()
    assert np.isfinite(response.steps[0]).all()


def test_rates_ways_and_angles_by_hand():
    # Momentum 1/2, rate 1: velocities (3, 4), then (-1.5, 2) for the gradients (-3, 0).
    gradients = [[3.0, 4.0], [-3.0, 0.0], [0.0, 0.0]]
    response = respond(Momentum(learning_rate=1.0, momentum=0.5), gradients)
    np.testing.assert_array_equal(response.steps, [[-3, -4], [1.5, -2], [0.75, -1]])
    np.testing.assert_array_equal(
        response.effective_rates, [[1, 1], [0.5, np.nan], [np.nan, np.nan]]
    )
    np.testing.assert_array_equal(response.travelled, [[0, 0], [3, 4], [4.5, 6], [5.25, 7]])
    # Downhill is (3, 0), the step (1.5, -2): cos = 1.5/2.5, so 53.13 degrees; then no direction.
    np.testing.assert_allclose(response.angles, [0, np.degrees(np.arccos(0.6)), np.nan], atol=1e-12)


def test_angles_are_those_between_the_step_and_downhill():
    """Two runs of six steps of length 5 in three dimensions, from gradients of any size."""
    degrees = np.array([0.0, 1e-6, 30.0, 90.0, 120.0, 180.0 - 1e-6])
    turned = 5 * np.stack(
        [np.cos(np.radians(degrees)), 0 * degrees, np.sin(np.radians(degrees))], 1
    )
    turned[3, 0] = 0.0
    downhill = np.array([2.0, 0.0, 0.0])
    for size in (1.0, 1e-200, 1e200):
        gradients = -size * np.broadcast_to(downhill, (6, 2, 3))
        steps = np.stack([turned, turned[::-1]], axis=1)
        found = Response(gradients, steps, np.zeros((7, 2, 3)), {}, 1.0).angles
        np.testing.assert_allclose(found[:, 0], degrees, rtol=1e-9)
        np.testing.assert_allclose(found[:, 1], degrees[::-1], rtol=1e-9)
    none = Response(gradients, 0 * steps, np.zeros((7, 2, 3)), {}, 1.0).angles
    assert np.isnan(none).all()


def test_a_step_against_the_gradient_stands_at_180_degrees():
    response = respond(Momentum(learning_rate=1.0, momentum=0.9), [[1.0], [-0.5]])
    np.testing.assert_allclose(response.angles, [0.0, 180.0])


def test_without_momentum_no_step_climbs_and_the_spread_bounds_the_angle():
    """Kantorovich: cos >= 2 sqrt(q)/(1 + q) for two coordinates whose rates differ by q."""
    response = respond(RMSProp(), NOISE)
    rates = response.effective_rates
    spread = rates.max(axis=-1) / rates.min(axis=-1)
    bound = np.degrees(np.arccos(2 * np.sqrt(spread) / (1 + spread)))
    assert (response.angles <= bound + 1e-9).all()
    assert response.angles.max() > 60


def test_play_puts_streams_beside_each_other():
    drawn = DrawnStream(values=(1.0, -2.0))
    gradients = play([drawn, SparseStream(size=2.0, period=3)], 5, (10.0, 0.5))
    np.testing.assert_array_equal(gradients, [[10, 1], [-20, 0], [0, 0], [0, 1], [0, 0]])
    np.testing.assert_array_equal(drawn.gradients(1), [1.0])


@pytest.mark.parametrize("stream", STREAMS, ids=lambda s: s.name)
def test_every_field_of_a_stream_is_a_knob_that_admits_its_default(stream):
    fields = {field.name for field in dataclasses.fields(stream)} - {"values"}
    assert set(knobs(stream)) == fields
    assert all(k.admits(getattr(stream, name)) for name, k in knobs(stream).items())
    assert stream.gradients(30).shape == (30,)


def test_noise_is_numpys_for_its_seed():
    expected = np.random.default_rng(7).normal(0.5, 3.0, 20)
    found = NoiseStream(mean=0.5, spread=3.0, seed=7).gradients(20)
    np.testing.assert_allclose(found, expected, rtol=1e-14)


@fed
def test_a_single_run_takes_the_fast_path(optimizer):
    assert replay(optimizer, NOISE, None) is not None


def test_newton_is_refused_by_what_it_asks_for():
    with pytest.raises(ValueError, match="Newton asks the loss for its grad and hessian"):
        respond(Newton(), [[1.0]])
