"""Figures as bytes: a JSON header, then the arrays it mentions, ready for typed arrays.

An array becomes `{"$": [type, offset, length], "shape": [...]}`. Arrays inside a trace with
`meta.still` are named by a digest of their content and left out when the browser has them.
"""

import hashlib
import struct
from collections.abc import Collection

import numpy as np
import orjson

_TYPES = {"float64": "f8", "float32": "f4", "uint16": "u2", "uint8": "u1", "int32": "i4"}


class _Writer:
    def __init__(self, has: Collection[str], precision):
        self.has = frozenset(has)
        self.precision = precision
        self.chunks: list[bytes] = []
        self.size = 0

    def array(self, array: np.ndarray, still: bool) -> dict:
        if array.dtype.kind == "f":
            array = array.astype(self.precision)
        elif array.dtype.kind in "ib":
            array = array.astype(np.int32)
        data = np.ascontiguousarray(array).tobytes()
        entry: dict = {"shape": array.shape}
        if still:
            entry["id"] = hashlib.blake2b(data, digest_size=6).hexdigest()
            if entry["id"] in self.has:
                return entry
        entry["$"] = [_TYPES[array.dtype.name], self.size, array.size]
        padding = -len(data) % 8
        self.chunks.append(data + bytes(padding))
        self.size += len(data) + padding
        return entry

    def walk(self, node, still=False):
        if isinstance(node, dict):
            still = still or bool(isinstance(m := node.get("meta"), dict) and m.get("still"))
            return {name: self.walk(child, still) for name, child in node.items()}
        if isinstance(node, list | tuple):
            return [self.walk(child, still) for child in node]
        if isinstance(node, np.ndarray):
            return node.tolist() if node.dtype.kind in "OU" else self.array(node, still)
        return node


def pack(message: dict, has: Collection[str] = (), precision=np.float32) -> bytes:
    """A message whose arrays travel as binary; `has` are the digests the browser already holds."""
    writer = _Writer(has, precision)
    header = orjson.dumps(writer.walk(message), option=orjson.OPT_SERIALIZE_NUMPY)
    header += b" " * (-(len(header) + 4) % 8)
    return struct.pack("<I", len(header)) + header + b"".join(writer.chunks)
