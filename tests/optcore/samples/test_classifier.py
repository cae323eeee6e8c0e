"""A classifier's minimum, what counts as one, and which way its batches go."""

from dataclasses import replace

import numpy as np
import pytest

from optcore.descent.batches import Batches
from optcore.samples import classifier as named
from optcore.samples.classifier import FEW, LinearClassifier
from optcore.samples.surrogates import ExponentialLoss, SquaredLoss

LOGISTIC = LinearClassifier.drawn(40, seed=1)
# Its Hessian at 0 is 1/4 times the identity, and its gradient 0.
EVEN = LinearClassifier((-1.0, 1.0, -1.0, 1.0), (1.0, 1.0, -1.0, -1.0))


def test_a_step_of_newtons_method_that_climbs_is_halved():
    """A hundred pairs at 1 and one outlier at 10: 100 e^-w + e^(10 w) is lowest at ln(10) / 11."""
    fit = LinearClassifier((1.0, -1.0) * 100 + (10.0, -10.0), (1.0, -1.0) * 100 + (-1.0, 1.0),
                           loss=ExponentialLoss())  # fmt: skip
    step = np.linalg.solve(fit.hessian(np.zeros(2)), fit.grad(np.zeros(2)))
    assert fit.value(-step) > fit.value(np.zeros(2))
    np.testing.assert_allclose(fit.minima, [(np.log(10) / 11, 0)], rtol=1e-12, atol=1e-12)


def test_at_its_bounds_a_minimum_is_none(monkeypatch):
    assert EVEN.minima == ((0.0, 0.0),)
    for name, number in (("FLAT", 1 / 16), ("ZERO", 0.0)):
        with monkeypatch.context() as changed:
            changed.setattr(named, name, number)
            assert replace(EVEN, copies=2).minima == ()


@pytest.mark.parametrize("size", [2, FEW + 1])
def test_labels_weigh_as_the_margin_says(size):
    """y (w x + b) for any y."""
    rng = np.random.default_rng(3)
    fit = replace(LOGISTIC, x=tuple(rng.normal(size=12)), y=tuple(3 * rng.normal(size=12)))
    deck, points = Batches(size).deal(fit, 4), rng.normal(size=(4, 2, 3, 2))
    quick = fit.batch_gradients(deck)
    many = fit.batch_gradients(Batches(size, seed=np.zeros((2, 3), int)).deal(fit, 4))
    for t in range(4):
        plain = fit.batch_grad(points[t], deck[t])
        for grad in (quick, many):
            by_w, by_b = grad(t, points[t, ..., 0], points[t, ..., 1])
            np.testing.assert_allclose(np.stack([by_w, by_b], axis=-1), plain, rtol=1e-9)
        np.testing.assert_allclose(quick(t, *points[t, 1, 2].tolist()), plain[1, 2], rtol=1e-9)


@pytest.mark.parametrize(
    ("size", "sets", "seeds", "ways"),
    [(FEW, (), (), {"singly"}), (FEW + 1, (), (), set()), (FEW, (3,), (3,), set()),
     (2, (), (3,), {"as they come"}), (2, (3,), (), set())],
)  # fmt: skip
def test_small_batches_of_one_run_go_singly_and_those_of_many_as_they_come(
    monkeypatch, size, sets, seeds, ways
):
    """Many runs on data sets of their own are laid out beforehand, as larger batches are."""
    fit = LOGISTIC.fresh(20, np.arange(3)) if sets else LOGISTIC
    gone = set()

    def going(name, way):
        def noted(self, given):
            found = way(self, given)
            return lambda *arguments: gone.add(name) or found(*arguments)

        return noted

    for name, method in (("singly", "_one_by_one"), ("as they come", "_as_they_come")):
        way = getattr(LinearClassifier, method)
        monkeypatch.setattr(LinearClassifier, method, going(name, way))
    quick = fit.batch_gradients(Batches(size, seed=np.zeros(seeds, int)).deal(fit, 2))
    many = np.ones(3)
    quick(0, *((many, many) if sets or seeds else (1.0, 1.0)))
    if not sets and not seeds:
        quick(0, many, many)
    assert gone == ways


def test_only_what_goes_singly_is_laid_out_for_it(monkeypatch):
    laid_out, way = [], LinearClassifier._one_by_one
    monkeypatch.setattr(
        LinearClassifier,
        "_one_by_one",
        lambda self, batches: laid_out.append(self) or way(self, batches),
    )
    sets = LOGISTIC.fresh(20, np.arange(3))
    for fit, size in ((LOGISTIC, FEW + 1), (sets, 2), (LOGISTIC, FEW)):
        fit.batch_gradients(Batches(size, seed=0).deal(fit, 2))
    assert laid_out == [LOGISTIC]


@pytest.mark.parametrize(
    ("shape", "calls"), [((), 1), ((1,), 1), ((4,), 2), ((5,), 3), ((2, 3), 3)]
)
def test_points_go_two_at_a_time_where_two_fill_the_cache(monkeypatch, shape, calls):
    monkeypatch.setattr(named, "CHUNK", 80)
    sizes, mean = [], LinearClassifier._mean
    monkeypatch.setattr(
        LinearClassifier,
        "_mean",
        lambda self, point, x, y: sizes.append(point.shape) or mean(self, point, x, y),
    )
    fit = replace(LOGISTIC, loss=SquaredLoss())
    points = np.random.default_rng(0).normal(size=(*shape, 2))
    value, grad = fit.value_and_grad(points)
    assert (value.shape, grad.shape) == (shape, (*shape, 2))
    assert len(sizes) == calls
    error = fit.y * (points[..., :1] * fit.x + points[..., 1:] * np.ones(40)) - 1
    np.testing.assert_allclose(value, (error**2).mean(axis=-1), rtol=1e-12)
    # Of several data sets each point goes to its own.
    del sizes[:]
    sets = fit.fresh(40, np.arange(4))
    sets.value(np.ones((4, 2)))
    assert sizes == [(4, 2)]
