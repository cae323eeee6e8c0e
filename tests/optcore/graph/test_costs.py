"""Costs against counts by hand and against the graph opened to single numbers; Jacobians."""

import time

import numpy as np
import pytest

from optcore.graph import EXAMPLES, GraphError, examples, parse
from optcore.graph.chains import residual_chain
from optcore.graph.costs import ProductCosts, costs, jacobian
from optcore.graph.modes import both_modes, fan, fan_operations
from optcore.graph.opened import opened

RNG = np.random.default_rng(4)


def test_operations_of_the_first_example_as_counted_by_hand():
    found = costs(examples.PRODUCT_OF_SUM.graph, examples.PRODUCT_OF_SUM.values)
    assert found.values == 2  # one sum, one product
    assert found.backward == 2  # g times z, g times q
    assert found.tangents == 4  # dx + dy, dq z, q dz, and their sum
    assert (found.forward_passes, found.backward_passes) == (3, 1)


def test_a_name_for_a_name_costs_nothing():
    found = costs(parse("a = x; b = a; f = b * b"), {"x": 2.0})
    assert (found.values, found.backward, found.tangents) == (1, 3, 3)


SAME = ("y = sum(G * (A @ X))", "y = sum(tanh(A @ x + b))", "y = x @ v",
        "y = sum(exp(x @ A) / (1 + s))", "y = sum((A - x) * A)",
        "y = sum((A @ X)' * G')", "y = sum(X' @ A')")  # fmt: skip


@pytest.mark.parametrize("text", SAME)
def test_a_graph_of_arrays_costs_what_the_same_graph_of_numbers_costs(text):
    shapes = {"A": (3, 2), "X": (2, 4), "G": (3, 4), "b": (3,), "s": ()}
    shapes |= {"x": (2,), "v": (2,)} if "x @ A" not in text else {"x": (3,)}
    graph = parse(text)
    inputs = {name: RNG.standard_normal(shapes[name]) for name in graph.inputs}
    units = opened(graph, inputs)
    whole, apart = costs(graph, inputs), costs(units.graph, units.inputs)
    for count in ("values", "backward", "tangents"):
        assert getattr(whole, count) == getattr(apart, count)
    assert whole.forward_passes == apart.forward_passes == len(units.inputs)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: each.name)
def test_one_pass_back_costs_a_few_passes_forward_whatever_the_number_of_inputs(example):
    """The cheap gradient principle: a gradient costs at most five values (Griewank and Walther
    2008, section 4.6)."""
    found = costs(example.graph, example.values)
    assert found.values + found.backward <= 5 * found.values


@pytest.mark.parametrize("mode", ["reverse", "forward"])
def test_jacobians_by_either_mode_equal_the_complex_step(mode):
    graph = parse("h = tanh(A @ X) * s\ny = h @ v")
    inputs = {"A": RNG.standard_normal((3, 2)), "X": RNG.standard_normal((2, 3)),
              "s": np.array(0.7), "v": RNG.standard_normal(3)}  # fmt: skip
    for of in ("h", "y"):
        for by, value in inputs.items():
            found = jacobian(graph, inputs, by, of, mode)
            columns = [
                graph.forward({**inputs, by: value + 1e-30j * basis.reshape(value.shape)})[of].imag
                for basis in np.eye(value.size)
            ]
            expected = np.stack([np.ravel(column) / 1e-30 for column in columns], axis=1)
            assert found.shape == expected.shape
            np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-14)


def test_a_jacobian_by_what_has_no_say_is_zero():
    graph = parse("u = 2 * x\nv = 3 * y")
    for mode in ("reverse", "forward"):
        assert jacobian(graph, {"x": 1.0, "y": 2.0}, "x", "v", mode) == [[0.0]]
    with pytest.raises(GraphError, match='There is no node "w"'):
        jacobian(graph, {"x": 1.0, "y": 2.0}, "w")


def test_a_jacobian_by_reverse_mode_needs_no_tangents(monkeypatch):
    monkeypatch.setitem(jacobian.__globals__, "tangents_of", None)
    assert jacobian(parse("y = 2 * x"), {"x": 1.0}, "x") == [[2.0]]


@pytest.mark.parametrize("sides", [(2, 3, 4), (1, 1, 1), (4, 4, 4)], ids=str)
def test_the_jacobian_of_a_product_is_copies_of_a_and_its_costs_are_those_of_loops(sides):
    rows, inner, columns = sides
    a, x, g = (RNG.standard_normal(shape)
               for shape in ((rows, inner), (inner, columns), (rows, columns)))  # fmt: skip
    found, priced = jacobian(parse("Y = A @ X"), {"A": a, "X": x}, "X"), ProductCosts(*sides)
    np.testing.assert_allclose(found, np.kron(a, np.eye(columns)), rtol=1e-14)
    np.testing.assert_allclose((found.T @ g.ravel()).reshape(x.shape), a.T @ g, rtol=1e-12)
    assert priced.jacobian_shape == found.shape
    assert priced.jacobian_numbers == found.size
    assert priced.nonzero == np.count_nonzero(found)
    multiplied = [(i, j, k) for i in range(inner) for j in range(columns) for k in range(rows)]
    assert priced.by_product == 2 * len(multiplied) - x.size
    assert priced.by_jacobian == 2 * found.size - found.shape[1]


@pytest.mark.parametrize("sides", [(1, 1), (6, 1), (1, 5), (4, 3)], ids=str)
def test_forward_mode_takes_a_pass_for_each_input_and_reverse_mode_one_for_each_output(sides):
    n, m = sides
    inputs = {f"x{i + 1}": 0.1 * i for i in range(n)}
    forward, reverse = both_modes(parse(fan(n, m)), inputs)
    assert (forward.passes, reverse.passes) == (n, m)
    total = sum(np.tanh(x) for x in inputs.values())
    slopes = [1 - np.tanh(x) ** 2 for x in inputs.values()]
    expected = [[j * np.cos(j * total) * slope for slope in slopes] for j in range(1, m + 1)]
    for mode in (forward, reverse):
        np.testing.assert_allclose(mode.jacobian, expected, rtol=1e-12)
        assert mode.seconds > 0
    assert (forward.operations, reverse.operations) == fan_operations(n, m)


def test_the_seconds_of_both_modes_are_those_that_pass():
    graph, inputs = parse(fan(2, 2)), {"x1": 0.1, "x2": 0.2}
    began = time.perf_counter()
    both = both_modes(graph, inputs)
    assert sum(mode.seconds for mode in both) < time.perf_counter() - began


def test_operations_of_a_fan_as_counted_by_hand():
    assert fan_operations(1, 1) == (5, 5)  # tanh 2; times j 1; sin 2
    assert fan_operations(2, 1) == (2 * (2 + 2 + 1 + 1 + 2), 2 + 2 + 1 + 2)


def test_both_modes_take_arrays_entry_by_entry():
    values = {"A": RNG.standard_normal((2, 3)), "X": RNG.standard_normal((3, 2))}
    forward, reverse = both_modes(parse("Y = A @ X"), values)
    assert forward.jacobian.shape == reverse.jacobian.shape == (4, 12)
    np.testing.assert_allclose(forward.jacobian, reverse.jacobian, rtol=1e-13)
    # A pass forward: 4 sums of twice 3 products. One back: for each of 12 entries one of 2.
    assert (forward.operations, reverse.operations) == (12 * 4 * 11, 4 * 12 * 3)
    np.testing.assert_allclose(reverse.jacobian[:, 6:], np.kron(values["A"], np.eye(2)))


def test_edges_have_their_own_jacobians():
    a, x = RNG.standard_normal((2, 3)), RNG.standard_normal((3, 2))
    run = parse("Y = A @ X\nL = sum(Y * Y)").run({"A": a, "X": x})
    by_end = {(run.graph.nodes[edge.start].name, run.graph.nodes[edge.end].name): edge
              for edge in run.flows}  # fmt: skip
    edge = by_end["X", "Y"]
    np.testing.assert_allclose(run.jacobian(edge), np.kron(a, np.eye(2)), rtol=1e-14)
    given = run.jacobian(edge).T @ np.ravel(run.flows[edge].adjoint)
    np.testing.assert_allclose(given, np.ravel(run.flows[edge].contribution), rtol=1e-12)
    assert run.local(edge) is None
    assert run.flows[edge].rule == "Aᵀ g"
    broadcast = parse("f = sum(R * b)").run({"R": np.ones((2, 3)), "b": [1.0, 2.0, 3.0]})
    edge = next(each for each in broadcast.flows if broadcast.graph.nodes[each.start].name == "b")
    np.testing.assert_array_equal(broadcast.jacobian(edge), np.tile(np.eye(3), (2, 1)))
    np.testing.assert_array_equal(broadcast.local(edge), np.ones((2, 3)))
    bias = parse("f = sum(b + R)").run({"R": np.ones((2, 3)), "b": [1.0, 2.0, 3.0]})
    np.testing.assert_array_equal(bias.local(bias.graph.edges[0]), np.ones((2, 3)))
    column = parse("f = sum(R * c)").run({"R": np.ones((2, 3)), "c": [[5.0], [7.0]]})
    np.testing.assert_array_equal(column.local(column.graph.edges[0]), [[5.0] * 3, [7.0] * 3])


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: each.name)
def test_an_opened_graph_has_the_values_and_gradients_of_the_whole_one(example):
    run = example.graph.run(example.values)
    units = opened(example.graph, example.values)
    apart = units.graph.run(units.inputs, units.graph.nodes[units.entries[run.of].item()].name)
    for node in example.graph.nodes:
        places = units.entries[node.place]
        got = np.vectorize(lambda place: float(apart.values[place]))(places)
        np.testing.assert_allclose(got, run.values[node.place], rtol=1e-13)
        if run.adjoints[node.place] is not None:
            got = np.vectorize(lambda place: float(apart.adjoints[place]))(places)
            np.testing.assert_allclose(got, run.adjoints[node.place], 1e-12, 1e-14)


def test_an_opened_graph_names_entries_and_ends_where_it_is_too_large():
    units = opened(parse("y = W @ x"), {"W": [[1, 2], [3, 4]], "x": [5, 6]})
    assert units.graph.inputs == ("W[1, 1]", "W[1, 2]", "W[2, 1]", "W[2, 2]", "x[1]", "x[2]")
    assert units.graph.outputs == ("y[1]", "y[2]")
    assert units.graph.forward(units.inputs)["y[2]"] == 39
    assert units.graph.named == (*units.graph.inputs, "y[1]", "y[2]")
    mean = opened(parse("y = mean(x)"), {"x": [5, 6, 7]})
    assert mean.graph.named == ("x[1]", "x[2]", "x[3]", "y")
    wide = parse("\n".join(f"X{i + 1} = X{i} @ X{i}" for i in range(30)))
    with pytest.raises(GraphError, match="leave it in matrices"):
        opened(wide, {"X0": np.eye(4)})


def test_an_opened_graph_may_have_as_many_nodes_as_are_read(monkeypatch):
    """Six inputs, and two products and a sum for each of two results: twelve."""
    graph, inputs = parse("y = W @ x"), {"W": [[1, 2], [3, 4]], "x": [5, 6]}
    monkeypatch.setitem(opened.__globals__, "MAX_NODES", 12)
    assert len(opened(graph, inputs).graph.nodes) == 12
    monkeypatch.setitem(opened.__globals__, "MAX_NODES", 11)
    with pytest.raises(GraphError, match="more than 11 nodes"):
        opened(graph, inputs)


def test_a_residual_chain_costs_what_its_edges_cost_and_not_its_paths():
    short, long = (costs(parse(residual_chain("tanh", n)), {"x0": 0.1}) for n in (10, 40))
    assert long.backward == 4 * short.backward
