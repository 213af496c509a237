"""Writes messages in protobuf's wire format, as far as ONNX needs it.

Own code, because the package protobuf and `onnx` are compiled and the page has neither.
Source: https://protobuf.dev/programming-guides/encoding
"""

from __future__ import annotations

import struct

_VARINT, _BYTES, _FIXED32 = 0, 2, 5


def integer(field: int, value: int) -> bytes:
    """An int64, enum or bool of at least 0."""
    return _tag(field, _VARINT) + _varint(value)


def real(field: int, value: float) -> bytes:
    """A float."""
    return _tag(field, _FIXED32) + struct.pack("<f", value)


def data(field: int, value: bytes) -> bytes:
    """Bytes, or a message that is written already."""
    return _tag(field, _BYTES) + _varint(len(value)) + value


def text(field: int, value: str) -> bytes:
    """A string."""
    return data(field, value.encode())


def _tag(field: int, kind: int) -> bytes:
    return _varint(field << 3 | kind)


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
