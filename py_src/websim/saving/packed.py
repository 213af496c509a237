"""A value with arrays in it <-> bytes that tell when they are damaged. Nothing that is read is ever run.

8 bytes   magic
u32 x 4   version, bytes of the JSON, CRC-32 of all that follows it, 0
JSON      {"value": the value, an array being {"$array": index}; "arrays": [[dtype, shape], ...]}
data      the arrays one after the other, little-endian, each at a multiple of 8 bytes
"""

from __future__ import annotations

import json
import math
import struct
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from websim.errors import SaveError

MAGIC = b"WEBSIM\r\n"
VERSION = 1
_HEADER = struct.Struct("<8s4I")
_ARRAY = "$array"
#: Kinds of numpy types that are plain numbers.
_KINDS = "biuf"


def pack(value: Any) -> bytearray:
    """`value`: JSON in which arrays of numbers may stand; tuples come back as lists."""
    arrays: list[NDArray] = []
    tree = _without_arrays(value, arrays)
    text = json.dumps({"value": tree, "arrays": [[a.dtype.str, list(a.shape)] for a in arrays]}).encode()
    start = _HEADER.size + len(text)
    places = []
    for array in arrays:
        start = _aligned(start)
        places.append(slice(start, start + array.nbytes))
        start += array.nbytes
    data = bytearray(start)
    data[_HEADER.size : _HEADER.size + len(text)] = text
    view = memoryview(data)
    for array, place in zip(arrays, places, strict=True):
        view[place] = np.ascontiguousarray(array).reshape(-1).view(np.uint8).data
    checksum = zlib.crc32(view[_HEADER.size :])
    _HEADER.pack_into(data, 0, MAGIC, VERSION, len(text), checksum, 0)
    return data


def unpack(data: bytes | bytearray | memoryview, what: str) -> Any:
    """Inverse of `pack`. Raises SaveError, which begins with `what`, when the bytes are damaged, foreign or newer."""
    view = memoryview(data)
    if len(view) < _HEADER.size or bytes(view[:8]) != MAGIC:
        raise SaveError(f"{what}: expected a file that websim saved, got something else")
    _, version, text_bytes, checksum, _ = _HEADER.unpack_from(view)
    if version > VERSION:
        raise SaveError(f"{what}: expected version {VERSION}, got {version}, which is newer; update websim")
    if zlib.crc32(view[_HEADER.size :]) != checksum:
        raise SaveError(f"{what}: the file is damaged or cut off: its checksum differs; use an older save")
    try:
        return _read(view, _HEADER.size, text_bytes)
    except (ValueError, TypeError, KeyError, IndexError, RecursionError, OverflowError) as error:
        raise SaveError(f"{what}: expected a file that websim saved, but it cannot be read: {error}") from error


def _read(view: memoryview, at: int, text_bytes: int) -> Any:
    content = json.loads(bytes(view[at : at + text_bytes]))
    at += text_bytes
    arrays: list[NDArray] = []
    for name, shape in content["arrays"]:
        dtype = np.dtype(str(name))
        if dtype.kind not in _KINDS or not all(isinstance(size, int) and size >= 0 for size in shape):
            raise ValueError(f"an array of {name} {shape}")
        count = math.prod(shape)
        at = _aligned(at)
        if at + count * dtype.itemsize > len(view):
            raise ValueError("an array goes on beyond its end")
        arrays.append(np.frombuffer(view, dtype, count, at).reshape(shape).copy())
        at += count * dtype.itemsize
    return _with_arrays(content["value"], arrays)


def _without_arrays(value: Any, arrays: list[NDArray]) -> Any:
    if isinstance(value, np.ndarray):
        assert value.dtype.kind in _KINDS, f"an array of {value.dtype} cannot be saved"
        arrays.append(value)
        return {_ARRAY: len(arrays) - 1}
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Mapping):
        assert _ARRAY not in value
        return {str(name): _without_arrays(part, arrays) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_without_arrays(part, arrays) for part in value]
    return value


def _with_arrays(value: Any, arrays: list[NDArray]) -> Any:
    if isinstance(value, dict):
        if _ARRAY in value:
            return arrays[value[_ARRAY]]
        return {name: _with_arrays(part, arrays) for name, part in value.items()}
    if isinstance(value, list):
        return [_with_arrays(part, arrays) for part in value]
    return value


def _aligned(at: int) -> int:
    return -(-at // 8) * 8
