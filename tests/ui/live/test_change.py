"""What a browser says is taken only when every part of it is what it should be."""

import pytest

from ui.live.change import checked

RIGHT = {
    "sequence": 3, "at": 0, "settled": False, "has": ["a"], "values": {"adam.beta1": 0.5},
    "handles": {"start": [0.5, 1]}, "views": {"0": "1,2,3,4"},
}  # fmt: skip
WRONG = [
    {"at": True}, {"at": 1.5}, {"at": -1}, {"at": None}, {"at": "start"},
    {"sequence": "3"}, {"sequence": 2**60},
    {"settled": 1}, {"has": 5}, {"has": [5]}, {"has": ["x" * 300]}, {"has": ["x"] * 5000},
    {"values": 3}, {"values": {"k": True}}, {"values": {"k": "1"}}, {"values": {"k": float("inf")}},
    {"handles": {"start": [1]}}, {"handles": {"start": [1, None]}}, {"handles": [1, 2]},
    {"views": {"0": 3}}, {"views": {"0": "x" * 300}}, [], None, 3, "text",
]  # fmt: skip


def test_every_part_may_be_missing_and_others_pass():
    assert checked(RIGHT) is RIGHT
    for name in RIGHT:
        assert checked({name: RIGHT[name]})
    assert checked({}) == {}
    assert checked({"settled": None, "later": [1]})


@pytest.mark.parametrize("told", WRONG, ids=lambda told: str(told)[:40])
def test_what_is_no_change_is_not_taken(told):
    assert checked(told) is None
