"""Tensors of a file that `torch.save` wrote (PyTorch 1.6 or newer), without PyTorch and without running its pickle.

The file is a zip archive: `<folder>/data.pkl` names tensors as views of storages, `<folder>/data/<key>` holds these.
Source: https://github.com/pytorch/pytorch/blob/main/torch/serialization.py
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from websim.errors import PolicyFileError
from websim.exchange.safe_pickle import SafeUnpickler, safe_load
from websim.policy import MAX_BYTES

_STORAGES = {
    "FloatStorage": "f4",
    "DoubleStorage": "f8",
    "HalfStorage": "f2",
    "LongStorage": "i8",
    "IntStorage": "i4",
    "ShortStorage": "i2",
    "CharStorage": "i1",
    "ByteStorage": "u1",
    "BoolStorage": "b1",
}


class _Unpickler(SafeUnpickler):
    def __init__(self, data: bytes, *, archive: zipfile.ZipFile, folder: str):
        functions: dict[str, Callable[..., Any]] = {
            "torch._utils _rebuild_tensor_v2": self._tensor,
            "torch._utils _rebuild_parameter": self._parameter,
        }
        super().__init__(data, functions=functions)
        self._known |= {f"torch {name}": kind for name, kind in _STORAGES.items()}
        self._archive, self._folder = archive, folder
        order = f"{folder}/byteorder"
        self._order = ">" if order in archive.namelist() and archive.read(order) == b"big" else "<"

    def persistent_load(self, pid: Any) -> NDArray:
        _, kind, key, _, count = pid
        if kind not in _STORAGES.values():
            raise ValueError(f"expected a storage of numbers, got {kind!r}")
        content = self._archive.read(f"{self._folder}/data/{key}")
        return np.frombuffer(content, np.dtype(kind).newbyteorder(self._order), count)

    def _tensor(self, storage: NDArray, offset: int, size: Sequence[int], stride: Sequence[int], *_: Any) -> NDArray:
        last = offset + sum((n - 1) * step for n, step in zip(size, stride, strict=True))
        count = int(np.prod(size))
        if min((offset, *size, *stride)) < 0 or (count and last >= storage.size) or count > storage.size:
            raise ValueError(f"a tensor of shape {tuple(size)} does not lie in its storage of {storage.size} numbers")
        if not count:
            return np.zeros(tuple(size), storage.dtype)
        steps = [step * storage.itemsize for step in stride]
        return as_strided(storage[offset:], tuple(size), steps, writeable=False).copy()

    def _parameter(self, tensor: NDArray, *_: Any) -> NDArray:
        return tensor


def open_archive(data: bytes, *, name: str) -> zipfile.ZipFile:
    """A zip archive whose files are not too large. Raises PolicyFileError."""
    if len(data) > MAX_BYTES:
        raise PolicyFileError(f"{name}: a policy file has at most {MAX_BYTES} bytes, got {len(data)}")
    try:
        archive = zipfile.ZipFile(BytesIO(data))
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise PolicyFileError(f"{name}: the zip archive is damaged or cut off: {error}; fetch it again") from error
    size = sum(info.file_size for info in archive.infolist())
    if size > MAX_BYTES:
        raise PolicyFileError(f"{name}: expected at most {MAX_BYTES} bytes when unpacked, got {size}")
    return archive


def read_member(archive: zipfile.ZipFile, member: str, *, name: str) -> bytes:
    """A file of the archive. Raises PolicyFileError when it is missing or damaged."""
    try:
        return archive.read(member)
    except (KeyError, zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        raise PolicyFileError(f"{name}: the zip archive has no readable file {member}: {error}") from error


def load_tensors(data: bytes, *, name: str = "file") -> dict[str, NDArray]:
    """A state dict's tensors by name. Raises PolicyFileError, one sentence, for anything else."""
    archive = open_archive(data, name=name)
    pickles = [member for member in archive.namelist() if member.endswith("/data.pkl")]
    if len(pickles) != 1:
        raise PolicyFileError(f"{name}: not a file that torch.save wrote: expected one data.pkl, got {len(pickles)}")
    content = read_member(archive, pickles[0], name=name)
    folder = pickles[0].removesuffix("/data.pkl")
    tensors = safe_load(content, _Unpickler, name=name, archive=archive, folder=folder)
    if not isinstance(tensors, dict) or not all(
        isinstance(key, str) and isinstance(value, np.ndarray) for key, value in tensors.items()
    ):
        raise PolicyFileError(f"{name}: expected a state dict (tensors by name), got {type(tensors).__name__}")
    return dict(tensors)
