"""`State`: what a run's learner or environments are between two iterations, ready to be saved or moved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from numpy.typing import NDArray


class Log(NamedTuple):
    """Rows that are only ever added, of this rank: those from `start` to `stop` are still needed.

    read(first, last): rows first .. last - 1, [last - first, ...]. A saver writes each row once.
    """

    start: int
    stop: int
    read: Callable[[int, int], NDArray]


class State(NamedTuple):
    """shared: arrays and JSON values that are the same on every rank, by name.

    rows: arrays of which the first dimension is this rank's environments, in order: those of all ranks one after
    the other are the run's. logs: see `Log`.
    """

    shared: Mapping[str, Any]
    rows: Mapping[str, NDArray] = {}
    logs: Mapping[str, Log] = {}

    def under(self, name: str) -> State:
        """The same with `name/` before each name, to be merged with others."""
        return self._renamed(lambda key: f"{name}/{key}", "")

    def part(self, name: str) -> State:
        """Inverse of `under`: the entries that begin with `name/`, without it."""
        return self._renamed(lambda key: key.removeprefix(f"{name}/"), f"{name}/")

    def _renamed(self, rename: Callable[[str], str], prefix: str) -> State:
        parts: list[Any] = [{rename(k): v for k, v in part.items() if k.startswith(prefix)} for part in self]
        return State(*parts)


def merged(*states: State) -> State:
    """All entries of states with different names."""
    parts: list[Any] = [{k: v for part in parts for k, v in part.items()} for parts in zip(*states, strict=True)]
    return State(*parts)
