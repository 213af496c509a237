"""`SavedRank`: one rank of a run between two iterations, as bytes; those of all ranks are the run.

The rows of all ranks one after the other are the run's environments, so a run may go on with another number of
ranks, each taking its share of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

import websim
from websim.errors import SaveError
from websim.live.reward_text import text_of
from websim.saving.packed import pack, unpack
from websim.state import Log, State

if TYPE_CHECKING:
    from websim.session import Session


@dataclass(frozen=True)
class SavedRank:
    """shared, rows: as `State`'s. logs: of each [first row, row after the last, no rows [0, ...]]."""

    version: str
    config: Mapping[str, Any]
    rank: int
    world_size: int
    iteration: int
    global_step: int
    #: Seconds that the run has taken until here.
    elapsed: float
    shared: Mapping[str, Any]
    rows: Mapping[str, NDArray]
    logs: Mapping[str, Sequence[Any]]

    @classmethod
    def of(cls, session: Session) -> SavedRank:
        """Of a session between two iterations; the arrays may be the session's own."""
        comm, state = session.comm, session.state()
        return cls(
            websim.__version__,
            asdict(session.config),
            comm.rank,
            comm.world_size,
            session.iteration,
            session.learner.global_step,
            session.elapsed,
            state.shared,
            state.rows,
            {name: (log.start, log.stop, log.read(log.stop, log.stop)) for name, log in state.logs.items()},
        )

    def to_bytes(self) -> bytearray:
        """As `packed` writes it."""
        return pack({"kind": "rank", **vars(self)})

    @classmethod
    def from_bytes(cls, data: bytes | bytearray | memoryview) -> SavedRank:
        """Inverse of `to_bytes`; runs nothing. Raises SaveError when it is damaged, foreign or newer."""
        value = unpack(data, "saved rank")
        if not isinstance(value, dict) or value.pop("kind", None) != "rank" or set(value) != set(_FIELDS):
            raise SaveError("saved rank: expected what SavedRank.to_bytes wrote, got another file of websim's")
        return cls(**value)

    @property
    def reward_text(self) -> str:
        """The reward that was given to the run as Python text while it went on; empty: none."""
        return text_of(self.shared.get("changes", ()))


_FIELDS = tuple(SavedRank.__dataclass_fields__)


def joined(ranks: Sequence[SavedRank], rank: int, world_size: int) -> SavedRank:
    """What rank `rank` of `world_size` goes on from.

    ranks: of all ranks of a run at one moment, in order; or, for as many ranks as were saved, that of the rank
    alone. Raises SaveError when they do not belong together or have logs, which cannot be divided anew.
    """
    first = ranks[0]
    own = [part for part in ranks if (part.rank, part.world_size) == (rank, world_size)]
    if own:
        return own[0]
    moments = [(part.rank, part.world_size, part.iteration, part.config) for part in ranks]
    if moments != [(i, len(ranks), first.iteration, first.config) for i in range(len(ranks))]:
        raise SaveError(f"save: expected the {first.world_size} ranks of one run at one moment, got others")
    if first.logs:
        raise SaveError(
            f"ranks: expected {first.world_size} as when the run was saved, got {world_size}: what it remembers of "
            f"past steps ({', '.join(first.logs)}) is kept by rank; go on with {first.world_size}"
        )
    rows = {name: np.concatenate([part.rows[name] for part in ranks]) for name in first.rows}
    count = len(next(iter(rows.values())))
    if count % world_size:
        raise SaveError(f"ranks: {count} environments cannot be divided evenly over {world_size}; use another number")
    share = count // world_size
    local = {name: array[rank * share : (rank + 1) * share] for name, array in rows.items()}
    return replace(first, rank=rank, world_size=world_size, rows=local)


def resume(session: Session, saved: SavedRank, logs: Mapping[str, Log]) -> None:
    """Put a session that was just opened where its saved rank is; logs: by the names in it.

    Raises SaveError when it does not fit.
    """
    kept = {}
    for name, (start, stop, no_rows) in saved.logs.items():
        log = logs.get(name, _empty(start, no_rows))
        if log.start > start or log.stop < stop:
            raise SaveError(f"save: {name} is incomplete: expected rows {start} to {stop}; use an older save")
        kept[name] = log._replace(start=start, stop=stop)
    try:
        session.load_state(State(saved.shared, saved.rows, kept))
    except SaveError:
        raise
    except (KeyError, ValueError, TypeError, IndexError, AttributeError) as error:
        raise SaveError(
            f"save: it does not fit this run: it was made by websim {saved.version}, this is "
            f"{websim.__version__}: {type(error).__name__}: {error}"
        ) from error
    session.iteration, session.elapsed = saved.iteration, saved.elapsed


def _empty(start: int, no_rows: NDArray) -> Log:
    return Log(start, start, lambda first, last: no_rows)
