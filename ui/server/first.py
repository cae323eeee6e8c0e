"""The first page that a browser gets: Streamlit's own, which asks at once for all it will need.

Streamlit begins to draw once a dozen scripts have run; what these ask for in turn, and our own
script and plotly.js, are named here, so that they arrive meanwhile. The page is told where the app
is: without that it asks below its own address first, which is answered with 404.
"""

import base64
import hashlib
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import streamlit
import streamlit as st

from ui.live import assets

STATIC = Path(streamlit.__file__).parent / "static"
# The elements on every page of ours, by the scripts of Streamlit's that draw them.
DRAWN = ("BidiComponent", "Html", "Selectbox", "Multiselect", "Button", "ButtonGroup")
SYMBOLS = "MaterialSymbols-Rounded"
BASE = (
    "window.prerenderReady = false;"
    "window.__streamlit = { BACKEND_BASE_URL:"
    " location.origin + location.pathname.replace(/[^/]*$/, '') };"
)
# Begun before anything else: the picture that this address showed last.
EARLY = "window.early = fetch(`./early/${location.pathname.split('/').at(-1)}${location.search}`);"
# Streamlit begins once that has been seen, or there is none, or after so many milliseconds.
AFTER = (
    "await new Promise((go) => {{ early.then((found) => found.ok || go(), go);"
    " addEventListener('os-seen', go); setTimeout(go, 4000); }}); import('{script}');"
)
MODULE = '<link rel="modulepreload" crossorigin href="./{}">'
# What comes after the early picture gives way to it on its way, too.
LATER = 'fetchpriority="low" '
STREAMLIT = r'<script type="module" crossorigin src="([^"]+)"></script>'
# What a stage takes from the theme, by Streamlit's names for it.
COLOURS = {
    "--st-primary-color": "primaryColor",
    "--st-background-color": "backgroundColor",
    "--st-secondary-background-color": "secondaryBackgroundColor",
    "--st-text-color": "textColor",
    "--st-border-color": "borderColor",
}
WORDLESS = "Optscope draws in your browser: allow JavaScript for this page, and load it again."


class ChangedError(RuntimeError):
    """Streamlit's page is not what it was when this was written."""


@cache
def page(early: bool = False) -> str:
    """The page's HTML; `early` has a place for the picture that its address showed last."""
    text = (STATIC / "index.html").read_text(encoding="utf-8")
    changes: list[tuple[str, str | Callable[[re.Match[str]], str]]] = [
        (r"<!--.*?-->\s*", ""),
        (r"<title>.*?</title>", "<title>Optscope</title>"),
        (r"</head>", f"{_head()}\n{_dress() if early else ''}</head>"),
        (r'<link rel="service-desc"[^>]*>', ""),
        (r"<script>\s*window.prerenderReady = false\s*</script>", f"<script>{BASE}</script>"),
        (r"<noscript>.*?</noscript>", f"<noscript>{WORDLESS}</noscript>"),
        (r'<div id="root"></div>', f'{_sheet()}\n<div id="root"></div>{_script(early)}'),
    ]
    if early:
        changes += [("<link (?=rel=.(module)?preload)", f"<link {LATER}"), (STREAMLIT, _begin)]
    for old, new in changes:
        put = new if callable(new) else lambda _, new=new: new
        text, count = re.subn(old, put, text, flags=re.DOTALL)
        if not count:
            raise ChangedError(f"Streamlit's index.html has no {old} any more.")
    return text


def _sheet() -> str:
    # After Streamlit's own styles, which it adds to the head.
    return f'<link rel="stylesheet" href="./{assets.address("optscope.css")}">'


def _head() -> str:
    plotly = f"./{assets.address('plotly.min.js')}"
    lines = [MODULE.format(f"static/js/{name}") for name in _later()]
    lines += [
        f'<link rel="preload" as="font" type="font/woff2" crossorigin href="./static/media/{name}">'
        for name in _named("media", SYMBOLS)
    ]
    return "\n".join([*lines, f'<link rel="preload" as="script" href="{plotly}">'])


def _script(early: bool) -> str:
    # The script comes after its place and the styles: sooner, it may run before there are any.
    place = '<section id="os-early" aria-label="Picture"></section>\n' * early
    return f'{place}<script type="module" async src="./{assets.address("optscope.js")}"></script>'


def _begin(streamlit: re.Match[str]) -> str:
    """What stands in place of the script with which Streamlit begins."""
    return "\n".join([
        f"<script>{EARLY}</script>",
        f'<script type="module">{AFTER.format(script=streamlit[1])}</script>',
        MODULE.format(assets.address("optscope.js")),
        MODULE.format(streamlit[1].removeprefix("./")),
    ])  # fmt: skip


def _dress() -> str:
    light, dark = _colours("light"), _colours("dark")
    return (
        f"<style>body:has(#os-early) {{ {light} background: var(--st-background-color); }}"
        f" @media (prefers-color-scheme: dark) {{ body:has(#os-early) {{ {dark} }} }}</style>"
    )


def _colours(theme: str) -> str:
    return " ".join(
        f"{name}: {st.get_option(f'theme.{theme}.{option}')};" for name, option in COLOURS.items()
    )


def _named(folder: str, start: str) -> list[str]:
    return sorted(path.name for path in (STATIC / "static" / folder).glob(f"{start}.*"))


def _later() -> list[str]:
    """Scripts that the page does not ask for at once and yet needs: those in DRAWN and theirs."""
    asked = set(re.findall(r"static/js/([\w.-]+\.js)", (STATIC / "index.html").read_text()))
    found: list[str] = []

    def add(name: str) -> None:
        if name in asked or name in found:
            return
        found.append(name)
        text = (STATIC / "static" / "js" / name).read_text(encoding="utf-8")
        for other in re.findall(r'(?:from|import)\s*"\./([\w.-]+\.js)"', text):
            add(other)

    for start in DRAWN:
        for name in _named("js", start):
            add(name)
    return found


@cache
def inline_hashes() -> list[str]:
    """The scripts that stand in the page itself, as a Content-Security-Policy names them."""
    within = r"<script(?: type=.module.)?>(.*?)</script>"
    scripts = re.findall(within, page(early=True), flags=re.DOTALL)
    digests = [hashlib.sha256(script.encode()).digest() for script in scripts]
    return [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]
