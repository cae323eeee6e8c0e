"""The first page: Streamlit's own, with all that will be needed named in it."""

import re

import pytest
from served import ROOT

from ui.live import assets
from ui.server import first


def named() -> list[str]:
    return re.findall(r'(?:href|src)="\./([^"]+)"', first.page())


def test_everything_that_is_named_is_there():
    assert len(named()) > 60
    for address in named():
        assert address in assets.contents() or (first.STATIC / address).is_file(), address


def test_what_the_stage_needs_is_asked_for_at_once():
    for name in ("optscope.js", "optscope.css", "plotly.min.js"):
        assert assets.address(name) in named()
    for start in first.DRAWN:
        assert any(f"/{start}." in address for address in named()), start


def test_nothing_is_named_twice():
    assert len(named()) == len(set(named()))


def test_our_styles_come_after_those_streamlit_adds_to_the_head():
    page = first.page()
    assert page.index("</head>") < page.index("optscope.css") < page.index('<div id="root">')


def test_it_speaks_of_nothing_that_is_closed():
    assert "agent" not in first.page()
    assert "allow JavaScript" in first.page()


def test_a_page_of_streamlits_that_has_changed_is_noticed(monkeypatch, tmp_path):
    text = (first.STATIC / "index.html").read_text(encoding="utf-8")
    (tmp_path / "index.html").write_text(text.replace('id="root"', 'id="main"'), encoding="utf-8")
    (tmp_path / "static").symlink_to(first.STATIC / "static")
    monkeypatch.setattr(first, "STATIC", tmp_path)
    with pytest.raises(first.ChangedError, match="root"):
        first.page.__wrapped__()


def test_every_script_in_the_page_itself_has_its_hash():
    page = first.page(early=True)
    within = page.count("<script") - page.count('<script type="module" async src=')
    assert len(first.inline_hashes()) == within == 3
    assert "BACKEND_BASE_URL" in (ROOT / "ui" / "server" / "first.py").read_text(encoding="utf-8")
