"""Short races, and what their figures move."""

import pytest

from optcore.descent.disturbance import GradientNoise
from optcore.descent.loop import descend
from optcore.descent.schedules import Constant
from optcore.optimizers import Adam, GradientDescent, Momentum, Newton
from optcore.surfaces import SURFACES
from ui.race.choices import Conditions, Race

STEPS = 60
RACERS = (GradientDescent(learning_rate=1e-3), Momentum(), Adam(learning_rate=0.05), Newton())
every_surface = pytest.mark.parametrize("surface", SURFACES, ids=lambda s: s.name)


def race(surface, racers=RACERS, steps=STEPS):
    return {o.name: descend(surface, o, surface.start, steps) for o in racers}


def setup_of(surface, racers=RACERS, steps=STEPS, tolerance=1e-3):
    conditions = Conditions(Constant(), None, GradientNoise())
    return Race(surface, tuple(racers), surface.start, steps, tolerance, conditions)


def moving(figure: dict) -> dict:
    return {t["name"]: t for t in figure["data"] if t.get("meta", {}).get("play")}
