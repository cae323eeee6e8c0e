"""A page's address follows from its table alone: what is read, held, moved and written again."""

from dataclasses import dataclass
from threading import Thread

import pytest

from optcore.knobs import knob
from ui.address import Address, empty
from ui.parameters import (
    Parameter,
    Place,
    Scrubbed,
    choice,
    choices,
    chosen,
    number,
    origin,
    sliders,
    sliders_of_each,
    step,
    switch,
)
from ui.zoom import camera, zoom


@dataclass(frozen=True)
class Fruit:
    name: str
    size: float = knob(2.0, 1.0, 9.0, symbol="s")
    seeds: int = knob(3, 0, 99, symbol="", whole=True)


@dataclass(frozen=True)
class Spot:
    x: float = knob(0.0, -4.0, 4.0, symbol="")
    y: float = knob(0.0, -4.0, 4.0, symbol="")


@dataclass(frozen=True)
class Told:
    name: str
    link: dict


FRUIT = APPLE, PEAR, FIG = Fruit("Apple"), Fruit("Pear"), Fruit("Dried fig")
BEGINNINGS = (
    Told("Two pears", {"fruit": "pear", "with": "apple,pear", "pear.size": "4", "at": "3"}),
    Told("A fig", {"fruit": "dried-fig"}),
)
TABLE = (
    origin("scenario", BEGINNINGS),
    choice("fruit", FRUIT, resets=(".size", "at")),
    choices("with", FRUIT, (APPLE,)),
    choice("first", FRUIT, among=lambda state: state["with"]),
    Parameter(name="note", default="", when=chosen("fruit", PEAR)),
    switch("cut", when=chosen("fruit", APPLE, PEAR)),
    Parameter(name="core", default="", when=chosen("cut", True)),
    Parameter(name="skin", default="", when=chosen("fruit", PEAR, FIG)),
    switch("ripe", True),
    Parameter(name="case", parse=number(0, 9, whole=True), default=1, pinned=True),
    step(99),
    Scrubbed(name="h", parse=number(0.0, 1.0), default=1.0),
    zoom(seen=lambda state: state["ripe"]),
    camera(seen=lambda state: not state["ripe"]),
    *sliders_of_each(FRUIT),
    sliders("spot", Spot()),
    Place("ring", ("spot.x", "spot.y")),
)


def opened(**parameters) -> Address:
    state = Address(TABLE, empty())
    state.arrive({name.replace("__", "."): text for name, text in parameters.items()})
    for fruit in state["with"]:
        state.tune(fruit.name.lower(), fruit)
    state.tune("spot", Spot())
    state.clock(range(11))
    state.clock([1.0, 0.1, 0.01], "h")
    return state


def test_defaults_stay_out_of_the_address_but_for_those_that_are_pinned():
    assert opened().parameters() == {"case": "1"}


def test_what_differs_is_written_in_the_order_of_the_table_and_opens_again():
    state = opened(spot__x="1.5", ripe="0", fruit="pear", apple__seeds="7", note="sweet")
    shown = {"fruit": "pear", "note": "sweet", "ripe": "0", "case": "1", "apple.seeds": "7",
             "spot.x": "1.5"}  # fmt: skip
    assert list(state.parameters().items()) == list(shown.items())
    again = opened(**{name.replace(".", "__"): text for name, text in shown.items()})
    assert again.parameters() == shown


@pytest.mark.parametrize(
    ("name", "text"),
    [("fruit", "plum"), ("with", "pear,plum"), ("ripe", "yes"), ("case", "1.5"), ("at", "100"),
     ("zoom", "3,1,0,1"), ("camera", "1,2"), ("spot__x", "4.1"), ("spot__y", "nan")],
)  # fmt: skip
def test_a_text_that_cannot_be_read_gives_the_default_and_a_notice(name, text):
    state = opened(**{name: text})
    assert state.parameters() == {"case": "1"}
    (told,) = state.memory["notices"]
    assert told.startswith(f"The link's **{name.replace('__', '.')}** was not used: ")


def test_what_does_not_apply_yet_waits_and_is_no_mistake():
    state = opened(fruit="apple", note="sour", pear__size="5", first="dried-fig")
    assert state.parameters() == {"case": "1"}
    assert not state.strangers()
    assert state.waiting() == ["note", "pear.size", "first"]
    state.hold({"fruit": PEAR, "with": (APPLE, PEAR)})
    assert state.tune("pear", PEAR).size == 5
    assert state.parameters() == {"fruit": "pear", "with": "apple,pear", "note": "sour",
                                  "case": "1", "pear.size": "5"}  # fmt: skip
    assert state.waiting() == ["first"]
    state.hold({"fruit": FIG})
    assert state.waiting() == ["first"], "what was used once is no longer the link's"


@pytest.mark.parametrize(
    ("link", "meant"),
    [
        ({"note": "sour"}, {"fruit": "pear", "note": "sour"}),
        ({"core": "red"}, {"cut": "1", "core": "red"}),
        ({"core": "red", "note": ""}, {"fruit": "pear", "cut": "1", "core": "red"}),
        ({"core": "red", "fruit": "pear"}, {"fruit": "pear", "cut": "1", "core": "red"}),
        ({"skin": "thin"}, {}),
        ({"skin": "thin", "note": ""}, {"fruit": "pear", "skin": "thin"}),
        ({"skin": "thin", "cut": "1"}, {"fruit": "pear", "cut": "1", "skin": "thin"}),
        ({"fruit": "dried-fig", "note": "sour"}, {"fruit": "dried-fig"}),
        ({"scenario": "a-fig", "note": "sour"}, {"scenario": "a-fig"}),
    ],
    ids=str,
)
def test_a_name_chooses_what_it_belongs_to_where_the_address_leaves_that_open(link, meant):
    state = opened(**link)
    assert state.parameters() == {"case": "1", **meant}
    state.note_waiting()
    for name, text in link.items():
        assert (name in meant or not text) != (f"“{name}” wait" in state.memory["waiting"])


def test_names_that_the_table_has_not_are_told_once():
    state = opened(colour="red", apple__colour="red", utm_source="mail", fruit="pear")
    assert state.strangers() == ["colour", "apple.colour"]
    assert state.strangers() == []


def test_a_choice_among_what_is_chosen_falls_back_on_the_first_of_it():
    state = opened(**{"with": "pear,dried-fig", "first": "dried-fig"})
    assert state["first"] == FIG
    state.hold({"with": (APPLE, PEAR)})
    assert state["first"] == APPLE
    state.hold({"with": ()})
    assert state["first"] is None
    assert "first" not in state.parameters()


def test_another_choice_resets_what_the_table_says():
    state = opened(apple__size="5", apple__seeds="7", at="3")
    state.forget(*state.row("fruit").resets)
    assert state.parameters() == {"case": "1", "apple.seeds": "7"}


# ------------------------------------------------------------------ what a stage reports


def test_a_hand_moves_sliders_within_their_knobs():
    state = opened()
    state.admit({"values": {"apple.size": 9, "apple.seeds": 4, "spot.x": -1.25}})
    assert state.parameters() == {"case": "1", "apple.size": "9", "apple.seeds": "4",
                                  "spot.x": "-1.25"}  # fmt: skip


@pytest.mark.parametrize(
    "report",
    [
        {"values": {"apple.size": 9.1, "apple.seeds": 2.5, "pear.size": 3, "nobody": 1}},
        {"values": {"apple.size": True, "apple.seeds": "4", "spot.x": None, "spot.y": [1]}},
        {"values": [1], "handles": [], "views": "0", "at": True},
        {"at": -1}, {"at": 11}, {"at": 2.0}, {"at": "2"}, {"at": None},
        {"handles": {"ring": [None, float("nan")], "else": [1, 2]}}, {"handles": {"ring": 3}},
        {"views": {"0": "1,2,3"}}, {"views": {"1": "0,1,0,1"}}, {"views": {"0": [0, 1]}},
    ],
)  # fmt: skip
def test_what_no_row_allows_is_passed_over(report):
    state = opened()
    state.admit(report)
    assert state.parameters() == {"case": "1"}


def test_a_handle_stays_in_the_range_of_its_sliders_and_is_short_in_the_link():
    state = opened()
    state.admit({"handles": {"ring": [1.23456789, 77]}})
    assert (state["spot.x"], state["spot.y"]) == (1.2346, 4.0)


def test_the_clock_sets_a_step_and_its_end_is_the_end_of_any_length():
    state = opened()
    state.admit({"at": 1})
    assert (state["at"], state["h"]) == (1, 0.1)
    for end in (10, "end"):
        state.hold({"at": 1})
        state.admit({"at": end})
        assert state["at"] is None
        assert "at" not in state.parameters()
    assert state.clock(range(21)) is None


def test_a_clock_stands_at_the_position_nearest_to_what_is_held():
    state = opened(at="7")
    assert state.clock([0, 5, 8, 20]) == 2
    assert state.clock(range(5)) is None
    assert state.clock(range(9)) == 7


def test_a_view_is_taken_by_the_row_that_is_seen():
    state = opened()
    state.admit({"views": {"0": "0,1,0,1"}})
    assert state.view() == "0,1,0,1"
    state.hold({"ripe": False})
    assert state.view() == ""
    state.admit({"views": {"0": "1,2,3,4,5,6"}})
    assert state.parameters() == {"ripe": "0", "case": "1", "zoom": "0,1,0,1",
                                  "camera": "1,2,3,4,5,6"}  # fmt: skip


# ------------------------------------------------------------------ where a page begins


def test_a_link_names_where_the_page_began_and_what_differs_from_there():
    state = opened(scenario="two-pears")
    assert (state["fruit"], state["pear.size"], state["at"]) == (PEAR, 4, 3)
    assert state.parameters() == {"scenario": "two-pears", "case": "1"}
    state.hold({"pear.size": 2.0, "fruit": APPLE, "at": None})
    shown = {"scenario": "two-pears", "fruit": "apple", "case": "1", "at": "10", "pear.size": "2"}
    assert state.parameters() == shown
    again = opened(**{name.replace(".", "__"): text for name, text in shown.items()})
    assert again.parameters() == shown


def test_a_name_of_no_beginning_gets_a_notice_and_the_rest_is_used():
    state = opened(scenario="two-plums", fruit="pear")
    assert state["fruit"] == PEAR
    assert "**scenario** was not used" in state.memory["notices"][0]


def test_a_page_departs_from_a_link_once_one_of_its_values_is_another():
    state = opened(scenario="two-pears")
    link = BEGINNINGS[0].link
    assert not state.departs(link)
    state.hold({"at": 5})
    assert not state.departs(link), "another step of the clock is the same page"
    assert not state.departs({"pear.size": "4.0"})
    state.hold({"note": "mine"})
    assert not state.departs(link)
    assert state.departs({"note": "yours"})
    state.hold({"pear.size": 5.0})
    assert state.departs(link)


def test_loading_parameters_leaves_nothing_of_the_state_before():
    state = opened(ripe="0", spot__x="2")
    state.load({"fruit": "pear"})
    assert state.parameters() == {"fruit": "pear", "case": "1"}
    state.load({"ripe": "0"}, scenario=BEGINNINGS[1])
    assert state["fruit"] == FIG
    assert state.parameters() == {"scenario": "a-fig", "ripe": "0", "case": "1"}


def test_a_text_that_one_thread_reads_is_not_missing_for_another():
    seen = []

    def slow(text: str) -> int:
        if not seen:
            seen.append("reading")
            other = Thread(target=lambda: seen.append(address["slow"]))
            other.start()
            other.join()
        return int(text)

    address = Address((Parameter(name="slow", parse=slow, default=0),), empty())
    address.load({"slow": "7"})
    assert address["slow"] == 7
    assert seen == ["reading", 7]


def test_a_state_comes_whole():
    """Whoever looks while another is loaded sees the one or the other."""

    class Memory(dict):
        def __setitem__(self, name, value):
            raise AssertionError(f"{name} comes by itself")

    address = Address((Parameter(name="size", parse=int, default=0),), Memory(empty()))
    address.load({"size": "7"})
    assert address["size"] == 7
