"""`Snapshot`: all environments of a rank at one moment, in memory or as bytes."""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from websim.errors import SnapshotError

VERSION = 1
_HEADER = "header"
#: What reading a damaged archive raises, beside ValueError.
_DAMAGE = (OSError, EOFError, KeyError, TypeError, RuntimeError, MemoryError, zipfile.BadZipFile, zlib.error)


@dataclass(frozen=True)
class Snapshot:
    """From it environments continue bit for bit as they did.

    task: name and fingerprint (of model and compiled task) of the environments that it is of; seed, first_env:
    theirs. arrays: by name, each with the environments as its first dimension.
    """

    task: str
    fingerprint: str
    seed: int
    first_env: int
    arrays: Mapping[str, NDArray]

    def to_bytes(self) -> bytes:
        """An `.npz` archive without compression: `header` is JSON in UTF-8, the others are the arrays."""
        header = {
            "version": VERSION,
            "task": self.task,
            "fingerprint": self.fingerprint,
            "seed": self.seed,
            "first_env": self.first_env,
            "checksum": _checksum(self.arrays),
        }
        out = io.BytesIO()
        entries = {_HEADER: np.frombuffer(json.dumps(header).encode(), np.uint8), **self.arrays}
        np.savez(out, allow_pickle=False, **entries)
        return out.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> Snapshot:
        """Inverse of `to_bytes`; runs nothing of what it reads. Raises SnapshotError when it is damaged or foreign."""
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                # Only what `to_bytes` writes: then arrays are no larger than the data.
                if any(member.compress_type != zipfile.ZIP_STORED for member in archive.infolist()):
                    raise ValueError("it is compressed")
            with np.load(io.BytesIO(data), allow_pickle=False) as archive:
                arrays = {name: archive[name] for name in archive.files}
            header = json.loads(arrays.pop(_HEADER).tobytes())
            version = header["version"]
            if version == VERSION:
                if header["checksum"] != _checksum(arrays):
                    raise ValueError("the checksum differs")
                return cls(
                    str(header["task"]),
                    str(header["fingerprint"]),
                    int(header["seed"]),
                    int(header["first_env"]),
                    arrays,
                )
        except (ValueError, *_DAMAGE) as error:
            raise SnapshotError(
                f"snapshot: expected the bytes of Snapshot.to_bytes, but they are damaged or foreign: {error}"
            ) from error
        raise SnapshotError(f"snapshot: expected version {VERSION}, got {version!r}; update websim")


def _checksum(arrays: Mapping[str, NDArray]) -> int:
    """Of names, types, shapes and numbers: the archive's own covers the numbers only."""
    checksum = 0
    for name in sorted(arrays):
        array = arrays[name]
        checksum = zlib.crc32(f"{name} {array.dtype.str} {array.shape} ".encode() + array.tobytes(), checksum)
    return checksum
