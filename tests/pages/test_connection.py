"""A stage's own connection answers what Streamlit would have answered, without a rerun."""

import gc
import logging
from time import monotonic

import pytest
from random_links import VARIANTS, staged
from visits import Reader, comparable, picture, report, sent, stages, visit

from optcore.surfaces import Himmelblau
from ui import state
from ui.live import connection as connections
from ui.live.connection import Connection

PAGES = {
    "race": ("race.stage", {"values": {"adam.learning_rate": 0.0625}}),
    "race start": ("race.stage", {"handles": {"start": [0.5, 0.5]}}),
    "race scrubber": ("race.stage", {"at": 40}),
    "shrinking_h": ("shrinking_h.stage", {"handles": {"x": [0.5, 0.0]}}),
    "slow_neuron": ("slow_neuron.stage", {"handles": {"start": [1.0, 1.5]}}),
    "recurrent": ("recurrent.stage", {"handles": {"second": [0.3, 0.6]}}),
    "backprop_graph": ("backprop_graph.stage", {"values": {"values.x": 1.5}}),
    "noise": ("noise.stage", {"handles": {"point": [0.5, 0.5]}}),
    "steps": ("steps.stage", {"drawn": {"values": [0.5] * 100, "top": 1.0}}),
    "training": ("training.stage", {"values": {"length.seed": 5}}),
}
pytestmark = pytest.mark.usefixtures("short_bands")
every_page = pytest.mark.parametrize(("name", "told"), PAGES.items(), ids=list(PAGES))


def opened(name: str):
    """The page, with small networks and short runs where it has any."""
    page = name.split()[0]
    small, *_ = VARIANTS.get(page, [{}])
    return visit(small, page)


def connection_of(app, key: str) -> Connection:
    return app.session_state[f"{key}.connection"]


@every_page
def test_a_line_answers_what_streamlit_answers(name, told, caplog):
    key, change = told
    change = {"sequence": 7, "has": [], "settled": False, **change}
    slow, fast = opened(name), opened(name)
    before = comparable(picture(slow, key))
    report(slow, key, **change)
    connection = connection_of(fast, key)
    caplog.clear()
    with caplog.at_level(logging.WARNING):
        answer = Reader().read(connection.answer(change))
    assert not caplog.records, "what a moving hand sees anew is the stage and nothing else"
    asked = comparable(picture(slow, key))
    assert answer["sequence"] == 7
    assert repr(comparable(answer)) == repr(asked)
    assert repr(asked) != repr(before | {"sequence": 7}), "the change changes it"


@pytest.mark.parametrize("page", staged())
def test_a_slider_of_any_page_is_answered_alike(page):
    slow, fast = opened(page), opened(page)
    stage = next(each for each in stages(slow) if each.key.startswith(f"{page}."))
    shown = picture(slow, stage.key)
    board = next((board for board in shown["boards"] if board["values"]), None)
    if not (board and shown["answers"]):
        pytest.skip("it has no slider, or no connection of its own")
    knob = next(knob for group in board["frame"]["groups"] for knob in group["knobs"])
    value = knob["high"] if board["values"][0] == knob["low"] else knob["low"]
    change = {"sequence": 3, "has": [], "settled": False, "values": {knob["id"]: value}}
    report(slow, stage.key, **change)
    answer = Reader().read(connection_of(fast, stage.key).answer(change))
    asked = repr(comparable(picture(slow, stage.key)))
    assert repr(comparable(answer)) == asked
    assert asked != repr(comparable(shown) | {"sequence": 3}), "the change changes it"


def test_streamlit_takes_up_where_the_line_left_off():
    app = visit()
    connection = connection_of(app, "race.stage")
    for at, rate in enumerate((0.1, 0.2, 0.3), 1):
        connection.answer({"sequence": at, "has": [], "settled": False,
                     "values": {"adam.learning_rate": rate}})  # fmt: skip
    report(app, sequence=4, settled=True)
    shown = picture(app)
    assert shown["sequence"] == 4
    assert app.query_params["adam.learning_rate"] == "0.3"
    assert shown["edition"] > 4, "the browser takes the higher number for the newer picture"


def test_a_line_sends_no_part_that_the_browser_holds():
    app = visit()
    connection, reader = connection_of(app, "race.stage"), Reader()
    reader.read(sent(app))
    whole = len(sent(app))
    answer = connection.answer({"sequence": 1, "has": reader.has, "settled": False,
                          "handles": {"start": [0.3, 1.2]}})  # fmt: skip
    assert len(answer) < whole / 4
    assert reader.read(answer)["handles"][0]["at"] == [0.3, 1.2]


def test_what_changed_on_the_page_is_what_the_line_shows():
    app = visit()
    app.selectbox[0].select("Himmelblau").run()
    connection = connection_of(app, "race.stage")
    answer = Reader().read(connection.answer({"sequence": 1, "has": [], "settled": False}))
    assert answer["handles"][0]["at"] == list(Himmelblau.start)


def test_a_stage_that_comes_back_is_sent_whole():
    app = visit()
    connection_of(app, "race.stage").answer({"sequence": 1, "has": ["x"], "settled": False})
    app.switch_page("layers.py").run()
    app.switch_page("race.py").run()
    assert picture(app)["sequence"] == 0


def test_pages_that_say_more_than_a_stage_have_no_line_that_answers():
    for page in ("layers", "check_network"):
        app = visit().switch_page(f"{page}.py").run()
        key = stages(app)[0].key
        assert picture(app, key)["answers"] is False
        assert connection_of(app, key).body is None


def test_tokens_tell_nothing_and_a_line_goes_with_its_visitor():
    made = [Connection() for _ in range(3)]
    tokens = [each.token for each in made]
    assert len(set(tokens)) == 3
    assert min(map(len, tokens)) >= 20
    assert all(
        connections._connections[token] is each for token, each in zip(tokens, made, strict=True)
    )
    del made
    gc.collect()
    assert not any(token in connections._connections for token in tokens)


def test_an_address_on_its_way_to_the_browser_is_not_written_again(monkeypatch):
    """Else what asks meanwhile, with the old one, would leave two equal steps for Back."""
    app = report(visit({}, "steps"), "steps.stage", values={"stream.size": 1.5})
    there = dict(app.query_params)
    assert there
    app.query_params.clear()
    assert not dict(app.run().query_params)
    monkeypatch.setattr(state, "monotonic", lambda: monotonic() + 2 * state.ARRIVES)
    assert dict(app.run().query_params) == there
