"""Files: compressed once for all who ask, and kept by browsers where a name tells of its content.

Streamlit reads a script from the disk for every visitor and sends it as it is.
"""

import gzip
import mimetypes
from pathlib import Path
from threading import Lock, Thread

import brotli
from anyio import CapacityLimiter, to_thread
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from ui.live import assets, early
from ui.server import first

# The first page, without and with a place for an early picture.
PAGES = ("page", "early page")
KEPT = "public, max-age=31536000, immutable"
_compressing = CapacityLimiter(1)
_lock = Lock()
_kept: dict[str, dict[str, bytes]] = {}


class Files:
    """ASGI middleware that answers for files and first pages, and passes on all else."""

    def __init__(self, app: ASGIApp):
        self.app = app
        files = [path for path in (first.STATIC / "static").rglob("*") if path.is_file()]
        self.static = {f"/{path.relative_to(first.STATIC).as_posix()}" for path in files}
        self.own = {f"/{address}" for address in assets.contents()}
        Thread(target=self.prepare, daemon=True).start()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] != "http" or not self.serves(path):
            await self.app(scope, receive, send)
            return
        if path.startswith(assets.PLACE) and path not in self.own:
            await Response("Another release has this.", 404)(scope, receive, send)
            return
        accepted = Headers(scope=scope).get("accept-encoding", "")
        name = path
        if is_page(path):
            query = scope.get("query_string", b"").decode("latin-1")
            name = PAGES[early.find(path, query) is not None]
        if name not in _kept:
            await to_thread.run_sync(kept, name, limiter=_compressing)
        coding = next((each for each in _kept[name] if each in accepted), "")
        kind = "text/html" if is_page(path) else mimetypes.guess_type(path)[0]
        headers = {
            "Cache-Control": "no-cache" if is_page(path) else KEPT,
            "Vary": "Accept-Encoding",
        }
        if coding:
            headers["Content-Encoding"] = coding
        await Response(_kept[name][coding], headers=headers, media_type=kind)(scope, receive, send)

    def serves(self, path: str) -> bool:
        return path in self.static or path.startswith(assets.PLACE) or is_page(path)

    def prepare(self) -> None:
        """Compresses what every visitor asks for, before the first of them does."""
        wanted = [path for path in sorted(self.static) if path.rsplit("/", 1)[-1] in first.page()]
        for path in (*PAGES, *sorted(self.own), *wanted):
            kept(path)


def is_page(path: str) -> bool:
    """Whether a path is an address of a page: of any, since Streamlit tells of an unknown one."""
    name = path.removeprefix("/")
    return "/" not in name and "." not in name


def kept(path: str) -> dict[str, bytes]:
    """A file, or a page by its name in PAGES, by the coding in which it is sent: the smallest comes
    first, and the last, as it is, has none."""
    with _lock:  # Who comes second finds it done.
        if path not in _kept:
            content = _content(path)
            packed = {"br": brotli.compress(content, quality=9),
                      "gzip": gzip.compress(content, compresslevel=9, mtime=0)}  # fmt: skip
            worth = {name: text for name, text in packed.items() if len(text) < 0.9 * len(content)}
            _kept[path] = {**worth, "": content}
    return _kept[path]


def _content(path: str) -> bytes:
    if path in PAGES:
        return first.page(early=path == PAGES[True]).encode()
    own = assets.contents().get(path.removeprefix("/"))
    return Path(first.STATIC, path.removeprefix("/")).read_bytes() if own is None else own
