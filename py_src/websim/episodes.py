"""The last 100 finished episodes of a run, the same list on every rank."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from websim.dist import Communicator

WINDOW = 100


class EpisodeWindow:
    """Collects finished episodes of this rank; `merge` puts those of all ranks in one order."""

    def __init__(self) -> None:
        self._new: list[NDArray[np.float64]] = []
        self._window = np.zeros((0, 2))
        self.count = 0

    def add(self, t: int, first_env: int, ended: NDArray[np.bool_], returns: NDArray, lengths: NDArray) -> None:
        """Episodes that ended with step t, for rows of `ended` [B]; returns and lengths [n]."""
        envs = np.flatnonzero(ended) + first_env
        self._new.append(np.column_stack([np.full(len(envs), t), envs, returns, lengths]).astype(float))

    def merge(self, comm: Communicator) -> None:
        """Take in this iteration's episodes of all ranks, ordered by (step, environment)."""
        new = np.concatenate([np.zeros((0, 4)), *self._new])
        self._new.clear()
        # A rank's last WINDOW episodes are all that can be among the run's last WINDOW.
        payload = np.full((WINDOW + 1, 4), np.nan)
        payload[0, 0] = len(new)
        recent = new[-WINDOW:]
        payload[1 : 1 + len(recent)] = recent
        parts = comm.all_gather(payload, tag="episodes")
        self.count += int(parts[:, 0, 0].sum())
        finished = parts[:, 1:].reshape(-1, 4)
        finished = finished[~np.isnan(finished[:, 0])]
        finished = finished[np.lexsort((finished[:, 1], finished[:, 0]))]
        self._window = np.concatenate([self._window, finished[:, 2:]])[-WINDOW:]

    def state(self) -> list[Any]:
        """What `load_state` takes, between two merges: count and window [n, 2] (return, length)."""
        return [self.count, self._window]

    def load_state(self, state: list[Any]) -> None:
        """Continue from a state."""
        self.count, self._window = state

    @property
    def mean_return(self) -> float | None:
        """Mean return of the last 100 episodes; None before the first ends."""
        return float(self._window[:, 0].mean()) if len(self._window) else None

    @property
    def mean_length(self) -> float | None:
        """Mean length of the last 100 episodes in control steps; None before the first ends."""
        return float(self._window[:, 1].mean()) if len(self._window) else None

    @property
    def metrics(self) -> dict[str, float | int | None]:
        """What every algorithm reports of episodes."""
        return {
            "charts/episodic_return": self.mean_return,
            "charts/episodic_length": self.mean_length,
            "charts/episodes": self.count,
        }
