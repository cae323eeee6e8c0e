"""What a person or a link typed is shown as text: as no picture, link, tag, formula or emphasis."""

import re

import pytest
from google.protobuf.message import Message
from random_links import VARIANTS, names, pages
from streamlit.testing.v1 import AppTest
from visits import messages, settled, visit

from ui.prose import escaped, quoted

# Each has a word of its own to find it by, and signs that Markdown or HTML take for theirs.
TYPED = [
    "![zq](//host.example/a.png)zq",
    "[zq](//host.example)zq",
    "https://zq.example www.zq.example a@zq.example",
    "*zq*_zq_~~zq~~`zq`$zq$",
    "<i>zq</i><img src=//host.example/zq>",
    ":red[zq]:material/home:zq",
    "# zq\n- zq\n\n> zq",
    "x*2*x*3*x",
    "x_1*x_2*y",
    "sqrt(x)^2*2*x*3",
]
# Sign before or after the word, or a formula's own signs, with no backslash before them.
SIGNS = re.compile(
    r"[!\[\]*_~`$<>#]zq|:zq|zq[\[\]()*_~`$<>]|//zq|www\.zq|@zq|:red\[zq|:material/home|\n. zq"
    r"|\d\*x\*|x_\d\*|\^2\*\d"
)
# Fields that are never shown as Markdown: what a person edits, and what tells elements apart.
APART = {"id", "user_key", "key", "value", "set_value", "default", "form_id", "bytes", "url"}


def texts(proto: Message):
    """Every text of an element that the front end may read as Markdown."""
    for field, value in proto.ListFields():
        if field.name in APART or proto.DESCRIPTOR.name == "Code":
            continue
        for each in value if field.is_repeated else [value]:
            if isinstance(each, Message):
                yield from texts(each)
            elif isinstance(each, str):
                yield each


def told(app: AppTest):
    nodes = [app._tree]
    while nodes:
        node = nodes.pop()
        nodes += getattr(node, "children", {}).values()
        if isinstance(proto := getattr(node, "proto", None), Message):
            yield from texts(proto)


def drawn(node):
    """Every text of a picture: of figures, whose titles Plotly reads as HTML, and of tables."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for part in node.values():
            yield from drawn(part)
    elif isinstance(node, list | tuple):
        for part in node:
            yield from drawn(part)


def shown_as_text(text: str) -> bool:
    """Whether no sign of what was typed is left once those with a backslash are taken out."""
    bare = re.sub(r"\\[^A-Za-z0-9\s]", " ", text)
    return not SIGNS.search(re.sub(r"`[^`\n]*`|\$[^$\n]*\$", "", bare))


CONTEXTS = [(page, link) for page in pages() for link in VARIANTS.get(page, [{}])]


def check_shown_as_text(app: AppTest) -> None:
    for text in told(app):
        assert shown_as_text(text), text
    for message in messages(app):
        for text in drawn(message):
            assert "<i>zq" not in text, text
            assert "<img" not in text or "zq" not in text, text


by_text = pytest.mark.parametrize("typed", TYPED, ids=range(len(TYPED)))
by_context = pytest.mark.parametrize(
    ("page", "link"), CONTEXTS, ids=[f"{page} {link}" for page, link in CONTEXTS]
)


@by_text
@by_context
def test_what_a_link_says_is_shown_as_text(page, link, typed):
    check_shown_as_text(visit(dict.fromkeys(names(page), typed) | link | {typed: typed}, page))


@by_context
def test_what_a_person_types_is_shown_as_text(page, link):
    app = visit(link, page)
    for typed in TYPED if app.text_input else ():
        for field in app.text_input:
            field.set_value(typed)
        check_shown_as_text(settled(app.run()))


def test_the_check_would_find_them():
    for typed in TYPED:
        assert not shown_as_text(f"The link said {typed} here."), typed
        for harmless in (escaped(typed), quoted(typed)):
            assert shown_as_text(f"The link said {harmless} here."), harmless
