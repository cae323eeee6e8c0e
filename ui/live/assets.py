"""Serves plotly.js and our own JavaScript, each under an address that names its content."""

import gzip
import hashlib
from functools import cache
from pathlib import Path

import plotly
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

FOLDER = Path(__file__).parent
PLOTLY = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
TYPES = {".js": "text/javascript", ".css": "text/css"}


@cache
def files() -> dict[str, Path]:
    """File name -> path of all that may be served: nothing else can be asked for."""
    own = {path.name: path for path in FOLDER.iterdir() if path.suffix in TYPES}
    return {PLOTLY.name: PLOTLY, **own}


@cache
def version() -> str:
    """A digest of everything served. It stands in every address, so a browser may keep files."""
    digest = hashlib.blake2b(digest_size=6)
    for name, path in sorted(files().items()):
        digest.update(name.encode() + path.read_bytes())
    return digest.hexdigest()


@cache
def packed(name: str) -> bytes:
    """A file's bytes, compressed once per process rather than once per visitor."""
    return gzip.compress(files()[name].read_bytes(), compresslevel=6)


def serve(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in files():
        return Response("There is no such file.", status_code=404)
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
    content = packed(name)
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
    else:
        content = gzip.decompress(content)
    return Response(content, headers=headers, media_type=TYPES[Path(name).suffix])


def routes() -> list[Route]:
    """The routes to hand to the server."""
    return [Route("/assets/{version}/{name}", serve)]


def stub(module: str) -> str:
    """The component script that loads a module of ours, relative to wherever the app is served."""
    return f"""
const module = import(new URL("assets/{version()}/{module}", document.baseURI));
export default (component) => {{
  let leave;
  module.then((loaded) => {{ leave = loaded.default(component); }});
  return () => leave?.();
}};
"""
