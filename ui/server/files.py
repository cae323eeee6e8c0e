"""Files: compressed once for all who ask, and kept by browsers where a name tells of its content.

Streamlit reads a script from the disk for every visitor and sends it as it is.
"""

import gzip
import mimetypes
from functools import cache
from pathlib import Path
from threading import Lock, Thread

from anyio import CapacityLimiter, to_thread
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from ui.live import assets
from ui.server import first

KEPT = "public, max-age=31536000, immutable"
TEXTS = ("text/", "application/json", "image/svg")
_compressing = CapacityLimiter(1)
_lock = Lock()


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
        packed = "gzip" in Headers(scope=scope).get("accept-encoding", "")
        content, coding = await to_thread.run_sync(sent, path, packed, limiter=_compressing)
        kind = "text/html" if is_page(path) else mimetypes.guess_type(path)[0]
        headers = {
            "Cache-Control": "no-cache" if is_page(path) else KEPT,
            "Vary": "Accept-Encoding",
        }
        if coding:
            headers["Content-Encoding"] = coding
        await Response(content, headers=headers, media_type=kind)(scope, receive, send)

    def serves(self, path: str) -> bool:
        return path in self.static or path.startswith(assets.PLACE) or is_page(path)

    def prepare(self) -> None:
        """Compresses what every visitor asks for, before the first of them does."""
        wanted = [path for path in sorted(self.static) if path.rsplit("/", 1)[-1] in first.page()]
        for path in ("/", *sorted(self.own), *wanted):
            sent(path, True)


def is_page(path: str) -> bool:
    """Whether a path is an address of a page: of any, since Streamlit tells of an unknown one."""
    name = path.removeprefix("/")
    return "/" not in name and "." not in name


def sent(path: str, packed: bool) -> tuple[bytes, str]:
    """A file as it is sent, and how it is encoded; by one thread at a time, since it is kept."""
    content, small = _read("/" if is_page(path) else path)
    return (small, "gzip") if packed and small else (content, "")


def _read(path: str) -> tuple[bytes, bytes]:
    with _lock:
        return _stored(path)


@cache
def _stored(path: str) -> tuple[bytes, bytes]:
    """A file's content, and compressed; empty where that is no smaller."""
    if path == "/":
        content = first.page().encode()
    else:
        own = assets.contents().get(path.removeprefix("/"))
        content = Path(first.STATIC, path.removeprefix("/")).read_bytes() if own is None else own
    small = gzip.compress(content, compresslevel=9, mtime=0)
    return content, small if len(small) < 0.9 * len(content) else b""
