"""Pictures for people: a PNG written by hand, and half blocks for a terminal."""

import struct
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]  # (H, W, 3)
GREEN, RED, GREY = (60, 200, 90), (220, 60, 60), (110, 110, 110)


def png(picture: Picture) -> bytes:
    """Return a picture as a PNG of 8-bit RGB (the W3C's PNG specification, filter 0)."""
    height, width, _ = picture.shape
    lines = np.concatenate([np.zeros((height, 1), np.uint8), picture.reshape(height, -1)], 1)

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(lines.tobytes(), 9)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    )


def sheet(rows: Sequence[Sequence[tuple[Picture, tuple[int, int, int]]]], zoom: int = 6) -> Picture:
    """Return rows of framed pictures of one size, each with the colour of its frame, as one."""
    edge, gap = 3, 6
    lines = []
    for row in rows:
        framed = []
        for picture, colour in row:
            large = picture.repeat(zoom, 0).repeat(zoom, 1)
            height, width, _ = large.shape
            cell = np.full((height + 2 * (edge + gap), width + 2 * (edge + gap), 3), 24, np.uint8)
            cell[gap:-gap, gap:-gap] = colour
            cell[gap + edge : -gap - edge, gap + edge : -gap - edge] = large
            framed.append(cell)
        lines.append(np.concatenate(framed, 1))
    return np.concatenate(lines, 0)


def half_blocks(pictures: Sequence[Picture]) -> str:
    """Return pictures of one even height side by side, two pixels a character, in true colour."""
    lines = []
    for y in range(0, len(pictures[0]), 2):
        line = []
        for picture in pictures:
            for top, bottom in zip(picture[y].tolist(), picture[y + 1].tolist(), strict=True):
                above, below = (";".join(map(str, pixel)) for pixel in (top, bottom))
                line.append(f"\x1b[38;2;{above};48;2;{below}m▀")
            line.append("\x1b[0m  ")
        lines.append("".join(line).rstrip())
    return "\n".join(lines)
