"""Knobs carry what sliders, labels and links need."""

import dataclasses
import math

import pytest

from optcore.descent.disturbance import CLIPPINGS, GradientNoise
from optcore.descent.schedules import SCHEDULES
from optcore.knobs import Knob, knob, knobs
from optcore.optimizers import OPTIMIZERS
from optcore.surfaces import SURFACES

OWNERS = [*OPTIMIZERS, *SURFACES, *SCHEDULES, *CLIPPINGS, GradientNoise()]
EVERY = [
    pytest.param(owner, name, spec, id=f"{getattr(owner, 'name', 'Noise')}: {name}")
    for owner in OWNERS
    for name, spec in knobs(owner).items()
]


@dataclasses.dataclass(frozen=True)
class Oven:
    heat: float = knob(180.0, 50.0, 300.0, symbol="T")
    minutes: int = knob(30, 1, 90, scale="log", symbol="t", whole=True)
    brand: str = "none"


def test_a_knob_is_a_field_with_its_default():
    assert Oven() == Oven(heat=180.0, minutes=30)
    assert list(knobs(Oven)) == list(knobs(Oven(heat=200.0))) == ["heat", "minutes"]
    assert knobs(Oven)["heat"] == Knob(180.0, 50.0, 300.0, "linear", "T")


def test_a_knob_admits_its_range_with_both_ends_and_nothing_else():
    heat = knobs(Oven)["heat"]
    assert all(map(heat.admits, (50.0, 180.0, 300.0)))
    assert not any(map(heat.admits, (49.999, 300.001, math.nan, math.inf, -math.inf)))


def test_a_log_scale_from_zero_has_a_least_number_above_it():
    assert Knob(0.01, 0.0, 1.0, "log", "x").least == pytest.approx(1e-6)
    assert Knob(1e-8, 0.0, 1.0, "log", "x").least == pytest.approx(1e-11, rel=1e-12, abs=0)
    assert Knob(0.0, 0.0, 100.0, "log", "x").least == pytest.approx(1e-4)
    assert Knob(0.5, 1e-3, 1.0, "log", "x").least == 1e-3


@pytest.mark.parametrize(("owner", "name", "spec"), EVERY)
def test_every_knob_of_the_core_can_become_a_slider(owner, name, spec):
    assert math.isfinite(spec.low)
    assert math.isfinite(spec.high)
    assert spec.low < spec.high
    assert spec.admits(spec.default)
    assert spec.default == getattr(owner, name) == getattr(type(owner)(), name)
    assert 0 < spec.least <= spec.high or spec.scale == "linear"
    assert spec.low == 0 or spec.low > 0 or spec.scale == "linear"
    if spec.whole:
        assert spec.default == int(spec.default)
