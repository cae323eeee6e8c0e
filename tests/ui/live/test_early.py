"""What an address showed last is there for the next who asks for it, and for nobody else."""

import gzip
from types import SimpleNamespace
from urllib.parse import urlencode

import numpy as np
import pytest
import streamlit as st
from calls import asked, finish
from starlette.routing import Router
from visits import picture, report, visit
from wire_reader import Reader

from ui.cache import CACHE
from ui.live import early
from ui.recurrent import net
from ui.server.files import PAGES, Files
from ui.training import work

ADDRESS = "http://host.example/course/"


@pytest.fixture(autouse=True)
def at_an_address(monkeypatch):
    """Tests of pages have no address of their own."""
    CACHE.clear()
    monkeypatch.setattr(st, "context", SimpleNamespace(url=ADDRESS))
    yield
    CACHE.clear()


def kept(query: str = "") -> dict | None:
    found = early.find("/course/", query)
    return Reader().read(gzip.decompress(found)) if found else None


def test_the_first_picture_of_a_visit_is_kept_without_what_belongs_to_the_visitor():
    app = visit({"adam.learning_rate": "0.25"})
    picture = kept("adam.learning_rate=0.25")
    assert "connection" not in picture
    assert "answers" not in picture
    assert picture["panels"]
    assert kept() is None
    report(app, values={"adam.learning_rate": 0.5})
    assert kept("adam.learning_rate=0.5") is None, "the address follows the picture, not before it"


def test_the_order_of_the_parameters_does_not_matter():
    visit({"race": "adam", "adam.learning_rate": "0.25"})
    assert kept("adam.learning_rate=0.25&race=adam")


@pytest.mark.parametrize("query", ["embed=true", "show=stage", "hide=surface"])
def test_a_stage_that_stands_elsewhere_has_none(query):
    visit()
    name, _, value = query.partition("=")
    visit({name: value} if name != "embed" else {})
    assert kept(query) is None


def test_the_first_page_has_a_place_for_it_once_it_is_there():
    files = Files(Router(early.routes()))

    def page(path: str) -> bytes:
        return finish(asked(files, path))[2]

    assert b"os-early" not in page("/course")
    assert finish(asked(files, "/early/course"))[0] == 404
    st.context.url = "http://host.example/course"
    visit()
    assert b"os-early" in page("/course")
    status, head, body = finish(asked(files, "/early/course"))
    assert (status, head["cache-control"]) == (200, "no-store")
    assert Reader().read(body)["panels"]
    assert PAGES[True] != PAGES[False]


def test_a_picture_that_is_too_large_is_not_kept(monkeypatch):
    monkeypatch.setattr(early, "LARGEST", 100)
    visit()
    assert kept() is None


def test_a_picture_that_still_grows_is_not_kept(monkeypatch):
    monkeypatch.setattr(net, "GLIMPSE", 0.02)
    link = {"view": "a-real-net", "net.steps": "40"}
    visit(link, "recurrent")
    assert kept(urlencode(link)) is None
    # Who comes next finds the training done.
    visit(link, "recurrent")
    assert kept(urlencode(link))


def test_the_film_of_a_large_picture_goes_in_fewer_pictures(monkeypatch):
    monkeypatch.setattr(work, "GLIMPSE", 60.0)
    visit({}, "training")
    early_one = kept()
    whole = picture(visit({}, "training"), "training.stage")
    for panel, shown in zip(early_one["panels"][:2], whole["panels"][:2], strict=True):
        film, all_of_it = (np.asarray(each["figure"]["data"][0]["meta"]["frames"]["z"])
                           for each in (panel, shown))  # fmt: skip
        assert film.shape == all_of_it.shape
        np.testing.assert_array_equal(film[[0, -1]], all_of_it[[0, -1]])
        assert len(np.unique(film, axis=0)) == early.FILM < len(np.unique(all_of_it, axis=0))
