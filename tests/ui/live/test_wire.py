"""What is packed for the browser comes out as it went in, or as near as a pixel can show."""

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from wire_reader import MissingError, Reader

from optcore.descent.loop import descend
from optcore.optimizers import Adam, GradientDescent, Momentum, RMSProp
from optcore.surfaces import SURFACES, Ravine, Rosenbrock
from ui.ground import floor_of, ground
from ui.live.wire import Kept, digest, pack
from ui.race import charts

FOUR = (
    GradientDescent(learning_rate=5e-4),
    Momentum(learning_rate=2e-4),
    RMSProp(learning_rate=0.01),
    Adam(learning_rate=0.05),
)


def sent(message, **how):
    return Reader().read(pack(message, **how))


def picture(surface=None, steps=500, racers=FOUR, **changes):
    """The panels of a race as the page hands them to the stage."""
    surface = surface or Rosenbrock()
    runs = {o.name: descend(surface, o, surface.start, steps) for o in racers}
    land = ground(surface)
    figures = [
        charts.paths(surface, land, runs),
        charts.losses(runs, floor_of(surface), land, steps),
        charts.gradients(runs, steps),
    ]
    return {"sequence": 7, "panels": [{"figure": figure} for figure in figures], **changes}


def test_a_resting_message_comes_out_exactly():
    message = {
        "sequence": 3,
        "words": "“Adam” ends at λ = 1e-12",
        "nothing": None,
        "yes": True,
        "paths": [{"x": np.linspace(-2, 2, 101), "y": np.geomspace(1e-300, 1e300, 7)}],
        "whole": np.arange(5),
        "grid": np.arange(24.0).reshape(2, 3, 4),
        "empty": np.zeros((0, 2)),
        "special": np.array([np.nan, np.inf, -np.inf, -0.0]),
        "names": np.array(["a", "b"]),
    }
    got = sent(message)
    assert got.keys() == message.keys()
    for name in ("sequence", "words", "nothing", "yes"):
        assert got[name] == message[name]
    for name in ("whole", "grid", "empty", "special"):
        np.testing.assert_array_equal(got[name], message[name])
        assert got[name].shape == message[name].shape
    for axis in "xy":
        np.testing.assert_array_equal(got["paths"][0][axis], message["paths"][0][axis])
    assert got["names"] == ["a", "b"]


def test_arrays_of_every_length_stay_aligned():
    message = {
        f"{kind}{size}": np.arange(size).astype(kind)
        for size in range(1, 12)
        for kind in ("float64", "float32", "int64", "bool")
    }
    for name, array in sent(message).items():
        np.testing.assert_array_equal(array, message[name].astype(float))


def test_rows_that_are_not_contiguous_are_packed_in_order():
    table = np.arange(30.0).reshape(10, 3)
    got = sent({"column": table[:, 1], "back": table[::-1, 0], "across": table.T})
    np.testing.assert_array_equal(got["column"], table[:, 1])
    np.testing.assert_array_equal(got["back"], table[::-1, 0])
    np.testing.assert_array_equal(got["across"], table.T)


# Parts that travel once.


def test_what_the_browser_holds_travels_by_name_alone():
    land = {"z": np.random.default_rng(0).normal(size=(121, 121)), "meta": {"still": True}}
    message = {"data": [land], "layout": {"title": "x" * 500}, "texts": Kept(texts=["a"] * 500)}
    reader = Reader()
    first = pack(message)
    reader.read(first)
    assert len(reader.has) == 3
    again = pack(message, has=reader.has)
    assert len(again) < 300 < len(first)
    got = reader.read(again)
    np.testing.assert_array_equal(got["data"][0]["z"], land["z"].astype(np.float32))
    assert got["layout"] == message["layout"]
    assert got["texts"] == dict(message["texts"])


def test_while_a_hand_moves_a_sketch_stands_in_for_a_part_that_is_new():
    land = ground(Ravine())
    message = {"data": [charts.contour(land)]}
    resting = Reader()
    resting.read(pack(message))
    live = Reader()
    sketch = live.read(pack(message, live=True))["data"][0]
    assert sketch["z"].shape == (61, 61)
    whole = resting.read(pack(message, resting.has, live=True))["data"][0]
    assert whole["z"].shape == (121, 121)
    for axis in "xy":
        np.testing.assert_array_equal(sketch[axis], whole[axis][::2])
    np.testing.assert_array_equal(sketch["z"], whole["z"][::2, ::2])
    assert sketch["contours"] == whole["contours"]
    assert live.read(pack(message, live.has))["data"][0]["z"].shape == (121, 121)


def test_a_reader_that_lost_a_part_notices():
    message = {"layout": {"title": "a plot"}}
    holder = Reader()
    holder.read(pack(message))
    with pytest.raises(MissingError):
        Reader().read(pack(message, has=holder.has))


def test_a_digest_names_the_content():
    z = np.arange(6.0)
    assert digest({"z": z, "a": 1}) == digest({"z": z.copy(), "a": 1})
    others = [
        {"z": z, "a": 2},
        {"z": np.nextafter(z, 9), "a": 1},
        {"z": z.reshape(2, 3), "a": 1},
        {"y": z, "a": 1},
    ]
    assert len({digest({"z": z, "a": 1}), *map(digest, others)}) == 5
    assert Kept(z=z, a=1).identity == digest({"z": z, "a": 1})


def test_of_a_moving_trace_all_but_its_arrays_travels_once():
    path = {
        "name": "Adam",
        "x": np.arange(5.0),
        "line": {"color": "#abcdef" * 20},
        "meta": {"play": "path", "group": "Adam"},
    }
    framed = {
        "type": "bar",
        "meta": {"play": "frames", "frames": {"y": np.arange(12.0).reshape(4, 3)}},
    }
    reader = Reader()
    reader.read(pack({"data": [path, framed]}))
    moved = [{**path, "x": np.arange(5.0) + 1}, framed]
    again = pack({"data": moved}, has=reader.has)
    assert b"abcdef" not in again
    got = reader.read(again)["data"]
    assert {**got[0], "x": 0} == {**path, "x": 0}
    np.testing.assert_array_equal(got[0]["x"], moved[0]["x"])
    np.testing.assert_array_equal(got[1]["meta"]["frames"]["y"], framed["meta"]["frames"]["y"])


# Live messages.


def drawn(trace, axis):
    """The numbers of a trace as its axis draws them."""
    values = trace[axis]
    log = trace["meta"].get("log") and axis == "y"
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log10(values) if log else values


@pytest.mark.parametrize("surface", SURFACES, ids=lambda s: s.name)
def test_a_live_trace_is_true_to_a_tenth_of_a_pixel(surface):
    message = picture(surface, steps=120)
    got = sent(message, live=True)
    checked = 0
    for panel, shown in zip(message["panels"], got["panels"], strict=True):
        for ours, theirs in zip(panel["figure"]["data"], shown["figure"]["data"], strict=True):
            if not ours.get("meta", {}).get("play"):
                continue
            for axis in ours.keys() & {"x", "y"}:
                exact, near = drawn(ours, axis), drawn({**theirs, "meta": ours["meta"]}, axis)
                np.testing.assert_array_equal(np.isnan(exact), np.isnan(near))
                seen = np.isfinite(exact)
                width = ours["meta"].get("across")
                size = width or np.abs(exact[seen]).max(initial=0)
                # 800 pixels across what is shown; single precision where it is far wider.
                bound = np.maximum(size / 8000, np.abs(exact[seen]) * 1e-7)
                assert (np.abs(near - exact)[seen] <= bound).all()
                checked += 1
    assert checked == 4 * 4


def test_numbers_that_a_legend_reads_out_are_exact_again_at_rest():
    message = picture()
    got = sent(message)
    ours, theirs = (m["panels"][1]["figure"]["data"] for m in (message, got))
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(one["y"], other["y"])


def test_what_is_not_finite_survives_a_live_message():
    y = np.concatenate([np.geomspace(1e-8, 1.0, 60), [np.nan, np.nan]])
    trace = {"y": y, "meta": {"play": "curve", "log": True, "across": 10}}
    got = sent({"data": [trace]}, live=True)["data"][0]["y"]
    np.testing.assert_array_equal(np.isnan(got), np.isnan(y))
    np.testing.assert_allclose(got[:60], y[:60], rtol=1e-3)


def test_a_trace_far_wider_than_the_plot_keeps_its_digits():
    x = np.concatenate([np.linspace(-1, 1, 60), [1e9]])
    trace = {"x": x, "meta": {"play": "path", "across": 2.0}}
    got = sent({"data": [trace]}, live=True)["data"][0]["x"]
    np.testing.assert_allclose(got, x, rtol=1e-7)


def test_a_still_run_has_one_value_and_keeps_it():
    trace = {"y": np.full(100, 0.25), "meta": {"play": "curve", "across": 10, "log": True}}
    got = sent({"data": [trace]}, live=True)["data"][0]["y"]
    np.testing.assert_allclose(got, 0.25, rtol=1e-6)


@pytest.mark.parametrize("surface", [Rosenbrock(), Ravine()], ids=lambda s: s.name)
def test_a_live_change_of_four_paths_of_500_steps_stays_under_20_kilobytes(surface):
    reader = Reader()
    reader.read(pack(picture(surface)))
    moved = [replace(o, learning_rate=o.learning_rate * 1.01) for o in FOUR]
    message = pack(picture(surface, racers=moved, words=None, table=None), reader.has, live=True)
    reader.read(message)
    # The sliders, handles and legend of the page add a kilobyte more.
    assert len(message) <= 20_000


def test_the_header_is_plain_json():
    message = pack({"a": [1, 2.5, "é"], "b": np.zeros(3)})
    length = int.from_bytes(message[:4], "little")
    assert (4 + length) % 8 == 0
    assert json.loads(message[4 : 4 + length])["a"] == [1, 2.5, "é"]


def test_the_browser_knows_every_type_that_is_sent():
    root = Path(__file__).parents[3] / "ui" / "live"
    told = set(
        re.findall(r'"(\w\d)"', re.search(r"_TYPES = .*", (root / "wire.py").read_text())[0])
    )
    known = re.search(r"TYPES = \{(.*?)\}", (root / "wire.js").read_text())[1]
    assert told <= set(re.findall(r"(\w\d):", known))
