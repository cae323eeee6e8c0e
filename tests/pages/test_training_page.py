"""Training as a person meets it: choices, hostile links, long work."""

import csv
import io
import threading
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest
from training_page import opened, records
from visits import picture

from optcore.networks.activations import ACTIVATIONS
from optcore.networks.datasets import DATASETS
from optcore.networks.initializers import HeNormal
from optcore.training.plan import TRAINERS, TrainingPlan
from ui import work
from ui.lessons import lessons
from ui.parameters import slug
from ui.training import choices, words
from ui.training import work as training_work

SMALL = {"length.steps": "12", "shape.depth": "2", "shape.width": "4"}


@pytest.fixture
def shown(monkeypatch):
    return records(monkeypatch)


def button(app: AppTest, label: str):
    return next(each for each in app.button if each.label == label)


def told(app: AppTest) -> str:
    return " ".join(each.value for each in (*app.error, *app.warning, *app.info))


# ------------------------------------------------------------------ choices


@pytest.mark.parametrize("dataset", DATASETS, ids=lambda d: d.name)
def test_every_data_set_trains(dataset, shown):
    app = opened(data=slug(dataset.name), **SMALL)
    assert not app.exception
    assert [record.last for record in shown[-1]] == [12, 12]


@pytest.mark.parametrize("optimizer", TRAINERS, ids=lambda o: o.name)
def test_every_optimizer_trains(optimizer, shown):
    app = opened(optimizer=slug(optimizer.name), clip="by-value", **SMALL)
    assert not app.exception
    assert shown[-1][0].plan.optimizer == optimizer


def test_every_activation_trains_on_either_side(shown):
    for left, right in zip(ACTIVATIONS, reversed(ACTIVATIONS), strict=True):
        app = opened(left=slug(left.name), right=slug(right.name), **SMALL)
        assert not app.exception
        assert [record.plan.hidden.name for record in shown[-1]] == [left.name, right.name]


@pytest.mark.parametrize(
    ("form", "residual", "norm"),
    [("plain", False, None), ("residual", True, None), ("layer-norm", False, "layer"),
     ("batch-norm", False, "batch"), ("residual-and-layer-norm", True, "layer")],
)  # fmt: skip
def test_the_link_holds_the_architecture(form, residual, norm, shown):
    app = opened(
        **{"left.form": form, "bias": "0", "batch": "8-samples", "heat": "deltas"}, **SMALL
    )
    assert not app.exception
    plan = shown[-1][0].plan
    assert (plan.residual, plan.norm, plan.bias, plan.batch) == (residual, norm, False, 8)
    assert (shown[-1][1].plan.residual, shown[-1][1].plan.norm) == (False, None)


def test_optimizers_that_are_missing_have_a_reason():
    app = opened(**SMALL)
    chooser = next(each for each in app.selectbox if each.label == "Optimizer")
    assert "Newton" not in chooser.options
    told = " ".join(each.value for each in app.caption)
    for name in ("Newton", "BFGS", "Nelder-Mead"):
        assert name in told


@pytest.mark.parametrize(
    "parameters",
    [
        {"data": "nonsense"},
        {"optimizer": "newton"},
        {"left": "<script>"},
        {"shape.depth": "1e9"},
        {"shape.width": "16.5"},
        {"length.steps": "nan"},
        {"gradient-descent.learning_rate": "-1"},
        {"clip": "by-norm", "clip.limit": "inf"},
        {"at": "eleven"},
        {"at": "-4"},
        {"batch": ""},
        {"lesson": "none-such"},
        {"bias": "yes"},
    ],
    ids=str,
)
def test_a_bad_link_gets_a_sentence_and_the_default(parameters):
    app = opened(**(SMALL | parameters))
    assert not app.exception
    assert app.warning
    assert f"**{list(parameters)[-1]}**" in app.warning[0].value


def test_the_scrubber_s_step_is_kept_even_where_the_training_is_shorter():
    app = opened(**SMALL, at="1999")
    assert not app.exception
    assert app.query_params["at"] in ("1999", ["1999"])


# ------------------------------------------------------------------ long work


def test_a_training_is_kept_for_the_next_run(shown, monkeypatch):
    link = SMALL | {"length.seed": "41"}
    opened(**link)
    monkeypatch.setattr(training_work, "Trainer", None)
    app = opened(**link, heat="deltas")
    assert not app.exception
    assert shown[-1][0] is shown[-2][0]


def test_a_stopped_training_shows_what_there_is_and_goes_on(shown, monkeypatch):
    link = SMALL | {"length.steps": "60", "length.seed": "42"}
    calls = []
    go = work.Underway.go

    def interrupted(underway):
        calls.append(underway)
        if len(calls) > 6:
            raise RuntimeError("as a rerun does")
        return go(underway)

    monkeypatch.setattr(work.Underway, "go", interrupted)
    app = opened(**link)
    assert app.exception
    monkeypatch.setattr(work.Underway, "go", go)
    memory = app.session_state["state.training"]
    memory["work"] = {"training": ("stopped", tuple(memory["underway"]))}
    app.run()
    assert not app.exception
    assert [record.last for record in shown[-1]] == [14, 14]
    assert "Stopped after step 14 of 60." in words.verdict(choices.sides(shown[-1])[0])
    button(app, "Train on").click().run()
    assert [record.last for record in shown[-1]] == [60, 60]
    assert "Train on" not in [each.label for each in app.button]


def test_a_question_waits_for_the_training_that_answers_it(monkeypatch):
    link = {
        "lesson": "the-sigmoid-starves-layer-1",
        **SMALL,
        "length.seed": "43",
        "length.steps": "400",
    }
    go_on = work.go_on
    monkeypatch.setattr(work, "go_on", lambda state: None)
    monkeypatch.setattr(training_work, "GLIMPSE", 0.01)
    app = opened(**link)
    assert picture(app, "training.stage")["lesson"]["growing"]
    monkeypatch.setattr(work, "go_on", go_on)
    monkeypatch.setattr(training_work, "GLIMPSE", None)
    app.session_state["state.training"].pop("growing")
    told = picture(app.run(), "training.stage")["lesson"]
    assert not told["growing"]
    assert told["answers"]


# What is told of the moment at which training begins.
AT_FIRST = ("share", "gradient", "first_loss", "first_loss_ratio", "first_gradient_ratio")


def test_a_question_about_the_first_moment_veils_it():
    """Its words and numbers would give the answer away."""
    asking = [step for lesson in lessons("training") for step in lesson.steps
              if step.ask.split(".")[-1] in AT_FIRST]  # fmt: skip
    assert len(asking) >= 3
    assert all(step.veil for step in asking)


def test_long_trainings_tell_how_far_they_are(monkeypatch):
    monkeypatch.setattr(work, "QUIET", 0.0)
    monkeypatch.setattr(work, "TELL", 0.0)
    told = []
    monkeypatch.setattr(
        work, "_bar", lambda *_: SimpleNamespace(progress=lambda *o: told.append(o))
    )
    assert not opened(**SMALL | {"length.seed": "43", "length.steps": "40"}).exception
    assert len(told) > 3
    assert all(text == f"Training: step {share * 40:.0f} of 40" for share, text in told)


def test_too_much_work_gets_a_sentence_and_a_smaller_offer(shown, monkeypatch):
    monkeypatch.setattr(work, "UNASKED", 0.05)
    link = {"length.steps": "400", "shape.depth": "3", "shape.width": "4"}
    app = opened(**link)
    assert not app.exception
    assert "for 400 steps" in told(app)
    assert "Shown instead" in told(app)
    least = shown[-1][0].plan
    assert (least.steps, least.depth, least.width) < (400, 3, 4)
    button(app, "Train it all").click().run()
    assert not app.warning
    assert shown[-1][0].last == 400
    other = opened(**link)
    button(other, "Set the sliders to what is shown").click().run()
    assert not other.warning
    assert shown[-1][0].plan == least


def test_a_moving_hand_gets_a_preview_only_where_it_can_follow(monkeypatch):
    plan = TrainingPlan(
        DATASETS[1], ACTIVATIONS[2], HeNormal(), TRAINERS[0], depth=2, width=4, steps=20, seed=44
    )
    records = training_work.preview([plan, plan], 10)
    assert [list(record.snapshots) for record in records] == [[10], [10]]
    monkeypatch.setattr(training_work, "LIVE", 0.0)
    assert training_work.preview([plan, plan], 10) is None


def test_the_csv_holds_the_record(shown):
    opened(**SMALL)
    record = shown[-1][1]
    rows = list(csv.DictReader(io.StringIO(words.table(record))))
    assert len(rows) == 13
    assert float(rows[5]["loss"]) == record.losses[5]
    assert float(rows[12]["weight_grad_norm_1"]) == record.weight_grad_norms[12, 0]
    assert float(rows[3]["update_norm_3"]) == record.update_norms[3, 2]
    assert float(rows[0]["gradient_norm_after_clipping"]) == record.after[0]


def test_a_run_of_the_page_waits_for_the_one_it_replaces(monkeypatch):
    """Both would train the same networks, and each would find the other's done and gone."""
    inside, most = [], []

    def finish(state, name, plans, *_):
        inside.append(plans)
        most.append(len(inside))
        pause.wait(0.05)
        inside.remove(plans)

    pause = threading.Event()
    monkeypatch.setattr(work, "_finish", finish)
    state = SimpleNamespace(memory={})
    runs = [threading.Thread(target=training_work.finish, args=(state, [n])) for n in range(4)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert most == [1, 1, 1, 1]
