"""What the Race page shows on and beside its paths, as a person or a link chooses."""

import numpy as np
import pytest
from visits import Reader, picture, report, said, sent, visit

from ui.parameters import slug
from ui.race.parameters import BESIDE


def names(app) -> list[str]:
    return [panel["frame"]["name"] for panel in picture(app)["panels"]]


def arrows(shown: dict) -> list[dict]:
    data = shown["panels"][0]["figure"]["data"]
    return [trace for trace in data if trace.get("meta", {}).get("play") == "arrows"]


@pytest.mark.parametrize(
    ("beside", "shown"),
    [
        (None, ["loss", "gradient norm"]),
        ("loss", ["loss"]),
        ("step-length,across-and-along", ["step length", "across", "along"]),
        ("memory", ["velocity", "mean square", "mean"]),
        ("effective-rate", ["effective rate"]),
        ("", []),
    ],
)
def test_what_stands_beside_the_paths_is_what_the_link_says(beside, shown):
    app = visit({} if beside is None else {"beside": beside})
    assert names(app) == ["paths", *shown]
    assert picture(app)["panels"][0]["frame"]["span"] == max(1, len(shown))
    assert not said(app)
    assert dict(app.query_params).get("beside") == beside


def test_who_remembers_nothing_is_told_so():
    app = visit({"beside": "memory", "race": "gradient-descent"})
    (note,) = picture(app)["panels"][1]["figure"]["layout"]["annotations"]
    assert "remembers anything" in note["text"]


@pytest.mark.parametrize("surface", ["ravine", "rosenbrock", "your-own-function"])
@pytest.mark.parametrize("race", ["", "nelder-mead", "newton,bfgs,lion"])
def test_everything_at_once_for_anybody(surface, race):
    link = {"beside": ",".join(map(slug, BESIDE)), "arrows": "1", "surface": surface}
    app = visit(link | {"race": race, "race.steps": "12"})
    assert not said(app)
    assert {"loss", "gradient norm", "step length", "across", "along"} <= set(names(app))
    assert len(arrows(picture(app))) == len([each for each in race.split(",") if each])


def test_arrows_are_there_for_every_step_and_belong_to_the_flat_view():
    assert not arrows(picture(visit()))
    app = visit({"arrows": "1", "race": "adam,momentum", "race.steps": "40"})
    for trace in arrows(picture(app)):
        assert (trace["meta"]["first"], len(trace["x"])) == (0, 41)
        assert [each["kind"] for each in trace["meta"]["arrows"]] == ["gradient", "memory", "step"]
    deep = visit({"arrows": "1", "view": "3-d"})
    assert not arrows(picture(deep))
    assert "arrows" not in deep.query_params


@pytest.mark.parametrize("at", [None, 9])
def test_while_a_hand_moves_only_the_arrows_of_the_clocks_step_travel(at):
    app = visit({"arrows": "1", "race": "momentum"} | ({} if at is None else {"at": str(at)}))
    holds = Reader()
    holds.read(sent(app))
    report(app, has=holds.has, settled=False, handles={"start": [-1.2, 1.4]})
    (trace,) = arrows(holds.read(sent(app)))
    assert (trace["meta"]["first"], len(trace["x"])) == (300 if at is None else at, 1)
    report(app, handles={"start": [-1.2, 1.4]}, sequence=2)
    (trace,) = arrows(picture(app))
    assert len(trace["x"]) == 301


@pytest.mark.parametrize("beside", ["loss,gradient-norm", "loss,across-and-along", "memory"])
def test_a_change_while_the_hand_moves_is_light_with_arrows_too(beside):
    """Four optimizers, 300 steps, within 20 kilobytes: only what is shown travels."""
    app = visit({"arrows": "1", "beside": beside})
    holds = Reader()
    holds.read(sent(app))
    report(app, has=holds.has, settled=False, handles={"start": [-1.2, 1.4]})
    holds.read(sent(app))
    report(app, has=holds.has, settled=False, handles={"start": [-1.15, 1.35]}, sequence=2)
    assert len(sent(app)) <= 20 * 1024


def test_the_numbers_across_and_along_are_those_of_the_paths():
    app = visit({"surface": "ravine", "surface.rotation": "0", "beside": "across-and-along"})
    paths, across, along = picture(app)["panels"]
    path = next(t for t in paths["figure"]["data"] if t.get("name") == "Momentum")
    drawn = [next(t for t in panel["figure"]["data"] if t["name"] == "Momentum")
             for panel in (across, along)]  # fmt: skip
    # Without a rotation x is the flat direction, and y the steep one.
    np.testing.assert_allclose(drawn[0]["y"], path["y"], atol=1e-12)
    np.testing.assert_allclose(drawn[1]["y"], path["x"], atol=1e-12)
