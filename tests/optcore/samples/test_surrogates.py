"""The losses on the margin: derivatives, the 0-1 loss below them, and what each asks of a model."""

import numpy as np
import pytest

from optcore.samples.surrogates import SURROGATES

MARGINS = np.linspace(-6, 6, 98)
BY_NAME = {loss.name: loss for loss in SURROGATES}
every = pytest.mark.parametrize("loss", SURROGATES, ids=lambda loss: loss.name)
surrogates = pytest.mark.parametrize("loss", SURROGATES[1:], ids=lambda loss: loss.name)


def test_the_names_are_the_public_ones_in_order():
    assert list(BY_NAME) == ["0-1", "Logistic", "Hinge", "Squared", "Exponential"]


@every
def test_slope_and_bend_are_the_complex_step(loss):
    stepped = MARGINS + 1e-40j
    np.testing.assert_allclose(
        np.imag(loss.value(stepped)) / 1e-40, loss.slope(MARGINS), rtol=1e-13
    )
    bend = np.imag(loss.slope(stepped)) / 1e-40
    np.testing.assert_allclose(bend, loss.bend(MARGINS), rtol=1e-13, atol=1e-15)


@every
def test_value_and_slope_at_once_are_both(loss):
    far = np.concatenate([MARGINS, [-700.0, 700.0]])
    value, slope = loss.value_and_slope(far)
    np.testing.assert_allclose(value, loss.value(far), rtol=1e-14)
    np.testing.assert_allclose(slope, loss.slope(far), rtol=1e-14)


def test_hand_worked_values():
    at = {
        name: loss.value(np.array([-1.0, 0.0, 0.5, 2.0])).tolist() for name, loss in BY_NAME.items()
    }
    assert at["0-1"] == [1, 1, 0, 0]
    assert at["Hinge"] == [2, 1, 0.5, 0]
    assert at["Squared"] == [4, 1, 0.25, 1]
    np.testing.assert_allclose(at["Exponential"], [np.e, 1, np.exp(-0.5), np.exp(-2)])
    np.testing.assert_allclose(at["Logistic"], np.log1p(np.exp([1.0, 0.0, -0.5, -2.0])))


@surrogates
def test_each_lies_above_the_0_1_loss_and_is_convex(loss):
    assert (loss.bound * loss.value(MARGINS) >= BY_NAME["0-1"].value(MARGINS) - 1e-15).all()
    assert loss.bound * loss.value(np.array(0.0)) == pytest.approx(1, rel=1e-15)
    assert (np.diff(loss.value(MARGINS), n=2) >= -1e-12).all()


@surrogates
def test_each_is_calibrated(loss):
    """A convex loss leads to the right class exactly if it falls at 0 (Bartlett et al. 2006)."""
    assert loss.slope(np.array(0.0)) < 0
    outputs = np.linspace(-4, 4, 1601)
    for chance in (0.2, 0.45, 0.55, 0.9):
        risk = chance * loss.value(outputs) + (1 - chance) * loss.value(-outputs)
        assert np.sign(outputs[np.argmin(risk)]) == np.sign(chance - 0.5)


def test_the_best_output_for_a_chance_is_the_one_each_loss_is_known_for():
    outputs, chance = np.linspace(-4, 4, 80_001), 0.8
    best = {}
    for name, loss in BY_NAME.items():
        risk = chance * loss.value(outputs) + (1 - chance) * loss.value(-outputs)
        best[name] = outputs[np.argmin(risk)]
    assert best["Logistic"] == pytest.approx(np.log(4), abs=1e-3)
    assert best["Exponential"] == pytest.approx(np.log(4) / 2, abs=1e-3)
    assert best["Squared"] == pytest.approx(2 * chance - 1, abs=1e-3)
    assert best["Hinge"] == pytest.approx(1, abs=1e-3)


def test_the_0_1_loss_gives_a_gradient_nothing_to_follow():
    assert (BY_NAME["0-1"].slope(MARGINS) == 0).all()
