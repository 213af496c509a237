"""Sizes of images and height fields, from their headers: a PNG of a few kilobytes can unpack to gigabytes."""

from __future__ import annotations

import struct

_PNG = b"\x89PNG\r\n\x1a\n"
#: Textures of a renderer that is not part of this; MuJoCo keeps their bytes.
_KTX = b"\xabKTX"


def image_size(data: bytes) -> int:
    """Pixels of a PNG, or of a file in MuJoCo's own formats (rows and columns first), whatever follows in it."""
    if data.startswith(_PNG):
        width, height = struct.unpack(">II", data[16:24].ljust(8, b"\0"))
    elif data.startswith(_KTX):
        return len(data)
    else:
        # Negative ones are MuJoCo's to refuse, and large when they are read without a sign.
        height, width = struct.unpack("<II", data[:8].ljust(8, b"\0"))
    return int(width * height)
