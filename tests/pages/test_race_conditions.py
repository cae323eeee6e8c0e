"""Samples and late gradients among the conditions of a race."""

import numpy as np
import pytest
from visits import picture, report, said, table, visit

from optcore.descent import Batches, Delay, descend
from optcore.descent.batches import ORDERS
from optcore.optimizers import OPTIMIZERS, Adam
from ui.address import Address, empty
from ui.parameters import slug
from ui.race import choices, numpy_program, programs, words
from ui.race.parameters import FITS, PARAMETERS, WHOLE

LINE, CLASSES = FITS


def raced(**link: str):
    """The race of a link, its runs, and what is said of it."""
    state = Address(PARAMETERS, empty())
    state.arrive({name.replace("__", "."): text for name, text in link.items()})
    conditions = choices.Conditions(state["schedule"], None, choices.GradientNoise(),
                                    state["samples"])  # fmt: skip
    dials = choices.dials(state["surface"], state["race"], conditions)
    race, _ = choices.set_up(state, *dials, conditions)
    runs = choices.runs(race)
    return race, runs, words.summary(runs, race)


def test_nothing_is_on_unless_it_is_asked_for():
    race, _, told = raced(surface="bowl")
    assert race.conditions.given["batches"] is None
    assert race.conditions.given["delay"] is None
    assert "Note" not in told
    assert race.conditions.samples == WHOLE


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("fit", FITS, ids=lambda fit: fit.name)
def test_a_race_on_samples_is_the_descent_on_those_batches(fit, order):
    race, runs, told = raced(surface=slug(fit.name), samples=order, race="adam",
                             batches__size="7", batches__seed="3")  # fmt: skip
    (optimizer,) = race.optimizers
    own = descend(fit, optimizer, fit.start, 300, batches=Batches(7, order, seed=3))
    np.testing.assert_array_equal(runs["Adam"].points, own.points)
    assert f"gradients are those of batches of 7, {order}" in told
    assert not np.allclose(runs["Adam"].seen[3], runs["Adam"].grads[3])


def test_every_gradient_may_be_late():
    race, runs, told = raced(surface="rosenbrock", race="adam", delay__steps="4",
                             delay__compensation="0.25")  # fmt: skip
    (optimizer,) = race.optimizers
    own = descend(race.surface, optimizer, race.start, 300, delay=Delay(4, 0.25))
    np.testing.assert_array_equal(runs["Adam"].points, own.points)
    assert "every gradient is 4 steps old and compensated with 0.25" in told
    assert "compensated" not in raced(surface="bowl", delay__steps="4")[2]


def test_a_surface_without_samples_says_so_and_the_race_goes_on():
    race, runs, told = raced(surface="beale", samples="shuffled")
    assert race.conditions.batches is None
    assert "this surface is not made of samples" in told
    assert "take Linear regression or Linear classifier" in told
    assert all(np.isfinite(run.last_value) for run in runs.values())


@pytest.mark.parametrize("fit", FITS, ids=lambda fit: fit.name)
def test_every_optimizer_races_on_samples(fit):
    everyone = ",".join(slug(each.name) for each in OPTIMIZERS)
    _, runs, _ = raced(surface=slug(fit.name), samples="shuffled", race=everyone, race__steps="20")
    # Newton's methods go by the curvature of a batch, which one class alone hardly has.
    ended = {name for name, run in runs.items() if not run.last_value < run.values[0]}
    assert ended <= {"Newton", "Saddle-free Newton"}
    assert all(run.status for run in runs.values())


@pytest.mark.parametrize("fit", FITS, ids=lambda fit: fit.name)
def test_the_page_shows_it_and_the_link_holds_it(fit):
    app = visit({"surface": slug(fit.name), "samples": "replaced", "delay.steps": "2"})
    assert not said(app)
    assert "<table>" in table(app)
    app = report(app, values={"batches.size": 5, "delay.compensation": 0.5})
    link = dict(app.query_params)
    assert link["batches.size"] == "5"
    assert link["delay.compensation"] == "0.5"
    assert link["samples"] == "replaced"
    again = visit(link)
    assert repr(picture(again)["panels"]) != repr(picture(visit({"surface": "bowl"}))["panels"])


def test_a_program_of_a_race_on_samples_names_them():
    race, _, _ = raced(surface="linear-regression", samples="shuffled", delay__steps="2")
    text = numpy_program.with_numpy(race.surface, Adam(), race.start, 50, race.conditions.given)
    assert "batches=Batches(size=16, order='shuffled', seed=0" in text
    assert "delay=Delay(steps=2" in text
    assert programs.with_torch(race.surface, Adam(), race.start, 50, race.conditions.given) == ""
    for fit in FITS:
        still, _, _ = raced(surface=slug(fit.name))
        given = (still.surface, Adam(), still.start, 50, still.conditions.given)
        compile(numpy_program.with_numpy(*given), "program", "exec")
        assert programs.with_torch(*given) == ""
        assert "told by its samples" in programs.without_torch(still.surface, Adam())
