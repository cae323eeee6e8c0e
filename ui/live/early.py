"""Early pictures: what an address showed last, for the first page to draw before Streamlit begins.

The same address gives the same picture, so the next visitor need not wait until React has
started, a session has been made and a script has run to see it. Streamlit's own picture then takes
its place, on the same plots (early.js).
"""

import gzip
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

import numpy as np
import streamlit as st
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ui.cache import CACHE
from ui.live.wire import pack

LARGEST = 200_000
# Where it is larger, heat maps that play have so many pictures.
FILM = 6
PLACE = "/early/"
ARRIVED, GROWING = "early", "early.growing"
# A page that is framed or presented has its stage elsewhere.
APART = {"embed", "embed_options", "show", "hide"}


def keep(message: dict) -> None:
    """Keeps a stage's picture as that of the address of this session, which has just arrived."""
    address = st.context.url
    if st.session_state.pop(GROWING, False) or address is None:
        return
    st.session_state[ARRIVED] = key = _key(urlsplit(address).path, st.query_params.to_dict())
    if CACHE.get(key) is None:
        whole = _compressed(message)
        small = whole if len(whole) <= LARGEST else _compressed(_jerky(message))
        if len(small) <= LARGEST:
            CACHE.put(key, small)


def _compressed(message: dict) -> bytes:
    return gzip.compress(pack(message), compresslevel=6, mtime=0)


def _jerky(message: dict) -> dict:
    """The same whose heat maps stand still for a while and leap, but begin and end as they do."""
    panels = []
    for panel in message["panels"]:
        figure = panel["figure"]
        panels.append(panel | {"figure": figure | {"data": list(map(_leaping, figure["data"]))}})
    return message | {"panels": panels}


def _leaping(trace: dict) -> dict:
    frames = trace.get("meta", {}).get("frames")
    if not frames:
        return trace

    def film(rows):
        last = len(rows) - 1
        stands = np.linspace(0, last, min(FILM, len(rows))).astype(int)
        return rows[stands[np.searchsorted(stands, np.arange(len(rows)), side="right") - 1]]

    return trace | {"meta": trace["meta"] | {"frames": {k: film(v) for k, v in frames.items()}}}


def grows() -> None:
    """The picture that comes next in this session is not whole yet: it is none to keep."""
    st.session_state[GROWING] = True


def also(parameters: Mapping[str, str]) -> None:
    """The address that the page has made of the one it arrived with has the same picture."""
    arrived = st.session_state.pop(ARRIVED, None)
    if arrived and (picture := CACHE.get(arrived)) is not None:
        CACHE.put(_key(arrived[1], parameters), picture)


def find(path: str, query: str) -> bytes | None:
    """The picture of an address, compressed; None where none is kept or it has its stage apart."""
    said = dict(parse_qsl(query, keep_blank_values=True))
    return None if APART & said.keys() else CACHE.get(_key(path, said))


def _key(path: str, said: Mapping[str, str]) -> tuple:
    return "early", path.rsplit("/", 1)[-1], tuple(sorted(said.items()))


async def serve(request: Request) -> Response:
    found = find(request.path_params["page"], request.url.query)
    if found is None:
        return Response("There is no picture of this address yet.", 404)
    headers = {"Cache-Control": "no-store"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
    else:
        found = gzip.decompress(found)
    return Response(found, headers=headers, media_type="application/octet-stream")


def routes() -> list[Route]:
    """The route to hand to the server."""
    return [Route(PLACE + "{page:path}", serve)]
