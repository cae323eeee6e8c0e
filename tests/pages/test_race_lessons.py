"""What the lessons of the Race page tell, checked against the races they end with."""

from dataclasses import replace

import numpy as np
import pytest

from optcore.descent.disturbance import ClipNorm
from optcore.descent.loop import descend
from optcore.knobs import knobs
from optcore.optimizers import OPTIMIZERS
from optcore.optimizers.misprints import MISPRINTS
from optcore.surfaces import SURFACES
from ui.lessons import lessons
from ui.parameters import slug

STATES = {lesson.title: lesson.state for lesson in lessons("race")}
RACERS = {slug(optimizer.name): optimizer for optimizer in (*OPTIMIZERS, *MISPRINTS)}


def race(name: str, **changes) -> tuple:
    """The surface of a lesson and its runs by slug, as the page would make them."""
    link = STATES[name] | changes
    surface = next(s for s in SURFACES if slug(s.name) == link["surface"])
    surface = tuned(surface, "surface", link)
    clip = ClipNorm(float(link["clip.limit"])) if link.get("clip") == "by-norm" else None
    runs = {
        racer: descend(
            surface,
            tuned(RACERS[racer], racer, link),
            surface.start,
            int(link["race.steps"]),
            clip=clip,
        )
        for racer in link["race"].split(",")
    }
    return surface, runs


def tuned(subject, prefix: str, link: dict):
    given = {name: link.get(f"{prefix}.{name}") for name in knobs(subject)}
    return replace(subject, **{name: float(text) for name, text in given.items() if text})


def steps_of(run) -> np.ndarray:
    return np.sqrt((np.diff(run.points, axis=0) ** 2).sum(axis=-1))


def test_ravine_leaps_across_the_floor_while_momentum_ends_nearer():
    surface, runs = race("Zig-zag in a ravine")
    limit = 2 / np.linalg.eigvalsh(surface.hessian(np.zeros(2)))[-1]
    assert limit == pytest.approx(0.04)
    steep = np.linalg.eigh(surface.hessian(np.zeros(2)))[1][:, -1]
    across = runs["gradient-descent"].points @ steep
    assert (across[:-1] * across[1:] < 0)[:50].all()
    ends = {name: float(surface.distance_to_minimum(run.last)) for name, run in runs.items()}
    assert ends["gradient-descent"] > 100 * ends["momentum"]


def test_one_per_cent_too_much_diverges_and_momentum_bears_it():
    surface, runs = race("One rate too large")
    assert (np.diff(runs["gradient-descent"].values[100:]) > 0).all()
    assert surface.distance_to_minimum(runs["momentum"].last) < 1e-3
    limit = RACERS["momentum"].__class__(momentum=0.8).stable_rate(np.array(50.0))
    assert limit == pytest.approx(0.072)


def test_momentum_overshoots_a_bowl():
    _, runs = race("Momentum overshoots")
    x = runs["momentum"].points[:, 0]
    assert (np.diff(np.sign(x)) != 0).sum() >= 5
    assert runs["momentum"].last_value > 1e-6
    assert runs["gradient-descent"].last_value < 1e-15
    arrivals = {name: int(np.argmax(run.values <= 0.001)) for name, run in runs.items()}
    assert arrivals["momentum"] == 34 < arrivals["gradient-descent"]


def test_adams_first_step_is_the_rate_and_the_misprints_is_not():
    _, runs = race("Adam without bias correction")
    first = {name: np.abs(run.points[1] - run.points[0]) for name, run in runs.items()}
    assert first["adam"] == pytest.approx([0.1, 0.1], rel=1e-6)
    misprint = first["adam-without-bias-correction"]
    assert misprint == pytest.approx([0.1 * 0.1 / np.sqrt(0.001)] * 2, rel=1e-6)
    lengths = steps_of(runs["adam-without-bias-correction"])
    assert lengths[1] > lengths[0]


def test_adagrad_is_stuck_left_of_zero_where_rmsprop_is_far_on():
    surface, runs = race("AdaGrad stops early")
    assert runs["adagrad"].last[0] < 0
    away = {name: float(surface.distance_to_minimum(run.last)) for name, run in runs.items()}
    assert away["rmsprop"] < away["adagrad"] / 3


def test_newton_rests_on_the_saddle():
    _, runs = race("Newton falls into the saddle")
    assert runs["newton"].last_value == pytest.approx(0, abs=1e-12)
    assert runs["newton"].gradient_norms[-1] == pytest.approx(0, abs=1e-12)
    for name in ("saddle-free-newton", "gradient-descent"):
        assert runs[name].last_value == pytest.approx(-0.25, abs=1e-3)


def test_the_cliff_throws_and_clipping_holds():
    _, thrown = race("The cliff throws you out")
    run = thrown["gradient-descent"]
    assert int(np.argmax(steps_of(run))) == 23
    assert steps_of(run).max() == pytest.approx(29.2, abs=0.1)
    assert 90 < run.gradient_norms[23] < 100
    assert run.gradient_norms[24:].max() < 1e-9
    surface, saved = race("Clipping saves you")
    run = saved["gradient-descent"]
    assert steps_of(run).max() <= 0.15 + 1e-12
    assert surface.distance_to_minimum(run.last) < 0.01


def test_the_wrong_side_never_ends_and_the_right_side_is_found_by_all():
    surface, runs = race("The wrong side of the hill")
    for run in runs.values():
        assert surface.distance_to_minimum(run.last) > 11
        assert run.values[-1] < run.values[-50] < run.values[-200]
    over = (surface.start[0] + 2.5, surface.start[1])
    link = STATES["The wrong side of the hill"]
    for racer in link["race"].split(","):
        run = descend(surface, tuned(RACERS[racer], racer, link), over, 1000)
        assert run.last_value == pytest.approx(-1, abs=1e-6)


def test_the_plateau_holds_squared_error_and_not_cross_entropy():
    surface, runs = race("A plateau, and its cure")
    run = runs["gradient-descent"]
    assert run.gradient_norms[0] == pytest.approx(0.004, abs=5e-4)
    assert surface.distance_to_minimum(run.last) == pytest.approx(7.9, abs=0.2)
    cure, runs = race("The cure: cross-entropy")
    assert cure.start == surface.start
    assert runs["gradient-descent"].gradient_norms[0] == pytest.approx(0.9, abs=0.05)
    assert cure.distance_to_minimum(runs["gradient-descent"].last) < 1e-6
    links = [state for name, state in STATES.items() if "cure" in name]
    assert [{**link, "surface": ""} for link in links] == [{**links[0], "surface": ""}] * 2


def test_momentum_helps_because_along_the_valley_gradients_add_up():
    surface, runs = race("Why momentum helps")
    axes = np.linalg.eigh(surface.hessian(np.zeros(2)))[1]
    run = runs["gradient-descent"]
    grads = run.grads[:10] @ axes
    kept = np.abs(grads.sum(axis=0)) / np.abs(grads).sum(axis=0)
    assert kept[0] == pytest.approx(1)
    assert kept[1] < 0.2
    second = (run.points[2] - run.points[1]) @ axes
    assert abs(second[1]) > 5 * abs(second[0])
    ends = {name: float(surface.distance_to_minimum(each.last)) for name, each in runs.items()}
    assert ends["momentum"] < ends["gradient-descent"] / 1000
    _, much = race("Why momentum helps", **{"momentum.momentum": "0.99"})
    assert much["momentum"].values.min() > 1e-3


def test_adams_first_step_goes_by_signs_however_the_ravine_is_turned():
    for turned in ("0", "30", "70"):
        surface, _ = race("Adam's first step", **{"surface.rotation": turned})
        adam = tuned(RACERS["adam"], "adam", STATES["Adam's first step"])
        first = np.diff(descend(surface, adam, (-2.0, -2.0), 1).points, axis=0)[0]
        assert np.abs(first) == pytest.approx([0.3, 0.3], rel=1e-6)
