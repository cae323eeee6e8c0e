"""The scenes of the Recurrent page show the numbers of the core, and their words say them."""

import csv
import io
from dataclasses import replace

import numpy as np
import pytest
from alone import told
from dressing import validated

from optcore.networks.activations import ACTIVATIONS
from optcore.recurrent import MemoryPlan, train_memory
from ui.address import Address, empty
from ui.parameters import slug
from ui.recurrent import choices, net, powers, unit
from ui.recurrent.net_charts import LOOKS, look_at
from ui.recurrent.parameters import NET, PARAMETERS, VIEWS
from ui.scene import as_csv

SHORT = {"net.steps": "20", "net.length": "12", "net.width": "5", "net.batch": "4"}


def state_at(view: str, **link: str) -> Address:
    state = Address(PARAMETERS, empty())
    state.arrive(
        {"view": slug(view), **{name.replace("_", "."): text for name, text in link.items()}}
    )
    return state


def scene_at(view: str, **link: str):
    state = state_at(view, **(SHORT if view == NET else {}), **link)
    records = [train_memory(plan, 5) for plan in net.set_up(state)[0]] if view == NET else []
    return choices.scene(state, records), records


def test_few_steps_have_few_exams():
    """Ten exams of 256 sequences would take three times as long as ten steps of 16."""
    plan = replace(net.set_up(state_at(NET))[0][0], steps=10)
    trainer = net._begin(plan)
    assert list(trainer) == list(range(11))
    looks = trainer.record().looks
    assert (len(looks) - 1) * plan.exam_in_steps <= plan.steps
    assert looks[0] == 0
    assert looks[-1] == 10


@pytest.fixture(scope="module")
def trained():
    return scene_at(NET, cells="tanh,lstm,gru", clip="by-norm")


@pytest.mark.parametrize("view", VIEWS)
def test_plotly_takes_every_figure_and_there_are_words_table_and_numbers(view, trained):
    scene, _ = trained if view == NET else scene_at(view)
    for panel in scene.panels:
        validated(panel.figure)
        for axis in ("xaxis", "yaxis"):
            low, high = panel.figure["layout"][axis]["range"]
            assert low < high
    words = scene.words()
    if scene.clock and not isinstance(words, str):
        assert len(words) == scene.clock.steps + 1
    assert "nan" not in str(words) + scene.table()
    rows = list(csv.reader(io.StringIO(as_csv(scene.columns_of()))))
    assert len({len(row) for row in rows}) == 1
    assert len(rows) > 10
    compile(scene.program(), "program", "exec")


@pytest.mark.parametrize("view", [view for view in VIEWS if view != NET])
def test_a_program_prints_the_numbers_of_the_view(view):
    scene, _ = scene_at(view)
    output = told(scene.alone())
    columns = scene.columns_of()
    last = {"Powers of a matrix": "norm_of_power", "One unit": "gradient"}.get(view, "clipped_loss")
    printed = output.split()
    at = {"Powers of a matrix": -3, "One unit": -1}.get(view, -1)
    assert float(printed[at]) == pytest.approx(float(columns[last][-1]), rel=1e-9)


def test_powers_are_told_as_they_are():
    scene, _ = scene_at(VIEWS[0])
    facts = scene.facts()
    assert facts["peak_at"] == 9
    assert facts["peak"] == pytest.approx(3.912567, abs=1e-6)
    assert "first they grow to 3.91, at step 9 (Kreiss: at least 2.6)" in scene.words()[-1]
    heads = [trace for trace in scene.panels[1].figure["data"] if trace["name"] == "forward"]
    assert heads[0]["y"][9] == pytest.approx(3.912567, abs=1e-6)
    assert "vanish, and never exceed 1" in scene_at(VIEWS[0], **{"w.w12": "0"})[0].words()[-1]
    turning = {"w.w11": "0.6", "w.w12": "-0.8", "w.w21": "0.8", "w.w22": "0.6"}
    assert "neither vanish nor explode" in scene_at(VIEWS[0], **turning)[0].words()[-1]
    assert "grow all the same" in scene_at(VIEWS[0], **{"w.w11": "1", "w.w22": "1"})[0].words()[-1]


def test_a_saturated_unit_is_named_where_it_makes_the_matrix_explode():
    link = {"w.w11": "1.2", "w.w12": "-0.74", "w.w21": "1", "w.w22": "-0.2", "course.slope": "0"}
    scene, _ = scene_at(VIEWS[0], **link)
    assert scene.facts()["rho"] == pytest.approx(1.2)
    assert scene.facts()["rho_alone"] == pytest.approx(0.5**0.5)
    assert "it is the saturated unit" in scene.words()[-1]
    crosses = [t for t in scene.panels[2].figure["data"] if t["name"] == "with the slopes"]
    assert sorted(crosses[0]["x"]) == pytest.approx([0, 1.2])


@pytest.mark.parametrize("place", [(0.5, 0.8), (-0.4, 0.0), (0.95, 0.04)])
def test_an_eigenvalue_follows_the_hand(place):
    state = state_at(VIEWS[0])
    powers.scene(state)
    state.admit({"handles": {"eigenvalue": list(place)}})
    handles = {handle.name: handle.at for handle in powers.scene(state).handles}
    matrix = np.array([[state["w.w11"], state["w.w12"]], [state["w.w21"], state["w.w22"]]])
    found = np.linalg.eigvals(matrix)
    wanted = complex(place[0], place[1] if place[1] > 0.06 else 0)
    assert np.abs(found - wanted).min() < 2e-3
    assert handles["first"] == (state["w.w11"], state["w.w21"])


@pytest.mark.parametrize("place", [None, "x", [1], [1, "a"], [float("nan"), 0], {"x": 1}, [1e9, 0]])
def test_what_is_no_place_moves_no_eigenvalue(place):
    state = state_at(VIEWS[0])
    before = powers.scene(state).facts()
    state.admit({"handles": {"eigenvalue": place}})
    assert powers.scene(state).facts() == before


@pytest.mark.parametrize("name", ["Tanh", "Sigmoid", "ReLU", "Identity"])
def test_one_unit_is_told_by_its_own_numbers(name):
    scene, _ = scene_at(VIEWS[1], squash=slug(name))
    facts = scene.facts()
    squash = next(each for each in ACTIVATIONS if each.name == name)
    h, slope = facts["start"], 1.0
    for _ in range(facts["steps"]):
        z = facts["w"] * h
        h, slope = float(squash.value(z)), slope * abs(facts["w"] * float(squash.derivative(z)))
    assert facts["last"] == pytest.approx(slope, rel=1e-9)
    assert facts["rests"] == pytest.approx(h, rel=1e-9)


@pytest.mark.parametrize(
    ("squash", "link", "says"),
    [
        ("tanh", {"unit.w": "0.5"}, "by 0.5 a step: the weight is below 1"),
        ("tanh", {"unit.w": "1"}, "like a power of the lag"),
        ("tanh", {"unit.w": "1.01"}, "is not yet at rest"),
        ("tanh", {"unit.w": "1.5"}, "settled where it is flat, at h = 0.859"),
        ("sigmoid", {"unit.w": "0.9"}, "the weight times the steepest slope, 0.225, is below 1"),
        ("sigmoid", {"unit.w": "4"}, "settled where it is flat, at h = 0.981"),
        ("relu", {"unit.w": "1"}, "neither vanishes nor explodes"),
        ("relu", {"unit.w": "1.1"}, "It grows, by 1.1 a step"),
        ("relu", {"unit.w": "1.5"}, "It explodes, by 1.5 a step"),
        ("relu", {"unit.start": "-1"}, "ReLU is off"),
    ],
)
def test_the_reason_is_that_of_the_unit(squash, link, says):
    assert says in scene_at(VIEWS[1], squash=squash, **link)[0].words()[-1]


def test_the_factor_of_a_gradient_that_underflows_is_that_of_its_last_sizes():
    assert unit.factor(np.array([1.0, 0.5, 0.25, 0.0])) == 0.5
    assert np.isnan(unit.factor(np.array([0.0, 0.0])))


def test_the_cliff_tells_both_descents():
    scene, _ = scene_at(VIEWS[3])
    facts = scene.facts()
    assert facts["free.leap"] > 5 > facts["clipped.leap"]
    assert facts["clipped.arrives"] == "yes"
    assert scene.words().startswith("Unclipped: loss 0.25, largest gradient")
    assert facts["clipped.leap"] <= facts["limit"] * facts["rate"] + 1e-9


def test_a_net_is_shown_as_its_record_is(trained):
    scene, records = trained
    assert [record.plan.cell.name for record in records] == ["Tanh", "LSTM", "GRU"]
    losses, lags, signal, *heats = (panel.figure for panel in scene.panels)
    lines = {trace["name"]: trace for trace in losses["data"]}
    np.testing.assert_allclose(lines["LSTM, batch"]["meta"]["y"][-1], records[1].losses)
    np.testing.assert_allclose(lines["GRU, exam"]["meta"]["y"][-1], records[2].exams)
    # Nothing beyond the clock's look is told before it is played.
    assert np.isfinite(lines["LSTM, batch"]["meta"]["y"][1]).sum() == 6
    for heat, record in zip(heats, records, strict=True):
        assert np.isfinite(heat["data"][0]["meta"]["frames"]["z"][0]).sum() == 12
        np.testing.assert_allclose(heat["data"][0]["z"], 100 * record.shares.T)
    assert losses["layout"]["shapes"][0]["y0"] == pytest.approx(1 / 6)
    frames = {t["name"]: t for t in lags["data"] if t["meta"]["play"] == "frame"}
    np.testing.assert_allclose(frames["Tanh"]["meta"]["y"][-1], records[0].by_lag[-1])
    rows = {t["name"]: t["meta"]["y"] for t in signal["data"]}
    # By lag: the last time step first, and the first step has no state before it.
    np.testing.assert_allclose(rows["GRU"][0][:-1], records[2].signal[0][::-1][:-1])
    forgotten = next(t for t in lags["data"] if "power of the lag" in t["name"])
    assert forgotten["y"][2] == pytest.approx((1 / (1 + np.exp(-1))) ** 2)


def test_a_verdict_names_the_step_it_was_given_at(trained):
    """A training that is under way, or was cut short, has not failed for good."""
    words = trained[0].words()[-1]
    assert all(f"{name} fails after 20 steps" in words for name in ("Tanh", "LSTM", "GRU"))


def test_the_clock_stands_at_looks(trained):
    scene, records = trained
    assert scene.clock.labels[0] == "step 0"
    assert scene.clock.labels[-1] == "step 20"
    assert [look_at(records[0], step) for step in (0, 4, 5, 19, 20)] == [0, 0, 1, 3, 4]


def test_no_cell_is_no_fault():
    scene, _ = scene_at(NET, cells="")
    assert "No cell is chosen" in scene.words()[0]
    assert scene.table() == ""
    for panel in scene.panels:
        validated(panel.figure)


def test_what_is_checked_at_a_click_is_small_and_of_the_same_cell(trained):
    plan = net.small(trained[1][2].plan)
    assert isinstance(plan, MemoryPlan)
    assert (plan.width, plan.batch, plan.cell.name) == (5, 4, "GRU")
    assert plan.net.parameters < 500


def test_cells_keep_their_looks():
    assert LOOKS["LSTM"]["colour"] == "#3b93fa"
    assert len({look["colour"] + look["dash"] for look in LOOKS.values()}) == len(LOOKS)
