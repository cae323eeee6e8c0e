"""Clipping and noise do what their formulas say."""

import numpy as np
import pytest

from optcore.descent.disturbance import CLIPPINGS, ClipNorm, ClipValue, GradientNoise
from optcore.knobs import knobs

PLANE = np.zeros(2)
GRADS = np.random.default_rng(1).normal(scale=3.0, size=(400, 2))


def test_clipping_by_norm_keeps_the_direction_and_limits_the_length():
    clipped = ClipNorm(limit=2.0).apply(GRADS)
    norms = np.linalg.norm(GRADS, axis=-1)
    np.testing.assert_allclose(np.linalg.norm(clipped, axis=-1), np.minimum(norms, 2.0), rtol=1e-14)
    np.testing.assert_allclose(clipped * norms[:, None], GRADS * np.minimum(norms, 2.0)[:, None])
    np.testing.assert_array_equal(clipped[norms <= 2.0], GRADS[norms <= 2.0])
    assert (norms <= 2.0).any()
    assert (norms > 2.0).any()


def test_clipping_by_value_limits_every_coordinate_alone():
    np.testing.assert_array_equal(ClipValue(limit=2.0).apply(GRADS), np.clip(GRADS, -2.0, 2.0))


@pytest.mark.parametrize("clip", CLIPPINGS, ids=lambda c: c.name)
def test_clipping_leaves_zero_alone_and_lets_no_gradient_grow(clip):
    zero = np.zeros((1, 2))
    np.testing.assert_array_equal(clip.apply(zero), zero)
    assert (np.abs(clip.apply(GRADS)) <= np.abs(GRADS)).all()
    np.testing.assert_array_equal(clip.apply(-GRADS), -clip.apply(GRADS))


@pytest.mark.parametrize("clip", CLIPPINGS, ids=lambda c: c.name)
def test_clipping_twice_is_clipping_once(clip):
    once = clip.apply(GRADS)
    np.testing.assert_allclose(clip.apply(once), once, rtol=1e-15)


def test_clipping_is_named_once_each_and_off_by_default():
    assert [clip.name for clip in CLIPPINGS] == ["By norm", "By value"]
    assert all(knobs(clip)["limit"].admits(clip.limit) for clip in CLIPPINGS)
    assert GradientNoise().scale == 0.0


def test_noise_is_gaussian_of_the_given_size():
    drawn = GradientNoise(scale=0.5, seed=2).draw(None, PLANE, 4000)
    assert drawn.shape == (4000, 2)
    # Four standard errors of the mean, of the deviation, and of the share beyond two of them.
    assert np.abs(drawn.mean(axis=0)).max() < 4 * 0.5 / np.sqrt(4000)
    assert np.abs(drawn.std(axis=0) / 0.5 - 1).max() < 4 / np.sqrt(8000)
    assert abs((np.abs(drawn) > 1.0).mean() - 0.0455) < 4 * np.sqrt(0.0455 / 8000)


def test_the_seed_decides_the_noise_and_the_scale_only_its_size():
    drawn = GradientNoise(scale=1.0, seed=7).draw(None, PLANE, 50)
    np.testing.assert_array_equal(GradientNoise(scale=1.0, seed=7).draw(None, PLANE, 50), drawn)
    np.testing.assert_allclose(GradientNoise(scale=3.0, seed=7).draw(None, PLANE, 50), 3 * drawn)
    assert not np.allclose(GradientNoise(scale=1.0, seed=8).draw(None, PLANE, 50), drawn)


def test_a_longer_race_begins_with_the_same_noise():
    short, long = (GradientNoise(scale=1.0, seed=3).draw(None, PLANE, rows) for rows in (20, 80))
    np.testing.assert_array_equal(long[:20], short)


def test_a_gradient_whose_square_overflows_is_clipped_like_any_other():
    clipped = ClipNorm(2.0).apply(np.array([[3e200, 4e200], [0.3, 0.4]]))
    assert clipped == pytest.approx(np.array([[1.2, 1.6], [0.3, 0.4]]))
