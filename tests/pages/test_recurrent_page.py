"""The Recurrent page as a person meets it: views, handles, a training that asks first."""

import numpy as np
import pytest
from visits import Reader, comparable, picture, report, said, table, visit

from ui import work
from ui.parameters import slug
from ui.recurrent import net
from ui.recurrent.parameters import NET, POWERS, VIEWS

KEY = "recurrent.stage"
SMALL = {"view": slug(NET), "net.steps": "15", "net.length": "12", "net.width": "4",
         "net.batch": "3"}  # fmt: skip


def opened(**link: str):
    return visit({name.replace("__", "."): text for name, text in link.items()}, "recurrent")


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_opens_whole(view):
    app = visit(SMALL if view == NET else {"view": slug(view)}, "recurrent")
    assert not said(app)
    assert len(picture(app, KEY)["panels"]) in (3, 4, 5)
    assert "<table>" in table(app, KEY)


def test_a_column_of_the_matrix_follows_the_hand_and_the_link_holds_it():
    app = report(opened(), KEY, handles={"second": [-0.5, 0.25]})
    assert app.query_params["w.w12"] == "-0.5"
    assert app.query_params["w.w22"] == "0.25"
    again = visit(dict(app.query_params), "recurrent")
    panels = [repr(comparable(picture(each, KEY))["panels"]) for each in (app, again)]
    assert panels[0] == panels[1]


def test_an_eigenvalue_dragged_through_the_stage_moves_the_matrix():
    app = report(opened(view=slug(POWERS)), KEY, handles={"eigenvalue": [0.3, 0.9]})
    entries = [float(app.query_params.get(f"w.w{ij}", default))
               for ij, default in (("11", 0.9), ("12", 1.0), ("21", 0.0), ("22", 0.9))]  # fmt: skip
    found = np.linalg.eigvals(np.reshape(entries, (2, 2)))
    assert np.abs(found - (0.3 + 0.9j)).min() < 2e-3


def test_another_view_goes_back_to_the_end_of_the_clock():
    app = opened(at="7")
    assert picture(app, KEY)["clock"]["at"] == 7
    app.selectbox[0].set_value("One unit").run()
    assert "at" not in app.query_params


def test_a_long_training_asks_first_and_is_done_when_asked(monkeypatch):
    monkeypatch.setattr(work, "UNASKED", 0.01)
    link = {**SMALL, "net.seed": "7", "cells": "tanh"}
    app = visit(link, "recurrent")
    assert len(losses(picture(app, KEY))) < 16
    offer = next(each for each in app.button if each.label == "Train all 15 steps")
    assert "All 15 steps of training take about" in said(app)
    offer.click().run()
    assert not any(each.label.startswith("Train") for each in app.button)
    assert len(losses(picture(app, KEY))) == 16


def test_the_picture_grows_while_it_trains_and_can_be_stopped(monkeypatch):
    """Each run of the page takes a glimpse, shows it, and has the page run again."""
    shown, finish = [], net.finish

    def watched(state):
        records = finish(state)
        shown.append(len(records[0].losses))
        if len(shown) == 3:
            work.stop(state, net.KIND, (records[0].plan,))
        return records

    monkeypatch.setattr(net, "GLIMPSE", 0.0001)
    monkeypatch.setattr(net, "finish", watched)
    app = visit({**SMALL, "net.steps": "60", "net.seed": "8", "cells": "tanh"}, "recurrent")
    assert shown[0] < shown[1] < shown[2] < 61
    assert shown[-1] == shown[2]
    assert len(losses(picture(app, KEY))) == shown[2]
    monkeypatch.setattr(net, "GLIMPSE", 10.0)
    next(each for each in app.button if each.label == "Train on").click().run()
    assert len(losses(picture(app, KEY))) == 61


def test_the_gradients_are_checked_at_a_click():
    app = visit({**SMALL, "details": "1", "cells": "lstm,gru"}, "recurrent")
    next(each for each in app.button if each.label == "Check the gradients").click().run()
    told = [each.value for each in app.markdown if "right block by block" in each.value]
    assert len(told) == 2
    assert told[0].startswith("**LSTM**, 4 units over 10 steps")


def losses(message) -> np.ndarray:
    return np.asarray(message["panels"][0]["figure"]["data"][0]["meta"]["y"])[-1]


def test_a_hand_on_a_slider_of_the_net_keeps_what_was_trained():
    """Until it lets go: the stage's own line shows the old training, and trains nothing."""
    app = visit({**SMALL, "cells": "tanh"}, "recurrent")
    before = losses(picture(app, KEY))
    connection = app.session_state[f"{KEY}.connection"]
    change = {"sequence": 1, "has": [], "settled": False, "values": {"net.width": 5}}
    np.testing.assert_allclose(losses(Reader().read(connection.answer(change))), before, rtol=1e-4)
    app = report(app, KEY, values={"net.width": 5})
    assert not np.allclose(losses(picture(app, KEY)), before)
