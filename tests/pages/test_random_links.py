"""Two thousand random addresses of the Race page, each opened by a new person: none raises."""

import random
import string

import numpy as np
import pytest
from visits import picture, said, tracks, values, visit

from optcore.descent.disturbance import CLIPPINGS
from optcore.descent.schedules import SCHEDULES
from optcore.knobs import knobs
from optcore.optimizers import OPTIMIZERS
from optcore.optimizers.misprints import MISPRINTS
from optcore.surfaces import SURFACES
from ui.parameters import slug
from ui.race.scenarios import SCENARIOS

pytestmark = pytest.mark.addresses
VISITS = 2000
PARTS = 20
RACERS = (*OPTIMIZERS, *MISPRINTS)
LETTERS = string.printable + "äπ例🏁\u202e\x00"
PIECES = ("x", "y", "2", "0.5", "pi", "+", "-", "*", "/", "^", "(", ")", "sin(", "exp(", "log(",
          "max(x,", "abs(", ")", ")", "x^2", "y^2", " ")  # fmt: skip


def noise(rng: random.Random) -> str:
    return "".join(rng.choices(LETTERS, k=rng.randint(0, 12)))


def number(rng: random.Random, spec) -> str:
    """Mostly a number of the knob's range, now and then its ends, beyond them, or none."""
    kind = rng.random()
    if kind < 0.7:
        share = rng.random()
        low = max(spec.low, spec.least) if spec.scale == "log" else spec.low
        at = low * (spec.high / low) ** share if spec.scale == "log" else (
            low + share * (spec.high - low))  # fmt: skip
        return str(round(at)) if spec.whole else repr(at)
    if kind < 0.85:
        return repr(rng.choice([spec.low, spec.high]))
    beyond = rng.choice([-1e300, 1e300, spec.high * 1.01 + 1, "nan", "inf", "1e", noise(rng)])
    return str(beyond)


def formula(rng: random.Random) -> str:
    if rng.random() < 0.5:
        return rng.choice(["x^2+y^2", "sin(x)*y", "log(x)+y", "abs(x*y)", "max(x,y)^2", "x^y"])
    return "".join(rng.choices(PIECES, k=rng.randint(1, 12)))


def sometimes(rng: random.Random, link: dict, likely: float, name: str, make) -> None:
    if rng.random() < likely:
        link[name] = make() if rng.random() < 0.95 else noise(rng)


def random_link(rng: random.Random) -> dict[str, str]:
    """Parameters of an address, most of them right. Races are short, so that 2,000 fit a test."""
    link: dict[str, str] = {}
    surface = rng.choice(SURFACES)
    # The page keeps the rates that suit; few racers for each surface let it.
    stable = random.Random(surface.name).sample(RACERS, 6)
    racers = rng.sample(stable, rng.choice([0, 1, 1, 2, 3, 4]))
    schedule, clip = rng.choice(SCHEDULES), rng.choice(CLIPPINGS)
    surfaces = [slug(surface.name)] * 4 + ["your-own-function"]
    sometimes(rng, link, 0.8, "surface", lambda: rng.choice(surfaces))
    sometimes(rng, link, 0.9, "race", lambda: ",".join(slug(racer.name) for racer in racers))
    sometimes(rng, link, 0.3, "view", lambda: rng.choice(["contours", "3-d"]))
    sometimes(rng, link, 0.3, "schedule", lambda: slug(schedule.name))
    sometimes(rng, link, 0.3, "clip", lambda: slug(clip.name))
    sometimes(rng, link, 0.1, "sweep", lambda: rng.choice("01"))
    sometimes(rng, link, 0.3, "at", lambda: str(rng.randint(0, 80)))
    sometimes(rng, link, 0.3, "inspect", lambda: slug(rng.choice(RACERS).name))
    sometimes(rng, link, 0.05, "scenario", lambda: slug(rng.choice(SCENARIOS).name))
    sometimes(rng, link, 0.3, "f", lambda: formula(rng))
    link["race.steps"] = str(rng.randint(10, 60))
    owners = [("surface", surface), ("schedule", schedule), ("clip", clip),
              *((slug(racer.name), racer) for racer in racers)]  # fmt: skip
    for prefix, owner in owners:
        for name, spec in knobs(owner).items():
            sometimes(rng, link, 0.4, f"{prefix}.{name}", lambda spec=spec: number(rng, spec))
    for axis, (low, high) in zip("xy", surface.window, strict=True):
        sometimes(rng, link, 0.5, f"start.{axis}", lambda low=low, high=high: repr(
            rng.uniform(1.3 * low, 1.3 * high)))  # fmt: skip
    sometimes(rng, link, 0.2, "noise.scale", lambda: repr(10 ** rng.uniform(-6, 2)))
    sometimes(rng, link, 0.2, "race.tolerance", lambda: repr(10 ** rng.uniform(-13, 2)))
    sometimes(rng, link, 0.2, "window.reach", lambda: repr(10 ** rng.uniform(-2, 3)))
    for name, count in (("zoom", 4), ("camera", 6)):
        sometimes(rng, link, 0.1, name, lambda count=count: ",".join(
            f"{rng.uniform(-3, 3):.4g}" for _ in range(count)))  # fmt: skip
    sometimes(rng, link, 0.05, noise(rng), lambda: noise(rng))
    return link


@pytest.mark.parametrize("part", range(PARTS))
def test_no_random_address_raises_and_every_one_can_be_shared(part):
    """The address the page makes of itself opens to the same race, and has nothing to mend."""
    rng = random.Random(part)
    for turn in range(VISITS // PARTS):
        link = random_link(rng)
        app = visit(link)
        at = values(app)
        assert np.isfinite(list(at.values())).all(), link
        # One in ten is opened again by someone else.
        if turn % 10 == 0:
            again = visit(dict(app.query_params))
            assert values(again) == at, link
            assert picture(again)["table"] == picture(app)["table"], link
            assert set(tracks(again)) == set(tracks(app)), link
            assert "link's" not in said(again), link
            assert dict(again.query_params) == dict(app.query_params), link
