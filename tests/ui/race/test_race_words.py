"""What is said of a race, and its table: every number is the runs'."""

import html
import re
from dataclasses import replace

import numpy as np
import pytest
from races import RACERS, every_surface, race, setup_of
from spelled import value_of

from optcore.descent.disturbance import GradientNoise
from optcore.descent.loop import descend
from optcore.optimizers import GradientDescent, Momentum, NelderMead
from optcore.surfaces import Bowl, NoMinimum, Ravine
from ui.ground import floor_of
from ui.prose import number, spelled
from ui.race.words import arrival, results, summary


def cells(table: str) -> list[list[str]]:
    """The texts of a table; what explains itself is text, too."""
    rows = re.findall(r"<tr>(.*?)</tr>", re.sub(r"</?span[^>]*>", "", table))
    return [
        [html.unescape(c) for c in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row)] for row in rows
    ]


@every_surface
def test_the_table_holds_the_numbers_of_the_runs(surface):
    racers = (*RACERS, NelderMead())
    runs, setup = race(surface, racers), setup_of(surface, racers)
    head, *rows = cells(results(runs, setup))
    assert head[0] == "Optimizer"
    assert len(rows) == len(racers)
    for optimizer, row in zip(racers, rows, strict=True):
        run = runs[optimizer.name]
        name, rate, loss, away, steps, gradients, status = row
        assert name == optimizer.name
        assert rate == ("–" if not hasattr(optimizer, "learning_rate") else rate)
        if hasattr(optimizer, "learning_rate"):
            assert value_of(rate) == pytest.approx(optimizer.learning_rate, rel=1e-3)
        distance = surface.distance_to_minimum(run.last)
        for text, value in ((loss, run.last_value), (away, distance)):
            shown = value_of(text)
            assert shown == pytest.approx(float(value), rel=1e-3, abs=1e-15, nan_ok=True)
        first = first_within(run, surface)
        assert steps == ("not reached" if first is None else str(first))
        assert status == spelled(run.status)
        if name == "Nelder-Mead":
            assert gradients == "none"
        else:
            assert int(gradients) == run.gradient_evaluations[int(run.ended)]


def first_within(run, surface, tolerance=1e-3):
    """The first step that is near enough, found by walking along the run."""
    floor = floor_of(surface)
    for step in range(int(run.ended) + 1):
        left = run.gradient_norms[step] if floor is None else run.values[step] - floor
        if left <= tolerance:
            return step
    return None


@every_surface
def test_the_summary_names_the_lowest_and_the_first(surface):
    runs, setup = race(surface), setup_of(surface)
    setup = replace(setup, conditions=replace(setup.conditions, noise=GradientNoise(0.5)))
    told = summary(runs, setup)
    assert told.endswith("Note: Gaussian noise of 0.5 is added to every gradient.")
    going = {name: run for name, run in runs.items() if not run.diverged}
    best = min(going, key=lambda name: float(going[name].last_value))
    assert told.startswith(f"{best} ends lowest, at a loss of {number(going[best].last_value, 4)}")
    arrivals = {n: first_within(run, surface) for n, run in runs.items()}
    reached = [step for step in arrivals.values() if step is not None]
    if reached:
        first = next(n for n, step in arrivals.items() if step == min(reached))
        assert re.search(rf": {re.escape(first)}, after {min(reached)} step", told)
    else:
        assert "Nobody comes within the tolerance of 0.001." in told
    for name, run in runs.items():
        assert (f"{name}: {spelled(run.status)}" in told) == bool(run.diverged)


def test_a_race_that_nobody_survives_is_told():
    racers = [GradientDescent(learning_rate=9.0), Momentum(learning_rate=9.0)]
    runs, setup = race(Ravine(), racers), setup_of(Ravine(), racers)
    told = summary(runs, setup)
    assert "ends lowest" not in told
    assert told.count("Diverged at step") == 2
    assert "exceeds 2/lambda_max" in told


def test_an_empty_race_asks_for_racers():
    assert "choose one or more optimizers" in summary({}, setup_of(Bowl(), ()))
    assert results({}, setup_of(Bowl(), ())) == ""


def test_arrival_is_the_first_step_that_is_near_enough():
    run = descend(Bowl(), GradientDescent(learning_rate=0.1), Bowl().start, 200)
    for tolerance in (1e-1, 1e-6, 1e-30):
        assert arrival(run, 0.0, tolerance) == first_within(run, Bowl(), tolerance)
    assert arrival(run, 0.0, 1e9) == 0
    slope = descend(NoMinimum(), GradientDescent(learning_rate=0.5), (0.0, 0.0), 50)
    assert arrival(slope, None, 0.3) == int(np.argmax(slope.gradient_norms <= 0.3)) > 0
    assert arrival(slope, None, 1e-9) is None


def test_markup_in_a_name_stays_text():
    class Named(GradientDescent):
        name = "<b>&"

    runs = {"<b>&": descend(Bowl(), Named(), (1.0, 1.0), 3)}
    table = results(runs, replace(setup_of(Bowl()), optimizers=(Named(),)))
    assert "&lt;b&gt;&amp;" in table
    assert "<b>" not in table
