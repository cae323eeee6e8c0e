"""What a typed text becomes, and the sentence for what it cannot become."""

import numpy as np
import pytest

from optcore.formula.tree import FormulaError
from optcore.graph import Edge, GraphError, parse
from optcore.graph.reading import MAX_TEXT


def test_nodes_stand_after_what_they_take_and_edges_say_which_operand():
    graph = parse("z = w * x + b\na = sigmoid(z)")
    assert [node.name for node in graph.nodes] == ["w", "x", "w * x", "b", "z", "a"]
    assert [node.kind for node in graph.nodes] == ["input", "input", "mul", "input", "add",
                                                   "sigmoid"]  # fmt: skip
    assert graph.inputs == ("w", "x", "b")
    assert graph.outputs == ("a",)
    assert graph.edges == (Edge(0, 2, 0), Edge(1, 2, 1), Edge(2, 4, 0), Edge(3, 4, 1),
                           Edge(4, 5, 0))  # fmt: skip


def test_a_name_used_twice_is_one_node_and_a_text_written_twice_is_two():
    assert len(parse("x * x").nodes) == 2
    graph = parse("sin(x) + sin(x)")
    assert [node.name for node in graph.nodes] == ["x", "sin(x)", "sin(x) (2)", "sin(x) + sin(x)"]
    assert len(graph.users[0]) == 2


def test_numbers_are_worked_out_while_reading_and_have_no_gradient():
    graph = parse("c = 2 * 3 - 1; t = [1, -2]; y = sum(c * x * t)")
    assert graph.inputs == ("x",)
    assert graph.forward({"x": [1.0, 1.0]})["c"] == 5
    found = graph.backward({"x": [1.0, 1.0]})
    np.testing.assert_array_equal(found["x"], [5, -10])
    assert "c" not in found
    assert "t" not in found


def test_max_and_min_take_the_entries_of_one_array_or_any_number_of_values():
    graph = parse("max(x) + max(a, b, 3) - min([[1, 2], [0, 4]])")
    found = graph.forward({"x": [1.0, 7.0], "a": 1.0, "b": 2.0})
    assert found[graph.output] == 10


def test_a_transpose_stands_after_what_it_turns_and_binds_first():
    graph = parse("y = A'^2 + (A @ B).T")
    assert [node.name for node in graph.nodes] == ["A", "Aᵀ", "2", "Aᵀ^2", "B", "A @ B",
                                                   "(A @ B)ᵀ", "y"]  # fmt: skip


WRONG = {
    "y = x * 2'": 'The number "2" has no rows to turn: leave out the \'.',
    "y = x + 'a": 'Something is missing between "+" and "\'"',
    "y = A'x": 'A sign is missing between "\'" and "x"',
    "y = sin' x": 'The function "sin" needs brackets',
    "y = x.Tx": 'The point "." must belong to a number',
    "transpose = x + 1": 'The name "transpose" means something already',
    "": "Nothing is worked out",
    "x": "Nothing is worked out",
    "y = 3": "Nothing is worked out",
    "x = x + 1": 'The name "x" is used before it is defined',
    "y = x\nx = 2": 'The name "x" is used before it is defined',
    "y = x + 1; y = 2 * x": 'The name "y" is defined twice',
    "sum = x + 1": 'The name "sum" means something already',
    "e = x + 1": 'The name "e" means something already',
    "2x = y": '"2x" cannot be a name',
    "a b = y": '"a b" cannot be a name',
    "y == x": 'The statement for "y" has more than one =',
    "y = ": "There is no formula",
    "z = y\ny = x": 'The name "y" is used before it is defined: define it first.',
    "y = x\ny = 2*x": 'The name "y" is defined twice: give one another name.',
    "lambda + x": 'The name "lambda" is taken by the language',
    "True * x": 'The name "True" is taken by the language',
    "y = x +": 'Something is missing after "+"',
    "y = (x": 'A "(" is never closed',
    "y = [1, 2": 'A "[" is never closed',
    "y = x]": 'A "]" closes a bracket that was never opened',
    "y = Sin(x)": 'The function "Sin" is not known: write sin',
    "y = foo(x)": 'The function "foo" is not known: use the functions sin',
    "y = sin x": 'The function "sin" needs brackets',
    "y = sin(x, z)": "takes one value, not 2",
    "y = x[0]": "A sign is missing between",
    "y = [1, x]": 'The list has "x" in it',
    "y = [[1], [2, 3]] * x": "differ in length",
    "y = [[[1]]] * x": "The list has",
    "y = x $ 2": 'The character "$" cannot be used',
    "y = x.real": "must belong to a number",
    "y = x // 2": 'The operator "//" is not known',
    "y = 9^9^9 * x": "too large a number",
    "y = 1e999 * x": "too large",
    "y = x ^ 1e9": "powers up to 100 are allowed",
    "y = x / 0": "divides by zero",
    "y = log(-1) * x": "is not a real number",
    "y = " + "(" * 40 + "x" + ")" * 40: "nested more than",
    "y = " + "-" * 200 + "x": "nested more than",
    "y = " + "[" * 40 + "1" + "]" * 40: "nested more than",
    "y = " + "x + " * 200 + "x": "characters and at most",
    "a" * 17 + " = x": "at most 16",
    "y = " + "a" * 40: "at most 16",
    "\n".join(f"y{i} = sin(x) + cos(x) + x" for i in range(500)): "more than 2,000 nodes",
    "# " * 30_000: "characters and at most",
    "y = __import__('os')": 'The function "__import__" is not known',
    "y = x if x else x": "is taken by the language",
    "y = x\0": "null byte",
    "y = x, x": "is not arithmetic",
    "y = sum(x=x)": "more than one =",
}


@pytest.mark.parametrize("text", WRONG, ids=lambda text: text[:30])
def test_what_cannot_be_read_gets_a_sentence(text):
    with pytest.raises(FormulaError) as caught:
        parse(text)
    sentence = str(caught.value)
    assert WRONG[text] in sentence
    assert sentence.endswith(".")
    assert len(sentence) < 400


SHAPES = {
    ("y = A @ x", (2, 3), (2,)): "The node y cannot be worked out: A is a 2 × 3 matrix and x is 2 "
    "numbers, and the 3 columns on the left must be as many as the 2 numbers on the right.",
    ("y = A @ x", (), (2,)): "@ takes vectors and matrices",
    ("y = sin(A + x)", (2, 3), (2,)): "The node A + x cannot be worked out",
    ("y = A' @ x", (2, 3), (3,)): "Aᵀ is a 3 × 2 matrix and x is 3 numbers",
    ("y = x' @ A", (2, 3), (2,)): "The node xᵀ cannot be worked out: x is 2 numbers, and only a "
    "matrix has rows and columns to swap",
    ("y = A + x'", (2, 3), ()): "x is a number, and only a matrix has rows",
    ("y = A @ x", (2, 3), (2, 2)): "the 3 columns on the left must be as many as the 2 rows",
    ("y = A @ x", (3,), (2,)): "the 3 numbers on the left must be as many as the 2 numbers on",
    ("y = A + x", (5,), ()): "A has the shape 5",
    ("y = A + x", (4, 5), ()): "A has the shape 4 × 5",
    ("y = A + x", (2, 2, 2), ()): "A has the shape 2 × 2 × 2",
    ("y = A + x", (0,), ()): "A has the shape 0",
}


@pytest.mark.parametrize("case", SHAPES, ids=str)
def test_shapes_that_do_not_fit_are_told_by_the_node(case):
    text, first, second = case
    with pytest.raises(GraphError) as caught:
        parse(text).forward({"A": np.ones(first), "x": np.ones(second)})
    assert SHAPES[case] in str(caught.value)
    assert caught.value.node in parse(text).places


def test_values_that_are_missing_or_no_numbers_are_told_by_name():
    graph = parse("y = a * b")
    with pytest.raises(GraphError, match="There is no value for b"):
        graph.forward({"a": 1})
    with pytest.raises(GraphError, match="The value of b is not made of numbers"):
        graph.forward({"a": 1, "b": "two"})
    with pytest.raises(GraphError, match="The value of b is not made of numbers"):
        graph.forward({"a": 1, "b": [[1, 2], [3]]})
    with pytest.raises(GraphError, match='There is no node "c"'):
        graph.backward({"a": 1, "b": 2}, of="c")
    with pytest.raises(GraphError, match="There is no value for"):
        graph.objective({"a": 1})
    with pytest.raises(GraphError, match="c is none"):
        graph.objective({"a": 1, "b": 2}, over=("c",))


def test_a_thousand_nodes_are_read_and_worked_out():
    lines = ["x1 = x0 + sin(x0)", *(f"x{i + 1} = x{i} + sin(x{i}) / {i}" for i in range(1, 330))]
    graph = parse("\n".join(lines))
    assert 900 < len(graph.nodes) < 2000
    found = graph.backward({"x0": 0.1})
    slope = 1.0
    values = graph.forward({"x0": 0.1})
    for i in range(330):
        slope *= 1 + np.cos(values[f"x{i}"]) / max(i, 1)
    np.testing.assert_allclose(found["x0"], slope, rtol=1e-12)


def test_a_text_may_be_as_long_as_it_says_and_a_matrix_as_large():
    assert parse("y = x + 1".ljust(MAX_TEXT)).outputs == ("y",)
    with pytest.raises(GraphError, match="40,001 characters"):
        parse("y = x + 1".ljust(MAX_TEXT + 1))
    graph = parse("Y = A @ X")
    inputs = {"A": np.ones((4, 4)), "X": np.ones((4, 4))}
    assert graph.forward(inputs)["Y"].sum() == 64
    jacobian = graph.run(inputs).jacobian(graph.edges[0])
    np.testing.assert_array_equal(jacobian, np.kron(np.eye(4), np.ones((4, 4))))


def test_what_cannot_be_used_is_told_beside_all_that_can():
    with pytest.raises(FormulaError, match=r"\^ @ ' \( \) \[ \] , and the known names"):
        parse("X % Y")
