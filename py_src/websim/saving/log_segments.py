"""Rows of a rank's log as files that are each written once: a log is its segments one after the other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from websim.errors import SaveError
from websim.saving.packed import pack, unpack
from websim.state import Log


@dataclass(frozen=True)
class Segment:
    """Rows first .. last - 1 of the log `name` of a rank [last - first, ...]."""

    name: str
    rank: int
    first: int
    last: int
    rows: NDArray

    def to_bytes(self) -> bytearray:
        """As `packed` writes it."""
        return pack({"kind": "log", **vars(self)})

    @classmethod
    def from_bytes(cls, data: bytes | bytearray | memoryview) -> Segment:
        """Inverse of `to_bytes`; runs nothing. Raises SaveError when it is damaged, foreign or newer."""
        value = unpack(data, "saved log")
        if not isinstance(value, dict) or value.pop("kind", None) != "log":
            raise SaveError("saved log: expected what Segment.to_bytes wrote, got another file of websim's")
        segment = cls(**value)
        if len(segment.rows) != segment.last - segment.first:
            raise SaveError(f"saved log: expected {segment.last - segment.first} rows, got {len(segment.rows)}")
        return segment


def logs_of(segments: Iterable[Segment], rank: int) -> dict[str, Log]:
    """The logs of a rank by name. Raises SaveError when rows between two segments are missing."""
    by_name: dict[str, list[Segment]] = {}
    for segment in sorted(segments, key=lambda segment: segment.first):
        if segment.rank == rank:
            by_name.setdefault(segment.name, []).append(segment)
    return {name: _log(name, parts) for name, parts in by_name.items()}


def _log(name: str, segments: list[Segment]) -> Log:
    edges = [segments[0].first, *(segment.last for segment in segments)]
    if [segment.first for segment in segments] != edges[:-1]:
        raise SaveError(f"saved log: {name} has gaps; use an older save")

    def read(first: int, last: int) -> NDArray:
        parts = [
            segment.rows[max(0, first - segment.first) : last - segment.first]
            for segment in segments
            if segment.first < last and segment.last > first
        ]
        return np.concatenate(parts) if parts else segments[0].rows[:0]

    return Log(edges[0], edges[-1], read)
