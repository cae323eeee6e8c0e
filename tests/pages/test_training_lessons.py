"""What Training's lessons claim, from weights that differ by a last bit, too."""

import math

import numpy as np
import pytest
from rounding import nudged
from training_page import opened, records

from optcore.training.plan import TrainingPlan
from ui import cache
from ui.cache import Cache
from ui.lessons import lessons
from ui.training import choices, words

STATES = {lesson.title: lesson.state for lesson in lessons("training")}


@pytest.fixture
def shown(monkeypatch):
    return records(monkeypatch)


@pytest.fixture(params=range(3), ids=["as drawn", "another last bit", "yet another"])
def start(request, monkeypatch):
    """The claims hold for the weights as drawn and a unit in the last place beside them."""
    drawn = TrainingPlan.start.fget
    moved = property(lambda plan: nudged(drawn(plan), request.param))
    monkeypatch.setattr(TrainingPlan, "start", moved)
    monkeypatch.setattr(cache, "CACHE", Cache(10**8))


from_any_start = pytest.mark.usefixtures("start")


def scenario(name: str, shown) -> list:
    link = STATES[name]
    app = opened(**link)
    assert not app.exception
    assert not app.warning
    return choices.sides(shown[-1])


@from_any_start
def test_the_sigmoid_starves_and_the_relu_separates(shown):
    sigmoid, relu = scenario("The sigmoid starves layer 1", shown)
    assert (sigmoid.record.plan.depth, sigmoid.record.plan.steps) == (8, 300)
    assert sigmoid.record.plan.initializer.name == relu.record.plan.initializer.name == "He normal"
    assert words.share(sigmoid, 0) < 1e-4
    assert words.share(relu, 0) > 0.5
    assert sigmoid.record.losses[-1] == pytest.approx(math.log(2), abs=1e-4)
    assert sigmoid.record.spread[-1] < 1e-4
    assert relu.record.accuracies[-1] == 1


@from_any_start
def test_adam_feeds_it(shown):
    sigmoid, relu = scenario("Adam feeds it", shown)
    assert words.share(sigmoid, 0) < 1e-4
    assert sigmoid.record.accuracies[-1] > 0.8
    assert relu.record.losses[-1] < sigmoid.record.losses[-1] / 1000
    # As far as a large one: the first step moves layer 1 as much, weight for weight.
    weights = [math.prod(shape) for shape in ((16, 2), (1, 16))]
    moved = sigmoid.record.update_norms[1, [0, -1]] / np.sqrt(weights)
    np.testing.assert_allclose(moved, 0.003, rtol=0.05)


@from_any_start
def test_batch_norm_wakes_the_sigmoid(shown):
    plain, normed = scenario("Batch norm wakes it", shown)
    np.testing.assert_array_equal(plain.record.plan.start, normed.record.plan.start)
    assert words.share(plain, 0) < 2e-4
    assert words.share(normed, 0) > 1 / 3
    # Loss 0.08 to 0.30 and 86 % to all right, seen from 48 last bits and under four kernels.
    assert normed.record.losses[-1] < 0.7 * math.log(2)
    assert normed.record.accuracies[-1] > 0.8
    assert plain.record.spread[-1] < 1e-3


@from_any_start
def test_weights_too_large_end_in_inf(shown):
    mild, large = scenario("Weights too large: inf", shown)
    assert large.record.losses[0] > 1000 * mild.record.losses[0]
    assert large.record.before[0] > 5000 * mild.record.before[0]
    assert (large.record.last, large.record.losses[-1]) == (2, math.inf)
    assert "at step 2 of 300: the loss is inf" in words.verdict(large)
    assert not mild.record.exploded


@from_any_start
def test_clipping_saves_it(shown):
    mild, large = scenario("Clipping saves it", shown)
    assert 5e3 < large.record.before[0] < 2e4
    assert large.record.after.max() <= 1 + 1e-12
    # 186 to 256 of 300 steps and losses 0.03 to 1.25, seen from 48 last bits and four kernels.
    assert large.record.clipped > large.record.last / 2
    assert f"Clipping shortened {large.record.clipped} of 300" in words.verdict(large)
    assert large.record.losses[-1] < large.record.losses[0] / 100
    assert not mild.record.exploded


@from_any_start
def test_one_rate_kills_every_relu(shown):
    leaky, relu = scenario("One rate kills ReLU", shown)
    assert words.died(relu) == 29
    assert relu.record.losses[-1] == pytest.approx(math.log(2), rel=1e-6)
    assert words.died(leaky) is None
    assert leaky.record.accuracies[-1] == pytest.approx(0.8, abs=0.02)


@from_any_start
def test_xavier_fails_twenty_relus(shown):
    xavier, he = scenario("Xavier fails deep ReLU", shown)
    assert xavier.record.plan.depth == 20
    assert xavier.record.spread[-1] < 1e-3
    assert words.share(xavier, 0) > 1
    deltas = xavier.record.delta_norms[0]
    assert deltas[0] < 0.01 * deltas[-1]
    assert he.record.accuracies[-1] == 1
    ratio = he.record.plan.initializer.unit_variance(24, 24)
    assert ratio == pytest.approx(2 * xavier.record.plan.initializer.unit_variance(24, 24))
