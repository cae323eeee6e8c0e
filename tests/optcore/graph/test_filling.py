"""A filled-in gradient is judged by what it equals, each slip worked out by hand here."""

import numpy as np
import pytest

from optcore.formula.tree import FormulaError
from optcore.graph import GraphError, examples, parse
from optcore.graph.filling import Answer, judge_edge, judge_node, typed_number


def edge_of(graph, start, end, position=0):
    edges = [each for each in graph.edges if graph.nodes[each.start].name == start
             and graph.nodes[each.end].name == end]  # fmt: skip
    return edges[position]


RUN = examples.PRODUCT_OF_SUM.graph.run(examples.PRODUCT_OF_SUM.values)  # x, y, z = -2, 5, -4
SIGMOID = parse("z = w * x\nf = 2 * sigmoid(z)").run({"w": 2.0, "x": -1.0})
FAN = parse("u = a * a\nf = u * b + exp(u)").run({"a": 1.5, "b": 3.0})


def test_right_is_right_to_half_a_per_cent():
    edge = edge_of(RUN.graph, "z", "f")
    assert judge_edge(RUN, edge, 3.0).right
    assert judge_edge(RUN, edge, 3.01).right
    answer = judge_edge(RUN, edge, 3.1)
    assert not answer.right
    assert answer.sentence == "Nearly: 3.3% off. Give three digits."


def test_beside_a_gradient_of_0_only_rounding_is_right():
    run = parse("f = x * y").run({"x": 0.0, "y": 5.0})
    assert judge_node(run, run.graph.places["y"], 1e-12).right
    assert not judge_node(run, run.graph.places["y"], 1.01e-12).right


def test_who_is_right_is_told_why():
    q = judge_edge(RUN, edge_of(RUN.graph, "q", "f"), -4.0)
    assert q.sentence == "Right: what arrives, 1, times the local derivative, -4."
    a = judge_node(parse("f = a * b - a").run({"a": 2.0, "b": 3.0}), 0, 2.0)
    assert a.sentence in ("Right: 3 + (-1).", "Right: (-1) + 3.")
    assert judge_node(RUN, RUN.of, 1.0).sentence == "Right: the pass back starts here, with 1."


@pytest.mark.parametrize("example", examples.EXAMPLES, ids=lambda each: each.name)
def test_every_number_of_every_example_is_right_for_a_reason(example):
    run = example.graph.run(example.values)
    for edge, flow in run.flows.items():
        for entry in np.ndindex(flow.contribution.shape):
            answer = judge_edge(run, edge, float(flow.contribution[entry]), entry)
            assert answer.right
            assert answer.sentence.startswith("Right: ")
    for place, adjoint in enumerate(run.adjoints):
        for entry in np.ndindex(() if adjoint is None else adjoint.shape):
            if adjoint is not None:
                assert judge_node(run, place, float(adjoint[entry]), entry).right


EDGES = {
    "operands swapped": (RUN, "q", "f", 3.0, "Operands swapped in Multiply", "the other operand's",
                         "the value"),
    "sign": (RUN, "q", "f", 4.0, "sign"),
    "only arrives": (RUN, "q", "f", 1.0, "local derivative forgotten"),
    "added": (RUN, "q", "f", -3.0, "added, not multiplied"),
    "nothing saved": (RUN, "z", "f", 0.0, "Saved tensors forgotten"),
    "forward value": (RUN, "y", "q", 5.0, "the value"),
    "slope at z": (SIGMOID, "z", "sigmoid(z)", 2 * -2 * 3.0, "Slope taken at the wrong place"),
    "slope forgotten": (SIGMOID, "z", "sigmoid(z)", 2.0, "Local derivative forgotten",
                        "local derivative forgotten"),
    "slope alone": (SIGMOID, "z", "sigmoid(z)", np.exp(2) / (1 + np.exp(2)) ** 2,
                    "only the local derivative"),
    "all edges": (FAN, "u", "u * b", 3 + np.exp(2.25), "all edges at once"),
}  # fmt: skip


@pytest.mark.parametrize("case", EDGES)
def test_a_wrong_number_on_an_edge_names_the_slip_that_gives_it(case):
    run, start, end, typed, *slips = EDGES[case]
    answer = judge_edge(run, edge_of(run.graph, start, end), typed)
    assert not answer.right
    assert answer.slips == tuple(slips)
    assert answer.sentence.endswith(".")


def test_a_wrong_number_at_a_node_names_the_slip_that_gives_it():
    place = FAN.graph.places["u"]
    through = {"u * b": 3.0, "exp(u)": np.exp(2.25)}
    assert judge_node(FAN, place, sum(through.values())).right
    for typed in through.values():
        assert judge_node(FAN, place, typed).slips == ("fan-out forgotten",)
    assert "through exp(u) alone" in judge_node(FAN, place, np.exp(2.25)).sentence
    assert "2 edges leave u" in judge_node(FAN, place, 3.0).sentence
    product, mean = np.prod(list(through.values())), np.mean(list(through.values()))
    assert judge_node(FAN, place, product).slips == ("multiplied, not added",)
    assert judge_node(FAN, place, mean).slips == ("averaged, not added",)
    assert judge_node(FAN, place, -sum(through.values())).slips == ("sign",)
    assert judge_node(FAN, place, 2 * sum(through.values())).slips == ("not cleared",)
    assert judge_node(FAN, place, 2.25).slips == ("the value",)
    assert judge_node(FAN, place, 77.7) == Answer(
        False, "Not this, and none of the usual slips gives it either."
    )


def test_the_gradient_of_what_one_edge_leaves_is_judged_as_that_edge():
    answer = judge_node(RUN, RUN.graph.places["q"], 3.0)
    assert answer.slips == ("Operands swapped in Multiply", "the other operand's", "the value")


def test_where_the_pass_back_starts_its_1_may_be_turned_or_doubled():
    for typed, slips in (
        (-1.0, ("sign",)),
        (2.0, ("not cleared",)),
        (0.0, ()),
        (-12, ("the value",)),
    ):
        assert judge_node(RUN, RUN.of, typed).slips == slips


def test_entries_of_arrays_are_judged_one_by_one():
    w, x, g = np.array([[1.0, 2.0], [-3.0, 0.7]]), np.array([2.0, -1.0]), np.array([0.5, 3.0])
    run = parse("L = sum(g * (W @ x))").run({"W": w, "x": x, "g": g})
    edge = edge_of(run.graph, "x", "W @ x")
    assert judge_edge(run, edge, (w.T @ g)[1], (1,)).right
    answer = judge_edge(run, edge, (w @ g)[1], (1,))
    assert answer.slips[0] == "W for Wᵀ"
    rows = np.array([[1.0, 2.0], [3.0, 4.0]])
    run = parse("L = sum(R * (R + b))").run({"R": rows, "b": [0.1, 0.2]})
    answer = judge_edge(run, edge_of(run.graph, "b", "R + b"), 2.0, (1,))
    assert answer.slips[0] == "Sum over the broadcast forgotten"


@pytest.mark.parametrize("entry", [(), (2,), (0, 0)], ids=str)
def test_an_entry_that_is_none_gets_a_sentence(entry):
    run = parse("f = sum(x * x)").run({"x": [1.0, 2.0]})
    told = "x is 2 numbers: say for which entry the number is."
    with pytest.raises(GraphError, match=told):
        judge_node(run, 0, 1.0, entry)
    with pytest.raises(GraphError, match=told):
        judge_edge(run, run.graph.edges[0], 1.0, entry)


def test_what_carries_nothing_cannot_be_asked_for():
    run = parse("f = 2 * x").run({"x": 1.0})
    with pytest.raises(KeyError):
        judge_edge(run, edge_of(run.graph, "2", "f"), 1.0)
    with pytest.raises(KeyError, match="has no gradient here"):
        judge_node(run, run.graph.places["2"], 1.0)


def test_a_number_may_be_typed_as_arithmetic():
    assert typed_number(" -4 * 0.25 ") == -1
    assert typed_number("1/3") == pytest.approx(1 / 3)
    for text in ("", "x", "1/0", "__import__('os')", "[1]", "9^9^9"):
        with pytest.raises(FormulaError):
            typed_number(text)
