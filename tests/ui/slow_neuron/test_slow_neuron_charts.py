import numpy as np
import pytest
from dressing import validated

from optcore.training.neuron import NEURONS, NeuronStart, run_neuron
from ui.slow_neuron import charts, words

STARTS = [
    NeuronStart(steps=40),
    NeuronStart(w=8, b=8, steps=40),
    NeuronStart(w=-1, b=-1, y=1, x=-2, steps=40),
    NeuronStart(w=0, b=0, y=0.5, x=0, steps=40),
]


def runs_of(start):
    return [run_neuron(neuron, start) for neuron in NEURONS]


def by_name(figure, play):
    return {t["name"]: t for t in figure["data"] if t.get("meta", {}).get("play") == play}


@pytest.mark.parametrize("start", STARTS, ids=repr)
@pytest.mark.parametrize("count", [0, 1, 3])
def test_every_figure_is_one_that_plotly_accepts(start, count):
    runs = runs_of(start)[:count]
    for figure in (charts.outputs(runs, 40), charts.gradients(runs, 40), charts.plane(runs),
                   charts.weights(runs, start)):  # fmt: skip
        assert len(validated(figure).data) == len(figure["data"])


def test_the_curves_are_the_runs():
    start = STARTS[0]
    runs = runs_of(start)
    outputs = by_name(charts.outputs(runs, 40), "curve")
    sizes = by_name(charts.gradients(runs, 40), "curve")
    for run in runs:
        name = run.neuron.name
        np.testing.assert_array_equal(outputs[name]["y"], run.outputs)
        np.testing.assert_array_equal(sizes[name]["y"], np.abs(run.deltas))
        assert sizes[name]["meta"]["reads"][7] == f"{run.deltas[7]:.3g}"
    product = sizes["Squared error: error"]["y"] * sizes["Squared error: slope"]["y"]
    np.testing.assert_allclose(product, sizes["Squared error"]["y"], rtol=1e-12)
    assert sum(": " in name for name in sizes) == 2


def test_the_plane_of_z_has_the_two_formulas_and_the_place_of_each_neuron():
    runs = runs_of(STARTS[0])
    figure = charts.plane(runs)
    curves, spots = by_name(figure, "still"), by_name(figure, "frame")
    z = curves["Squared error"]["x"]
    a = 1 / (1 + np.exp(-z))
    np.testing.assert_allclose(curves["Squared error"]["y"], a * a * (1 - a), rtol=1e-10)
    np.testing.assert_allclose(curves["Cross-entropy"]["y"], a, rtol=1e-10)
    for run in runs:
        meta = spots[run.neuron.name]["meta"]
        np.testing.assert_array_equal(meta["x"][:, 0], run.z)
        np.testing.assert_array_equal(meta["y"][:, 0], run.deltas)


def test_the_weights_panel_has_output_and_paths():
    start = NeuronStart(x=-1.5, steps=40)
    figure = charts.weights(runs_of(start), start)
    ground = figure["data"][0]
    w, b = ground["x"][5], ground["y"][30]
    assert ground["z"][30, 5] == pytest.approx(1 / (1 + np.exp(-(w * -1.5 + b))), rel=1e-12)
    for run in runs_of(start):
        path = by_name(figure, "path")[run.neuron.name]
        np.testing.assert_array_equal(path["x"], run.run.points[:, 0])
        np.testing.assert_array_equal(path["y"], run.run.points[:, 1])


def test_a_relu_at_rest_does_not_stretch_the_axis():
    start = NeuronStart(steps=300)
    with_relu = charts.gradients(runs_of(start), 300)["layout"]["yaxis"]["range"]
    without = charts.gradients(runs_of(start)[:2], 300)["layout"]["yaxis"]["range"]
    assert with_relu[0] == without[0] == -2
    assert with_relu[1] >= np.log10(4)


def test_the_words_follow_the_numbers():
    runs = runs_of(NeuronStart())
    told = words.summary(runs)
    assert "Squared error: output 0.982 to 0.2028 in 300 steps." in told
    assert "The first gradient is 0.0173, its error 0.982 times the slope 0.0177" in told
    assert f"half of the error is gone after {runs[1].half_way} steps" in told
    dead = words.summary([run_neuron(NEURONS[2], NeuronStart(w=-1, b=-1, y=1, steps=20))])
    assert "exactly 0 at every step" in dead
    done = words.summary([run_neuron(NEURONS[2], NeuronStart(w=0.5, b=0.5, y=1, steps=20))])
    assert "nothing to learn" in done
    assert "No neuron" in words.summary([])
    slow = words.summary([run_neuron(NEURONS[0], NeuronStart(w=8, b=8, steps=20))])
    assert "output 1 − 1.13e−7 to 1 − 1.13e−7" in slow
    assert " steps less than half of the error is gone" in slow
    assert words.results(runs).count("<tr>") == 4
    assert words.results([]) == ""


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.98201, "0.982"), (1e-46, "1e−46"), (0.0, "0"), (1.0, "1"), (1 - 1e-7, "1 − 1e−7"),
     (1 + 2e-9, "1 + 2e−9"), (4.0, "4"), (0.99987, "0.9999")],
)  # fmt: skip
def test_an_output_is_never_rounded_to_what_it_is_not(value, text):
    assert words.places(value) == text
