"""Every schedule gives the rates its formula and torch give."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from optcore.descent.schedules import (
    SCHEDULES,
    Constant,
    Cosine,
    Exponential,
    InverseSquareRoot,
    InverseTime,
    LinearDecay,
    OneCycle,
    Schedule,
    StepDecay,
    WarmupCosine,
)
from optcore.knobs import knobs

STORED = np.load(Path(__file__).parents[2] / "support" / "torch_trajectories.npz")
BASE = 0.5

every = pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda s: s.name)


def test_the_names_are_the_public_ones_in_order():
    assert [s.name for s in SCHEDULES] == [
        "Constant",
        "Linear decay",
        "Step",
        "Exponential",
        "Inverse time",
        "Inverse square root",
        "Cosine",
        "Warm-up + cosine",
        "One-cycle",
    ]


@pytest.mark.parametrize(
    "schedule",
    [
        LinearDecay(duration=0.75, floor=0.01),
        StepDecay(factor=0.1, period=25),
        Exponential(factor=0.99),
        Cosine(floor=0.02),
        WarmupCosine(warmup=0.1, start=0.1, floor=0.02),
    ],
    ids=lambda s: s.name,
)
def test_the_rates_equal_torch(schedule):
    theirs = STORED[f"schedule/{schedule.name}"]
    ours = schedule.rate(BASE, np.arange(120), 120)
    np.testing.assert_allclose(ours, theirs, rtol=1e-10)


def test_one_cycle_equals_torch():
    theirs = STORED["schedule/One-cycle"]
    ours = OneCycle().rate(BASE, np.arange(121), 121)
    np.testing.assert_allclose(ours[:-1], theirs, rtol=1e-10)
    assert ours[-1] == pytest.approx(BASE / 25 / 1e4, rel=1e-10)


def test_the_stored_file_names_its_version():
    assert json.loads(str(STORED["settings"]))["torch"].startswith("2.13")


def test_linear_decay_is_the_textbook_formula():
    rate_0, rate_tau, tau = 0.3, 0.06, 40
    schedule = LinearDecay(duration=0.8, floor=0.2)
    for k in (0, 1, 17, 40):
        textbook = (1 - k / tau) * rate_0 + k / tau * rate_tau
        assert schedule.rate(rate_0, k, 50) == pytest.approx(textbook, rel=1e-14)
    assert schedule.rate(rate_0, 49, 50) == pytest.approx(rate_tau, rel=1e-14)


def test_hand_worked_rates():
    assert Constant().rate(0.3, 99, 100) == 0.3
    assert InverseTime(decay=0.5).rate(0.3, 4, 10) == pytest.approx(0.1, rel=1e-15)
    assert InverseSquareRoot(decay=2.0).rate(0.3, 4, 10) == pytest.approx(0.1, rel=1e-15)
    assert Cosine(floor=0.0).rate(0.8, 5, 10) == pytest.approx(0.4, rel=1e-15)
    assert StepDecay(factor=0.5, period=3).rate(0.8, 5, 10) == pytest.approx(0.4, rel=1e-15)
    assert OneCycle(peak=0.5).rate(0.8, 4, 10) == pytest.approx(0.8, rel=1e-15)


def test_a_short_cycle_turns_between_two_steps():
    """Of 8 steps with its peak at 0.3 the turn is at 1.4: half cosines over 1.4 and 5.6 steps."""
    rates = OneCycle(peak=0.3, start_divisor=4, end_divisor=8).rate(1.0, np.arange(8), 8)
    up = 0.25 + 0.75 * (1 - np.cos(np.pi * np.array([0, 1]) / 1.4)) / 2
    down = 1 - (1 - 0.25 / 8) * (1 - np.cos(np.pi * (np.arange(2, 8) - 1.4) / 5.6)) / 2
    np.testing.assert_allclose(rates, [*up, *down], rtol=1e-14)


def test_a_cycle_that_turns_at_once_begins_low_and_no_warm_up_begins_at_the_peak():
    np.testing.assert_allclose(OneCycle(peak=0.5).rate(1.0, np.arange(2), 2), [0.04, 4e-6])
    assert WarmupCosine(warmup=0.0).rate(1.0, 0, 100) == 1.0


def test_a_warm_up_that_is_a_whole_number_of_steps_is_not_rounded_off():
    rates = WarmupCosine(warmup=0.1, start=0.5).rate(1.0, np.arange(30), 30)
    assert rates[3] == 1.0
    assert np.argmax(rates) == 3


@every
def test_arrays_of_steps_and_rates_broadcast(schedule):
    steps, bases = np.arange(40), np.array([[0.1], [1.0], [2.0]])
    table = schedule.rate(bases, steps, 40)
    assert table.shape == (3, 40)
    singly = [[schedule.rate(base, k, 40) for k in range(40)] for base in bases[:, 0]]
    np.testing.assert_allclose(table, singly, rtol=1e-15)


@every
@pytest.mark.parametrize("steps", [1, 2, 3, 300, 5000])
def test_rates_are_finite_and_never_above_the_base(schedule, steps):
    for end in ("low", "default", "high"):
        ends = {name: getattr(knob, end) for name, knob in knobs(schedule).items()}
        rates = dataclasses.replace(schedule, **ends).rate(BASE, np.arange(steps), steps)
        assert np.isfinite(rates).all()
        assert (rates >= 0).all()
        assert (rates <= BASE * (1 + 1e-12)).all()


@every
def test_every_field_is_a_knob_that_admits_its_default(schedule):
    assert set(knobs(schedule)) == {field.name for field in dataclasses.fields(schedule)}
    assert all(k.admits(getattr(schedule, name)) for name, k in knobs(schedule).items())


def sums(schedule, steps: int = 2000):
    """The sum of the rates, and of their squares, over stretches that double in length.

    Beyond the run of those that plan for its length the last rate holds.
    """
    counts = np.arange(1 << 20)
    relative = isinstance(schedule, LinearDecay | Cosine | WarmupCosine | OneCycle)
    if relative:
        last = schedule.rate(1.0, np.float64(steps), steps)
        rates = np.where(counts < steps, schedule.rate(1.0, np.minimum(counts, steps), steps), last)
    else:
        rates = schedule.rate(1.0, counts, steps)
    ends = [1 << 14, 1 << 15, 1 << 19, 1 << 20]
    first, last = rates[ends[0] : ends[1]], rates[ends[2] : ends[3]]
    return [(first**p).sum() for p in (1, 2)], [(last**p).sum() for p in (1, 2)]


@pytest.mark.parametrize(
    ("schedule", "verdict"),
    [
        (Constant(), (True, False)),
        (LinearDecay(floor=0.01), (True, False)),
        (LinearDecay(floor=0.0), (False, True)),
        (StepDecay(), (False, True)),
        (StepDecay(factor=1.0), (True, False)),
        (Exponential(factor=0.99), (False, True)),
        (Exponential(factor=1.0), (True, False)),
        (InverseTime(decay=0.5), (True, True)),
        (InverseTime(decay=0.0), (True, False)),
        (InverseSquareRoot(decay=0.5), (True, False)),
        (InverseSquareRoot(decay=0.0), (True, False)),
        (Cosine(floor=0.0), (False, True)),
        (Cosine(floor=0.1), (True, False)),
        (WarmupCosine(floor=0.0), (False, True)),
        (WarmupCosine(floor=0.1), (True, False)),
        (OneCycle(), (True, False)),
    ],
    ids=repr,
)
def test_the_verdict_of_robbins_and_monro_is_that_of_the_sums(schedule, verdict):
    """A sum diverges where a stretch twice as long does not add less and less."""
    assert schedule.robbins_monro == verdict
    assert schedule.robbins_monro.satisfied == all(verdict)
    (first, first_squares), (last, last_squares) = sums(schedule)
    assert (last > 0.9 * first > 0) == verdict[0]
    assert (last_squares < 0.1 * first_squares or last_squares < 1e-12) == verdict[1]


@pytest.mark.parametrize(
    ("power", "verdict"),
    [(0.5, (True, False)), (0.6, (True, True)), (1.0, (True, True)), (1.2, (False, True))],
)
def test_a_rate_may_fall_faster_than_the_root_and_not_faster_than_the_steps(power, verdict):
    class Falling(Schedule):
        def rate(self, base, step, steps):
            return base * (1 + np.asarray(step)) ** -self.power

    Falling.power = power
    assert Falling().robbins_monro == verdict


def test_every_schedule_has_been_judged_and_the_power_is_what_it_falls_with():
    assert all(isinstance(schedule.robbins_monro.satisfied, bool) for schedule in SCHEDULES)
    for schedule, power in ((InverseTime(0.5), 1.0), (InverseSquareRoot(0.5), 0.5)):
        far, further = schedule.rate(1.0, np.array([1e8, 1e9]), 1)
        assert schedule.power == power == pytest.approx(np.log10(far / further), rel=1e-6)


@every
def test_the_latex_is_balanced_and_has_every_symbol(schedule):
    assert schedule.latex.count("{") == schedule.latex.count("}")
    assert schedule.latex.count(r"\left") == schedule.latex.count(r"\right")
    assert all(knob.symbol in schedule.latex for knob in knobs(schedule).values())
    assert schedule.source
    assert schedule.variant
