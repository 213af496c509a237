"""The SPMD layer: ranks that run the same program and meet in collectives.

Every verb is a no-op at size 1. Sums run in rank order, so a run is repeatable. A back end supplies
one primitive, `_gather`; a meeting of different collectives raises on every rank.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from websim.errors import CollectiveAbortedError, CollectiveMismatchError, StopRequested
from websim.kernels import address, bind, library

T = TypeVar("T")

#: How often a thread looks for the others before it sleeps: as long as a nap takes at least, 150 us.
LOOKS = 10_000
#: Seconds between two looks afterwards.
NAP = 1e-4


class Communicator:
    """One rank's view of the others. This class is the back end for a single rank."""

    rank = 0
    world_size = 1

    def __init__(self) -> None:
        self._sequence = 0

    def _gather(self, local: NDArray, out: NDArray, tag: str) -> None:
        raise NotImplementedError

    def all_gather(self, array: NDArray, *, tag: str) -> NDArray:
        """Every rank's `array` in rank order: [world_size, *array.shape]."""
        if self.world_size == 1:
            return array[None]
        local = np.ascontiguousarray(array)
        out = np.empty((self.world_size, *local.shape), local.dtype)
        self._sequence += 1
        self._gather(local, out, tag)
        return out

    def all_sum(self, array: NDArray, *, tag: str) -> None:
        """Replace `array` by its sum over ranks, added in rank order."""
        if self.world_size > 1:
            np.add.reduce(self.all_gather(array, tag=tag), axis=0, out=array)

    def all_mean(self, array: NDArray, *, tag: str) -> None:
        """Replace `array` by its mean over ranks."""
        self.all_sum(array, tag=tag)
        array /= self.world_size

    def all_stats(
        self, count: float, mean: NDArray[np.float64], m2: NDArray[np.float64], *, tag: str
    ) -> tuple[float, NDArray[np.float64], NDArray[np.float64]]:
        """Count, mean and sum of squared deviations over all ranks' samples (Chan et al. 1979)."""
        parts = self.all_gather(np.stack([np.full_like(mean, count), mean, m2]), tag=tag)
        counts, means, m2s = parts[0]
        for other_counts, other_means, other_m2s in parts[1:]:
            total = counts + other_counts
            share = np.divide(other_counts, total, out=np.zeros_like(total), where=total > 0)
            delta = other_means - means
            means = means + delta * share
            m2s = m2s + other_m2s + delta**2 * counts * share
            counts = total
        return float(counts.flat[0]), means, m2s

    def broadcast(self, value: Any, *, tag: str) -> Any:
        """Rank 0's `value`, which must be JSON, on every rank. None costs one collective, others two."""
        if self.world_size == 1:
            return value
        text = json.dumps(value).encode() if self.rank == 0 and value is not None else b""
        size = np.array([len(text)], np.int64)
        self.all_sum(size, tag=f"{tag} size")
        if not size[0]:
            return None
        payload = np.zeros(int(size[0]), np.uint8)
        payload[: len(text)] = np.frombuffer(text, np.uint8)
        return json.loads(self.all_gather(payload, tag=tag)[0].tobytes())

    def abort(self, reason: str) -> None:
        """Release ranks that wait for this one, which will not come."""

    def barrier(self, *, tag: str) -> None:
        """Return when all ranks are here."""
        self.all_gather(np.zeros(1, np.uint8), tag=tag)

    def assert_replicated(self, array: NDArray, *, tag: str) -> None:
        """Raise on every rank when `array` is not bit for bit the same on all ranks."""
        parts = self.all_gather(array, tag=tag)
        for rank in range(1, self.world_size):
            if parts[rank].tobytes() != parts[0].tobytes():
                raise AssertionError(f"{tag}: rank {rank} differs from rank 0")


class ThreadCommunicator(Communicator):
    """Ranks as threads of one process; the kernels release the GIL."""

    def __init__(self, group: ThreadGroup, rank: int):
        super().__init__()
        self._group, self.rank, self.world_size = group, rank, group.world_size

    def _gather(self, local: NDArray, out: NDArray, tag: str) -> None:
        group = self._group
        # A copy: this rank goes on as soon as all are here, and others may read later.
        group.bring(self.rank, self._sequence, tag, local.copy())
        for rank, array in enumerate(group.meet(self.rank, self._sequence)):
            out[rank] = array

    def all_sum(self, array: NDArray, *, tag: str) -> None:
        """Replace `array` by its sum over ranks, added in rank order: of float32 without Python's lock, which the
        threads would take in turn."""
        if array.dtype != np.float32 or not array.flags.c_contiguous:
            super().all_sum(array, tag=tag)
            return
        self._sequence += 1
        self._group.sum(self.rank, self._sequence, tag, array)

    def abort(self, reason: str) -> None:
        self._group.abort(reason)


class ThreadGroup:
    """What the threads of one run share."""

    def __init__(self, world_size: int):
        self.world_size = world_size
        #: What each rank brings to a gather, on two sides by turns: a side is written again two gathers later, and by
        #: then every rank has come to the one between, so it has done reading.
        self._slots: list[list[Any]] = [[None] * world_size, [None] * world_size]
        #: For the kernel: where those arrays are, and how many numbers they have.
        self._addresses, self._sizes = np.zeros((2, 2, world_size), np.int64)
        #: The last gather that each rank came to.
        self._rounds = np.zeros(world_size, np.int64)
        self._all_here = bind("meet", self._rounds)
        self._reason: str | None = None

    def bring(self, rank: int, sequence: int, tag: str, array: NDArray) -> None:
        """Have `array` ready for the others."""
        side = sequence % 2
        self._slots[side][rank] = (sequence, tag, array.nbytes), array
        self._addresses[side, rank], self._sizes[side, rank] = address(array), array.size

    def meet(self, rank: int, sequence: int) -> list[NDArray]:
        """What all ranks have brought to the gather of that number, in rank order."""
        self._rounds[rank] = sequence
        return self._wait(sequence, lambda looks: self._all_here(sequence, looks, self.world_size))

    def sum(self, rank: int, sequence: int, tag: str, array: NDArray[np.float32]) -> None:
        """Bring a copy of `array`, and replace it by the sum of what all ranks have brought."""
        side = sequence % 2
        last = self._slots[side][rank]
        fits = last is not None and last[1].size == array.size and last[1].dtype == array.dtype
        self.bring(rank, sequence, tag, last[1] if fits else np.empty_like(array))
        brought = address(self._addresses[side]), address(self._sizes[side])
        arguments = address(array), address(self._rounds), *brought, sequence
        self._wait(sequence, lambda looks: library().ws_sum_ranks(*arguments, looks, rank, self.world_size))

    def _wait(self, sequence: int, all_here: Callable[[int], int]) -> list[NDArray]:
        """Until `all_here`, which takes how often it may look; what all ranks have brought."""
        looks = LOOKS
        while not all_here(looks):
            if self._reason is not None:
                raise CollectiveAbortedError(self._reason)
            time.sleep(NAP)
            looks = 1
        headers, arrays = zip(*self._slots[sequence % 2], strict=True)
        if any(header != headers[0] for header in headers):
            raise CollectiveMismatchError(describe_mismatch(headers))
        return list(arrays)

    def abort(self, reason: str) -> None:
        """Release every rank that waits, with `reason`."""
        self._reason = reason


class WorkerCommunicator(Communicator):
    """Ranks as Web Workers that share a SharedArrayBuffer (workers/ranks/collective.ts)."""

    def __init__(self, rank: int, world_size: int):
        super().__init__()
        self.rank, self.world_size = rank, world_size
        # Found once: a gather takes microseconds.
        import websim_host
        from pyodide.ffi import JsException

        self._host_gather, self._host_pulse, self._host_error = websim_host.gather, websim_host.pulse, JsException

    def _gather(self, local: NDArray, out: NDArray, tag: str) -> None:
        try:
            mismatch = self._host_gather(local.ctypes.data, out.ctypes.data, local.nbytes, self._sequence, tag)
        except self._host_error as error:
            if self._host_pulse():
                raise StopRequested from error
            raise CollectiveAbortedError(error.message) from error
        if mismatch:
            raise CollectiveMismatchError(mismatch)


def describe_mismatch(headers: Sequence[tuple[int, str, int]]) -> str:
    """One sentence that names what each rank called: (sequence, tag, bytes) by rank."""
    calls = "; ".join(f"rank {rank}: #{n} {tag!r}, {size} bytes" for rank, (n, tag, size) in enumerate(headers))
    return f"ranks met in different collectives: {calls}"


def run_ranks(world_size: int, program: Callable[[Communicator], T]) -> list[T]:
    """Run `program` on `world_size` threads (in place when 1); results in rank order.

    When ranks fail, the error of the first one that did not merely wait for another is raised.
    """
    if world_size == 1:
        return [program(Communicator())]
    group = ThreadGroup(world_size)
    results: list[Any] = [None] * world_size
    errors: list[BaseException | None] = [None] * world_size

    def target(rank: int) -> None:
        try:
            results[rank] = program(ThreadCommunicator(group, rank))
        except BaseException as error:
            errors[rank] = error
            group.abort(f"rank {rank} failed: {error}")

    threads = [threading.Thread(target=target, args=(rank,), name=f"websim rank {rank}") for rank in range(world_size)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    failures = [error for error in errors if error is not None]
    if failures:
        raise next((e for e in failures if not isinstance(e, CollectiveAbortedError)), failures[0])
    return results
