"""The Noise page as a person meets it: views, handles, a band that is made on demand."""

import pytest
from visits import comparable, picture, report, said, table, visit

from ui import work
from ui.noise import band
from ui.noise.parameters import VIEWS
from ui.parameters import slug

KEY = "noise.stage"


def opened(**link: str):
    return visit({name.replace("__", "."): text for name, text in link.items()}, "noise")


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_opens_whole(view):
    app = opened(view=slug(view))
    assert not said(app)
    assert len(picture(app, KEY)["panels"]) in (3, 4)
    assert "<table>" in table(app, KEY)


def test_a_sample_follows_the_hand_and_the_link_holds_it():
    app = report(opened(task="three-points-w-and-b"), KEY, handles={"p2": [1.5, -2.0]})
    assert app.query_params["three.x2"] == "1.5"
    assert app.query_params["three.y2"] == "-2"
    again = visit(dict(app.query_params), "noise")
    panels = [repr(comparable(picture(each, KEY))["panels"]) for each in (app, again)]
    assert panels[0] == panels[1]


def test_delay_and_rate_are_dragged_together():
    app = report(opened(view="late-gradients"), KEY, handles={"late": [4.4, 0.2]})
    assert app.query_params["delay.steps"] == "4"
    assert app.query_params["late.rate"] == "0.2"


def test_the_clock_stands_at_a_size_of_batch():
    app = report(opened(), KEY, at=3)
    size = app.query_params["batch"]
    labels = picture(app, KEY)["clock"]["frame"]["labels"]
    assert labels[3] == f"batch of {size}"
    assert picture(visit(dict(app.query_params), "noise"), KEY)["clock"]["at"] == 3


def test_a_band_is_made_when_it_is_asked_for():
    link = {"view": "the-run", "run.budget": "60", "run.seed": "77"}
    without = picture(visit(link, "noise"), KEY)
    app = visit({**link, "band": "1"}, "noise")
    assert len(traces(picture(app, KEY))) == len(traces(without)) + 4


def test_a_band_that_was_stopped_is_not_begun_again(monkeypatch):
    state_seen = []
    monkeypatch.setattr(work, "carry_out", lambda steps, stop, *rest: state_seen.append(stop()))
    app = visit({"view": "the-run", "run.budget": "60", "run.seed": "78", "band": "1"}, "noise")
    count = len(state_seen)
    app.run()
    assert len(state_seen) == count == 1
    assert band.SEEDS == 200


def traces(message) -> list:
    return message["panels"][1]["figure"]["data"]


def test_the_link_holds_what_is_seen_of_the_paths():
    app = report(opened(view="the-run"), KEY, views={"0": "0.5,1.5,0,1"})
    assert app.query_params["zoom"] == "0.5,1.5,0,1"
    assert picture(app, KEY)["panels"][0]["view"] == "0.5,1.5,0,1"
    app.selectbox[0].set_value("Order").run()
    assert "zoom" not in app.query_params


@pytest.mark.parametrize(("equal", "average"), [("samples", "0"), ("steps", "1"), ("time", "0")])
def test_a_slider_that_has_no_effect_is_not_there(equal, average):
    app = opened(view="the-run", equal=equal, average=average, run__overhead="50")
    groups = [group for board in picture(app, KEY)["boards"] for group in board["frame"]["groups"]]
    there = {knob["id"] for group in groups for knob in group["knobs"]}
    assert "run.batch" in there
    assert ("run.overhead" in there) == (equal == "time")
    assert ("run.average_from" in there) == (average == "1")
    assert app.query_params["run.overhead"] == "50"


def test_time_is_counted_in_units():
    app = opened(view="the-run", equal="time")
    told = picture(app, KEY)["words"]
    assert "for 1000 units of time." in (told if isinstance(told, str) else told["texts"][-1])


def test_the_older_name_of_an_order_is_understood():
    app = opened(view="order", told="online")
    assert app.query_params["dealt"] == "online"
    assert "told" not in app.query_params
    assert not said(app)
