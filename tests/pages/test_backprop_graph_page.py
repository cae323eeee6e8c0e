"""The Backprop graph page as a person meets it: typed, dragged, wrong, and shared."""

import numpy as np
import pytest
from visits import Reader, comparable, picture, report, said, table, visit

from optcore.graph import EXAMPLES
from ui.backprop_graph.parameters import VIEWS, Shapes
from ui.backprop_graph.product_view import case_of
from ui.backprop_graph.values import write
from ui.lessons import lessons
from ui.parameters import slug

KEY = "backprop_graph.stage"


def opened(**link: str):
    return visit(link, "backprop_graph")


def meta(app) -> dict:
    return picture(app, KEY)["panels"][0]["figure"]["data"][0]["meta"]


def ending(app) -> str:
    return picture(app, KEY)["words"]["texts"][-1]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: each.name)
def test_every_example_opens_whole(example):
    app = opened(f=example.text, values=write(dict(example.values)))
    assert not said(app)
    assert "<table>" in table(app, KEY)
    assert np.isfinite(meta(app)["sizes"]).all()


@pytest.mark.parametrize(("text", "values", "told"), [
    ("(x + y) * z", "x:-2;y:5;z:-4", "Gradient: x −4, y −4, z 3."),
    ("u = x*x; u*u", "x:2", "Gradient: x 32."),
    ("a + a", "a:7", "Gradient: a 2."),
])  # fmt: skip
def test_the_gradients_that_everybody_knows(text, values, told):
    assert ending(opened(f=text, values=values)).endswith(told)


def test_an_input_dragged_moves_every_number_and_the_link_holds_it():
    app = opened()
    handle = next(each for each in picture(app, KEY)["handles"] if each["name"] == "y")
    app = report(app, KEY, handles={"y": [handle["at"][0] - 0.075, 9.0]})
    assert app.query_params["values"] == "x:-2;y:2.5;z:-4"
    assert ending(app).endswith("f = −2. Gradient: x −4, y −4, z 0.5.")
    again = visit(dict(app.query_params), "backprop_graph")
    panels = [repr(comparable(picture(each, KEY))["panels"]) for each in (app, again)]
    assert panels[0] == panels[1]


def test_an_entry_of_a_matrix_is_dragged():
    app = opened(f="sum(W @ x)", values="W:1,2/3,4;x:1,1")
    app = report(app, KEY, values={"values.W.2.1": -1.5})
    assert app.query_params["values"] == "W:1,2/-1.5,4;x:1,1"
    assert "x [−0.5, 6]" in ending(app)


@pytest.mark.parametrize(("text", "because"), [
    ("(x + y", "never closed"), ("x +", "missing"), ("W @ x", "takes vectors and matrices"),
    ("__import__('os')", "is not known"), ("x = y; y = x", "used before it is defined"),
    ("+".join(["x"] * 3000), "characters"), ("", "Nothing is worked out"),
])  # fmt: skip
def test_a_text_that_cannot_be_read_gets_a_sentence_and_is_not_lost(text, because):
    app = opened()
    app.text_input[0].set_value(text).run()
    assert because in said(app)
    assert "last graph that could be worked out" in said(app)
    assert app.text_input[0].value == text
    assert ending(app).endswith("f = −12. Gradient: x −4, y −4, z 3.")
    app.text_input[0].set_value("x * y").run()
    assert not said(app)


def test_who_types_a_matrix_product_is_told_where_matrices_come_from():
    assert "numbers under Library" in said(opened(f="z = W @ x + b"))


def test_values_that_cannot_be_read_stay_in_their_field():
    app = opened()
    field = next(each for each in app.text_input if each.label == "Values of the inputs")
    field.set_value("x: two").run()
    assert "is no number for" in said(app)
    assert ending(app).endswith("Gradient: x −4, y −4, z 3.")


def test_the_library_brings_text_and_values():
    app = opened(at="1")
    next(each for each in app.button if each.label == "Fan-out").click().run()
    assert app.query_params == {"f": "u = x * x; v = u * u", "values": "x:2"}
    assert ending(app).endswith("Gradient: x 32.")


def test_a_thousand_nodes_are_still_drawn():
    lines = ["h0 = x * w", *(f"h{i} = sin(h{i - 1}) * w + x" for i in range(1, 333))]
    app = opened(f="; ".join(lines))
    assert not said(app)
    assert len(meta(app)["plan"]["heads"]) > 990


# ------------------------------------------------------------------ find the bug


def signs(app) -> list[str]:
    return [tone[1] if tone else "" for tone in meta(app)["tones"]]


def test_a_planted_slip_is_drawn_and_found():
    app = opened(view="find-the-bug", bug="operands-swapped-in-multiply")
    places = meta(app)["plan"]["heads"]
    assert [head for head, sign in zip(places, signs(app), strict=True) if sign == "✗"] == [
        "x", "y", "q +", "z"
    ]  # fmt: skip
    assert "the backward line of f is wrong" in ending(app)


def test_a_slip_that_has_no_place_in_the_graph_changes_nothing():
    app = opened(view="find-the-bug", bug="1-n-of-the-mean-forgotten")
    assert "needs a mean of several entries" in ending(app)
    assert "✗" not in signs(app)


def test_a_detective_is_told_nothing_before_the_line_is_named():
    link = {"f": "h = tanh(w * x + b); L = (h - 1)^2", "values": "w:0.5;x:1.5;b:-0.25"}
    app = opened(**link, view="find-the-bug", hunt="detective", case="3")
    assert "tones" not in meta(app)
    assert "which one?" in ending(app)
    next(each for each in app.button if each.label == "Name it").click().run()
    assert "It was" in (app.warning or app.success)[0].value
    assert "✗" in signs(app)
    next(each for each in app.button if each.label == "Another case").click().run()
    assert app.query_params["case"] == "4"
    assert "tones" not in meta(app)


# ------------------------------------------------------------------ the other views


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_opens_whole(view):
    app = opened(view=slug(view))
    assert not said(app)
    assert picture(app, KEY)["panels"]
    assert len(picture(app, KEY)["clock"]["frame"]["labels"] or range(21)) >= 1


def test_a_graph_of_arrays_is_opened_to_its_units():
    link = {"f": "y = W @ x; L = sum(y * y)", "values": "W:1,2/3,4;x:1,-1"}
    whole, single = opened(**link), opened(**link, units="1")
    assert len(meta(whole)["plan"]["heads"]) == 5
    assert {"W[1, 1]", "W[2, 2]", "x[2]"} <= set(meta(single)["plan"]["heads"])
    app = report(single, KEY, values={"values.W.1.1": 2.0})
    assert app.query_params["values"] == "W:2,2/3,4;x:1,-1"


def test_sigmoids_stand_beside_relus_in_the_same_graph():
    link = {"f": "h = sigmoid(w * x); f = sigmoid(v * h)", "values": "w:1;x:1;v:1"}
    app = opened(**link, view="sigmoid-and-relu")
    heads = [panel["figure"]["data"][0]["meta"]["plan"]["heads"]
             for panel in picture(app, KEY)["panels"]]  # fmt: skip
    assert any("σ" in head for head in heads[0])
    assert any("relu" in head for head in heads[1])
    assert "with relu 1." in ending(app)


def test_a_step_of_descent_updates_the_graph_in_place():
    """By hand: at w = 0.5 and b = 0 the three errors are -1.5, -1.5 and -3, so that the gradient
    of w is 2/3 (-1.5 - 3 - 9) = -9 and that of b is 2/3 (-6) = -4."""
    app = opened(view="fit-a-line")
    texts = picture(app, KEY)["words"]["texts"]
    assert texts[0].startswith("Step 0: loss 4.5. w = 0.5, its gradient −9; b = 0")
    assert "its gradient −4." in texts[0]
    assert texts[0].endswith("Next w − 0.1 × (−9) = 1.4.")
    assert texts[1].endswith("Next w − 0.1 × 1 = 1.3.")
    assert texts[1].split(". ")[1].startswith("w = 1.4")
    app = report(app, KEY, handles={"p2": [1.5, 3.0]})
    assert app.query_params["points.x2"] == "1.5"
    assert app.query_params["points.y2"] == "3"


def test_a_rate_that_is_too_large_is_told():
    assert "diverged" in ending(opened(**{"view": "fit-a-line", "fit.learning_rate": "1",
                                          "fit.steps": "40"}))  # fmt: skip


def test_passes_are_as_many_as_inputs_one_way_and_outputs_the_other():
    app = opened(**{"view": "why-backward", "why.inputs": "5", "why.outputs": "3",
                    "chain.blocks": "7"})  # fmt: skip
    assert picture(app, KEY)["clock"]["frame"]["steps"] == 8
    assert "forward 5 passes" in ending(app)
    assert "128 paths" in ending(app)
    assert "21 edges" in ending(app)


def test_the_jacobian_of_a_product_repeats_the_other_factor():
    link = {"view": "derivative-of-a-x", "shape.rows": "3"}
    case = case_of(Shapes(rows=3))
    a, x, g = (np.array(case.values[name]) for name in "AXG")
    shown = {
        by: np.array(picture(opened(**link, by=by), KEY)["panels"][1]["figure"]["data"][0]["z"])
        for by in ("by-x", "by-a")
    }
    np.testing.assert_array_equal(shown["by-x"], np.kron(a, np.eye(2)))
    np.testing.assert_array_equal(shown["by-a"], np.kron(np.eye(3), x.T))
    np.testing.assert_allclose(case.run.adjoint("X"), a.T @ g)
    np.testing.assert_allclose(case.run.adjoint("A"), g @ x.T)


def test_a_program_that_stops_shows_where():
    app = opened(view="multiply-as-code", node="version-2")
    notes = picture(app, KEY)["panels"][0]["figure"]["layout"]["annotations"]
    assert [note["text"].split()[1:] for note in notes if "▶" in note["text"]] == [
        ["self.x", "=", "x"]
    ]
    assert "NameError" in ending(app)
    assert picture(app, KEY)["clock"]["frame"]["steps"] == 0


@pytest.mark.parametrize(("version", "told"), [
    ("version-1", "as it should"), ("version-3", "AttributeError"),
    ("version-4", "a gradient check says −2 and 3"),
    ("version-5", "a gradient check says −2 and 3"),
])  # fmt: skip
def test_each_version_of_multiply_is_judged_by_what_it_does(version, told):
    assert told in ending(opened(view="multiply-as-code", node=version))


def test_a_text_without_a_squashing_function_has_its_results_go_through_one():
    """By hand: relu(relu(x) y 3) at 2, 1 has the gradients 3 and 6."""
    told = "so each of its results goes through one"
    app = opened(view="sigmoid-and-relu", f="c = 3; h = x; f = h * y * c", values="x:2;y:1")
    assert told in ending(app)
    assert "with relu 3." in ending(app), "c is a constant and stays"
    assert told not in ending(opened(view="sigmoid-and-relu", f="tanh(x) * y"))


def test_in_place_of_the_first_text_and_of_a_long_one_stands_the_chain():
    told = "so a chain of the library is shown"
    assert told in ending(opened(view="sigmoid-and-relu"))
    assert told in ending(opened(view="sigmoid-and-relu", f=" + ".join(["x"] * 100)))


@pytest.mark.parametrize("view", VIEWS)
def test_a_moving_hand_is_answered_in_every_view(view):
    """Over the stage's own connection, with the panels that Streamlit would bring."""
    slow, fast = opened(view=slug(view)), opened(view=slug(view))
    board = picture(slow, KEY)["boards"][0]
    knob = board["frame"]["groups"][0]["knobs"][0]
    number = 2 if knob["whole"] else 0.5
    change = {"sequence": 3, "has": [], "settled": False, "values": {knob["id"]: number}}
    answered = Reader().read(fast.session_state[f"{KEY}.connection"].answer(change))
    asked = comparable(picture(report(slow, KEY, **change), KEY))
    assert repr(comparable(answered)["panels"]) == repr(asked["panels"])
    assert number in answered["boards"][0]["values"]


def test_arrays_that_a_link_gives_to_numbers_of_the_chain_do_no_harm():
    app = opened(view="sigmoid-and-relu", values="w1:1,2,3;w2:1,2;x:1")
    assert not said(app)
    assert "with relu 1" in ending(app)


def test_a_transpose_typed_becomes_a_node_and_the_library_says_how_it_is_written():
    app = opened(f="y = W' @ x", values="W:1,2/3,4;x:1,-1")
    assert "y = [−2, −2]." in ending(app)
    assert any("W'" in each.value and "transpose" in each.value for each in app.caption)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: each.name)
def test_no_handle_stands_where_a_card_is(example):
    app = opened(f=example.text, values=write(dict(example.values)))
    graph = picture(app, KEY)["panels"][0]["figure"]["data"][0]
    across, up = np.asarray(graph["x"]), np.asarray(graph["y"])
    for handle in picture(app, KEY)["handles"]:
        x, y = handle["at"]
        assert np.abs(up - y)[np.abs(across - x) <= 0.5].min() >= 0.45


def test_no_lesson_asks_what_its_picture_already_says():
    """At the clock's end a picture says all it has. Which order a program took no picture says."""
    asked = [(lesson.name, step) for lesson in lessons("backprop_graph") for step in lesson.steps
             if step.answers]  # fmt: skip
    shown = {name for name, step in asked if step.at == "end" and not step.veil}
    assert shown == {"a-digit-in-print"}
    compared = [step.veil for _, step in asked if step.ask in ("cheaper", "paths", "times")]
    assert len(compared) == 4
    assert all(compared)
