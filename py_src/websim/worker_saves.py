"""How a rank of the page is saved and goes on: shares of saves leave as JS objects, saved ranks come as bytes."""

from __future__ import annotations

import json
from typing import Any

import js
from pyodide.ffi import to_js

from websim.errors import SaveError
from websim.saving.autosave import Autosave, Share
from websim.saving.log_segments import Segment, logs_of
from websim.saving.saved_rank import SavedRank, joined, resume
from websim.session import Session


class WorkerSaves:
    """Of one rank. saved: the JS object `SavedState` (ranks/protocol.ts) that the session goes on from, or None."""

    def __init__(self, session: Session, saved: Any):
        if saved:
            parts = [SavedRank.from_bytes(part.to_bytes()) for part in saved.parts]
            segments = [Segment.from_bytes(segment.to_bytes()) for segment in saved.segments]
            rank = session.comm.rank
            own = joined(parts, rank, session.comm.world_size)
            if own.reward_text and not saved.code:
                raise SaveError(
                    "save: its reward is Python text, of which its manifest says nothing, so the file was changed; "
                    "open it only as its author gave it"
                )
            resume(session, own, logs_of(segments, rank))
        self._share: Share | None = None
        self.autosave = Autosave(session, self._keep)

    def take(self) -> Any:
        """The share of a save that is to be written, as the JS object `SavedShare`, once; None: none."""
        share, self._share = self._share, None
        if share is None:
            return None
        saved = share.saved
        description = {
            "rank": saved.rank,
            "iteration": saved.iteration,
            "globalStep": saved.global_step,
            "config": saved.config,
            "code": share.code,
            "version": saved.version,
            "seconds": share.seconds,
            "logs": {name: span[0] for name, span in saved.logs.items()},
        }
        segments = [{"name": s.name, "first": s.first, "last": s.last, "data": s.to_bytes()} for s in share.segments]
        files = {"description": json.dumps(description), "data": share.data, "segments": segments}
        return to_js(files, dict_converter=js.Object.fromEntries)

    def _keep(self, share: Share) -> None:
        self._share = share
