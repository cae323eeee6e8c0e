"""A case as it is drawn, told and written down: its numbers are those of the record."""

import contextlib
import io
import json

import numpy as np
import pytest

from optcore.graph import EXAMPLES, Example
from optcore.graph.examples import PRODUCT_OF_SUM as FIRST
from ui.backprop_graph import drawing, words
from ui.backprop_graph.case import Case, work_out
from ui.backprop_graph.facts import facts
from ui.backprop_graph.programs import WRITTEN, program
from ui.prose import number

every_example = pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: each.name)


def case_of(example: Example) -> Case:
    return work_out(example.text, example.values)


def shown(case: Case, moment: int) -> dict[tuple[int, int], str]:
    """What stands on each item and line at a moment."""
    meta = drawing.trace(case)["meta"]
    rows = zip(*meta["plan"]["slots"], meta["texts"], strict=True)
    return {(item, line): text for item, line, since, text in rows if since <= moment}


def test_the_numbers_come_one_by_one():
    case = case_of(FIRST)
    places = case.graph.places
    x, q, f = (places[name] for name in "xqf")
    assert shown(case, 0) == {(places[name], 0): number(case.values[name]) for name in "xyz"}
    assert shown(case, 1)[q, 0] == "3"
    assert (f, 0) not in shown(case, 1)
    assert shown(case, 3)[f, 1] == "1"
    assert shown(case, 3)[q, 1] == "−4"
    assert (x, 1) not in shown(case, 3)
    assert shown(case, 4)[x, 1] == "−4"


def test_a_gradient_that_comes_in_parts_says_that_more_will_come():
    case = work_out("s = a + a; f = s * a", {"a": 3.0})
    a = case.graph.places["a"]
    assert shown(case, 3)[a, 1] == "6+"
    assert shown(case, 4)[a, 1] == "12"


@every_example
def test_every_node_and_edge_ends_with_the_number_of_the_record(example):
    case = case_of(example)
    told, run, nodes = shown(case, case.moments.last), case.run, case.graph.nodes
    for node in nodes:
        if node.kind != "constant":
            assert told[node.place, 0] == drawing.on_card(run.values[node.place])
        adjoint = run.adjoints[node.place]
        assert told.get((node.place, 1)) == (None if adjoint is None else drawing.on_card(adjoint))
    for at, edge in enumerate(case.graph.edges):
        flow = case.flow(edge)
        text = told.get((len(nodes) + at, 1))
        assert text == (None if flow is None else drawing.on_card(flow.contribution))


def test_a_link_is_the_thinner_the_less_flows():
    case = work_out("b = 0.001 * a; f = b * 1", {"a": 2.0})
    back = drawing.sizes(case)[1]
    by_end = dict(zip([case.graph.nodes[edge.end].name for edge in case.graph.edges
                       if case.flow(edge)], back[back > 0], strict=True))  # fmt: skip
    assert by_end["f"] == 1.0
    assert by_end["b"] == pytest.approx(1 - 3 / drawing.DECADES)
    assert drawing.shares_of([0.0, np.nan, np.inf]).tolist() == [0, 0, 0]


@every_example
def test_the_program_prints_the_same_gradients(example):
    case, out = case_of(example), io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(program(case), {})
    printed = dict(line.split(" ", 1) for line in out.getvalue().splitlines())
    assert set(printed) == set(case.graph.inputs)
    for name, text in printed.items():
        np.testing.assert_allclose(json.loads(text), case.run.adjoint(name), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("kind", WRITTEN)
def test_the_program_knows_every_operation(kind):
    two = {"add": "a + b", "sub": "a - b", "mul": "a * b", "div": "a / b", "power": "a ^ b",
           "max": "max(a, b)", "min": "min(a, b)", "neg": "-a * b", "copy": "b"}  # fmt: skip
    call = {"amax": "max(a)", "amin": "min(a)"}.get(kind, f"{kind}(a)")
    text = f"c = {two.get(kind, call)}; f = sum(c * c)"
    a = ((0.5, 0.7), (0.1, -0.2)) if kind == "transpose" else (0.5, 0.7)
    case, out = work_out(text, {"a": a, "b": 1.25}), io.StringIO()
    assert kind in {node.kind for node in case.graph.nodes}
    with contextlib.redirect_stdout(out):
        exec(program(case), {})
    for line in out.getvalue().splitlines():
        name, told = line.split(" ", 1)
        np.testing.assert_allclose(json.loads(told), case.run.adjoint(name), rtol=1e-9)


@pytest.mark.parametrize("text", ["np = x * x; f = np + print", "lambda = x * 2; f = lambda",
                                  "grad_x = x * 2; v1 = x + 1; f = grad_x * v1"])  # fmt: skip
def test_a_name_that_means_something_in_python_does_no_harm(text):
    try:
        case = work_out(text, {"x": 3.0})
    except ValueError:
        return
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(program(case), {})
    assert f"x {float(case.run.adjoint('x'))}" in out.getvalue()


def test_each_moment_has_its_sentence():
    told = words.sentences(case_of(FIRST))
    assert told[0] == "Given: x = −2, y = 5, z = −4."
    assert told[1] == "Forward: q is −2 + 5 = 3."
    assert told[3] == "Back: f has the gradient 1. To q: 1 × −4 = −4. To z: 1 × 3 = 3."
    assert told[4].endswith("f = −12. Gradient: x −4, y −4, z 3.")
    assert len(told) == 5


def test_a_transpose_is_told_by_its_sign():
    told = words.sentences(work_out("f = sum(W')", {"W": ((1.0, 2.0), (3.0, 4.0))}))
    assert told[1] == "Forward: Wᵀ is [[1, 2], [3, 4]]ᵀ = [[1, 3], [2, 4]]."


def test_parts_that_add_are_told():
    told = words.sentences(work_out("f = a + a", {"a": 3.0}))
    assert "In all 1 + 1 = 2." in told[-1]


@every_example
def test_there_is_a_sentence_for_every_moment_and_a_row_for_every_node(example):
    case = case_of(example)
    assert len(words.sentences(case)) == case.moments.last + 1
    assert len(words.rows(case)) == len(case.graph.nodes)


def test_trouble_is_told():
    told = words.ending(work_out("f = log(x)", {"x": 0.0}))
    assert told == "f is -inf for what x is here: what comes after it has no gradient."


def test_facts_have_nodes_edges_and_entries():
    given = {"W": ((1.0, 2.0), (3.0, 4.0)), "x": (5.0, 6.0)}
    found = facts(work_out("h = W @ x; f = sum(h)", given))
    assert found["W.2.1"] == 3.0
    assert found["h.1"] == 17.0
    assert found["W.gradient.2.2"] == 6.0
    assert found["x.gradient.1"] == 4.0
    assert found["f.h.1"] == 1.0


def test_a_row_of_an_edge_has_its_local_derivative_or_its_rule():
    case = work_out("f = sum(W' @ x) * s", {"W": ((1.0, 2.0), (3.0, 4.0)), "x": (1.0, 2.0),
                                           "s": 3.0})  # fmt: skip
    columns = words.columns_of(case)
    names, locals_ = columns["name"], columns["local derivative"]
    found = dict(zip(names, locals_, strict=True))
    assert found["s -> f"] == float(case.run.value("sum(Wᵀ @ x)")) == 17
    assert found["W -> Wᵀ"] == "gᵀ"
    assert found["x -> Wᵀ @ x"] == "Wᵀᵀ g"
    assert all(told == "" for kind, told in zip(columns["kind"], locals_, strict=True)
               if kind == "node")  # fmt: skip
