"""Strange texts and strange values: a sentence or a result, never another error or a warning."""

import itertools

import numpy as np
import pytest

from optcore.formula.tree import FormulaError
from optcore.graph import GraphError, find_bugs, parse
from optcore.graph.costs import costs
from optcore.graph.opened import opened

TOKENS = (
    "x", "y", "W", "f", "e", "pi", "2", "0.5", "1e99", "[1, 2]", "[[1, 2], [3, 4]]", "(", ")", "[",
    "]", "+", "-", "*", "/", "^", "@", "=", ",", ";", "\n", " ", "sin(", "max(", "sum(", "mean(",
    "log(", "relu(", "lambda", "é", "'", "\\", "#", ":", ".", "_", "__class__", ".T", "%",
    "\0", "\u202e",
)  # fmt: skip
SHAPES = ((), (2,), (2, 2), (3,), (1, 4))
EXTREMES = (0.0, -0.0, 1e308, -1e308, 1e-320, np.inf, -np.inf, np.nan)


def worked_out(graph, inputs):
    """Everything that a page asks of a graph."""
    run = graph.run(inputs)
    assert set(run.flows) <= set(graph.edges)
    for node, value, adjoint in zip(graph.nodes, run.values, run.adjoints, strict=True):
        assert value.shape == run.shapes[node.place]
        assert adjoint is None or adjoint.shape == value.shape
    assert isinstance(run.trouble, str)
    costs(graph, inputs)
    opened(graph, inputs)


def refusal(text, values):
    """The sentence with which a text is refused; empty if everything was worked out."""
    try:
        graph = parse(text)
        worked_out(graph, {name: values(name) for name in graph.inputs})
    except FormulaError as refused:
        return str(refused)
    return ""


@pytest.mark.parametrize("seed", range(8))
def test_random_texts_are_read_or_refused_in_a_sentence(seed):
    rng = np.random.default_rng(seed)
    for _ in range(300):
        text = "".join(rng.choice(np.array(TOKENS, dtype=object), int(rng.integers(1, 12))))
        sentence = refusal(text, lambda name: rng.standard_normal(SHAPES[rng.integers(5)]))
        assert not sentence or sentence.endswith(".")


def expression(rng, depth):
    """A random expression that can be read, in x and y."""
    if depth == 0:
        return str(rng.choice(["x", "y", "2", "-0.5", "[1, 2]"]))
    parts = [expression(rng, depth - 1) for _ in range(2)]
    kind = int(rng.integers(4))
    if kind == 0:
        functions = ["sin", "exp", "log", "sqrt", "tanh", "abs", "sum", "transpose"]
        return f"{rng.choice(functions)}({parts[0]})"
    if kind == 1:
        return f"max({parts[0]}, {parts[1]})"
    return f"({parts[0]} {rng.choice(['+', '-', '*', '/', '^', '@'])} {parts[1]})"


@pytest.mark.parametrize("seed", range(6))
def test_extreme_values_give_results_without_a_warning(seed):
    rng, sentences = np.random.default_rng(seed), []
    for _ in range(60):
        x, y = rng.choice(EXTREMES, 2)
        values = {"x": x, "y": np.array([y, 1.0])}
        sentences.append(refusal(expression(rng, 3), values.__getitem__))
    assert all(sentence.endswith(".") for sentence in sentences if sentence)
    assert "" in sentences


def test_what_is_not_finite_is_told_by_the_first_node_that_is_not():
    run = parse("u = log(x)\nf = u * y").run({"x": 0.0, "y": 2.0})
    assert run.trouble == "u is -inf for what x is here: what comes after it has no gradient."
    assert parse("f = x * y").run({"x": 1.0, "y": 2.0}).trouble == ""
    assert parse("f = x * 2").run({"x": np.nan}).trouble.startswith("x is nan: ")


@pytest.mark.parametrize("value", [None, "2", [None], {}, object, [[1], [2, 3]]], ids=repr)
def test_values_that_are_no_numbers_are_refused(value):
    with pytest.raises(GraphError, match="The value of x is not made of numbers"):
        parse("f = 2 * x").run({"x": value})


def test_the_longest_texts_are_read_in_a_moment_or_refused():
    for text in ("x=" * 15_000, "x;" * 20_000, "y = " + "(x)" * 100, "((((((((" * 4000):
        with pytest.raises(FormulaError):
            parse(text)
    deep = "y = " + "sin(" * 15 + "x" + ")" * 15
    assert len(parse(deep).nodes) == 16


def test_equal_texts_of_an_operation_each_have_a_name_of_their_own():
    for text in ("x*x + x*x + x*x", "1 + x - 1 + x - 1", "sin(x) + sin( x )"):
        names = [node.name for node in parse(text).nodes]
        assert len(set(names)) == len(names)
    for first, second in itertools.pairwise(["2 * x + 2 * x", "2.0 * x + 2 * x"]):
        assert parse(first).backward({"x": 1.0})["x"] == parse(second).backward({"x": 1.0})["x"]


def test_a_check_of_what_has_no_value_says_so():
    from optcore.derivatives.error_model import NotFiniteError

    with pytest.raises(NotFiniteError, match="no gradient to check"):
        find_bugs(parse("f = log(x)"), {"x": -1.0})
