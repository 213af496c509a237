"""Values with arrays as bytes: they come back alike, and damage, other files and newer versions are told."""

import numpy as np
import pytest

from websim.errors import SaveError
from websim.saving.packed import MAGIC, pack, unpack

VALUE = {
    "params": np.arange(5, dtype=np.float32),
    "nested": {"list": [1, 2.5, None, "text", np.ones((2, 3)), True], "big": 2**100},
    "empty": np.zeros((0, 4), np.uint8),
    "scalar": np.float64(0.1),
    "order": np.asfortranarray(np.arange(6).reshape(2, 3)),
}


def test_values_come_back():
    back = unpack(pack(VALUE), "test")
    assert back["nested"]["big"] == 2**100
    assert back["scalar"] == 0.1
    assert back["nested"]["list"][:4] == [1, 2.5, None, "text"]
    for got, expected in [
        (back["params"], VALUE["params"]),
        (back["empty"], VALUE["empty"]),
        (back["order"], VALUE["order"]),
        (back["nested"]["list"][4], np.ones((2, 3))),
    ]:
        assert got.dtype == expected.dtype
        np.testing.assert_array_equal(got, expected)
        assert got.flags.writeable


def test_every_flipped_byte_is_told():
    data = pack({"a": np.arange(3, dtype=np.int32), "b": [1]})
    unpack(data, "test")
    for i in range(len(data)):
        damaged = bytearray(data)
        damaged[i] ^= 0x10
        # The last four bytes of the header are not used.
        if 20 <= i < 24:
            continue
        with pytest.raises(SaveError):
            unpack(damaged, "test")


@pytest.mark.parametrize("length", [0, 5, 23, 24, 40, -1])
def test_what_is_cut_off_is_told(length):
    with pytest.raises(SaveError, match=r"^the part: "):
        unpack(bytes(pack(VALUE))[:length], "the part")


def test_a_newer_version_is_told():
    data = pack(VALUE)
    data[8] = 9
    with pytest.raises(SaveError, match="expected version 1, got 9, which is newer; update websim"):
        unpack(data, "test")


def test_pickles_and_foreign_arrays_are_refused():
    import json
    import struct
    import zlib

    def forged(arrays):
        text = json.dumps({"value": {"$array": 0}, "arrays": arrays}).encode()
        return struct.pack("<8s4I", MAGIC, 1, len(text), zlib.crc32(text), 0) + text

    for arrays in ([["|O", [1]]], [["<f8", [-1]]], [["<f8", [10**12]]], [["<f8", [True, 2]]], [["V9", [1]]], [[1]]):
        with pytest.raises(SaveError, match="cannot be read"):
            unpack(forged(arrays), "test")
