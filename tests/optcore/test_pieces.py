import numpy as np
import pytest

from optcore.pieces import finish, pieces, told_as


@pytest.mark.parametrize(
    ("rows", "numbers", "most", "sizes"),
    [
        (10, 3, 9, [3, 3, 3, 1]),
        (10, 3, 11, [3, 3, 3, 1]),
        (10, 3, 12, [4, 4, 2]),
        (3, 40, 12, [1, 1, 1]),
        (5, 1, 100, [5]),
        (0, 3, 9, []),
    ],
)
def test_every_row_comes_once_and_no_piece_is_too_large(rows, numbers, most, sizes):
    parts = [np.arange(rows)[part] for part in pieces(rows, numbers, most)]
    assert [len(part) for part in parts] == sizes
    assert [row for part in parts for row in part] == list(range(rows))


def work():
    yield 0.5
    yield 1.0
    return "done"


def test_work_is_finished_and_each_share_is_heard_or_told_in_other_words():
    heard = []
    assert finish(work()) == finish(work(), heard.append) == "done"
    assert heard == [0.5, 1.0]
    words = []
    assert finish(told_as(work(), "{:.0%}".format), words.append) == "done"
    assert words == ["50%", "100%"]
