"""Pixels of an image, from its header: a PNG of a few kilobytes can unpack to gigabytes."""

from __future__ import annotations

import struct

_PNG = b"\x89PNG\r\n\x1a\n"


def image_size(data: bytes) -> int:
    """Width x height of a PNG; of MuJoCo's own formats, which are not packed, their bytes."""
    if data.startswith(_PNG) and len(data) >= 24:
        width, height = struct.unpack(">II", data[16:24])
        return int(width * height)
    return len(data)
