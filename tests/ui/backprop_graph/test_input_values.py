"""The values of inputs as text, as sliders, under a hand."""

import pytest

from ui.address import Address, empty
from ui.backprop_graph.parameters import PARAMETERS
from ui.backprop_graph.values import Track, board, changed, entries, reach, read, write


@pytest.mark.parametrize(
    "text", ["x:-2;y:5", "b:1,2", "W:1,2/3,4;x:0.25", "v:1e-7", "a:1,2,3/4,5,6"]
)
def test_what_is_written_is_read_again(text):
    assert write(read(text)) == text


def test_values_may_be_typed_as_people_type_them():
    assert read(" x = -2;\n W: [1, 2] / [3, 4] ") == {"x": -2.0, "W": ((1.0, 2.0), (3.0, 4.0))}


@pytest.mark.parametrize(
    "text", ["x", "x: one", "x: nan", "x: 1e9", "1: 2", "W: 1, 2 / 3", "x: ", "v: " + "1," * 500]
)
def test_what_is_no_value_gets_a_sentence(text):
    with pytest.raises(ValueError, match=r"\."):
        read(text)


def test_a_slider_has_room_to_move_on_both_sides():
    assert [reach(value) for value in (0.0, 1.5, 1.7, 4.0, (3.0, -9.0), 90.0)] == [
        2.0, 2.0, 5.0, 5.0, 20.0, 200.0
    ]  # fmt: skip
    assert all(abs(value) < reach(value) for value in (0.1, 1.9, 4.99, 123456.0))


def test_an_entry_is_set_where_it_stands():
    matrix = ((1.0, 2.0), (3.0, 4.0))
    assert changed(matrix, (1, 0), 9.0) == ((1.0, 2.0), (9.0, 4.0))
    assert dict(entries(matrix))[1, 1] == 4.0


def held(**values) -> Address:
    address = Address(PARAMETERS, empty())
    address.load({})
    address.hold({"values": values})
    address.memory["reaches"] = dict.fromkeys(values, 10.0)
    address.memory["tracks"] = {"x": Track(0.0, 2.0, -1.0, 10.0)}
    return address


def test_sliders_and_handles_set_one_number_each():
    address = held(x=1.0, W=((1.0, 2.0),))
    address.admit({"values": {"values.W.1.2": 7.5}})
    assert address["values"] == {"x": 1.0, "W": ((1.0, 7.5),)}
    address.admit({"handles": {"x": [0.5, 3.0]}})
    assert address["values"]["x"] == -5.0


@pytest.mark.parametrize("report", [
    {"values": {"values.x": 11.0}}, {"values": {"values.x": True}}, {"values": {"values.q": 1.0}},
    {"values": {"values.W.3.1": 1.0}}, {"values": {"values.W": 1.0}}, {"values": {"values.x.1": 1}},
    {"values": {"values.x": float("nan")}}, {"handles": {"x": ["a", 1]}}, {"handles": {"x": [1]}},
    {"handles": {"y": [1, 1]}}, {"values": []},
])  # fmt: skip
def test_a_report_that_a_page_would_not_make_changes_nothing(report):
    address = held(x=1.0, W=((1.0, 2.0),))
    address.admit(report)
    assert address["values"] == {"x": 1.0, "W": ((1.0, 2.0),)}


def test_sliders_stand_in_the_order_of_their_values():
    values = {"W": ((1.0, 2.0),), "x": 3.0}
    made = board("values", values, values, {"W": 5.0, "x": 5.0})
    knobs = [knob for group in made.frame["groups"] for knob in group["knobs"]]
    assert [knob["id"] for knob in knobs] == ["values.x", "values.W.1.1", "values.W.1.2"]
    assert made.values == [3.0, 1.0, 2.0]
    assert [group["title"] for group in made.frame["groups"]] == ["Inputs", "W"]


def test_sliders_stay_the_same_while_a_hand_moves_them():
    made = [board("values", {"a": number}, {}, {"a": 5.0}).frame for number in (1.0, 2.0)]
    assert made[0] == made[1]
