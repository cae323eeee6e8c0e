"""Files are compressed once, kept by browsers for good, and nothing else is answered for."""

import gzip

import brotli
import pytest
from calls import asked, finish
from starlette.responses import PlainTextResponse

from ui.live import assets
from ui.server import first
from ui.server.files import Files, kept

SCRIPT = next(f"/static/js/{path.name}" for path in (first.STATIC / "static/js").glob("index.*.js"))
FONT = next(
    f"/static/media/{path.name}" for path in (first.STATIC / "static/media").glob("*.woff2")
)


@pytest.fixture(scope="module")
def files():
    return Files(PlainTextResponse("passed"))


def got(files, path: str, coding: str = "gzip, deflate, br"):
    return finish(asked(files, path, **{"accept-encoding": coding}))


@pytest.mark.parametrize("path", [SCRIPT, *(f"/{each}" for each in assets.contents())])
@pytest.mark.parametrize(("coding", "unpack"), [("br", brotli.decompress),
                                                ("gzip", gzip.decompress)])  # fmt: skip
def test_a_text_is_sent_compressed_and_kept_for_good(files, path, coding, unpack):
    status, head, body = got(files, path, f"deflate, {coding}")
    assert status == 200
    assert head["content-encoding"] == coding
    assert "immutable" in head["cache-control"]
    assert int(head["content-length"]) == len(body)
    own = assets.contents().get(path[1:])
    whole = (first.STATIC / path[1:]).read_bytes() if own is None else own
    assert unpack(body) == whole
    assert head["content-type"].startswith("text/")


def test_it_is_compressed_once():
    assert kept(SCRIPT)["br"] is kept(SCRIPT)["br"]
    assert len(kept(SCRIPT)["br"]) < len(kept(SCRIPT)["gzip"])


def test_a_file_of_another_release_is_not_there(files):
    assert got(files, "/assets/000000000000/optscope.js")[0] == 404


def test_who_cannot_unpack_it_gets_it_as_it_is(files):
    _, head, body = got(files, SCRIPT, "identity")
    assert "content-encoding" not in head
    assert body == (first.STATIC / SCRIPT[1:]).read_bytes()


def test_what_is_small_already_is_not_packed_again(files):
    _, head, body = got(files, FONT)
    assert "content-encoding" not in head
    assert body == (first.STATIC / FONT[1:]).read_bytes()


@pytest.mark.parametrize("path", ["/", "/layers", "/no_such_page"])
def test_every_page_begins_with_the_same_which_is_asked_for_anew(files, path):
    _, head, body = got(files, path)
    assert brotli.decompress(body).decode() == first.page()
    assert head["cache-control"] == "no-cache"
    assert head["content-type"].startswith("text/html")


@pytest.mark.parametrize(
    "path",
    ["/_stcore/health", "/media/a.csv", "/live/token", "/static/../index.html", "/static/none.js",
     "/favicon.png"],
)  # fmt: skip
def test_all_else_is_passed_on(files, path):
    assert got(files, path)[2] == b"passed"
