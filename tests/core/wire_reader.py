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
        if "id" in node and "value" in node:
            self.kept[node["id"]] = self.revive(node["value"], body)
            return self.kept[node["id"]]
        if set(node) == {"id"}:
            if node["id"] not in self.kept:
                raise MissingError(node["id"])
            return self.kept[node["id"]]
        revived = {name: self.revive(child, body) for name, child in node.items()}
        return revived.pop("lasting", {}) | revived

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
