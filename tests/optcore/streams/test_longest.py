"""The longest step: no stream beats it, and one reaches it."""

import dataclasses

import numpy as np
import pytest

from optcore.optimizers import Adam, AMSGrad, Momentum, RMSProp
from optcore.optimizers.misprints import AdamUncorrected
from optcore.streams import longest_step, respond
from optcore.streams.response import longest_at

METHODS = [
    Adam(epsilon=0.0),
    Adam(beta1=0.5, beta2=0.9, epsilon=0.0),
    Adam(beta1=0.0, epsilon=0.0),
    Adam(beta1=0.9, beta2=0.85, epsilon=0.0),
    AMSGrad(epsilon=0.0),
    AdamUncorrected(epsilon=0.0),
    RMSProp(epsilon=0.0),
]


@pytest.mark.parametrize("optimizer", METHODS, ids=str)
def test_one_stream_reaches_it_and_none_of_many_beats_it(optimizer):
    longest = longest_step(optimizer, 60)
    played = np.abs(respond(optimizer, longest.gradients[:, None]).in_rates[:, 0])
    assert np.nanmax(played) == pytest.approx(longest.rates, rel=1e-9)
    assert played[longest.step - 1] == pytest.approx(longest.rates, rel=1e-9)
    random = np.random.default_rng(0)
    shapes = np.exp(random.uniform(-0.3, 0.3, 3000) * np.arange(60)[:, None])
    many = shapes * (1 + 0.3 * random.standard_normal((60, 3000)))
    steps = np.abs(respond(optimizer, many[..., None]).in_rates)
    assert np.nanmax(steps) <= longest.rates * (1 + 1e-12)
    assert longest.rates <= longest.ever * (1 + 1e-12)
    shorter = [longest_step(optimizer, steps).by_step[-1] for steps in (1, 7, 60)]
    np.testing.assert_allclose(longest.by_step[[0, 6, 59]], shorter, rtol=1e-13)
    assert longest.by_step.max() == longest.rates


@pytest.mark.parametrize("optimizer", METHODS[:2])
def test_a_small_change_of_the_stream_is_never_longer(optimizer):
    """A maximum: moving any one gradient either way shortens the last step."""
    longest = longest_step(optimizer, 12)
    base = np.repeat(longest.gradients[:, None], 24, axis=1)
    change = np.concatenate([np.eye(12), -np.eye(12)], axis=1) * 0.05 * longest.gradients[:, None]
    steps = np.abs(respond(optimizer, (base + change)[..., None]).in_rates[longest.step - 1])
    assert (steps < longest.rates).all()


def test_the_usual_betas():
    """(1 - b1)/sqrt((1 - b2)(1 - b1^2/b2)): more than twice the bound that the paper states."""
    longest = longest_step(Adam(), 5000)
    assert longest.ever == pytest.approx(0.1 / np.sqrt(0.001 * (1 - 0.81 / 0.999)), rel=1e-12)
    assert longest.ever == pytest.approx(7.2703, abs=5e-5)
    assert longest.rates == pytest.approx(longest.ever, rel=0.01)
    assert longest.claimed == pytest.approx(10**0.5)
    assert longest.rates > 2 * longest.claimed


def test_the_claimed_bound_is_that_of_one_gradient_after_none():
    stream = np.zeros((2000, 1))
    stream[-1] = 1.0
    steps = respond(AdamUncorrected(epsilon=0.0), stream[-300:]).in_rates
    assert -steps[-1, 0] == pytest.approx(longest_step(Adam(), 10).claimed, rel=1e-12)


def test_no_claimed_bound_is_below_one_rate_with_correction():
    # (1 - 0.9) / sqrt(1 - 0.5) = 0.14.
    assert longest_step(Adam(beta2=0.5), 10).claimed == 1.0
    claimed = longest_step(AdamUncorrected(beta2=0.5), 10).claimed
    assert claimed == pytest.approx(0.1 * 2**0.5)


def test_momentum_that_outlives_the_squares_has_no_bound():
    assert longest_step(Adam(beta1=0.95, beta2=0.9), 10).ever == np.inf
    assert longest_step(Adam(beta1=0.9, beta2=0.0), 10).rates == np.inf
    assert longest_step(Adam(beta1=0.0, beta2=0.0), 10).rates == 1.0


def test_a_method_that_is_no_such_ratio_has_none():
    assert longest_step(Momentum(), 10) is None
    assert longest_step(dataclasses.replace(Adam()), 1).rates == pytest.approx(1.0)


def test_of_lengths_of_which_some_are_none_the_first_that_is_one_is_the_longest():
    assert longest_at(np.array([np.nan, 0.0, 0.0])) == 1


def test_of_steps_that_differ_in_their_last_digits_the_first_is_the_longest():
    assert longest_at(np.array([0.5, 1.0, np.nan, 1.0 + 1e-13, 0.9])) == 1
    assert longest_at(np.array([0.5, 1.0, 1.0 + 1e-6])) == 2
