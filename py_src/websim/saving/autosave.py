"""When a run is saved: rank 0's clock and requests decide, and all ranks act alike, between two iterations."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from websim.saving.log_segments import Segment
from websim.saving.saved_rank import SavedRank

if TYPE_CHECKING:
    from websim.session import Session
    from websim.state import Log

#: The first save comes this soon.
FIRST_SECONDS = 1.0
#: A copy for a run that is stopped in the middle of an iteration is made when copying takes no more than this share.
COPY_SHARE = 0.005
_COPY, _SAVE, _HOLD = 1, 2, 4


class Share(NamedTuple):
    """A rank's share of a save: what it is of, the bytes of it, and the rows of its logs since its last one.

    saved: without its arrays, which have gone on since. code: whether going on runs Python text that the run brings.
    seconds: that training waited for the bytes.
    """

    saved: SavedRank
    code: bool
    seconds: float
    data: bytearray
    segments: list[Segment]


class Autosave:
    """Of one rank. emit: takes each save; ready, asked on rank 0: whether the last one is written."""

    def __init__(
        self,
        session: Session,
        emit: Callable[[Share], None],
        *,
        ready: Callable[[], bool] = lambda: True,
        clock: Callable[[], float] = time.perf_counter,
    ):
        self.session, self._emit, self._ready, self._clock = session, emit, ready, clock
        self._requested = False
        self._copy: Share | None = None
        self._saved_iteration = self._copied_iteration = session.iteration
        self._next_copy = clock()
        self._next_save = clock() + min(FIRST_SECONDS, session.config.autosave_seconds)
        #: Of each log, the number of the first row that was not emitted yet.
        self._emitted = {name: log.stop for name, log in session.state().logs.items()}

    def request(self) -> None:
        """Save in the next round, whatever the clock says. On rank 0."""
        self._requested = True

    def round(self, *, hold: bool = False) -> bool:
        """All ranks together, before an iteration: save when it is time. Returns whether rank 0 said `hold`: meet in
        the next round without an iteration in between, and save now."""
        decision = np.array([self._decide(hold) if self.session.comm.rank == 0 else 0])
        self.session.comm.all_sum(decision, tag="autosave")
        flags = int(decision[0])
        if flags & (_COPY | _SAVE):
            self._take_copy()
        if flags & _SAVE:
            self._emit_copy()
        return bool(flags & _HOLD)

    def finish(self) -> None:
        """Save the end of the run; all ranks call it."""
        if self.session.config.autosave_seconds:
            self._take_copy()
            self._emit_copy()

    def stop(self) -> None:
        """Save the newest copy: in the middle of an iteration there is no state to go on from."""
        self._emit_copy()

    def _decide(self, hold: bool) -> int:
        seconds, now = self.session.config.autosave_seconds, self._clock()
        flags = _HOLD if hold else 0
        if not seconds:
            return flags
        if hold or self._requested or (now >= self._next_save and self._ready()):
            self._requested = False
            self._next_save = now + seconds
            flags |= _SAVE
        elif now >= self._next_copy:
            flags |= _COPY
        return flags

    def _take_copy(self) -> None:
        if self._copied_iteration == self.session.iteration:
            return
        start = self._clock()
        saved = SavedRank.of(self.session)
        data = saved.to_bytes()
        end = self._clock()
        self._copy = Share(replace(saved, shared={}, rows={}), bool(saved.reward_text), end - start, data, [])
        self._copied_iteration = saved.iteration
        self._next_copy = end + (end - start) / COPY_SHARE

    def _emit_copy(self) -> None:
        copy = self._copy
        if copy is None or copy.saved.iteration == self._saved_iteration:
            return
        self._saved_iteration = copy.saved.iteration
        logs = self.session.state().logs
        segments = [s for name, log in logs.items() for s in self._new_rows(name, log, copy.saved)]
        self._copy = None
        self._emit(copy._replace(segments=segments))

    def _new_rows(self, name: str, log: Log, saved: SavedRank) -> list[Segment]:
        """Rows of a log that are needed to go on and that no save has brought."""
        start, stop, _ = saved.logs[name]
        first = max(start, self._emitted.get(name, start))
        self._emitted[name] = stop
        if first >= stop:
            return []
        return [Segment(name, saved.rank, first, stop, np.array(log.read(first, stop)))]
