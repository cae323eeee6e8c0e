"""Noise: late gradients, the order of the samples, what is minimized, and when to stop."""

import numpy as np
import pytest
from noise_page import case_of, state_at

from optcore.descent import Batches, delay_limit, descend
from optcore.optimizers import GradientDescent
from ui.noise import aim, choices, late, order, stop
from ui.noise.parameters import (
    AIM,
    LATE,
    ORDER,
    STOP,
)


@pytest.mark.parametrize("tau", [0, 1, 2, 5, 17])
def test_late_gradients_explode_beyond_the_limit_and_not_before(tau):
    limit = float(delay_limit(tau))
    for share, fate in ((0.97, "settles"), (1.03, "explodes")):
        case = case_of(late, view=LATE, delay__steps=str(tau), late__rate=f"{share * limit:.6f}",
                       late__steps="1000")  # fmt: skip
        told = choices.scene(state_at(view=LATE, delay__steps=str(tau),
                                      late__rate=f"{share * limit:.6f}")).facts()  # fmt: skip
        assert told["fate"] == fate
        values = case.runs["late"].values
        first = np.nanmax(values[:200])
        last = np.nanmax(values[-200:]) if np.isfinite(values[-1]) else np.inf
        assert (last < first) == (fate == "settles")


def test_the_true_hessian_undoes_a_delay_exactly():
    case = case_of(late, view=LATE)
    assert case.mistaken[0].max() > 0.5
    assert case.mistaken[1].max() < 1e-9
    told = choices.scene(state_at(view=LATE)).words()
    assert f"differs from that of now by {case.mistaken[0].max():.3g} times" in told
    beyond = choices.scene(state_at(view=LATE, late__rate="0.6")).words().split("\n")[0]
    assert beyond.endswith("Compensation leaves the roots where they are: at the minimum g·g is 0.")


def test_delay_follows_a_hand_in_whole_steps():
    state = state_at(view=LATE)
    choices.scene(state)
    state.admit({"handles": {"late": [6.7, 0.21]}})
    case = case_of(late, view=LATE, delay__steps="7", late__rate="0.21")
    assert choices.scene(state).facts() == choices.scene(
        state_at(view=LATE, delay__steps="7", late__rate="0.21")).facts()  # fmt: skip
    assert case.delay.lag == 7


def test_orders_are_dealt_as_their_names_say():
    case = case_of(order, view=ORDER, deck__points="12", deck__passes="3")
    assert list(case.fit.x) == sorted(case.fit.x)
    assert case.steps == 36
    own = descend(case.fit, GradientDescent(0.05), case.fit.start, 36,
                  batches=Batches(1, "ordered"))  # fmt: skip
    away = np.linalg.norm(own.points - case.fit.minima[0], axis=-1)
    np.testing.assert_allclose(case.distances["ordered"], away[case.rows])


def test_the_loss_before_an_update_is_the_risk_in_the_first_pass():
    case = case_of(order, view=ORDER, lie="as drawn", dealt="online", deck__points="100",
                   deck__passes="4")  # fmt: skip
    late_half = case.passes > 2
    gap = case.losses["before update"] - case.losses["true risk"]
    assert np.abs(gap[late_half]).max() < 0.05 * case.losses["true risk"][late_half].mean()


def test_the_errors_of_a_classifier_are_counted_on_its_margins():
    case = case_of(aim, view=AIM, train__steps="40")
    x, y = np.array(case.fit.x), np.array(case.fit.y)
    w, b = case.run.points[7]
    assert case.errors[7] == np.mean(y * (w * x + b) <= 0)
    still = case_of(aim, view=AIM, loss="0-1", train__steps="20")
    assert (still.run.points == still.run.points[0]).all()
    assert "nothing moves" in choices.scene(state_at(view=AIM, loss="0-1")).words()


def test_the_stop_is_where_validation_is_lowest_and_the_gradient_is_not_0():
    case = case_of(stop, view=STOP)
    validation = case.held_out.value(case.run.points)
    assert case.stop == np.argmin(validation)
    assert case.run.gradient_norms[case.stop] > 5 * case.run.gradient_norms[-1]
    told = choices.scene(state_at(view=STOP)).words()
    assert f"lowest at step {case.stop}:" in told


def test_along_flat_axes_a_stop_is_a_decay():
    case = case_of(stop, view=STOP, stop__steps="100")
    np.testing.assert_allclose(case.shares[-1, :5], case.decayed[-1, :5], rtol=0.01)
    assert case.matching[-1, 0] == pytest.approx(1, abs=0.01)
    assert case.matching[-1, -1] == 0
