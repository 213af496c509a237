"""What became of each environment's episodes, counted when they end so that a step costs nothing more."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Statistics(NamedTuple):
    """Arrays [B], one number for each environment; returns [B, K] with K agents.

    episode_*: of the running episode; last_*: of the last finished one (NaN and 0 before there is one).
    resets: since the environments were opened. divergences: episodes that ended because their physics diverged.
    finished: episodes that ended by themselves or by their limit; successes: those of them that had succeeded;
    success_rate: their share, NaN before an episode has finished.
    """

    episode_return: NDArray[np.float64]
    episode_length: NDArray[np.int64]
    last_return: NDArray[np.float64]
    last_length: NDArray[np.int64]
    resets: NDArray[np.int64]
    divergences: NDArray[np.int64]
    finished: NDArray[np.int64]
    successes: NDArray[np.int64]
    success_rate: NDArray[np.float64]


class EpisodeCounters:
    """Of `num_envs` environments; `returns_shape` is [B], or [B, K] with K agents."""

    def __init__(self, num_envs: int, returns_shape: tuple[int, ...]):
        self.last_return = np.full(returns_shape, np.nan)
        self.last_length = np.zeros(num_envs, np.int64)
        self.resets = np.zeros(num_envs, np.int64)
        self.finished = np.zeros(num_envs, np.int64)
        self.successes = np.zeros(num_envs, np.int64)

    def finish(
        self,
        ended: NDArray[np.bool_],
        returns: NDArray[np.float64],
        lengths: NDArray[np.int64],
        succeeded: NDArray[np.bool_],
    ) -> None:
        """Note the episodes of `ended` [B]: their returns and lengths [n], in row order; succeeded is of all [B]."""
        self.last_return[ended] = returns
        self.last_length[ended] = lengths
        self.finished += ended
        self.successes += ended & succeeded

    def success_rate(self) -> NDArray[np.float64]:
        """Successes / finished episodes [B]; NaN before the first."""
        rate = np.full(len(self.finished), np.nan)
        np.divide(self.successes, self.finished, out=rate, where=self.finished > 0)
        return rate
