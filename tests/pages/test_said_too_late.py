"""What a browser says of a widget before it has heard that something else has changed it."""

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.runtime.state.query_params_proxy import QueryParamsProxy
from streamlit.testing.v1 import AppTest
from visits import known, report, settled, visit

from ui.lessons import FOLDER, lessons

TAUGHT = sorted(each.name for each in FOLDER.iterdir() if lessons(each.name))


def check_changes_nothing(app: AppTest, late: WidgetStates) -> None:
    """`late` is all that the browser knew before the last change."""
    link = dict(app.query_params)
    assert dict(settled(app._run(late)).query_params) == link
    assert dict(app.run().query_params) == link


def pressed(app: AppTest, label: str) -> tuple[AppTest, WidgetStates]:
    late = known(app)
    button = next(each for each in app.button if each.label.startswith(label))
    return settled(button.click().run()), late


@pytest.mark.parametrize("page", TAUGHT)
def test_a_lesson_that_is_opened_stays_as_it_is(page, short_bands):
    for first, then in ((lesson, lessons(page)[0]) for lesson in lessons(page)[1:4]):
        app = visit({"lesson": first.name}, page)
        late = known(app)
        app = report(app, f"{page}.stage", lesson=then.name)
        assert app.query_params["lesson"] == then.name
        check_changes_nothing(app, late)


@pytest.mark.parametrize(
    ("page", "link", "label"),
    [
        ("race", {"details": "1"}, "Best rate for each"),
        ("race", {"details": "1", "sweep": "1"}, "Close"),
        ("steps", {}, "Draw the stream"),
        ("backprop_graph", {"view": "fill-in-the-gradient"}, "Show"),
    ],
)
def test_what_a_press_has_changed_stays_changed(page, link, label):
    app = visit(link, page)
    before = dict(app.query_params)
    app, late = pressed(app, label)
    assert dict(app.query_params) != before
    check_changes_nothing(app, late)


def test_an_answer_that_is_told_twice_is_judged_once():
    app = visit({"f": "u = x * x; v = u * u", "values": "x:2", "view": "fill-in-the-gradient"},
                "backprop_graph")  # fmt: skip
    next(each for each in app.text_input if "answer" in each.key).set_value("4")
    told = known(app)
    assert settled(app.run()).query_params["filled"] == "1"
    check_changes_nothing(app, told)


def press(app: AppTest, label: str) -> WidgetStates:
    """All that the browser says where a button is pressed."""
    button = next(each for each in app.button if each.label.startswith(label)).click()
    states = app._tree.get_widget_states().widgets
    told = [each for each in states if each.id == button.id or not each.HasField("trigger_value")]
    return WidgetStates(widgets=told)


def test_a_press_that_is_told_twice_says_so_once():
    app = visit({"mode": "detective", "case": "12"}, "check_network")
    asked = next(each for each in app.selectbox if each.label == "Which line?")
    asked.select_index(0).run()
    twice = press(app, "Say so")
    said = settled(app._run(twice)).query_params["said"]
    assert said
    assert "," not in said
    check_changes_nothing(app, twice)


def test_the_same_rate_for_all_is_the_one_that_stands_when_it_is_pressed():
    app = visit({"details": "1"}, "race")
    same = press(app, "Same rate")
    app, _ = pressed(app, "Best rate for each")
    best = app.query_params["gradient-descent.learning_rate"]
    app = settled(app._run(same))
    rates = [text for name, text in app.query_params.items() if name.endswith(".learning_rate")]
    assert rates == [best] * 4


def test_what_is_changed_and_changed_back_at_once_is_written_twice(monkeypatch):
    """What asks while an address is on its way to the browser still names the one before."""
    written, write = [], QueryParamsProxy.from_dict

    def spy(self, parameters):
        written.append(dict(parameters))
        write(self, parameters)

    app = visit({}, "slow_neuron")
    monkeypatch.setattr(QueryParamsProxy, "from_dict", spy)
    first = app.button_group[0].value
    for neurons in (first[:1], first, first):
        app.query_params.clear()
        settled(app.button_group[0].set_value(neurons).run())
    assert [each.get("neurons") for each in written] == ["squared-error", None]
