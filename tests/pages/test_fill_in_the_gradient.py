"""Gradients that a person fills in: hidden, judged and given away nowhere."""

import numpy as np
import pytest
from visits import picture, said, table, visit

from ui.address import Address, empty
from ui.backprop_graph import choices
from ui.backprop_graph.case import work_out
from ui.backprop_graph.parameters import PARAMETERS
from ui.scene import Scene

KEY = "backprop_graph.stage"


def opened(**link: str):
    return visit(link, "backprop_graph")


def meta(app) -> dict:
    return picture(app, KEY)["panels"][0]["figure"]["data"][0]["meta"]


FAN_OUT = {"f": "u = x * x; v = u * u", "values": "x:2", "view": "fill-in-the-gradient"}


def scene(link: dict) -> Scene:
    """What the view takes along, and what a lesson may say."""
    state = Address(PARAMETERS, empty())
    state.load(link)
    return choices.scene(state)


def told_lines(app) -> dict[tuple[int, int], str]:
    """The last text on each item and line of the picture."""
    found = meta(app)
    rows = zip(*np.asarray(found["plan"]["slots"]).tolist(), found["texts"], strict=True)
    return {(item, line): text for item, line, _, text in rows}


def answer(app, number: str):
    field = next(each for each in app.text_input if "answer" in each.key)
    return field.set_value(number).run()


def test_gradients_are_hidden_until_they_are_filled_in():
    app = opened(**FAN_OUT)
    assert [text for (_, line), text in told_lines(app).items() if line == 1].count("?") == 6
    app = answer(app, "4")
    assert app.query_params["filled"] == "1"
    assert "Right" in app.success[0].value
    app = answer(answer(app, "4"), "2 * 4")
    assert app.query_params["filled"] == "3"
    assert told_lines(app)[1, 1] == "8"


def test_what_is_hidden_is_given_away_nowhere():
    """By hand, at x = 2: v gives u 4 twice, u gets 8 and gives x 16 twice, x gets 32."""
    for filled, away in ((0, {"4", "8", "16", "32"}), (3, {"16", "32"}), (6, set())):
        app = opened(**FAN_OUT, filled=str(filled))
        shown = scene(FAN_OUT | {"filled": str(filled)})
        secret = {row for row in zip(*shown.columns_of().values(), strict=True) if row[-1] == "?"}
        assert len(secret) == {0: 6, 3: 3, 6: 0}[filled]
        gradients = {cell for *_, cell in zip(*shown.columns_of().values(), strict=True)}
        assert not gradients & {float(number) for number in away}
        assert (shown.program is None) == bool(away)
        told = {key: fact for key, fact in shown.facts().items() if isinstance(fact, float)}
        assert {"x.gradient", "u.x"} & set(told) == (set() if away else {"x.gradient", "u.x"})
        listed = table(app, KEY)
        assert listed.count("<td>?</td>") == {0: 2, 3: 1, 6: 0}[filled]
        assert not any(f"<td>{number}</td>" in listed for number in away - {"4", "16"})
        assert not any(number in picture(app, KEY)["words"] for number in away - {"4"})


def test_chosen_edges_are_hidden_and_the_rest_is_shown():
    app = opened(**FAN_OUT)
    menu = app.multiselect[0]
    assert menu.options[3] == "4. u gives x (operand 1)"
    menu.set_value([4, 2]).run()
    assert app.query_params["asked"] == "4,2"
    lines = told_lines(app)
    graph = work_out(FAN_OUT["f"], {"x": 2.0}).graph
    hidden = {graph.nodes[item].name if item < 3 else item for (item, line), text in lines.items()
              if text == "?"}  # fmt: skip
    assert {"x", "u"} < hidden
    assert len(hidden) == 4, "two nodes and two of four edges"
    assert any(each.label == "u gives x (operand 1)" for each in app.text_input)
    app = answer(answer(app, "16"), "4")
    assert "All 2 are filled in" in picture(app, KEY)["words"]


def test_any_of_the_gradients_may_be_asked_for_next():
    app = opened(**FAN_OUT, filled="1")
    next(each for each in app.selectbox if each.label == "Asked for next").set_value(6).run()
    assert app.query_params["asked"] == "1,6,2,3,4,5"
    assert "x gets in all? Add what" in picture(app, KEY)["words"]
    app = answer(app, "32")
    assert app.query_params["filled"] == "2"
    assert told_lines(app)[0, 1] == "32"
    assert "v gives u" in picture(app, KEY)["words"]


@pytest.mark.parametrize("asked", ["0", "1,x", "9999", "-1", "1.5"])
def test_numbers_of_gradients_that_cannot_be_read_are_complained_of(asked):
    assert "is not a whole number" in said(opened(**FAN_OUT, asked=asked))


def test_numbers_beyond_the_graph_and_twice_are_let_go():
    app = opened(**FAN_OUT, asked="6,6,77")
    assert "0 of 1 are filled in" in picture(app, KEY)["words"]


def test_a_wrong_number_is_told_which_slip_gives_it_and_nothing_is_given_away():
    app = answer(opened(**FAN_OUT, filled="2"), "4")
    assert "filled" in app.query_params
    assert app.query_params["filled"] == "2"
    assert "comes through v alone" in app.warning[0].value
    assert told_lines(app)[1, 1] == "?"


def test_what_is_no_number_gets_a_sentence():
    app = answer(opened(**FAN_OUT), "four")
    assert "not known" in app.warning[0].value
    assert "filled" not in app.query_params


def test_whoever_wants_to_see_it_sees_it():
    app = opened(**FAN_OUT, filled="5")
    next(each for each in app.button if each.label == "Show").click().run()
    assert told_lines(app)[0, 1] == "32"
    assert "All 6 are filled in" in picture(app, KEY)["words"]


def test_a_verdict_is_of_its_own_question_alone():
    app = answer(opened(**FAN_OUT), "5")
    assert app.warning
    app.selectbox[0].set_value("Find the bug").run()
    assert not app.warning
    app = answer(opened(**FAN_OUT), "5")
    app.text_input[0].set_value("x * 3").run()
    assert not app.warning
