"""Runs that only repeat themselves: their rows are copied, and are the rows of the plain loop."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
import stepping

from optcore.descent.disturbance import ClipValue, GradientNoise
from optcore.descent.loop import course, descend
from optcore.descent.schedules import Schedule
from optcore.formula import formula_surface
from optcore.knobs import knob
from optcore.objective import Counted, Look
from optcore.optimizers import OPTIMIZERS, ConjugateGradient, LineSearch, Newton, Optimizer
from optcore.optimizers.wolfe import wolfe_rate
from optcore.surfaces import SURFACES, Bowl, Himmelblau

STEPS = 200
BRANCHING = [optimizer for optimizer in OPTIMIZERS if not optimizer.elementwise]
# At the end rows repeat one by one; on Six-hump camel in pairs, on Styblinski-Tang in tens.
PLACES = ("Rosenbrock", "Cliff", "Himmelblau", "Six-hump camel", "Styblinski-Tang")


@pytest.mark.parametrize("surface", [s for s in SURFACES if s.name in PLACES], ids=lambda s: s.name)
@pytest.mark.parametrize("optimizer", BRANCHING, ids=lambda o: o.name)
def test_copied_rows_are_those_of_the_plain_loop_to_the_last_bit(surface, optimizer):
    counted = Counted(surface)
    run = descend(counted, optimizer, surface.start, STEPS)
    with np.errstate(all="ignore"):
        points, memories = stepping.run(optimizer, surface, surface.start, STEPS)
    reached = slice(0, int(run.ended) + 1)
    same_bits(run.points[reached], points[reached])
    same_bits(run.values[reached], [surface.value(point) for point in points[reached]])
    same_bits(run.grads[reached], [surface.grad(point) for point in points[reached]])
    for name, rows in run.memory.items():
        same_bits(rows[reached], [memory[name] for memory in memories[reached]])
    assert run.gradient_evaluations[int(run.ended)] == counted.grad_calls


def same_bits(ours, theirs):
    assert np.asarray(ours, float).tobytes() == np.asarray(theirs, float).tobytes()


def test_a_run_at_rest_asks_for_no_more_gradients():
    run = descend(Bowl(), LineSearch(), Bowl().start, STEPS)
    assert run.gradient_evaluations[10] == run.gradient_evaluations[-1] < 20


@dataclass(frozen=True)
class Mirror(Optimizer):
    """Twice the step to the minimum of |x|^2 / 2, so that every second point is the same."""

    name = "Mirror"
    rule = (r"<step> = -2\, <grad>",)
    elementwise = False

    def update(self, look, state):
        return -2 * look.grad, state


@pytest.mark.parametrize("steps", [1, 2, 3, 8, 9])
def test_a_run_that_goes_to_and_fro_does_so_to_its_last_row(steps):
    run = descend(stepping.Quadratic(np.eye(2)), Mirror(), (3.0, -1.0), steps)
    sides = (-1.0) ** np.arange(steps + 1)
    np.testing.assert_array_equal(run.points, sides[:, None] * [3.0, -1.0])
    np.testing.assert_array_equal(run.gradient_evaluations, np.minimum(np.arange(steps + 1) + 1, 3))


def test_the_sentence_of_a_run_at_rest_counts_all_its_steps():
    run = descend(Bowl(), LineSearch(), Bowl().start, 5000)
    assert run.status == "At rest after 5000 steps: loss 0, gradient norm 0."
    assert int(run.ended) == 5000


# Where more than point and memory decides the next row, nothing is copied.


@pytest.mark.parametrize("optimizer", [LineSearch(), ConjugateGradient()], ids=lambda o: o.name)
def test_noise_keeps_a_run_asking(optimizer):
    # Clipped that hard, noise shows one of four gradients: point and memory do come back.
    noise, clip = GradientNoise(scale=1.0, seed=2), ClipValue(limit=1e-3)
    run = descend(Bowl(), optimizer, Bowl().start, 50, noise=noise, clip=clip)
    assert (np.diff(run.gradient_evaluations) >= 1).all()


def test_noise_below_the_last_bit_is_seen_all_the_same():
    """At (1, 1) it moves no float, and Newton remembers nothing: only what is seen differs."""
    bowl = formula_surface("(x - 1)^2 + (y - 1)^2")
    run = descend(bowl, Newton(), (1.0, 1.0), 20, noise=GradientNoise(scale=1e-20, seed=2))
    assert (run.points == 1.0).all()
    assert (np.diff(run.seen, axis=0) != 0).all()
    assert (np.diff(run.gradient_evaluations) == 1).all()


def test_only_a_recorded_run_of_one_start_is_copied():
    starts = np.array([[3.0, 4.0], [-1.0, 0.5]])
    batch = descend(Bowl(), Newton(), starts, 20)
    assert (np.diff(batch.gradient_evaluations) == 1).all()
    last = descend(Bowl(), Newton(), starts[0], 20, record=False)
    np.testing.assert_array_equal(last.last, [0.0, 0.0])


@dataclass(frozen=True)
class Late(Schedule):
    """No rate for ten steps, and the full rate from then on."""

    name = "Late"

    def rate(self, base, step, steps):
        return base * (np.asarray(step) >= 10)


@dataclass(frozen=True)
class Branching(Optimizer):
    """Gradient descent by a method that cannot be recorded."""

    name = "Branching"
    rule = (r"<step> = -<learning_rate>\, <grad>",)
    elementwise = False

    learning_rate: float = knob(0.1, 1e-3, 1.0, symbol=r"\eta")

    def update(self, look, state):
        return -self.learning_rate * look.grad, state


def test_a_rate_that_rises_late_wakes_a_run_that_stood_still():
    run = descend(Bowl(), Branching(), (1.0, 1.0), 20, schedule=Late())
    assert (run.points[:11] == 1.0).all()
    assert (np.diff(run.points[10:], axis=0) != 0).all()


def test_rows_as_they_come_are_never_copied():
    """There the objective may change its mind: a loss on batches is not a function."""

    class Waking(Bowl):
        def grad(self, point):
            return super().grad(point) * (counted.grad_calls > 5)

    counted = Counted(Waking())
    *_, last = course(counted, Newton(), Bowl().start, 12)
    assert counted.grad_calls == 13
    np.testing.assert_allclose(last.point, [0.0, 0.0], atol=1e-12)


# A search that has nothing to find.


def test_a_search_without_a_slope_asks_for_nothing():
    counted = Counted(Bowl())
    at_minimum = np.zeros((3, 2))
    look = Look(counted, at_minimum, Bowl().value(at_minimum), at_minimum)
    rates = wolfe_rate(look, -look.grad, np.ones((3, 1)), 1e-4, 0.1)
    assert (rates == 0).all()
    assert counted.grad_calls == 0


def test_a_rate_lowers_the_loss_enough_and_not_a_little():
    """Along the gradient of x^2 from 1 the loss is (1 - 2a)^2: at 0.95 it still is below 1, and as
    flat as asked, but a fall of 0.45 * 4a ends at 0.55."""
    point = np.array([[1.0, 0.0]])
    look = Look(Bowl(), point, Bowl().value(point), Bowl().grad(point))
    rate = float(wolfe_rate(look, -look.grad, np.array([[0.95]]), 0.45, 0.95)[0, 0])
    assert 0 < rate <= 0.55


def test_a_search_in_a_batch_finds_what_it_finds_alone():
    surface, rng = Himmelblau(), np.random.default_rng(4)
    points = rng.uniform(-4, 4, (40, 2))
    points[7] = surface.minima[0]
    first = 10.0 ** rng.uniform(-4, 1, (40, 1))
    for curvature in (0.9, 0.1, 1e-3):
        grads = surface.grad(points)
        look = Look(surface, points, surface.value(points), grads)
        together = wolfe_rate(look, -grads, first, 1e-4, curvature)
        for at, point in enumerate(points):
            alone = Look(surface, point, surface.value(point), surface.grad(point))
            rate = wolfe_rate(alone, -alone.grad, first[at], 1e-4, curvature)
            np.testing.assert_allclose(rate, together[at], rtol=1e-9)


def test_a_simplex_looks_at_its_corners_once():
    """The corners have no value until the first step has looked; later steps keep theirs."""
    simplex = next(o for o in BRANCHING if o.name == "Nelder-Mead")
    looked = []

    class Watched(Bowl):
        def value(self, point):
            looked.append(np.shape(point))
            return super().value(point)

    run = descend(Watched(), replace(simplex, size=0.3), Bowl().start, 6)
    assert looked.count((3, 2)) == 1
    assert np.isnan(run.memory["values"][0]).all()
    assert np.isfinite(run.memory["values"][1:]).all()
