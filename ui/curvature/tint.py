"""A map of kinds as a picture laid over the contours.

Plotly draws heat maps below contours, so the map is a PNG of its own: one pixel to a start.
"""

import struct
import zlib
from base64 import b64encode

import numpy as np

from optcore.curvature.basins import BasinMap

# Red, green, blue and how thick, by kind: minimum, saddle, maximum, flat, none reached.
TINTS = np.array(
    [[0, 0, 0, 0], [191, 49, 29, 115], [160, 6, 242, 105], [120, 128, 160, 150],
     [120, 128, 160, 80]], np.uint8,
)  # fmt: skip


def picture(basins: BasinMap, window) -> dict:
    """The map as an image of a layout, which covers the window."""
    (left, right), (low, high) = window
    pixels = TINTS[basins.kind[::-1]]
    return {
        "source": "data:image/png;base64," + b64encode(png(pixels)).decode(),
        "xref": "x",
        "yref": "y",
        "x": left,
        "y": high,
        "sizex": right - left,
        "sizey": high - low,
        "sizing": "stretch",
        "layer": "above",
    }


def png(pixels: np.ndarray) -> bytes:
    """Pixels (rows, columns, 4) of 8 bits as a PNG file; W3C (2003), Portable Network Graphics."""
    rows, columns, _ = pixels.shape
    # Every row begins with its filter, 0 for none.
    lines = np.concatenate([np.zeros((rows, 1), np.uint8), pixels.reshape(rows, -1)], axis=1)
    head = struct.pack(">IIBBBBB", columns, rows, 8, 6, 0, 0, 0)
    body = zlib.compress(lines.tobytes(), 6)
    parts = [_chunk(b"IHDR", head), _chunk(b"IDAT", body), _chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
