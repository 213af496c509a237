"""Pickles that name code are refused before any of it runs; arrays are read as numpy wrote them."""

import io
import os
import pickle
import struct
import zipfile
from collections import OrderedDict

import numpy as np
import pytest

from websim.errors import PolicyFileError
from websim.exchange.safe_pickle import Array, SafeUnpickler, safe_load
from websim.exchange.torch_file import load_tensors


class Poison:
    """Pickled, it is a call of `function`."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


def torch_archive(content: bytes, storages=None) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("archive/data.pkl", content)
        for key, numbers in (storages or {}).items():
            archive.writestr(f"archive/data/{key}", numbers.tobytes())
    return out.getvalue()


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("function", [os.system, eval, getattr, os.mkdir, print])
def test_code_is_not_run(function, protocol, tmp_path):
    proof = tmp_path / "it-ran"
    poison = pickle.dumps({"weight": Poison(function, f"touch {proof}")}, protocol=protocol)
    with pytest.raises(PolicyFileError, match=r"^a\.pkl: cannot be read: it names \w+\.\w+, which is not read"):
        safe_load(poison, SafeUnpickler, name="a.pkl")
    with pytest.raises(PolicyFileError, match=r"^a\.pth: cannot be read: it names"):
        load_tensors(torch_archive(poison), name="a.pth")
    assert not proof.exists()
    assert not list(tmp_path.iterdir())


def test_the_poison_would_run(tmp_path):
    pickle.loads(pickle.dumps(Poison(os.system, f"touch {tmp_path}/it-ran")))
    assert (tmp_path / "it-ran").exists()


@pytest.mark.parametrize("protocol", [3, 4, 5])
@pytest.mark.parametrize(
    "array",
    [np.arange(6.0).reshape(2, 3), np.asfortranarray(np.arange(6, dtype=">i4").reshape(2, 3)), np.zeros((0, 2), "f2")],
    ids=["C", "Fortran", "empty"],
)
def test_arrays_are_read(array, protocol):
    read = safe_load(pickle.dumps(OrderedDict(a=array), protocol=protocol), SafeUnpickler, name="a")["a"]
    values = read.values if isinstance(read, Array) else read
    np.testing.assert_array_equal(values, array)
    assert values.dtype == array.dtype


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"garbage",
        pickle.dumps([1, 2])[:-3],
        # A memo entry so high that the table for it would fill the memory.
        b"\x80\x02]r\xff\xff\xff\x7f.",
        pickle.dumps(np.array([object()], dtype=object)),
    ],
    ids=["empty", "garbage", "cut off", "memo", "objects"],
)
def test_broken_pickles_are_refused_in_a_sentence(content):
    with pytest.raises(PolicyFileError, match=r"^a\.pkl: cannot be read: ") as caught:
        safe_load(content, SafeUnpickler, name="a.pkl")
    assert "\n" not in str(caught.value)


def tensor_pickle(offset, size, stride, numbers):
    """A state dict with one float tensor, as torch writes it."""

    def number(value):
        return b"J" + struct.pack("<i", value)

    def numbers_of(values):
        return b"(" + b"".join(map(number, values)) + b"t"

    def text(value):
        return b"X" + struct.pack("<I", len(value)) + value.encode()

    storage = b"(" + text("storage") + b"ctorch\nFloatStorage\n" + text("0") + text("cpu") + number(numbers) + b"tQ"
    view = storage + number(offset) + numbers_of(size) + numbers_of(stride) + b"\x89}t"
    return b"\x80\x02}" + text("w") + b"ctorch._utils\n_rebuild_tensor_v2\n(" + view + b"Rs."


def test_a_tensor_is_a_view_of_its_storage():
    numbers = np.arange(8, dtype="<f4")
    read = load_tensors(torch_archive(tensor_pickle(1, [2, 3], [1, 2], 8), {"0": numbers}))["w"]
    np.testing.assert_array_equal(read, [[1, 3, 5], [2, 4, 6]])


@pytest.mark.parametrize(
    ("offset", "size", "stride"),
    [(0, [3, 3], [3, 1]), (8, [1], [1]), (-1, [1], [1]), (4, [2], [-1]), (0, [1000, 1000], [0, 0]), (0, [2], [2**30])],
)
def test_a_tensor_outside_of_its_storage_is_refused(offset, size, stride):
    archive = torch_archive(tensor_pickle(offset, size, stride, 8), {"0": np.arange(8, dtype="<f4")})
    with pytest.raises(PolicyFileError, match="does not lie in its storage of 8 numbers"):
        load_tensors(archive)


def test_archives_that_are_none_are_refused():
    for content in (b"PK\x03\x04", b"", torch_archive(b"")[:40]):
        with pytest.raises(PolicyFileError, match=r"^a\.pth: "):
            load_tensors(content, name="a.pth")


def test_an_archive_that_unpacks_to_too_much_is_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", bytes(65 * 2**20))
    with pytest.raises(PolicyFileError, match="expected at most 67108864 bytes when unpacked"):
        load_tensors(out.getvalue())
