"""Messages as bytes: a JSON header, then the arrays it mentions, ready for typed arrays.

An array becomes `{"$": [type, offset, length], "shape": [...]}`. Layouts, traces with
`meta.still`, all but the arrays of moving traces and whatever is `Kept` are parts that have a
name, a digest of their content: `{"#": name, "=": part}`, and only the name travels when the
browser has them. Arrays of a moving trace stand beside its name.
While a hand moves (`live`), moving traces may travel in 16 bits a number: see `_coarse`.
"""

import hashlib
import struct
from base64 import urlsafe_b64encode
from collections.abc import Collection
from functools import cached_property

import numpy as np
import orjson

_TYPES = {np.dtype(short): short for short in ("f8", "f4", "u2", "i4")}
_LEVELS = 65535
_SMALL = 32


class Kept(dict):
    """A part of a message that the browser keeps, so that it travels once; not to be changed.

    While a hand moves its `sketch`, if it has one, stands in for a part that is new.
    """

    sketch: "Kept | None" = None

    @cached_property
    def identity(self) -> str:
        """Names the content; worked out once for a part that is handed over again."""
        return digest(self)


class _Writer:
    def __init__(self, has: Collection[str], live: bool):
        self.has = frozenset(has)
        self.live = live
        self.chunks: list[bytes] = []
        self.size = 0

    def array(self, array: np.ndarray, meta: dict) -> dict:
        entry: dict = {"shape": array.shape} if array.ndim > 1 else {}
        if array.dtype.kind in "ib":
            array = array.astype(np.int32)
        elif self.live and array.size > _SMALL and (coarse := _coarse(array, meta)):
            array, entry["q"] = coarse
        elif self.live and not meta.get("log"):
            with np.errstate(over="ignore"):
                array = array.astype(np.float32)
        padding = -self.size % array.itemsize
        data = bytes(padding) + np.ascontiguousarray(array).tobytes()
        entry["$"] = [_TYPES[array.dtype], self.size + padding, array.size]
        self.chunks.append(data)
        self.size += len(data)
        return entry

    def walk(self, node, meta: dict):
        if isinstance(node, Kept):
            return self.keep(node)
        if isinstance(node, dict):
            own = node["meta"] if isinstance(node.get("meta"), dict) else None
            meta = meta if own is None else own
            if own is not None and meta.get("still"):
                return self.keep(node)
            if own is not None and meta.get("play"):
                return self.moving(node, meta)
            return {
                name: self.keep(child) if name == "layout" else self.walk(child, meta)
                for name, child in node.items()
            }
        if isinstance(node, list | tuple):
            return [self.walk(child, meta) for child in node]
        if isinstance(node, np.ndarray):
            return node.tolist() if node.dtype.kind in "OU" else self.array(node, meta)
        return node

    def moving(self, trace: dict, meta: dict) -> dict:
        """A trace as a kept part and, beside its name, its arrays."""
        lasting = {name: part for name, part in trace.items() if not _holds_arrays(part)}
        arrays = {name: part for name, part in trace.items() if name not in lasting}
        return self.keep(lasting) | {name: self.walk(part, meta) for name, part in arrays.items()}

    def keep(self, node: dict) -> dict:
        """The node by name, and in full (its arrays in single precision) if it is new."""
        identity = node.identity if isinstance(node, Kept) else digest(node)
        if identity in self.has:
            return {"#": identity}
        if self.live and isinstance(node, Kept) and node.sketch is not None:
            return self.keep(node.sketch)
        return {"#": identity, "=": {name: self.plain(child) for name, child in node.items()}}

    def plain(self, node):
        if isinstance(node, np.ndarray) and node.dtype.kind == "f":
            return self.array(node.astype(np.float32), {})
        if isinstance(node, dict):
            return {name: self.plain(child) for name, child in node.items()}
        if isinstance(node, list | tuple):
            return [self.plain(child) for child in node]
        return self.walk(node, {})


def _holds_arrays(node) -> bool:
    if isinstance(node, dict):
        return any(_holds_arrays(child) for child in node.values())
    return isinstance(node, np.ndarray)


def digest(node) -> str:
    """A short name for a part of a message, equal for equal content."""
    content = hashlib.blake2b(digest_size=6)

    def note(array: np.ndarray) -> list[int]:
        content.update(np.ascontiguousarray(array).tobytes())
        return list(array.shape)

    content.update(orjson.dumps(node, default=note))
    return urlsafe_b64encode(content.digest()).decode()


def _coarse(array: np.ndarray, meta: dict) -> tuple[np.ndarray, list] | None:
    """An array in 65,536 levels, where that is finer than a pixel; None where it is not.

    `meta.across` is the width of what the plot shows: an array up to eight times as wide keeps
    a level below a tenth of a pixel. `meta.log` says that a logarithm is drawn, so the levels
    are even in it. nan (the last level) stays nan.
    """
    across, log = meta.get("across"), bool(meta.get("log"))
    if not across or not meta.get("play"):
        return None
    with np.errstate(divide="ignore", invalid="ignore"):
        drawn = np.log10(array) if log else array
    kept = np.isfinite(drawn)
    if not kept.any():
        return None
    low, high = float(drawn[kept].min()), float(drawn[kept].max())
    if high - low > 8 * across:
        return None
    scale = _short((high - low) / (_LEVELS - 2)) or 1.0
    low = _short(low)
    levels = np.full(array.shape, _LEVELS, dtype=np.uint16)
    levels[kept] = np.clip(np.round((drawn[kept] - low) / scale), 0, _LEVELS - 1)
    return levels, [low, scale, int(log)]


def _short(number: float) -> float:
    """A number of six digits: its error is far below a level."""
    return float(f"{number:.6g}")


def pack(message: dict, has: Collection[str] = (), live: bool = False) -> bytes:
    """A message whose arrays travel as binary; `has` are the digests the browser already holds."""
    writer = _Writer(has, live)
    header = orjson.dumps(writer.walk(message, {}), option=orjson.OPT_SERIALIZE_NUMPY)
    header += b" " * (-(len(header) + 4) % 8)
    return struct.pack("<I", len(header)) + header + b"".join(writer.chunks)
