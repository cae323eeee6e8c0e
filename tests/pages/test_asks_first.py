"""Nothing that takes over 2 CPU seconds is begun by an address: the page says what it would take,
shows something smaller, and asks."""

from time import process_time

import pytest
from visits import picture, said, settled, visit

from optcore.checks.plan import RANDOM, CheckPlan, NetworkShape
from optcore.optimizers import OPTIMIZERS
from ui import work
from ui.parameters import slug

HEAVY = {
    "check_network": {"net.layers": "20", "net.width": "30", "data": "random",
                      "net.samples": "128"},
    "race": {"surface": "cliff", "race": "conjugate-gradient,gradient-descent-with-line-search",
             "noise.scale": "0.1", "race.steps": "5000"},
    "training": {"shape.depth": "12", "shape.width": "48", "length.steps": "2000"},
    "noise": {"view": "the-run", "equal": "steps", "band": "1", "run.budget": "5000",
              "run.batch": "1000", "run.points": "1000"},
    "recurrent": {"view": "a-real-net", "cells": "leaky,gru",
                  "net.width": "64", "net.length": "200", "net.steps": "2000"},
}  # fmt: skip
ASKS = {"check_network": "Check them", "race": "Run all 5,000 steps", "training": "Train it all",
        "noise": "Make all 200 runs", "recurrent": "Train all 2,000 steps"}  # fmt: skip


# Seconds, a quarter of what an address may begin: what is shown unasked takes this long.
UNASKED = 0.5


@pytest.fixture(autouse=True)
def a_quarter_of_the_patience(monkeypatch):
    assert work.UNASKED == 4 * UNASKED
    monkeypatch.setattr(work, "UNASKED", UNASKED)


def button(app, label):
    return next(each for each in app.button if each.label.startswith(label))


@pytest.mark.parametrize("page", HEAVY)
def test_an_address_begins_nothing_that_takes_long(page):
    begun = process_time()
    app = visit(HEAVY[page], page)
    # Others' work on the machine may stretch what is done here, and a first visit reads the page.
    assert process_time() - begun < 6 * UNASKED
    assert "about" in said(app) or "up to" in said(app)
    assert button(app, ASKS[page])
    assert dict(app.query_params).items() >= HEAVY[page].items() - {("race", HEAVY["race"]["race"])}


def test_a_race_shows_the_steps_it_may_run_and_then_all_that_are_asked_for():
    link = HEAVY["race"] | {"race": "conjugate-gradient", "race.steps": "375"}
    app = visit(link, "race")
    assert "Shown are the first 250" in said(app)
    assert picture(app)["clock"]["frame"]["steps"] == 250
    settled(button(app, "Run all 375 steps").click().run())
    assert not said(app)
    assert picture(app)["clock"]["frame"]["steps"] == 375


def test_a_check_that_is_asked_for_is_made_and_a_smaller_one_needs_no_asking():
    link = {"net.layers": "10", "net.width": "30", "data": "random", "net.samples": "64"}
    app = visit(link, "check_network")
    state = app.session_state["state.check_network"]
    assert "result" not in state
    settled(button(app, "Take width").click().run())
    assert not said(app)
    plan = state["result"].plan
    assert plan.seconds <= UNASKED
    assert plan.shape.width < 30


def test_a_sweep_of_many_over_many_steps_is_offered():
    everyone = "momentum,adam,rmsprop,adagrad,adamw,adamax,nadam,radam,lion,qhm"
    link = {"race": everyone, "race.steps": "1250", "sweep": "1"}
    app = visit(link, "race")
    assert button(app, "Try the rates of 10 optimizers")
    few = visit(link | {"race.steps": "125"}, "race")
    assert not any(each.label.startswith("Try the rates") for each in few.button)


def test_a_sweep_over_dear_gradients_is_offered_for_four():
    """On a loss through thirty steps of time, and on one over all samples."""
    for surface in ("cliff", "linear-classifier"):
        app = visit({"surface": surface, "race.steps": "1250", "sweep": "1"}, "race")
        assert button(app, "Try the rates of 4 optimizers")


def test_a_race_over_all_samples_is_shown_in_part():
    everyone = ",".join(slug(each.name) for each in OPTIMIZERS if "value" not in each.uses)
    link = {"surface": "linear-classifier", "race": everyone, "race.steps": "1250"}
    assert button(visit(link, "race"), "Run all 1,250 steps")


def test_what_a_check_takes_grows_with_all_that_makes_it_long():
    base = CheckPlan(data=RANDOM, shape=NetworkShape(10, 20, 32)).seconds
    for shape in (NetworkShape(12, 20, 32), NetworkShape(10, 25, 32), NetworkShape(10, 20, 64)):
        assert CheckPlan(data=RANDOM, shape=shape).seconds > base
    huge = CheckPlan(data=RANDOM, shape=NetworkShape(20, 30, 128))
    assert 10 < huge.seconds < 40
    assert CheckPlan(shape=huge.smaller(UNASKED), data=RANDOM).seconds <= UNASKED
