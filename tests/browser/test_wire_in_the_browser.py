"""What the server packs, the browser's own reader unpacks: the same numbers, spelled the same."""

import base64

import numpy as np
from wire_reader import Reader

from ui import prose
from ui.live.wire import Kept, pack

READ = """async (messages) => {
    const { parts } = await import(document.querySelector('script[src$="/optscope.js"]').src);
    const { Reader, received } = parts['wire.js'];
    const reader = new Reader(), asked = [];
    const post = { send: (what) => asked.push(what), answered: () => {} };
    const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    // What JSON has no word for.
    const plain = (node) => {
        if (ArrayBuffer.isView(node)) return Array.from(node, plain);
        if (Array.isArray(node)) return node.map(plain);
        if (typeof node === 'number' && !Number.isFinite(node)) return String(node);
        if (node === null || typeof node !== 'object') return node;
        return Object.fromEntries(Object.entries(node).map(([name, of]) => [name, plain(of)]));
    };
    const read = messages.map((text) => plain(received(reader, bytes(text), post)));
    return { read, has: reader.has, asked };
}"""
GROUND = Kept({"z": np.linspace(0, 1, 12).reshape(3, 4), "name": "ground"})
MESSAGE = {
    "steps": 7,
    "text": "η ≤ 2/λ",
    "none": None,
    "ints": np.arange(5),
    "flags": np.array([True, False]),
    "cube": np.arange(24.0).reshape(2, 3, 4),
    "odd": np.array([np.nan, np.inf, -np.inf, 1e-300]),
    "empty": np.zeros((0, 3)),
    "ground": GROUND,
    "figure": {
        "data": [
            {"name": "a", "meta": {"play": "path", "across": 4.0},
             "x": np.linspace(-2, 2, 101), "y": np.linspace(0, 1, 101) ** 2},
            {"name": "b", "meta": {"play": "curve", "across": 10, "log": True},
             "y": np.r_[np.nan, np.logspace(-9, 3, 100)]},
        ],
        "layout": {"title": "A race"},
    },
}  # fmt: skip

SPELL = """async ([values, digits]) => {
    const { parts } = await import(document.querySelector('script[src$="/optscope.js"]').src);
    return values.map((value) => parts['readout.js'].number(value, digits)); }"""
VALUES = (0.0, -0.0, 1.0, -1.5, 12345.6, -99996.0, 0.00099996, 1.23456e-12, -2e30, 1e21, 123.456)


def listed(node):
    """As the browser's answer writes it, to twelve digits: its powers of ten are its own."""
    if isinstance(node, np.ndarray):
        return listed(node.tolist())
    if isinstance(node, dict):
        return {name: listed(part) for name, part in node.items()}
    if isinstance(node, list | tuple):
        return [listed(part) for part in node]
    if isinstance(node, float) and not np.isfinite(node):
        return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[str(node)]
    return float(f"{node:.12g}") if isinstance(node, float) else node


def unpacked(page, *messages) -> dict:
    return page.evaluate(READ, [base64.b64encode(each).decode() for each in messages])


def test_both_readers_read_the_same(visit):
    page = visit().page
    for live in (False, True):
        found = unpacked(page, pack(MESSAGE, live=live))
        (read,) = found["read"]
        assert listed(read) == listed(Reader().read(pack(MESSAGE, live=live)))
        assert read["odd"] == ["NaN", "Infinity", "-Infinity", read["odd"][3]]
        assert GROUND.identity in found["has"]
    # What is held is sent by name, and what is not is asked for.
    whole, short = pack(MESSAGE), pack(MESSAGE, has=[GROUND.identity])
    assert len(short) < len(whole)
    found = unpacked(page, whole, short)
    assert found["read"][0] == found["read"][1]
    assert found["asked"] == []
    found = unpacked(page, short)
    assert found["read"] == [None]
    assert found["asked"] == [{"has": []}]
    # A number is spelled as a sentence of the server spells it.
    for digits in (3, 4):
        spelled = page.evaluate(SPELL, [list(VALUES), digits])
        assert spelled == [prose.number(value, digits) for value in VALUES]
