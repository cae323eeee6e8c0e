"""Every example against numbers worked out elsewhere: published, in closed form, by hand."""

import numpy as np
import pytest

from optcore import check_grad
from optcore.graph import EXAMPLES, path_counts, sum_over_paths
from optcore.graph import examples as library
from optcore.graph.chains import chain, residual_chain
from optcore.graph.reading import parse


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: each.name)
def test_every_example_is_right_by_the_gradient_check(example):
    assert set(example.values) == set(example.graph.inputs)
    objective = example.graph.objective(example.values)
    check = check_grad(objective, objective.point)
    assert check.verdict in ("right", "kink"), check.sentences()
    assert set(example.learned) <= set(example.graph.inputs)


@pytest.mark.parametrize("example", [each for each in EXAMPLES if each.learned],
                         ids=lambda each: each.name)  # fmt: skip
def test_a_step_of_descent_lowers_what_is_to_be_lowered(example):
    objective = example.objective()
    after = objective.stepped(0.1 * example.rate)
    before = example.graph.forward(example.values)[example.graph.output]
    assert np.sum(example.graph.forward(after)[example.graph.output]) < np.sum(before)


def rounds_to(number: float, digits: str) -> bool:
    """Whether a number, rounded to as many places, reads so."""
    return f"{number:.{len(digits.partition('.')[2])}f}" == digits


@pytest.mark.parametrize("printed", library.WORKED.printed, ids=lambda each: each.digits)
def test_the_worked_example_as_it_was_printed(printed):
    example = library.WORKED
    values = example.values
    for _ in range(printed.step):
        values = example.graph.objective(values, over=example.learned).stepped(example.rate)
    run = example.graph.run(values)
    if printed.through:
        ends = {example.graph.nodes[flow.edge.end].name: flow
                for flow in run.given_to(example.graph.places[printed.node])}  # fmt: skip
        number = ends[printed.through].contribution
    else:
        number = (run.adjoint if printed.adjoint else run.value)(printed.node)
    assert rounds_to(float(number), printed.digits) == (not printed.slip)
    if printed.slip:
        assert f"{float(number):.9f}" in printed.slip
        assert abs(float(number) - float(printed.digits)) < 2e-7


def test_the_neuron_and_the_gates_of_the_lecture():
    expected = {"w0": -0.1966, "x0": 0.3932, "w1": -0.3932, "x1": -0.5898, "w2": 0.1966}
    for neuron in (library.SIGMOID_NEURON, library.GATE_BY_GATE):
        found = neuron.graph.backward(neuron.values)
        assert {name: round(float(found[name]), 4) for name in expected} == expected
    found = library.MAX_GATE.graph.backward(library.MAX_GATE.values)
    assert [float(found[name]) for name in "xyzw"] == [-8, 6, 2, 0]


def test_softmax_with_cross_entropy_leaves_p_minus_y():
    example = library.SOFTMAX
    found = example.graph.backward(example.values)
    odds = np.exp(example.values["z"])
    np.testing.assert_allclose(found["z"], odds / odds.sum() - example.values["y"], rtol=1e-13)


def test_batch_normalisation_agrees_with_its_closed_form():
    """Ioffe and Szegedy 2015, the gradient of x once mean and variance are inserted."""
    values = {name: np.array(value) for name, value in library.BATCH_NORM.values.items()}
    found = library.BATCH_NORM.graph.backward(values)
    spread = np.sqrt(values["x"].var() + 1e-5)
    n, g = (values["x"] - values["x"].mean()) / spread, values["g"]
    expected = values["gamma"] / spread * (g - g.mean() - n * (g * n).mean())
    np.testing.assert_allclose(found["x"], expected, rtol=1e-12)
    np.testing.assert_allclose(found["gamma"], (g * n).sum(), rtol=1e-12)
    assert abs(found["x"].sum()) < 1e-12


def test_the_line_has_the_gradients_of_mean_squared_error():
    values = library.LINE_FIT.values
    x, y = (np.array([values[f"{name}{i}"] for i in (1, 2, 3)]) for name in "xy")
    off = values["w"] * x + values["b"] - y
    found = library.LINE_FIT.graph.backward(values)
    np.testing.assert_allclose(found["w"], 2 * np.mean(off * x), rtol=1e-13)
    np.testing.assert_allclose(found["b"], 2 * np.mean(off), rtol=1e-13)
    after = library.LINE_FIT.objective().stepped(0.1)
    np.testing.assert_allclose(after["w"], 0.5 - 0.2 * np.mean(off * x), rtol=1e-13)
    assert after["x1"] == values["x1"]


def test_a_weight_used_three_times_hears_from_all_three():
    v = library.RECURRENT.values
    found = library.RECURRENT.graph.backward(v)
    h, delta, total = [v["h0"]], None, 0.0
    for i in (1, 2, 3):
        h.append(np.tanh(v["w"] * h[-1] + v["u"] * v[f"x{i}"]))
    delta = 2 * (h[3] - v["y"])
    for i in (3, 2, 1):
        delta *= 1 - h[i] ** 2
        total += delta * h[i - 1]
        delta *= v["w"]
    np.testing.assert_allclose(found["w"], total, rtol=1e-12)


def test_a_gradient_fades_along_sigmoids_and_keeps_its_size_along_relus():
    for example, low, high in ((library.SIGMOID_CHAIN, 0.0, 0.25**6), (library.RELU_CHAIN, 1, 1)):
        found = float(example.graph.backward(example.values)["x0"])
        assert low < found <= high or low == found == high


@pytest.mark.parametrize("blocks", [1, 2, 5, 10])
def test_a_residual_chain_has_two_to_the_blocks_paths_and_three_edges_a_block(blocks):
    graph = parse(residual_chain("tanh", blocks))
    assert len(graph.edges) == 3 * blocks
    assert path_counts(graph)[0] == 2**blocks
    run = graph.run({"x0": 0.3})
    walked = sum_over_paths(run, "x0")
    assert walked.paths == 2**blocks
    # From each x there are three edges: to its tanh, on to the sum, and straight to the sum.
    assert walked.multiplications == 3 * (2**blocks - 1)
    np.testing.assert_allclose(walked.total, run.adjoint("x0"), rtol=1e-12)


def test_as_many_paths_are_walked_as_can_be_waited_for(monkeypatch):
    monkeypatch.setattr("optcore.graph.chains.WALKED", 8)
    for blocks in (3, 4):
        run = parse(residual_chain("sin", blocks)).run({"x0": 0.1})
        if blocks == 3:
            assert sum_over_paths(run, "x0").paths == 8
        else:
            with pytest.raises(ValueError, match="16 paths are too many to walk: at most 8"):
                sum_over_paths(run, "x0")


def test_a_chain_has_a_weight_a_layer():
    assert chain("tanh", 2, "v") == "x1 = tanh(v1 * x0); x2 = tanh(v2 * x1)"


def test_paths_are_counted_beyond_any_float_and_not_walked_there():
    graph = parse(residual_chain("sin", 120))
    assert path_counts(graph)[0] == 2**120
    with pytest.raises(ValueError, match="paths are too many to walk"):
        sum_over_paths(graph.run({"x0": 0.1}), "x0")
    with pytest.raises(ValueError, match="this graph has arrays"):
        sum_over_paths(parse("y = sum(x)").run({"x": [1.0, 2.0]}), "x")
