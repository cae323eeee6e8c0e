"""The guard: refuses what no visitor needs, counts who is there, and adds headers to every answer.

Streamlit serves more than these pages use: uploads, metrics, an interface for programs. What is not
listed here is closed.
"""

import os
import re
from contextlib import suppress
from string import Template
from urllib.parse import urlsplit

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.server.first import inline_hashes

STREAM = "/_stcore/stream"
OPEN = {"/_stcore/health", "/_stcore/host-config", STREAM}
METRICS = "/_stcore/metrics"
CLOSED = ("/_stcore/", "/component/")
FORBIDDEN, NOT_FOUND, NOT_ALLOWED, ELSEWHERE, FULL = 403, 404, 405, 421, 503

# Streamlit styles its elements in place, imports a component's script from a blob, and reads its
# messages by WebAssembly. A websocket of the same host counts as 'self' only in newer browsers, so
# it is named.
POLICY = Template(
    "; ".join(
        (
            "default-src 'self'",
            "script-src 'self' blob: 'wasm-unsafe-eval' $scripts",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "media-src 'self' data: blob:",
            "connect-src 'self' ws://$host wss://$host",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors $frames",
        )
    )
)
ALL_TAKEN = Template(
    """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Optscope</title>
<meta http-equiv="refresh" content="15"><meta name="viewport" content="width=device-width">
<style>body { font: 1.2rem/1.5 sans-serif; max-width: 34rem; margin: 20vh auto }</style>
</head><body><p>All $places places are taken. This page tries again every 15 seconds and opens as
soon as somebody leaves.</p></body></html>"""
)


class Guard:
    """ASGI middleware around all else, for so many visitors at once."""

    def __init__(self, app: ASGIApp, places: int):
        self.app = app
        self.places = places
        self.present = 0
        self.closed = CLOSED
        self.open = OPEN | ({METRICS} if os.environ.get("OPTSCOPE_METRICS") == "1" else set())
        hosts = os.environ.get("OPTSCOPE_HOSTS", "*").lower()
        self.hosts = [each.strip() for each in hosts.split(",")]
        # Who may show the app in a frame of theirs, as the policy writes it.
        self.frames = os.environ.get("OPTSCOPE_FRAMES", "*")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self.connect(scope, receive, send)
        elif scope["type"] == "http":
            await self.answer(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def connect(self, scope: Scope, receive: Receive, send: Send) -> None:
        stream = scope["path"] == STREAM
        full = stream and self.present >= self.places
        if full or not (self.addressed(scope) and from_here(scope)):
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        self.present += stream
        try:
            await self.app(scope, receive, send)
        finally:
            self.present -= stream

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        host = Headers(scope=scope).get("host", "")
        policy = POLICY.substitute(
            host=_plain(host), frames=self.frames, scripts=" ".join(inline_hashes())
        )

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "same-origin"
                headers["Content-Security-Policy"] = policy
            await send(message)

        refusal = self.refusal(scope)
        await (refusal or self.app)(scope, receive, guarded)

    def refusal(self, scope: Scope) -> Response | None:
        """What is answered instead of passing the request on; None where it may pass."""
        path, wants = scope["path"], Headers(scope=scope).get("accept", "")
        if not self.addressed(scope):
            return PlainTextResponse("This host is not served here.", ELSEWHERE)
        if scope["method"] not in ("GET", "HEAD", "OPTIONS"):
            return PlainTextResponse("Nothing can be sent here.", NOT_ALLOWED)
        if path.startswith(self.closed) and path not in self.open:
            return PlainTextResponse("There is nothing here.", NOT_FOUND)
        if self.present >= self.places and "text/html" in wants:
            page = ALL_TAKEN.substitute(places=self.places)
            return HTMLResponse(page, FULL, headers={"Retry-After": "15"})
        return None

    def addressed(self, scope: Scope) -> bool:
        """Whether the request names a host that is served here."""
        name = Headers(scope=scope).get("host", "").lower()
        name = re.sub(r":\d+$", "", name)
        return any(
            name.endswith(each[1:]) if each.startswith("*.") else each in ("*", name)
            for each in self.hosts
        )


def from_here(scope: Scope) -> bool:
    """Whether a browser's page of this very host asks; what is no browser names no origin.

    Streamlit would ask an outside service for this machine's address before it refuses another
    origin, and keep everyone waiting meanwhile.
    """
    headers = Headers(scope=scope)
    origin = headers.get("origin")
    if origin is None or origin in st.get_option("server.corsAllowedOrigins"):
        return True
    with suppress(ValueError):
        return urlsplit(origin).netloc == headers.get("host")
    return False


def _plain(host: str) -> str:
    """A host as it may stand in a policy."""
    return host if re.fullmatch(r"[\w.:\[\]-]+", host) else "localhost"
