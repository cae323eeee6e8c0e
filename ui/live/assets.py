"""Our own script and style sheet and plotly.js, each under an address that names its content."""

import hashlib
import json
from functools import cache
from pathlib import Path

import plotly

from ui.glossary import NORM, glossary, pattern
from ui.live.bundle import bundled

FOLDER = Path(__file__).parent
PLACE = "/assets/"
# A browser that knows it compiles all of a script beside the page instead of piece by piece in it:
# on a first visit plotly.js then holds the page up for 60 ms instead of 350 (Chromium's explicit
# compile hints; others read a comment).
EAGER = b"//# allFunctionsCalledOnLoad\n"
PLOTLY = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"


@cache
def script() -> str:
    """Everything of the stage that runs in a browser, as one module."""
    files = sorted(FOLDER.glob("*.js"))
    return bundled({path.name: path.read_text(encoding="utf-8") for path in files})


@cache
def sheet() -> str:
    """All that is styled by us: first the page, then what stands on it."""
    files = [*sorted(FOLDER.parent.glob("*.css")), *sorted(FOLDER.glob("*.css"))]
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


@cache
def contents() -> dict[str, bytes]:
    """What is served, by its address relative to the app's."""
    named = {"plotly.min.js": EAGER + PLOTLY.read_bytes(), "optscope.css": sheet().encode()}
    found = {_address(name, content): content for name, content in named.items()}
    # The script finds plotly.js by the address beside its own name.
    words = {"pattern": pattern(), "meanings": glossary(), "norm": glossary()[NORM]}
    own = (f'const PLOTLY = "{next(iter(found))}", GLOSSARY = {json.dumps(words)};\n'
           f"{script()}").encode()  # fmt: skip
    return {**found, _address("optscope.js", own): own}


def _address(name: str, content: bytes) -> str:
    return f"{PLACE[1:]}{hashlib.blake2b(content, digest_size=6).hexdigest()}/{name}"


@cache
def address(name: str) -> str:
    """Where a file of `contents` is, relative to the app's address; it changes with the content."""
    return next(address for address in contents() if address.endswith(f"/{name}"))


@cache
def version() -> str:
    """A name for this release of what runs in browsers."""
    return address("optscope.js").split("/")[1]


def stub(module: str) -> str:
    """The component script that hands over to a module of ours, wherever the app is served."""
    return f"""
const script = import(new URL("{address("optscope.js")}", document.baseURI));
export default (component) => {{
  let leave;
  script.then(({{ parts }}) => {{ leave = parts["{module}"].default(component); }});
  return () => leave?.();
}};
"""
