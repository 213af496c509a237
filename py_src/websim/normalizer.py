"""Running mean and variance of observations, the same on every rank."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from websim.dist import Communicator
from websim.kernels import address, bind, library

#: Normalised observations are clipped to +-CLIP, as Gymnasium users do.
CLIP = 10.0
EPSILON = 1e-8


class RunningMoments:
    """Mean and variance [F] over all samples seen by all ranks; variance 1 before the first."""

    def __init__(self, features: int):
        self.count = 0.0
        self.mean, self.var = np.zeros(features), np.ones(features)
        self._float_mean, self._inverse_std = np.zeros(features, np.float32), np.ones(features, np.float32)

    def update(self, rows: NDArray[np.float32], comm: Communicator, *, tag: str) -> None:
        """Take in rows [N, F] of this rank together with those of all others."""
        features = self.mean.size
        mean, m2 = np.zeros(features), np.zeros(features)
        library().ws_moments(address(mean), address(m2), address(rows), rows.size // features, features)
        count, mean, m2 = comm.all_stats(rows.size // features, mean, m2, tag=tag)
        total = self.count + count
        delta = mean - self.mean
        m2 += self.count * (self.var + delta**2 * count / total)
        self.mean = self.mean + delta * count / total
        self.load(total, self.mean, m2 / total)

    def load(self, count: float, mean: NDArray[np.float64], var: NDArray[np.float64]) -> None:
        """Set the state, as when a policy is loaded."""
        self.count, self.mean, self.var = count, mean, var
        self._float_mean[:] = mean
        self._inverse_std[:] = 1 / np.sqrt(var + EPSILON)

    def normalization(self, rows: NDArray[np.float32], out: NDArray[np.float32]) -> Callable[[], None]:
        """A call that writes normalised rows [N, F] into the first F columns of `out` [N, stride]."""
        count, stride, features = len(rows), out.shape[-1], self.mean.size
        return bind("normalize", out, rows, self._float_mean, self._inverse_std, CLIP, stride, count, features)
