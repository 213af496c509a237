"""Reads pickles without running anything that they name.

A pickle is a program that calls functions by name. Here each name that is allowed stands for a plain function or
record of ours, and any other name, however harmless, is refused.
"""

from __future__ import annotations

import io
import pickle
import pickletools
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from websim.errors import PolicyFileError

#: Kinds of numbers that arrays may have: booleans, integers and floats.
_KINDS = "b1", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"
_PUTS = ("PUT", "BINPUT", "LONG_BINPUT")


class Record:
    """An object of the pickle: its attributes by name, and none of its code."""

    def __init__(self, *_: Any):
        pass

    def __setstate__(self, state: Any) -> None:
        if isinstance(state, dict):
            self.__dict__.update(state)


class DType:
    """A dtype that is checked to be of numbers when an array asks for it."""

    def __init__(self, kind: str, align: bool = False, copy: bool = True):
        self.kind, self.order = kind, "<"

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.order = state[1]

    def numpy(self) -> np.dtype:
        if self.kind not in _KINDS or self.order not in ("<", ">", "|", "="):
            raise ValueError(f"expected numbers, got the type {self.kind!r}")
        return np.dtype(self.order + self.kind)


class Array:
    """An array whose numbers come in its state."""

    values: NDArray

    def __setstate__(self, state: tuple[int, Sequence[int], DType, bool, bytes]) -> None:
        _, shape, dtype, fortran, content = state
        self.values = _array(content, dtype, shape, "F" if fortran else "C")


class SafeUnpickler(pickle.Unpickler):
    """Knows numpy's arrays, OrderedDict, and what a subclass adds.

    records: names ("module Class") of objects that become `Record`s; functions: what stands for other names.
    """

    def __init__(
        self, data: bytes, *, records: Sequence[str] = (), functions: Mapping[str, Callable[..., Any]] | None = None
    ):
        super().__init__(io.BytesIO(data))
        # Made anew for each pickle: it may write to what it is given.
        known: dict[str, Any] = {name: type("Record", (Record,), {}) for name in records}
        known |= {"collections OrderedDict": OrderedDict, "numpy dtype": type("DType", (DType,), {})}
        known |= {"numpy ndarray": type("ndarray", (), {})}
        for core in ("numpy.core", "numpy._core"):
            known[f"{core}.multiarray _reconstruct"] = self._reconstruct
            known[f"{core}.multiarray scalar"] = self._scalar
            known[f"{core}.numeric _frombuffer"] = self._frombuffer
        self._known = known | dict(functions or {})

    def find_class(self, module: str, name: str) -> Any:
        key = f"{module} {name}"
        if key not in self._known:
            raise pickle.UnpicklingError(f"it names {module}.{name}, which is not read: only numbers are")
        return self._known[key]

    def _reconstruct(self, *_: Any) -> Array:
        return type("Array", (Array,), {})()

    def _scalar(self, dtype: DType, content: bytes) -> Any:
        return _array(content, dtype, (), "C")[()]

    def _frombuffer(self, content: bytes, dtype: DType, shape: Sequence[int], order: str) -> NDArray:
        return _array(content, dtype, shape, order)


def safe_load(data: bytes, unpickler: type[SafeUnpickler], *, name: str, **options: Any) -> Any:
    """What a pickle holds. Raises PolicyFileError, one sentence, when it names code or is broken."""
    try:
        for opcode, argument, _ in pickletools.genops(data):
            # The unpickler would make a table that long.
            if opcode.name in _PUTS and int(argument or 0) > len(data):
                raise pickle.UnpicklingError("its memo has more entries than it has bytes")
        return unpickler(data, **options).load()
    except Exception as error:
        raise PolicyFileError(f"{name}: cannot be read: {error}") from error


def _array(content: bytes, dtype: DType, shape: Sequence[int], order: str) -> NDArray:
    return np.frombuffer(content, dtype.numpy()).reshape(tuple(shape), order="F" if order == "F" else "C")
