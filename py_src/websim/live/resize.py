"""Another number of environments between two iterations: those that stay keep their global index and every bit."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from websim.dist import Communicator
from websim.state import State


def with_rows_of(state: State, fresh: State, comm: Communicator) -> State:
    """`state` for as many environments as `fresh` has: rows move to the ranks that own them now, in order.

    Called on all ranks. Environments that `state` did not have are as in `fresh`, a state of the same kind.
    """
    rows = {name: _moved(name, array, fresh.rows[name], comm) for name, array in state.rows.items()}
    return State(state.shared, rows)


def _moved(name: str, rows: NDArray, fresh: NDArray, comm: Communicator) -> NDArray:
    """This rank's [B', ...] of the run's rows, of which it had [B, ...]."""
    everything = comm.all_gather(rows, tag=f"rows of {name}").reshape(len(rows) * comm.world_size, *rows.shape[1:])
    first = comm.rank * len(fresh)
    mine = everything[first : first + len(fresh)]
    return np.concatenate([mine, fresh[len(mine) :]])
