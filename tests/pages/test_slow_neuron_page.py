"""The slow neuron as a person meets it: scenarios, choices, hostile links, what a hand does."""

import csv
import io

import pytest
from streamlit.testing.v1 import AppTest
from visits import visit

from ui.address import Address, empty
from ui.parameters import slug
from ui.slow_neuron import choices, words
from ui.slow_neuron.parameters import PARAMETERS


@pytest.fixture
def shown(monkeypatch):
    """The runs that the page showed, by name, time after time."""
    seen = []
    panels = choices.panels

    def noted(runs, start):
        seen.append({run.neuron.name: run for run in runs})
        return panels(runs, start)

    monkeypatch.setattr(choices, "panels", noted)
    return seen


def opened(**parameters) -> AppTest:
    return visit(parameters, "slow_neuron")


def scenario(name, shown):
    app = opened(scenario=slug(name))
    assert not app.exception
    assert not app.warning
    return shown[-1]


def test_a_little_wrong_it_learns(shown):
    run = scenario("A little wrong: it learns", shown)["Squared error"]
    assert (f"{run.outputs[0]:.4f}", f"{run.outputs[-1]:.4f}") == ("0.8176", "0.0940")
    assert (run.neuron.x, run.neuron.y, len(run.outputs)) == (1, 0, 301)


def test_badly_wrong_it_stalls(shown):
    run = scenario("Badly wrong: it stalls", shown)["Squared error"]
    assert (f"{run.outputs[0]:.4f}", f"{run.outputs[-1]:.4f}") == ("0.9820", "0.2028")
    assert f"{run.slopes[0]:.3f}" == "0.018"
    steepest = int(run.deltas.argmax())
    assert 0.3 < run.outputs[steepest] < 0.8, "half-way down"
    assert run.outputs[0] - run.outputs[10] < 0.002


def test_hopelessly_wrong_and_cured(shown):
    runs = scenario("Hopelessly wrong, and cured", shown)
    slow, quick = runs["Squared error"], runs["Cross-entropy"]
    assert f"{slow.slopes[0]:.1e}" == "4.5e-05"
    assert slow.errors[-1] > 0.99 * slow.errors[0]
    assert quick.deltas[0] == quick.errors[0] == quick.deltas.max()
    assert quick.half_way < 40


def test_a_relu_instead(shown):
    relu = scenario("A ReLU instead", shown)["ReLU"]
    assert relu.errors[1] / relu.errors[0] == pytest.approx(0.7)
    assert relu.half_way == 2


def test_a_dead_relu(shown):
    runs = scenario("A dead ReLU", shown)
    assert not runs["ReLU"].deltas.any()
    assert runs["ReLU"].z[0] == -2
    for name in ("Squared error", "Cross-entropy"):
        assert runs[name].outputs[-1] > 0.7 > 0.2 > runs[name].outputs[0]


def test_any_choice_of_neurons(shown):
    for chosen in ("", "relu", "squared-error,cross-entropy,relu"):
        app = opened(show=chosen, details="1")
        assert not app.exception
        assert [slug(name) for name in shown[-1]] == [n for n in chosen.split(",") if n]
        assert bool(app.get("download_button")) == bool(chosen)


@pytest.mark.parametrize(
    "parameters",
    [
        {"show": "nobody"},
        {"neuron.w": "9"},
        {"neuron.b": "nan"},
        {"neuron.y": "1.01"},
        {"neuron.learning_rate": "0"},
        {"neuron.steps": "12.5"},
        {"at": "never"},
        {"lesson": "x"},
    ],
    ids=str,
)
def test_a_bad_link_gets_a_sentence_and_the_default(parameters):
    app = opened(**parameters)
    assert not app.exception
    assert f"**{next(iter(parameters))}**" in app.warning[0].value


@pytest.mark.parametrize("corner", [(-8, -8, -2), (8, 8, 2), (-8, 8, 2)])
def test_the_ends_of_every_slider(corner):
    w, b, x = map(str, corner)
    link = {"neuron.w": w, "neuron.b": b, "neuron.x": x, "neuron.learning_rate": "10"}
    app = opened(**link, **{"show": "squared-error,cross-entropy,relu", "neuron.steps": "2000"})
    assert not app.exception


def test_a_hand_moves_the_start_as_far_as_the_sliders_reach():
    state = Address(PARAMETERS, empty())
    state.arrive({})
    start, _ = choices.set_up(state)
    state.clock(range(start.steps + 1))
    state.admit({"handles": {"start": [20, -1.23456]}, "at": 7})
    assert [state[name] for name in ("neuron.w", "neuron.b", "at")] == [8.0, -1.235, 7]
    state.admit({"at": start.steps, "values": {"neuron.x": 99}})
    assert state["at"] is None
    assert state["neuron.x"] == start.x


def test_the_csv_holds_every_step(shown):
    opened(**{"neuron.steps": "25"})
    runs = list(shown[-1].values())
    rows = list(csv.DictReader(io.StringIO(words.every_step(runs))))
    assert len(rows) == 2 * 26
    last = rows[25]
    assert (last["neuron"], last["step"]) == ("Squared error", "25")
    assert float(last["output"]) == runs[0].outputs[-1]
    assert float(last["dL_dz"]) == runs[0].deltas[-1]
    assert float(last["loss"]) == runs[0].run.values[-1]
