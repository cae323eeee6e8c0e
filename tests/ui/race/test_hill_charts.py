"""The sheet in depth: its floor is smooth, and the first look sees into the valley."""

import numpy as np
import pytest

from optcore.surfaces import SURFACES, Bowl, Ravine, Rosenbrock
from ui.ground import ground
from ui.race import hill_charts
from ui.race.hill_charts import first_look, hills, relief


def along(surface, places: np.ndarray) -> np.ndarray:
    """The heights of the sheet over places (k, 2), by the nearest points of its grid."""
    seen = relief(surface, ground(surface))
    columns = np.abs(seen.x[:, None] - places[:, 0]).argmin(axis=0)
    rows = np.abs(seen.y[:, None] - places[:, 1]).argmin(axis=0)
    return seen.z[rows, columns]


def test_the_floor_of_a_bent_valley_is_no_saw():
    """Along y = x^2 the loss of Rosenbrock falls to its minimum and rises: it turns once."""
    x = np.linspace(-1.4, 1.6, 60)
    heights = along(Rosenbrock(), np.stack([x, x**2], axis=-1))
    turns = np.diff(np.sign(np.diff(heights)))
    backs = np.abs(np.diff(heights))[:-1][turns != 0]
    assert backs.max(initial=0) < 0.12 * np.ptp(heights)
    # A saw would rise and fall by far more in all than from end to minimum to end.
    way = np.abs(np.diff(heights)).sum()
    assert way < 1.6 * (heights[0] + heights[-1] - 2 * heights.min())


def test_a_smooth_bowl_keeps_its_shape():
    places = np.random.default_rng(0).uniform(-1.5, 1.5, (50, 2))
    seen = ground(Bowl())
    true = seen.heights.of(Bowl().value(places))
    np.testing.assert_allclose(along(Bowl(), places), true, atol=0.06 * np.ptp(seen.z))


@pytest.mark.parametrize("surface", SURFACES, ids=lambda each: each.name)
def test_the_first_look_sees_the_valley_from_above(surface):
    eye = first_look(surface)["eye"]
    where = np.array([eye[name] for name in "xyz"])
    assert np.linalg.norm(where) == pytest.approx(hill_charts.FAR, abs=2e-3)
    assert where[2] > 0
    seen = relief(surface, ground(surface))
    points, z = hill_charts._valley(surface, seen)
    behind = hill_charts._seen(points, z, where * [-1, -1, 1])
    # Into dozens of dents nobody sees at once.
    dented = surface.name in ("Rastrigin", "Griewank")
    assert hill_charts._seen(points, z, where) >= max(0.0 if dented else 0.6, 0.9 * behind)


def test_a_hand_that_shapes_the_ground_does_not_walk_around_it():
    looks = [
        hills(Ravine(condition=k, rotation=r), ground(Ravine(condition=k, rotation=r)), {})
        for k, r in ((5, 0), (50, 80))
    ]
    one, other = (each["layout"]["scene"]["camera"] for each in looks)
    assert one == other
