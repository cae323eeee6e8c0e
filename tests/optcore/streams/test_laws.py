"""Closed forms against the optimizers themselves, and against the formulas of the textbooks."""

import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest

from optcore.optimizers import (
    OPTIMIZERS,
    QHM,
    AdaDelta,
    AdaGrad,
    Adam,
    AdaMax,
    AdamW,
    AMSGrad,
    AveragedSGD,
    DeltaBarDelta,
    Lion,
    Momentum,
    NAdam,
    NesterovMomentum,
    QHAdam,
    RAdam,
    RMSProp,
    RMSPropNesterov,
    Rprop,
)
from optcore.optimizers.misprints import MISPRINTS, AdamUncorrected
from optcore.streams import (
    STREAMS,
    AlternatingStream,
    ConstantStream,
    DecayingStream,
    NoiseStream,
    SparseStream,
    closed_form,
    respond,
)
from optcore.streams.counted import pulled
from optcore.streams.laws import LAWS
from optcore.streams.pulses import ONCE, Pulses

STEPS = 150
TIMES = np.arange(1, STEPS + 1)
BY_CLASS = {type(optimizer): optimizer for optimizer in (*OPTIMIZERS, *MISPRINTS)}
BY_CLASS[AveragedSGD] = AveragedSGD(regularization=0.5, power=1.0)
STEADY = [stream for stream in STREAMS if not stream.random and stream.pulses(1)]


def exact(optimizer):
    """Without epsilon: what the textbooks write."""
    return dataclasses.replace(optimizer, epsilon=0.0)


def lengths(optimizer, stream, steps=STEPS):
    """|step| in learning rates (steps,), of the optimizer itself."""
    return np.abs(respond(optimizer, stream.gradients(steps)[:, None]).in_rates[:, 0])


@pytest.mark.parametrize("stream", STEADY, ids=lambda s: s.name)
@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.optimizer.name)
def test_the_law_foretells_every_step(law, stream):
    """With epsilon, at two scales: the same sizes and signs to rounding."""
    optimizer = BY_CLASS[law.optimizer]
    foretold = closed_form(optimizer, stream, TIMES, (1.0, 1e-3))
    taken = respond(optimizer, stream.gradients(STEPS)[:, None] * (1.0, 1e-3)).steps
    assert foretold is not None
    size = np.abs(taken).max(axis=0)
    assert foretold.shape == taken.shape
    assert (np.abs(foretold - taken) <= 1e-11 * size).all()


@pytest.mark.parametrize("decay", [0.0, 0.5, 0.9, 0.999, 1.0])
@pytest.mark.parametrize(
    "pulses",
    [
        Pulses(2.0),
        Pulses(1.5, ratio=-1.0),
        Pulses(1.0, start=4, period=7),
        Pulses(3.0, start=2, period=3, ratio=0.9),
        Pulses(1.0, ratio=0.5),
        Pulses(-2.0, start=9, period=ONCE),
    ],
)
def test_a_leaky_sum_is_the_sum(decay, pulses):
    values = pulses.at(TIMES)
    total, sums = 0.0, []
    for value in values:
        total = decay * total + value
        sums.append(total)
    np.testing.assert_allclose(pulses.leaky_sum(decay, TIMES), sums, rtol=1e-12, atol=1e-14)


def test_ratios_are_equal_below_a_millionth_of_a_millionth():
    """Without a memory the sum is the pulse itself; of equal ratios there would be two of it."""
    assert Pulses(1.0, ratio=1e-12).leaky_sum(0.0, np.array([2.0])) == 1e-12


SIZED = [
    dataclasses.replace(stream, size=1.5) for stream in STREAMS if hasattr(stream, "size")
]  # fmt: skip


@pytest.mark.parametrize("stream", [*STREAMS, *SIZED], ids=lambda s: s.name)
def test_the_pulses_of_a_stream_are_the_stream_and_its_square(stream):
    if stream.pulses(1) is None:
        return
    values, squares = (sum(p.at(TIMES) for p in stream.pulses(power)) for power in (1, 2))
    gradients = stream.gradients(STEPS)
    if not stream.random:
        np.testing.assert_allclose(values, gradients, rtol=1e-14)
        np.testing.assert_allclose(squares, gradients**2, rtol=1e-13)
        return
    many = stream.gradients(40_000)
    error = stream.spread / np.sqrt(len(many))
    assert abs(many.mean() - values[0]) < 4 * error
    assert abs((many**2).mean() - squares[0]) < 4 * np.sqrt(2 + 4 * stream.mean**2) * error


@pytest.mark.parametrize("stream", [s for s in STREAMS if s.repeats], ids=lambda s: s.name)
def test_a_stream_repeats_itself_after_its_period_and_not_before(stream):
    gradients = stream.gradients(STEPS)
    same = [p for p in range(1, STEPS // 2) if np.array_equal(gradients[p:], gradients[:-p])]
    assert same[0] == stream.repeats


@pytest.mark.parametrize("stream", STEADY, ids=lambda s: s.name)
def test_qhadam_looks_at_its_gradient_as_well_as_at_its_means(stream):
    optimizer = QHAdam(nu=0.6, nu_square=0.7)
    steps = respond(optimizer, stream.gradients(STEPS)[:, None]).steps
    np.testing.assert_allclose(closed_form(optimizer, stream, TIMES), steps, rtol=1e-9, atol=1e-15)


def test_radam_ends_as_adam_or_never_divides():
    """Its rho tends to 2 / (1 - beta2) - 1: 5.7 for 0.7, and for 0.5 only 3, where it needs 5."""
    ends = [lengths(exact(RAdam(beta2=b)), ConstantStream(2.0))[-1] for b in (0.7, 0.5)]
    assert ends == pytest.approx([1, 2], rel=1e-6)


def test_lion_without_a_memory_of_the_step_before_has_no_law():
    assert closed_form(Lion(beta2=0.0), AlternatingStream(), TIMES) is None


def test_a_decay_of_the_point_takes_all_of_it_at_most():
    """At 1 of the point remains what the last step was; beyond, signs alternate: no law."""
    steps = np.array([[1.0], [-2.0], [3.0]])
    heard = SimpleNamespace(from_first=True)
    with np.errstate(divide="ignore"):
        whole = pulled(heard, steps, 1.0)
    np.testing.assert_allclose(whole, [[1.0], [-3.0], [5.0]], rtol=1e-12)
    assert pulled(heard, steps, 1.01) is None
    assert pulled(SimpleNamespace(from_first=False), steps, 0.5) is None


# The textbooks' formulas under a constant gradient, k from 1.


@pytest.mark.parametrize("size", [1e-3, 1.0, 40.0])
def test_adam_steps_one_rate_at_every_step(size):
    steps = lengths(exact(Adam()), ConstantStream(size), 5000)
    np.testing.assert_allclose(steps, 1.0, rtol=0, atol=2e-13)


def test_rmsprop_begins_with_a_step_of_over_three():
    stream = ConstantStream(7.0)
    steps = lengths(RMSProp(decay=0.9, epsilon=0.0), stream)
    assert steps[0] == pytest.approx(3.16227766, abs=5e-9)
    np.testing.assert_allclose(steps, 1 / np.sqrt(1 - 0.9**TIMES), rtol=1e-12)
    assert steps[-1] == pytest.approx(1, abs=1e-6)


def test_adagrad_stops_and_its_way_grows_like_the_root():
    response = respond(exact(AdaGrad()), ConstantStream(3.0).gradients(2000)[:, None])
    k = np.arange(1, 2001)
    np.testing.assert_allclose(-response.in_rates[:, 0], 1 / np.sqrt(k), rtol=1e-13)
    way = response.travelled[1:, 0] / response.learning_rate
    # The sum of 1/sqrt(j) is 2 sqrt(k) + zeta(1/2) + 1/(2 sqrt(k)) - ...
    expected = 2 * np.sqrt(k) - 1.4603545088095868 + 0.5 / np.sqrt(k)
    np.testing.assert_allclose(way[99:], expected[99:], atol=5e-5)


def test_momentum_reaches_its_terminal_speed_and_nesterov_is_one_ahead():
    heavy = lengths(Momentum(momentum=0.9), ConstantStream(2.0))
    np.testing.assert_allclose(heavy, 2 * (1 - 0.9**TIMES) / 0.1, rtol=1e-13)
    ahead = lengths(NesterovMomentum(momentum=0.9), ConstantStream(2.0))
    np.testing.assert_allclose(ahead[:-1], heavy[1:], rtol=1e-13)
    assert heavy[-1] == pytest.approx(20, rel=1e-6)


def test_without_correction_adam_begins_long_and_with_the_usual_betas_stays_so():
    steps = lengths(exact(AdamUncorrected()), ConstantStream(5.0))
    expected = (1 - 0.9**TIMES) / np.sqrt(1 - 0.999**TIMES)
    np.testing.assert_allclose(steps, expected, rtol=1e-11)
    assert steps[0] == pytest.approx(10**0.5)
    assert steps.max() > 6


def test_weight_decay_pulls_back_what_was_gone():
    optimizer = AdamW(learning_rate=0.1, weight_decay=0.5, epsilon=0.0)
    steps = lengths(optimizer, ConstantStream(2.0))
    np.testing.assert_allclose(steps, 0.95 ** (TIMES - 1.0), rtol=1e-11)


def test_radam_waits_and_then_works_its_way_up():
    steps = lengths(exact(RAdam()), ConstantStream(0.5), 2000)
    np.testing.assert_allclose(steps[:5], 0.5, rtol=1e-12)
    assert (np.diff(steps[5:]) > 0).all()
    # Liu et al. (2020), section 5.3: r_t grows towards 1.
    assert 0.015 < steps[5] < 0.05
    assert steps[-1] > 0.7


def test_rprop_and_delta_bar_delta_grow_where_signs_agree_and_shrink_where_they_flip():
    agree, flip = ConstantStream(2.0), AlternatingStream(2.0)
    np.testing.assert_allclose(lengths(Rprop(), agree, 20), 1.2 ** np.arange(20), rtol=1e-13)
    halved = [1, 0, 0.5, 0, 0.25, 0, 0.125, 0]
    np.testing.assert_allclose(lengths(Rprop(), flip, 8), halved, rtol=1e-13)
    rates = 2 * (1 + 0.1 * np.arange(20))
    np.testing.assert_allclose(lengths(DeltaBarDelta(), agree, 20), rates, rtol=1e-12)
    np.testing.assert_allclose(lengths(DeltaBarDelta(), flip, 20), 2 * 0.5 ** np.arange(20.0))


def test_limits_under_an_alternating_gradient():
    stream, late = AlternatingStream(3.0), 3000
    methods = (Momentum(), NesterovMomentum(), exact(Adam()))
    heavy, ahead, adam = (lengths(optimizer, stream, late)[-1] for optimizer in methods)
    assert heavy == pytest.approx(3 / 1.9, rel=1e-12)
    assert ahead == pytest.approx(3 * 2.8 / 1.9, rel=1e-12)
    assert adam == pytest.approx(0.1 / 1.9, rel=1e-12)
    nu = QHM(momentum=0.9, nu=0.5)
    assert lengths(nu, stream, late)[-1] == pytest.approx(3 * (0.5 + 0.5 * 0.1 / 1.9), rel=1e-12)


def test_limits_under_a_sparse_gradient():
    """One gradient every 10 steps: RMSProp's is as long as 10 forgotten squares allow."""
    stream, late = SparseStream(size=2.0, period=10), 20_000
    (rms,) = closed_form(exact(RMSProp()), stream, [10 * late + 1])[0]
    assert -rms / 0.01 == pytest.approx(np.sqrt((1 - 0.99**10) / 0.01), rel=1e-12)
    period = 10 * late + np.arange(1, 11)
    adam = closed_form(exact(Adam()), stream, period)[:, 0] / 0.001
    age = np.arange(10)
    mean = 0.1 * 0.9**age / (1 - 0.9**10)
    root = np.sqrt(0.001 * 0.999**age / (1 - 0.999**10))
    np.testing.assert_allclose(adam, -mean / root, rtol=1e-11)
    # The velocity spends every gradient in the end: the same sum of steps, other timing.
    heavy = closed_form(Momentum(), stream, period)[:, 0] / 0.001
    assert heavy.sum() == pytest.approx(-2 / 0.1, rel=1e-12)


def test_a_decaying_gradient_by_hand():
    stream = DecayingStream(size=1.0, ratio=0.5)
    steps = lengths(exact(AdaGrad()), stream, 4)
    # 1, 1/2, 1/4, 1/8 over the roots of 1, 5/4, 21/16, 85/64.
    np.testing.assert_allclose(steps, 1 / np.sqrt([1, 5, 21, 85]), rtol=1e-14)


def test_under_noise_the_law_is_what_is_remembered_on_average():
    """Exact for a method that is linear; for RMSProp the ratio of the averages."""
    stream = NoiseStream(mean=0.5, spread=2.0)
    foretold = closed_form(Momentum(), stream, TIMES)[:, 0]
    runs = np.stack(
        [dataclasses.replace(stream, seed=seed).gradients(STEPS) for seed in range(400)], axis=1
    )
    steps = respond(Momentum(), runs[..., None]).steps[..., 0]
    error = steps.std(axis=1) / np.sqrt(400)
    assert (np.abs(steps.mean(axis=1) - foretold) < 4.5 * error).all()
    rms = closed_form(exact(RMSProp()), stream, [1e6])[0, 0] / 0.01
    assert rms == pytest.approx(-0.5 / np.sqrt(0.25 + 4.0), rel=1e-12)


def test_hyperparameters_may_be_arrays():
    decays = np.array([[0.9], [0.99], [0.999]])
    together = closed_form(RMSProp(decay=decays), SparseStream(), TIMES, (1.0, 0.1))
    assert together.shape == (STEPS, 3, 2)
    alone = closed_form(RMSProp(decay=0.99), SparseStream(), TIMES, (1.0, 0.1))
    np.testing.assert_array_equal(together[:, 1], alone)


def test_amsgrad_never_forgets_its_largest_square():
    stream = SparseStream(period=50)
    ams = lengths(exact(AMSGrad(beta2=0.9)), stream)
    adam = lengths(exact(Adam(beta2=0.9)), stream)
    assert (ams <= adam * (1 + 1e-12)).all()
    assert (ams[20:50] < 0.5 * adam[20:50]).all()


def test_averaged_descent_has_a_law_without_decay_and_where_its_rate_falls_as_1_over_k():
    stream = SparseStream()
    plain = AveragedSGD(learning_rate=0.1, regularization=0.0)
    np.testing.assert_array_equal(closed_form(plain, stream, TIMES)[:, 0],
                                  -0.1 * stream.gradients(STEPS))  # fmt: skip
    assert closed_form(AveragedSGD(), stream, [10, 20]) is None
    falling = AveragedSGD(learning_rate=0.1, regularization=0.5, power=1.0)
    slowed = 1 + 0.05 * (TIMES - 1.0)
    np.testing.assert_allclose(lengths(falling, ConstantStream(2.0)),
                               2 * 0.95 / (slowed * (slowed - 0.05)), rtol=1e-9)  # fmt: skip


@pytest.mark.parametrize("ratio", [0.2, 0.97, 1.1])
@pytest.mark.parametrize("beta2", [0.0, 0.5, 0.999])
def test_adamax_divides_by_the_largest_aged_gradient(ratio, beta2):
    stream, optimizer = DecayingStream(size=3.0, ratio=ratio), AdaMax(beta2=beta2, epsilon=1e-3)
    taken = respond(optimizer, stream.gradients(STEPS)[:, None]).steps
    np.testing.assert_allclose(closed_form(optimizer, stream, TIMES), taken, rtol=1e-10)
    assert closed_form(optimizer, NoiseStream(), TIMES) is None


def test_nadam_begins_as_its_formula_and_ends_as_adam():
    steps = lengths(exact(NAdam()), ConstantStream(4.0), 3000)
    first, second = (0.9 * (1 - 0.96 ** (0.004 * t) / 2) for t in (1, 2))
    expected = second * 0.1 / (1 - first * second) + 1
    assert steps[0] == pytest.approx(expected, rel=1e-12)
    late = closed_form(exact(NAdam(beta1=0.999)), ConstantStream(4.0), [1e6, 1e12])[:, 0]
    np.testing.assert_allclose(late, -0.002, rtol=1e-3)
    many = NAdam(beta1=np.array([[0.5], [0.9]]), epsilon=0.0)
    together = closed_form(many, SparseStream(), TIMES, (1.0, 0.1))
    alone = closed_form(exact(NAdam(beta1=0.9)), SparseStream(), TIMES, (1.0, 0.1))
    np.testing.assert_allclose(together[:, 1], alone, rtol=1e-14)


def test_adadelta_under_a_constant_gradient_telescopes():
    """The factors rho + (1 - rho)/(1 - rho^k) are (1 - rho^(k+1))/(1 - rho^k)."""
    rho, epsilon = 0.95, 1e-14
    steps = lengths(AdaDelta(decay=rho, epsilon=epsilon), ConstantStream(3.0))
    terms = np.where(TIMES > 1, 1 / (1 - rho**TIMES), 0.0)
    expected = np.sqrt(epsilon * (1 / (1 - rho) + (1 - rho) * np.cumsum(terms)))
    np.testing.assert_allclose(steps, expected, rtol=1e-10)


def test_the_velocity_of_rmsprop_comes_to_the_same_end_as_momentum():
    steps = lengths(RMSPropNesterov(momentum=0.8, decay=0.9, epsilon=0.0), ConstantStream(3.0))
    assert steps[-1] == pytest.approx(5, rel=1e-6)
    assert steps[0] == pytest.approx(10**0.5)
    # By hand: 0.8 times the first, and one more quotient.
    assert steps[1] == pytest.approx(0.8 * 10**0.5 + 1 / np.sqrt(1 - 0.81))
