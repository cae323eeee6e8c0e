"""Reads what ui/live/wire.py packs, as ui/live/wire.js does in a browser."""

import json
import struct

import numpy as np

TYPES = {"f8": "<f8", "f4": "<f4", "u2": "<u2", "i4": "<i4"}


class MissingError(KeyError):
    """A part was left out that this reader does not hold."""


class Reader:
    def __init__(self):
        self.kept = {}

    @property
    def has(self) -> list[str]:
        return list(self.kept)

    def read(self, message: bytes):
        (length,) = struct.unpack_from("<I", message)
        return self.revive(json.loads(message[4 : 4 + length]), message[4 + length :])

    def revive(self, node, body: bytes):
        if isinstance(node, list):
            return [self.revive(child, body) for child in node]
        if not isinstance(node, dict):
            return node
        if "$" in node:
            return self.array(node, body)
        if "#" in node:
            return self.part(dict(node), body)
        return {name: self.revive(child, body) for name, child in node.items()}

    def part(self, node: dict, body: bytes) -> dict:
        name, fresh = node.pop("#"), node.pop("=", None)
        if fresh is not None:
            self.kept[name] = self.revive(fresh, body)
        if name not in self.kept:
            raise MissingError(name)
        return self.kept[name] | self.revive(node, body) if node else self.kept[name]

    def array(self, entry, body: bytes) -> np.ndarray:
        kind, offset, length = entry["$"]
        # Typed arrays refuse an offset that is not a multiple of their element size.
        assert offset % np.dtype(TYPES[kind]).itemsize == 0
        numbers = np.frombuffer(body, TYPES[kind], length, offset)
        if "q" in entry:
            low, scale, log = entry["q"]
            drawn = np.where(numbers == 65535, np.nan, low + numbers * scale)
            numbers = 10.0**drawn if log else drawn
        return numbers.reshape(entry.get("shape", -1))
