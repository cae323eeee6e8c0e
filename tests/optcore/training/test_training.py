import math
from dataclasses import replace

import numpy as np
import pytest

from optcore.descent.disturbance import ClipNorm, ClipValue
from optcore.descent.loop import course, descend
from optcore.flow.layer_flow import layer_flow
from optcore.networks.activations import Identity, ReLU, Sigmoid, Tanh
from optcore.networks.datasets import Blobs, Dataset, Moons, Sine, Spirals
from optcore.networks.initializers import HeNormal, Normal, XavierNormal, Zeros
from optcore.optimizers import OPTIMIZERS, Adam, GradientDescent, LineSearch, Momentum
from optcore.training import plan as plans
from optcore.training.plan import HEADS, TRAINERS, TrainingPlan, constant_loss, places, untrainable
from optcore.training.record import Trainer, Watched, train

SMALL = TrainingPlan(
    Moons(samples=24), Tanh(), XavierNormal(), GradientDescent(0.3), depth=3, width=5, steps=20
)
BLOWS_UP = replace(
    SMALL,
    dataset=Sine(samples=64),
    hidden=ReLU(),
    initializer=HeNormal(gain=2.0),
    optimizer=GradientDescent(0.1),
    depth=8,
    width=16,
)


@pytest.mark.parametrize(
    "optimizer", [Momentum(0.1), Adam(0.01), LineSearch()], ids=lambda o: o.name
)
@pytest.mark.parametrize("clip", [None, ClipNorm(0.05), ClipValue(0.01)], ids=repr)
def test_a_record_is_what_descend_and_the_flow_say(optimizer, clip):
    plan = replace(SMALL, optimizer=optimizer, clip=clip)
    record = train(plan)
    run = descend(plan.fit, optimizer, plan.start, plan.steps, clip=clip)
    np.testing.assert_allclose(record.losses, run.values, rtol=1e-13)
    np.testing.assert_allclose(record.before, run.gradient_norms, rtol=1e-12)
    np.testing.assert_allclose(record.after, np.linalg.norm(run.seen, axis=-1), rtol=1e-12)
    flows = [layer_flow(plan.fit, point) for point in run.points]
    for name in ("delta_norms", "weight_grad_norms"):
        said = [getattr(flow, name) for flow in flows]
        np.testing.assert_allclose(getattr(record, name), said, rtol=1e-12)
    block = plan.fit.blocks["W2"]
    steps = np.linalg.norm(np.diff(run.points[:, block], axis=0), axis=-1)
    np.testing.assert_allclose(record.update_norms[1:, 1], steps, rtol=1e-9)
    lengths = np.linalg.norm(run.points[:, block], axis=-1)
    np.testing.assert_allclose(record.update_ratios[:, 1], steps / lengths[:-1], rtol=1e-9)


def test_answers_are_taken_down_on_the_way():
    record = train(SMALL)
    run = descend(SMALL.fit, SMALL.optimizer, SMALL.start, SMALL.steps)
    assert list(record.snapshots) == list(range(21))
    for step in (0, 7, 20):
        answers = SMALL.fit.predict(run.points[step], SMALL.places)
        np.testing.assert_allclose(record.answers[step], answers, rtol=1e-12)
    few = train(SMALL, snapshots=[3])
    assert list(few.snapshots) == [3]
    np.testing.assert_array_equal(few.answers[0], record.answers[3])
    np.testing.assert_array_equal(few.losses, record.losses)


def test_accuracy_counts_right_answers():
    record = train(replace(SMALL, steps=200))
    run = descend(SMALL.fit, SMALL.optimizer, SMALL.start, 200)
    answers = SMALL.fit.predict(run.points[-1], SMALL.data.inputs)
    assert record.accuracies[-1] == ((answers > 0.5) == SMALL.data.targets).mean()
    assert record.spread[-1] == pytest.approx(np.ptp(answers), rel=1e-9)
    assert record.accuracies[-1] > record.accuracies[0]
    assert np.isnan(train(replace(SMALL, dataset=Sine(samples=24))).accuracies).all()


def test_three_classes_are_trained_with_softmax():
    record = train(replace(SMALL, dataset=Blobs(samples=60), steps=150))
    assert record.answers.shape[-1] == 3
    np.testing.assert_allclose(record.answers.sum(-1), 1, rtol=1e-12)
    assert record.accuracies[-1] > 0.9


def test_two_plans_that_differ_in_the_activation_share_data_and_start():
    other = replace(SMALL, hidden=ReLU())
    np.testing.assert_array_equal(SMALL.start, other.start)
    np.testing.assert_array_equal(SMALL.data.inputs, other.data.inputs)
    assert hash(SMALL) == hash(replace(SMALL))
    assert replace(SMALL) == SMALL != other
    assert replace(SMALL, optimizer=Momentum(0.3)) != SMALL


def test_a_training_can_be_left_and_taken_up_again():
    trainer = Trainer(SMALL)
    with pytest.raises(ValueError, match="nothing is recorded yet"):
        trainer.record()
    going = iter(trainer)
    assert [next(going) for _ in range(6)] == [0, 1, 2, 3, 4, 5]
    half = trainer.record()
    assert (half.last, half.ending) == (5, "Stopped after step 5 of 20.")
    assert list(going) == list(range(6, 21))
    whole = trainer.record()
    assert whole.ending == ""
    np.testing.assert_array_equal(whole.losses, train(SMALL).losses)
    np.testing.assert_array_equal(whole.losses[:6], half.losses)


def test_an_explosion_ends_the_training_and_is_told():
    record = train(BLOWS_UP)
    assert record.exploded
    assert record.last < 5
    assert not math.isfinite(record.losses[-1])
    assert np.isfinite(record.losses[:-1]).all()
    assert f"Exploded at step {record.last} of 20" in record.ending
    assert record.snapshots[-1] == record.last
    infinite = [~np.isfinite(a).all() for a in BLOWS_UP.fit.forward(BLOWS_UP.start).activations]
    assert not any(infinite)
    if record.overflow:
        assert f"layer {record.overflow} overflow to inf" in record.ending


@pytest.mark.parametrize("clip", [ClipNorm(1.0), ClipValue(0.02)], ids=repr)
def test_clipping_saves_it(clip):
    record = train(replace(BLOWS_UP, clip=clip, steps=300))
    assert not record.exploded
    assert record.losses[-1] < record.losses[0] / 100
    assert (record.after <= record.before).all()
    assert record.clipped == np.count_nonzero(record.before > record.after) > 0
    if isinstance(clip, ClipNorm):
        assert record.after.max() <= clip.limit * (1 + 1e-12)
        free = record.before <= clip.limit
        np.testing.assert_array_equal(record.after[free], record.before[free])


def test_batches_go_through_a_shuffled_deck():
    plan = replace(SMALL, batch=8)
    batches = train(plan)
    np.testing.assert_array_equal(batches.losses, train(plan).losses)
    assert not np.array_equal(batches.losses[1:], train(SMALL).losses[1:])
    assert batches.before[0] != pytest.approx(train(SMALL).before[0], rel=1e-6)
    np.testing.assert_array_equal(train(replace(plan, batch=24)).losses, train(SMALL).losses)


@pytest.mark.parametrize("size", [1, 8])
def test_a_deck_holds_every_sample_once(size):
    """At rate 0+ nothing moves, so the mean of its batch gradients is the full gradient."""
    still = replace(SMALL, batch=size, optimizer=GradientDescent(1e-9), steps=24 // size - 1)
    run = descend(still.fit, GradientDescent(0.0), still.start, 0)
    seen = _gradients(still)
    np.testing.assert_allclose(np.mean(seen, axis=0), run.grads[0], atol=1e-8)


def _gradients(plan):
    return [row.grad for row in course(Watched(plan), plan.optimizer, plan.start, plan.steps)]


def test_line_searches_take_all_samples():
    plan = replace(SMALL, optimizer=LineSearch(), steps=5)
    np.testing.assert_array_equal(train(replace(plan, batch=8)).losses, train(plan).losses)


def test_optimizers_that_cannot_train_say_why():
    reasons = {o.name: untrainable(o) for o in OPTIMIZERS if untrainable(o)}
    assert set(reasons) == {"BFGS", "Newton", "Saddle-free Newton", "Nelder-Mead"}
    assert "Hessian" in reasons["Newton"]
    assert "matrix" in reasons["BFGS"]
    assert {o.name for o in TRAINERS} | set(reasons) == {o.name for o in OPTIMIZERS}


@pytest.mark.parametrize("optimizer", TRAINERS, ids=lambda o: o.name)
def test_every_trainer_learns_at_its_rate(optimizer):
    plan = TrainingPlan(
        Moons(samples=64), ReLU(), HeNormal(), optimizer, depth=4, width=12, steps=150
    )
    record = train(plan, snapshots=[])
    assert not record.exploded
    assert record.losses[-1] < 0.55 * constant_loss(plan.data)


def test_the_loss_of_an_answer_that_does_not_look():
    for dataset in (Moons(samples=31), Sine(samples=50), Blobs(samples=50)):
        plan = replace(SMALL, dataset=dataset, initializer=Zeros(), optimizer=GradientDescent(0.5))
        record = train(replace(plan, steps=800), snapshots=[])
        assert record.spread[-1] == 0
        assert record.losses[-1] == pytest.approx(constant_loss(plan.data), rel=1e-6)
    assert constant_loss(Moons(samples=40).make()) == pytest.approx(math.log(2), rel=1e-15)
    one_class = Dataset("one", np.zeros((3, 2)), np.ones((3, 1)), "binary")
    assert constant_loss(one_class) == 0


def test_heads_fit_their_targets():
    assert {kind: loss.kind for kind, (_, loss) in HEADS.items()} == {k: k for k in HEADS}
    assert isinstance(HEADS["binary"][0], Sigmoid)
    assert isinstance(HEADS["classes"][0], Identity)


def test_places_reach_past_the_samples():
    grid = places(np.array([[0.5, -1.0], [0.2, 0.3]]), 5)
    assert grid.shape == (25, 2)
    assert grid.min() == -1.15
    assert grid.max() == 1.15
    side = np.linspace(-1.15, 1.15, 5)
    np.testing.assert_allclose(grid, [[x, y] for y in side for x in side], rtol=1e-14)
    line = places(np.array([[2.0], [-1.0]]), 5)
    np.testing.assert_allclose(line, np.linspace(-2.3, 2.3, 15)[:, None], rtol=1e-14)


def test_a_plan_that_takes_long_has_a_smaller_offer():
    big = replace(SMALL, depth=32, width=64, steps=2000, dataset=Spirals(samples=500))
    assert big.seconds > 10
    offer = big.within(2.0)
    assert offer.seconds <= 2.0
    assert offer.steps >= 100
    assert SMALL.within(2.0) is SMALL


@pytest.mark.parametrize("seed", [0, 1])
def test_the_sigmoid_stays_flat_where_the_relu_separates(seed):
    plan = TrainingPlan(
        Spirals(samples=128), Sigmoid(), HeNormal(), GradientDescent(0.1), seed=seed
    )
    flat, sharp = train(plan), train(replace(plan, hidden=ReLU()))
    assert flat.losses[-1] == pytest.approx(math.log(2), abs=1e-4)
    assert flat.spread[-1] < 1e-3
    assert (sharp.losses[-1], sharp.accuracies[-1]) == (pytest.approx(0, abs=0.01), 1.0)
    starved = flat.weight_grad_norms[0, 0] / flat.weight_grad_norms[0, -1]
    fed = sharp.weight_grad_norms[0, 0] / sharp.weight_grad_norms[0, -1]
    assert starved < 1e-3 < 0.1 < fed


def test_the_seed_decides_everything():
    plan = replace(SMALL, initializer=Normal(sigma=0.5), batch=8)
    np.testing.assert_array_equal(train(plan).losses, train(plan).losses)
    assert not np.array_equal(train(replace(plan, seed=1)).losses, train(plan).losses)


def test_the_first_layer_that_overflows_is_named():
    """A step of 1e200 makes all weights as large: their product is one layer later beyond 1e308."""
    record = train(replace(SMALL, hidden=ReLU(), optimizer=GradientDescent(1e200)))
    assert (record.last, record.overflow) == (1, 2)
    assert "layer 2 overflow to inf" in record.ending


def test_a_training_takes_the_longer_the_more_there_is_to_it():
    def seconds(**changed):
        return replace(SMALL, steps=100, **changed).seconds

    # From fifty steps on there are as many snapshots.
    more = replace(SMALL, steps=200).seconds - seconds()
    assert replace(SMALL, steps=400).seconds - seconds() == pytest.approx(3 * more)
    assert seconds() > more > 0
    assert seconds(depth=6) - seconds() == pytest.approx(seconds(depth=9) - seconds(depth=6))
    few, some, many = (seconds(dataset=Moons(samples=count)) for count in (24, 48, 72))
    assert many - some == pytest.approx(some - few)
    assert some > few
    # A layer of n units has n^2 weights.
    narrow, twice, thrice, four = (seconds(width=width) for width in (5, 10, 15, 20))
    assert four - 3 * thrice + 3 * twice - narrow == pytest.approx(0, abs=1e-12)
    assert four - thrice > thrice - twice > twice - narrow > 0
    # A search along a line takes three times the passes.
    searching = (seconds(optimizer=LineSearch(), dataset=Moons(samples=n)) for n in (48, 24))
    assert np.subtract(*searching) == pytest.approx(3 * (some - few))


def test_a_smaller_offer_gives_up_steps_then_width_then_depth():
    plan = replace(SMALL, steps=701, width=21, depth=9)
    assert plan.within(plan.seconds) is plan
    sizes = []
    while not sizes or sizes[-1] != (plan.steps, plan.width, plan.depth):
        sizes.append((plan.steps, plan.width, plan.depth))
        plan = plan.within(0.999 * plan.seconds)
    assert sizes == [(701, 21, 9), (350, 21, 9), (175, 21, 9), (100, 21, 9), (100, 10, 9),
                     (100, 5, 9), (100, 4, 9), (100, 4, 4), (100, 4, 2)]  # fmt: skip


def test_a_wide_network_is_asked_at_fewer_places(monkeypatch):
    assert SMALL.places.shape == (41**2, 2)
    for wide, cells in ((SMALL.fit.network.parameters, 41), (SMALL.fit.network.parameters - 1, 25)):
        monkeypatch.setattr(plans, "WIDE", wide)
        assert replace(SMALL).places.shape == (cells**2, 2)
    monkeypatch.undo()
    wide = replace(SMALL, width=140, depth=2)
    assert wide.fit.network.parameters > 20_000
    assert wide.places.shape == (25**2, 2)
    assert replace(SMALL, steps=200).snapshots.tolist() == list(range(0, 201, 4))


def test_an_answer_on_the_border_is_that_of_class_0():
    """Weights of 0 answer exactly 1/2; of 25 samples the classes are not equally many."""
    plan = replace(SMALL, dataset=Moons(samples=25), initializer=Zeros(), steps=1)
    assert train(plan).accuracies[0] == np.mean(plan.data.labels == 0) != 0.5
