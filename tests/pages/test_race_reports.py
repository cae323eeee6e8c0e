"""What the stage of the Race page reports: drags, steps, views, and what no hand could."""

import pytest
from visits import Reader, picture, report, said, sent, values, visit


def test_a_dragged_start_stays_within_the_window_and_reaches_the_link_on_release():
    app = visit()
    report(app, handles={"start": [0.5, 1.25]}, settled=False)
    assert values(app)["start.x"] == 0.5
    assert "start.x" not in app.query_params
    assert "words" not in picture(app)
    report(app, handles={"start": [0.5, 1.25]}, sequence=2)
    assert (app.query_params["start.x"], app.query_params["start.y"]) == ("0.5", "1.25")
    report(app, handles={"start": [1e9, -1e9]}, sequence=3)
    assert (values(app)["start.x"], values(app)["start.y"]) == (2.0, -1.0)


@pytest.mark.parametrize(
    "change",
    [
        {"handles": {"start": [-1.4, 1.9]}},
        {"values": {"adam.learning_rate": 0.05}},
    ],
)
def test_a_change_while_the_hand_moves_is_light(change):
    """Four optimizers, 500 steps: all four paths bend in 20 kilobytes."""
    app = visit({"race.steps": "500"})
    holds = Reader()
    holds.read(sent(app))
    report(app, has=holds.has, settled=False, **change)
    message = sent(app)
    assert len(message) <= 20 * 1024
    shown = holds.read(message)
    assert len(shown["panels"][0]["figure"]["data"]) == 6


@pytest.mark.parametrize(
    "change",
    [
        {"values": {"adam.learning_rate": 1e9, "race.steps": 12.5, "nobody.x": 1}},
        {"values": {"adam.learning_rate": "0.1", "race.steps": None, "start.x": [1]}},
        {"values": None, "handles": None, "at": None},
        {"handles": {"start": [None, None], "stranger": [1, 2]}},
        {"handles": {"start": []}},
        {"at": -4},
        {"at": 10**9},
        {"at": "7"},
        {"at": 2.5},
        {"views": None},
        {"views": {"0": "1,0,0,1", "7": "0,1,0,1"}},
        {"views": {"0": ["0", 1]}},
    ],
)
def test_what_no_hand_could_report_changes_nothing(change):
    app = visit()
    before = values(app)
    report(app, **change)
    assert values(app) == {**before, "race.steps": values(app)["race.steps"]}
    assert values(app)["race.steps"] in (12, 300)
    assert not {"at", "zoom", "camera"} & set(app.query_params)


def test_the_link_holds_what_is_shown_of_the_ground_and_from_where():
    app = visit({"zoom": "-1,1,0,2"})
    assert picture(app)["panels"][0]["view"] == "-1,1,0,2"
    report(app, views={"0": "-1,0.5,0,1"})
    assert app.query_params["zoom"] == "-1,0.5,0,1"
    report(app, views={"0": ""}, sequence=2)
    assert "zoom" not in app.query_params
    deep = visit({"view": "3-d", "camera": "1,1,1,0,0,0", "zoom": "-1,1,0,2"})
    assert picture(deep)["panels"][0]["view"] == "1,1,1,0,0,0"
    report(deep, views={"0": "2,1,1,0,0,0"})
    assert deep.query_params["camera"] == "2,1,1,0,0,0"
    assert deep.query_params["zoom"] == "-1,1,0,2"
    deep.selectbox[0].select("Himmelblau").run()
    assert not {"zoom", "camera"} & set(deep.query_params)


@pytest.mark.parametrize("zoom", ["1,2", "2,1,0,1", "0,1,5,5", "0,1,nan,2", "a,b,c,d", "0,1e9,0,1"])
def test_a_zoom_that_is_none_gets_a_sentence_and_everything_is_shown(zoom):
    app = visit({"zoom": zoom, "camera": zoom})
    assert picture(app)["panels"][0]["view"] == ""
    assert "The link's **zoom** was not used" in said(app)
    assert "The link's **camera** was not used" in said(app)
    assert not {"zoom", "camera"} & set(app.query_params)


def test_the_scrubber_decides_what_the_inspector_shows():
    app = visit({"race": "adam", "inspect": "adam"})
    report(app, at=41)
    assert app.query_params["at"] == "41"
    assert any("From step 41 to 42" in caption.value for caption in app.caption)
    assert any("| At step 41 |" in text.value for text in app.markdown)
    report(app, at=300, sequence=2)
    assert "at" not in app.query_params
    assert any("From step 299 to 300" in caption.value for caption in app.caption)
