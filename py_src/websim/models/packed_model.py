"""A model as data of JSON's types, with its files: what a run's config, its saves and messages hold of a model.

`{"xml": MJCF text, "files": {name: base64 of the zlib-compressed bytes}}`
"""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from websim.errors import ModelError
from websim.models.files import ModelFiles
from websim.models.limits import MAX_FILE_BYTES, MAX_TOTAL_BYTES, megabytes

#: Of text and packed files: each save of a run holds the model.
MAX_PACKED = 32 * 2**20


def pack_model(files: ModelFiles) -> dict[str, Any]:
    """Inverse of `unpack_model`. Raises ModelError when it is larger than `MAX_PACKED`."""
    packed = {name: base64.b64encode(zlib.compress(data)).decode() for name, data in files.assets.items()}
    size = len(files.xml) + sum(map(len, packed.values()))
    if size > MAX_PACKED:
        raise ModelError(
            f"model: a run keeps at most {megabytes(MAX_PACKED)} of a model with its files, compressed, "
            f"got {megabytes(size)}; use coarser meshes or smaller textures"
        )
    return {"xml": files.xml, "files": packed}


def unpack_model(packed: Any) -> ModelFiles:
    """The model of a config. Raises ModelError when it is malformed or unpacks to more than a model may have."""
    if not isinstance(packed, Mapping) or not isinstance(packed.get("xml"), str) or set(packed) - {"xml", "files"}:
        raise ModelError("model: expected its MJCF text as 'xml' and perhaps its 'files', got something else")
    files = packed.get("files", {})
    if not isinstance(files, Mapping) or not all(isinstance(part, str) for part in (*files, *files.values())):
        raise ModelError("model: expected 'files' by name, each base64 of zlib-compressed bytes, got something else")
    return _unpacked(packed["xml"], tuple(files.items()))


@lru_cache(maxsize=4)
def _unpacked(xml: str, files: tuple[tuple[str, str], ...]) -> ModelFiles:
    """Kept: a config is checked again and again while its run goes on."""
    assets: dict[str, bytes] = {}
    left = MAX_TOTAL_BYTES
    for name, text in files:
        limit = min(MAX_FILE_BYTES, left)
        try:
            stream = zlib.decompressobj()
            data = stream.decompress(base64.b64decode(text, validate=True), limit + 1)
        except (binascii.Error, zlib.error, ValueError) as error:
            raise ModelError(f"model: file {name!r} is damaged ({error}); pack the model again") from error
        if len(data) > limit:
            raise ModelError(f"model: file {name!r}: expected at most {megabytes(limit)} unpacked, got more")
        if not stream.eof:
            raise ModelError(f"model: file {name!r} is cut off; pack the model again")
        assets[name] = data
        left -= len(data)
    return ModelFiles(xml, assets)
