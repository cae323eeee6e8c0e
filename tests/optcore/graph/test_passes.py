"""Values and adjoints: worked by hand, against the complex step, forward against reverse mode."""

import numpy as np
import pytest

from optcore import OPTIMIZERS, Adam, Newton, check_grad, descend
from optcore.graph import GraphError, examples, parse
from optcore.graph.operations import OPERATIONS

RNG = np.random.default_rng(16)
SHAPES = ((), (3,), (2, 3), (2, 1))
UNARY = tuple(each for each in OPERATIONS
              if each.arity == 1 and each.name not in ("copy", "transpose"))  # fmt: skip
SIGNS = {"add": "+", "sub": "-", "mul": "*", "div": "/", "power": "^"}


def by_complex_step(objective, point):
    h = 1e-30
    return np.array([objective.value(point + 1j * h * e).imag / h for e in np.eye(point.size)])


def by_forward_mode(graph, inputs):
    """The gradient of the output, one pass for each entry of each input."""
    found = {}
    for name in graph.inputs:
        value = np.asarray(inputs[name], float)
        rows = [
            graph.pushforward(inputs, {name: basis.reshape(value.shape)})[graph.output].sum()
            for basis in np.eye(value.size)
        ]
        found[name] = np.reshape(rows, value.shape)
    return found


def assert_passes_agree(text, inputs):
    graph = parse(text)
    objective = graph.objective(inputs)
    reverse, tangents = graph.backward(inputs), by_forward_mode(graph, inputs)
    expected = by_complex_step(objective, objective.point)
    np.testing.assert_allclose(objective.grad(objective.point), expected, rtol=1e-12, atol=1e-13)
    for name, part in objective.blocks.items():
        np.testing.assert_allclose(np.ravel(reverse[name]), expected[part], 1e-12, 1e-13)
        np.testing.assert_allclose(tangents[name], reverse[name], 1e-12, 1e-13)


def test_the_gradients_that_every_lecture_works_out_by_hand():
    graph = parse("(x + y) * z")
    values = {"x": -2, "y": 5, "z": -4}
    assert graph.forward(values)[graph.output] == -12
    assert {k: float(v) for k, v in graph.backward(values).items() if k in values} == {
        "x": -4, "y": -4, "z": 3,
    }  # fmt: skip
    assert parse("u = x*x; v = u*u").backward({"x": 2})["x"] == 32
    assert parse("a + a").backward({"a": 1.5})["a"] == 2


def test_a_named_node_in_the_middle_can_be_the_one_that_is_differentiated():
    graph = parse("u = x*x\nv = 3*u\nw = u + x")
    assert graph.outputs == ("v", "w")
    assert graph.backward({"x": 2}, of="v")["x"] == 12
    assert graph.backward({"x": 2}, of="u")["x"] == 4
    assert graph.backward({"x": 2}, of="u")["w"] == 0


def test_an_array_counts_as_the_sum_of_its_entries_unless_a_seed_says_otherwise():
    graph, values = parse("y = A @ x"), {"A": [[1, 2], [3, 4]], "x": [5, 6]}
    np.testing.assert_array_equal(graph.backward(values)["x"], [4, 6])
    np.testing.assert_array_equal(graph.backward(values, seed=[1, 0])["x"], [1, 2])
    with pytest.raises(GraphError, match="The seed must have the shape of y"):
        graph.backward(values, seed=1.0)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("operation", UNARY, ids=lambda each: each.name)
def test_functions_agree_with_the_complex_step_forward_and_back(operation, shape):
    name = {"amax": "max", "amin": "min", "neg": "-"}.get(operation.name, operation.name)
    positive = operation.name in ("log", "sqrt")
    value = RNG.uniform(0.3, 2.0, shape) * (1 if positive else RNG.choice([-1, 1], shape))
    assert_passes_agree(f"y = sum({name}(x) * [1.5] * x)", {"x": value})


@pytest.mark.parametrize("right", SHAPES, ids=str)
@pytest.mark.parametrize("left", SHAPES, ids=str)
@pytest.mark.parametrize("operation", ["add", "sub", "mul", "div", "power", "max", "min"])
def test_two_operands_broadcast_and_agree_with_the_complex_step(operation, left, right):
    a, b = RNG.uniform(0.5, 2.0, left), RNG.uniform(0.5, 2.0, right)
    written = f"a {SIGNS[operation]} b" if operation in SIGNS else f"{operation}(a, b)"
    assert_passes_agree(f"y = sum(({written}) ^ 2)", {"a": a, "b": b})


@pytest.mark.parametrize(
    ("left", "right"), [((3,), (3,)), ((2, 3), (3,)), ((2,), (2, 3)), ((2, 3), (3, 4))], ids=str
)
def test_matrix_products_agree_with_numpy_and_the_complex_step(left, right):
    a, b = RNG.standard_normal(left), RNG.standard_normal(right)
    found = parse("y = a @ b").forward({"a": a, "b": b})["y"]
    np.testing.assert_allclose(found, a @ b, rtol=1e-14, atol=1e-14)
    assert_passes_agree("y = sum(sin(a @ b))", {"a": a, "b": b})


def test_the_gradient_of_a_matrix_product_is_the_products_with_transposes():
    a, x, g = (RNG.standard_normal(shape) for shape in ((2, 3), (3, 4), (2, 4)))
    found = parse("L = sum(G * (A @ X))").backward({"A": a, "X": x, "G": g})
    np.testing.assert_allclose(found["X"], a.T @ g, rtol=1e-13)
    np.testing.assert_allclose(found["A"], g @ x.T, rtol=1e-13)


@pytest.mark.parametrize("written", ["A'", "A.T", "Aᵀ", "transpose(A)"])
def test_a_transpose_is_numpys_however_it_is_written(written):
    a, x = RNG.standard_normal((2, 3)), RNG.standard_normal(2)
    found = parse(f"y = {written} @ x").forward({"A": a, "x": x})["y"]
    np.testing.assert_allclose(found, a.T @ x, rtol=1e-14, atol=1e-14)


TURNED = ("L = sum(G * sin(A'))", "L = sum((A @ B)' * G)", "L = sum(A'^2 @ x)",
          "L = sum(-A'' * A)", "L = sum(tanh(B' @ A') @ x)")  # fmt: skip


@pytest.mark.parametrize("text", TURNED)
def test_transposes_agree_with_the_complex_step_forward_and_back(text):
    shapes = {"A": (2, 3), "B": (3, 4), "x": (2,), "G": (4, 2) if "B" in text else (3, 2)}
    assert_passes_agree(
        text, {name: RNG.standard_normal(shapes[name]) for name in parse(text).inputs}
    )


def test_an_edge_into_a_transpose_has_a_permutation_for_its_jacobian():
    run = parse("y = sum(A')").run({"A": RNG.standard_normal((2, 3))})
    (edge,) = run.graph.node("Aᵀ").edges
    assert run.local(edge) is None
    turned = np.arange(6).reshape(2, 3).T.ravel()
    np.testing.assert_array_equal(run.jacobian(edge), np.eye(6)[turned])


def test_a_second_name_for_a_node_hands_its_gradient_on():
    found = parse("a = x; b = a; f = a * b").backward({"x": 3.0})
    assert {name: float(each) for name, each in found.items()} == {"x": 6, "a": 6, "b": 3, "f": 1}


def test_tangents_of_every_node_say_how_it_changes():
    run = parse("u = x * y\nf = sin(u) + x").run({"x": 2.0, "y": 0.3})
    tangents = run.tangents({"x": 1.0})
    assert [float(each) for each in tangents[:3]] == [1.0, 0.0, 0.3]
    np.testing.assert_allclose(tangents[run.of], np.cos(0.6) * 0.3 + 1, rtol=1e-14)
    with pytest.raises(GraphError, match="u is worked out from the inputs"):
        run.tangents({"u": 1.0})
    with pytest.raises(GraphError, match="The tangent of x must have its shape"):
        run.tangents({"x": [1.0, 2.0]})


NET = "h = tanh(W @ x + b)\np = exp(h) / sum(exp(h))\nL = -sum([1, 0, 0] * log(p)) + max(W) / 9"
NET_VALUES = {
    "W": RNG.standard_normal((3, 2)), "x": RNG.standard_normal(2), "b": RNG.standard_normal(3)
}  # fmt: skip


def test_an_objective_over_a_batch_is_one_by_one():
    objective = parse(NET).objective(NET_VALUES, over=("W", "b"))
    points = RNG.standard_normal((4, 5, 9))
    values, grads = objective.value(points), objective.grad(points)
    assert values.shape == (4, 5)
    for index in np.ndindex(4, 5):
        np.testing.assert_allclose(values[index], objective.value(points[index]), rtol=1e-13)
        np.testing.assert_allclose(grads[index], objective.grad(points[index]), 1e-12, 1e-14)


def test_the_gradient_check_and_the_optimizers_take_a_graph_as_it_is():
    objective = parse(NET).objective(NET_VALUES, over=("W", "b"))
    check = check_grad(objective, objective.point)
    assert check.verdict == "right"
    assert list(objective.blocks) == ["W", "b"]
    run = descend(objective, Adam(learning_rate=0.05), objective.point, 200)
    assert run.values[-1] < 0.2 * run.values[0]


def test_the_objective_of_an_array_is_the_sum_of_its_entries():
    for text in ("y = A @ x * x", "y = A * x", "y = x * x"):
        objective = parse(text).objective({"A": [[1.0, 2.0], [3.0, 4.0]], "x": [5.0, 6.0]})
        total = np.sum(objective.graph.forward(objective.inputs)["y"])
        assert objective.value(objective.point) == total
        assert objective.value(np.stack([objective.point] * 3)).tolist() == [total] * 3
        assert_passes_agree(text, objective.inputs)


def test_the_hessian_is_exact_and_newton_takes_one_step_to_the_line():
    objective = examples.LINE_FIT.objective()
    x = np.array([examples.LINE_FIT.values[f"x{i}"] for i in (1, 2, 3)])
    expected = 2 * np.array([[np.mean(x * x), np.mean(x)], [np.mean(x), 1.0]])
    np.testing.assert_allclose(objective.hessian(objective.point), expected, rtol=1e-13)
    assert objective.hessian(np.ones((4, 5, 2))).shape == (4, 5, 2, 2)
    found = parse(NET).objective(NET_VALUES)
    np.testing.assert_array_equal(found.hessian(found.point), found.hessian(found.point).T)
    run = descend(objective, Newton(), objective.point, 1)
    np.testing.assert_allclose(run.last, np.polyfit(x, [2.0, 2.5, 4.5], 1), rtol=1e-10)


@pytest.mark.parametrize("example", [examples.SOFTMAX, examples.BATCH_NORM, examples.TWO_LAYERS],
                         ids=lambda each: each.name)  # fmt: skip
def test_the_hessian_equals_differences_of_the_gradient(example):
    objective = example.graph.objective(example.values)
    point, h = objective.point, 1e-5
    rows = [(objective.grad(point + h * e) - objective.grad(point - h * e)) / (2 * h)
            for e in np.eye(point.size)]  # fmt: skip
    np.testing.assert_allclose(objective.hessian(point), rows, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda each: each.name)
def test_every_optimizer_takes_a_typed_graph(optimizer):
    objective = examples.LINE_FIT.objective()
    run = descend(objective, optimizer, objective.point, 5)
    assert np.isfinite(run.values).all()
    again = descend(objective, optimizer, np.stack([objective.point] * 2), 5)
    np.testing.assert_allclose(again.points[:, 1], run.points, rtol=1e-12)


@pytest.mark.parametrize("over", [None, ("W",)], ids=str)
def test_float32_stays_float32_and_complex_numbers_stay_complex(over):
    objective = parse(NET).objective(NET_VALUES, over=over)
    point = objective.point.astype(np.float32)
    assert objective.value(point).dtype == objective.grad(point).dtype == np.float32
    moved = {**NET_VALUES, "x": NET_VALUES["x"] + 1e-30j}
    objective = parse(NET).objective(moved, over=over)
    assert objective.value(objective.point.real if over else objective.point).dtype == complex
