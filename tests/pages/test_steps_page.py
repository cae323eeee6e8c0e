"""The Steps page as a person meets it: streams, a drawing hand, views, links, the drawer."""

import csv
import io

import numpy as np
import pytest
from alone import told as told_alone
from visits import comparable, picture, report, said, table, visit

from optcore.optimizers import Adam
from optcore.streams import STREAMS, DrawnStream, longest_step
from ui.address import Address, empty
from ui.lessons import lessons
from ui.parameters import slug
from ui.steps import choices, details, words
from ui.steps.parameters import DRAWN, PARAMETERS, PLAYERS, VIEWS
from ui.steps.programs import with_numpy, with_torch

KEY = "steps.stage"


def opened(**link):
    return visit({name.replace("_", "."): text for name, text in link.items()}, "steps")


def at(link: dict[str, str]):
    """The performance that a link stands for, without a page around it."""
    state = Address(PARAMETERS, empty())
    state.arrive(link)
    setup, _ = choices.set_up(state)
    return state, setup, setup.responses()


def told(name: str):
    """The performance in which a lesson ends."""
    lesson = next(each for each in lessons("steps") if each.title == name)
    return at(lesson.state)


def stems(app) -> np.ndarray:
    return np.asarray(picture(app, KEY)["panels"][0]["figure"]["data"][0]["y"])[1:]


def panels(app) -> str:
    return repr(comparable(picture(app, KEY))["panels"])


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_shows_the_stream_and_its_own_panels(view):
    app = opened(view=slug(view), stream="reddi-s-sequence", second="constant")
    shown = picture(app, KEY)["panels"]
    assert 2 <= len(shown) <= 5
    assert shown[0]["frame"]["span"] == min(2, len(shown) - 1)
    assert shown[0]["frame"]["draws"]["top"] == 4.0


@pytest.mark.parametrize("stream", STREAMS, ids=lambda s: s.name)
def test_every_stream_is_played_to_every_optimizer(stream):
    everybody = ",".join(slug(each.name) for each in PLAYERS)
    app = opened(stream=slug(stream.name), play=everybody, view="memory", length_steps="40")
    assert not said(app)
    assert len(stems(app)) == 40
    assert table(app, KEY).count("<tr>") == len(PLAYERS) + 1


def test_a_hand_that_draws_makes_the_stream_its_own():
    app = opened(length_steps="20")
    values = [1.0] * 10 + [-0.5] * 10
    app = report(app, KEY, drawn={"values": values, "top": 2.0})
    assert app.query_params["stream"] == slug(DRAWN.name)
    assert app.query_params["stream.size"] == "2"
    np.testing.assert_allclose(stems(app)[:10], 2.0)
    # In 63 levels: what is shown is what the link says.
    np.testing.assert_allclose(stems(app)[10:], -1.0, atol=2 / 31)
    assert app.selectbox[0].value == DRAWN.name
    again = visit(dict(app.query_params), "steps")
    assert panels(again) == panels(app)
    assert stems(app.run()).tolist() == stems(again).tolist()


@pytest.mark.parametrize(
    "drawn",
    [
        None, 3, [1.0], {}, {"values": [], "top": 1.0}, {"values": [2.0], "top": 1.0},
        {"values": [0.5] * 401, "top": 1.0}, {"values": [True], "top": 1.0},
        {"values": ["1"], "top": 1.0}, {"values": [0.5], "top": 0.0},
        {"values": [0.5], "top": float("inf")}, {"values": [0.5], "top": "1"},
        {"values": [0.5]}, {"values": {"0": 1}, "top": 1.0},
    ],
)  # fmt: skip
def test_what_is_no_drawing_changes_nothing(drawn):
    app = opened(stream="alternating")
    before = panels(app)
    assert panels(report(app, KEY, drawn=drawn)) == before
    assert app.query_params["stream"] == "alternating"


def test_a_drawing_that_a_link_spells_wrongly_is_told():
    app = opened(stream="drawn-by-hand", drawn="a*b")
    assert "A drawing is written in letters" in said(app)
    assert not stems(app).any()


def test_who_needs_more_than_gradients_is_no_choice():
    app = opened(play="newton,adam")
    assert "not among the choices" in said(app)
    captions = "\n".join(each.value for each in app.caption)
    assert "Newton" in captions
    assert "cannot listen" in captions


def test_nobody_listens():
    app = opened(play="")
    assert not said(app)
    assert picture(app, KEY)["words"]["texts"][0] == words.NOBODY


def test_the_drawer_has_the_law_the_rule_with_its_numbers_and_the_table():
    app = opened(details="1", play="rmsprop", rmsprop_decay="0.9", at="1")
    shown = "\n".join(each.value for each in (*app.markdown, *app.caption, *app.get("latex")))
    assert r"\frac{\eta}{\sqrt{1 - \alpha^k}}" in shown
    assert "Tieleman and Hinton" in shown
    assert "At step 1" in shown
    assert "3.16" in table(app, KEY)


# ------------------------------------------------------------------ what lessons are about


def test_adagrad_stops_and_rmsprop_does_not():
    _, setup, heard = told("AdaGrad stops, RMSProp does not")
    k = np.arange(1, setup.steps + 1)
    np.testing.assert_allclose(-heard["AdaGrad"].in_rates[:, 0], 1 / np.sqrt(k), rtol=1e-6)
    assert heard["AdaGrad"].travelled[-1, 0] / 0.01 == pytest.approx(2 * np.sqrt(100), rel=0.08)
    assert -heard["RMSProp"].in_rates[-1, 0] == pytest.approx(1, rel=1e-4)


def test_terminal_velocity():
    heard = told("Terminal velocity")[2]
    names = ("Momentum", "Nesterov momentum")
    momentum, nesterov = (-heard[name].in_rates[:, 0] for name in names)
    assert momentum[-1] == pytest.approx(10, rel=0.01)
    np.testing.assert_allclose(nesterov[:-1], momentum[1:])


def test_the_same_gradients_other_timing():
    heard = told("The same sum, other timing")[2]
    ways = {name: each.travelled[-1, 0] / each.learning_rate for name, each in heard.items()}
    assert ways["QHM"] == pytest.approx(ways["Gradient descent"], rel=0.05)
    assert ways["Momentum"] == pytest.approx(10 * ways["QHM"], rel=1e-6)


def test_bias_correction():
    heard = told("Bias correction")[2]
    np.testing.assert_allclose(-heard["Adam"].in_rates, 1, rtol=1e-6)
    bare = -heard["Adam without bias correction"].in_rates[:, 0]
    assert bare[0] == pytest.approx(10**0.5, rel=1e-5)
    assert bare.max() > bare[0]
    careful = -heard["RAdam"].in_rates[:, 0]
    np.testing.assert_allclose(careful[:5], 20, rtol=1e-6)
    assert careful[5] < 0.1


def test_warm_up():
    heard = told("Warm-up as a cure")[2]
    bare = -heard["Adam without bias correction"].in_rates[:, 0]
    assert bare[0] < 0.5
    assert -heard["Adam"].in_rates[-1, 0] == pytest.approx(1, rel=1e-6)


def test_from_wall_to_wall():
    heard = told("From wall to wall")[2]
    late = {name: np.abs(each.in_rates[-1]) for name, each in heard.items()}
    plain, momentum = late["Gradient descent"], late["Momentum"]
    assert momentum[0] == pytest.approx(plain[0] / 1.9, rel=0.01)
    assert momentum[1] == pytest.approx(plain[1] * 10, rel=0.01)
    assert late["RMSProp"][0] == pytest.approx(late["RMSProp"][1], rel=1e-4)
    assert late["Adam"][1] > 10 * late["Adam"][0]


def test_it_climbs_for_a_while():
    heard = told("It climbs for a while")[2]
    for name in ("Momentum", "Adam"):
        up = np.flatnonzero(heard[name].angles > 90)
        assert up[0] + 1 == 50
        assert 2 < len(up) < 20
    assert (heard["RMSProp"].angles < 1).all()


def test_beat_alpha_has_something_to_beat():
    _, setup, heard = told("Beat alpha")
    bound = setup.longest()["Adam"]
    longest = np.abs(heard["Adam"].in_rates).max()
    assert bound.claimed == 1.0
    assert 1 < longest < 0.9 * bound.rates


def test_the_best_stream_is_drawn_by_a_button():
    app = opened(view="longest-step", play="momentum,adam", adam_beta2="0.99")
    next(each for each in app.button if "longest step" in each.label).click().run()
    assert app.query_params["stream"] == slug(DRAWN.name)
    share = 100 * np.abs(at(dict(app.query_params))[2]["Adam"].in_rates).max()
    # 63 levels cost a little.
    assert 0.9 * share < 100 * longest_step(Adam(beta2=0.99), 100).rates < 1.1 * share


def test_reddis_trap():
    _, setup, heard = told("Reddi's trap")
    drifts = setup.drifts()
    assert drifts["Adam"].now > 0 > drifts["AMSGrad"].now
    assert heard["Adam"].points[-1, 0] > 0 > heard["AMSGrad"].points[-1, 0]
    assert drifts["AMSGrad"].turning is None
    link = {"stream": "reddi-s-sequence", "stream.peak": "101", "stream.period": "101",
            "play": "adam"}  # fmt: skip
    assert at(link)[1].drifts()["Adam"].now > 0


def test_signs_that_agree_and_signs_that_flip():
    heard = told("Signs that agree, signs that flip")[2]
    sizes = heard["Rprop"].memory["size"][1:]
    np.testing.assert_allclose(sizes[1:, 0] / sizes[:-1, 0], 1.2)
    assert sizes[-1, 1] < 1e-3 * sizes[0, 1]
    rates = heard["Delta-bar-delta"].memory["rate"]
    np.testing.assert_allclose(np.diff(rates[1:, 0]), 0.001)
    np.testing.assert_allclose(rates[2:, 1] / rates[1:-1, 1], 0.5)


# ------------------------------------------------------------------ to take away


def printed(program: str) -> list[float]:
    return [float(part) for part in told_alone(program).strip("[]\n ").split(",")]


@pytest.mark.parametrize(
    "link",
    [
        {"second": "alternating", "play": ",".join(slug(each.name) for each in PLAYERS)},
        {"stream": "drawn-by-hand", "drawn": "xyzABC", "stream.size": "3", "length.steps": "20"},
        {"stream": "noise-with-a-mean", "second": "the-same", "schedule": "cosine"},
    ],
)
def test_the_program_prints_the_last_place(link):
    _, setup, heard = at(link)
    for optimizer in setup.optimizers:
        last = heard[optimizer.name].points[-1]
        np.testing.assert_allclose(printed(with_numpy(setup, optimizer)), last, rtol=1e-12)
        assert bool(with_torch(setup, optimizer)) == bool(optimizer.torch)


def test_the_torch_program_gives_the_gradients_and_the_rates():
    _, setup, _ = at(
        {"stream": "sparse", "schedule": "cosine", "play": "adam", "length.steps": "9"}
    )
    program = with_torch(setup, setup.optimizers[0])
    compile(program, "program", "exec")
    assert "betas=(0.9, 0.999)" in program
    assert f"gradients = {setup.gradients.tolist()!r}" in program
    assert "rates[step]" in program


def test_the_csv_has_every_number():
    _, setup, heard = at(
        {"second": "noise-with-a-mean", "play": "adam,rprop", "length.steps": "12"}
    )
    rows = list(csv.DictReader(io.StringIO(details.table(setup, heard))))
    assert len(rows) == 2 * 12 * 2
    for row in rows:
        k, i = int(row["step"]) - 1, int(row["coordinate"]) - 1
        response = heard[row["optimizer"]]
        assert float(row["step_taken"]) == response.steps[k, i]
        assert float(row["place"]) == response.points[k + 1, i]
        assert float(row["gradient"]) == setup.gradients[k, i]
        assert (row["foretold"] == "") == (row["optimizer"] == "Rprop")


def test_a_drawn_stream_stands_in_the_program():
    _, setup, _ = at({"stream": "drawn-by-hand", "drawn": "-", "length.steps": "5"})
    assert isinstance(setup.streams[0], DrawnStream)
    assert "DrawnStream(size=1.0, values=(1.0,))" in with_numpy(setup, setup.optimizers[0])
