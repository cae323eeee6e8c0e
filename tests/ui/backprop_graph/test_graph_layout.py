"""Where the nodes of a graph stand."""

from itertools import pairwise
from random import Random

import numpy as np
import pytest

from ui.backprop_graph.layout import HIGHER, MOST_BENDS, PASSING, apart, placed


def some_links(count: int, seed: int = 0) -> list[tuple[int, int]]:
    random = Random(seed)
    return [(begin, end) for end in range(3, count)
            for begin in random.sample(range(max(0, end - 9), end), 2)]  # fmt: skip


@pytest.mark.parametrize("count", [10, 200, 600])
def test_links_lead_to_the_right_and_no_two_nodes_touch(count):
    links = some_links(count)
    found = placed(count, links)
    begins, ends = np.array(links).T
    assert (found.x[ends] - found.x[begins] >= 1).all()
    for layer in np.unique(found.x):
        assert (np.diff(np.sort(found.y[found.x == layer])) >= 1 - 1e-9).all()


def test_a_link_passes_its_two_nodes_and_every_layer_between_them():
    links = [(0, 1), (1, 2), (2, 3), (0, 3)]
    found = placed(4, links)
    for (begin, end), (first, last) in zip(links, pairwise(found.starts), strict=True):
        across, up = found.bends[:, first:last]
        assert (across[0], up[0]) == (found.x[begin], found.y[begin])
        assert (across[-1], up[-1]) == (found.x[end], found.y[end])
        assert (np.diff(across) == 1).all()
    around = found.bends[1, found.starts[3] + 1 : found.starts[4] - 1]
    assert (np.abs(around - found.y[[1, 2]]) >= (1 + PASSING) / 2 - 1e-9).all()


def test_a_node_stands_right_before_the_first_that_needs_it():
    found = placed(5, [(0, 2), (1, 4), (2, 3), (3, 4)])
    assert found.x.tolist() == [0, 2, 1, 2, 3]


def test_what_stands_too_near_is_moved_as_little_as_can_be():
    np.testing.assert_allclose(apart(np.array([0.0, 0.0, 5.0]), np.ones(3)), [-0.5, 0.5, 5.0])
    np.testing.assert_allclose(apart(np.array([0.0, 0.2, 0.4]), np.ones(3)), [-0.8, 0.2, 1.2])
    np.testing.assert_allclose(apart(np.array([0.0, 3.0]), np.ones(2)), [0.0, 3.0])


def test_links_that_pass_too_many_layers_go_straight():
    chain = [(at, at + 1) for at in range(1, 400)]
    found = placed(401, [*chain, *((0, at) for at in range(2, 400))])
    assert found.bends.shape[1] <= MOST_BENDS + 2 * (len(chain) + 398)
    first, last = found.starts[-2:]
    assert found.bends[0, first:last].tolist() == [found.x[0], found.x[399]]


def test_a_chain_that_takes_something_in_at_each_step_runs_level():
    count = 12
    links = [(at, at + 1) for at in range(count)]
    links += [(count + at, at) for at in range(1, count + 1)]
    order = sorted(range(2 * count + 1), key=lambda node: (node % count if node > count else node,
                                                           node <= count))  # fmt: skip
    place = {node: at for at, node in enumerate(order)}
    links = sorted((place[a], place[b]) for a, b in links if place[a] < place[b])
    found = placed(2 * count + 1, links)
    assert np.ptp(found.y) <= 3


def test_what_winds_up_and_down_is_no_higher_than_its_fullest_layer_asks():
    """A side input at every third step lifts the chain, as igraph places it."""
    rise = [
        (0, 2),
        (1, 2),
        (2, 4),
        (3, 4),
        (4, 6),
        (5, 6),
        (6, 8),
        (7, 8),
        (0, 8),
        (8, 10),
        (9, 10),
    ]
    found = placed(11, rise)
    fullest = max(np.ptp(found.y[found.x == layer]) for layer in np.unique(found.x))
    assert np.ptp(found.y) <= HIGHER * max(1 + PASSING, fullest)
    for layer in np.unique(found.x):
        assert (np.diff(np.sort(found.y[found.x == layer])) >= 1 - 1e-9).all()


def test_a_node_that_needs_more_room_has_it():
    found = placed(4, [(0, 3), (1, 3), (2, 3)], np.array([1.0, 2.0, 1.0, 1.0]))
    assert np.diff(np.sort(found.y[:3])).tolist() == [1.5, 1.5]
