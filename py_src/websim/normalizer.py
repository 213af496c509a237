"""Running mean and variance of observations, the same on every rank."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from websim.dist import Communicator
from websim.kernels import address, bind, library

#: Normalised observations are clipped to +-CLIP, as Gymnasium users do.
CLIP = 10.0
EPSILON = 1e-8


class Moments:
    """Mean and sum of squared deviations [F] of rows that arrive in batches."""

    def __init__(self, features: int):
        self.count = 0
        self.mean, self.m2 = np.zeros((2, features))

    def collection(self, rows: NDArray[np.float32]) -> Callable[[], None]:
        """A call that adds the rows [..., F] that the array holds then."""
        features = self.mean.size
        count = rows.size // features
        add = bind("add_moments", self.mean, self.m2, rows)

        def collect() -> None:
            add(self.count, count, features)
            self.count += count

        return collect

    def add(self, rows: NDArray[np.float32]) -> None:
        """Add rows [N, F], contiguous."""
        library().ws_add_moments(address(self.mean), address(self.m2), address(rows), self.count, *rows.shape)
        self.count += len(rows)

    def clear(self) -> None:
        self.count = 0
        self.mean[:] = self.m2[:] = 0


class RunningMoments:
    """Mean and variance [F] over all samples seen by all ranks; variance 1 before the first."""

    def __init__(self, features: int):
        self.count = 0.0
        #: Normalised values are clipped to +-clip; infinite: not at all.
        self.clip = CLIP
        self.mean, self.var = np.zeros(features), np.ones(features)
        self._float_mean, self._inverse_std = np.zeros(features, np.float32), np.ones(features, np.float32)
        #: Rows of this rank since the last update.
        self._new = Moments(features)

    def collection(self, rows: NDArray[np.float32]) -> Callable[[], None]:
        """A call that notes the rows [N, F] of an array that is written anew each time, for the next update."""
        return self._new.collection(rows)

    def add(self, rows: NDArray[np.float32]) -> None:
        """Note rows [N, F], contiguous, for the next update."""
        self._new.add(rows)

    def update(self, comm: Communicator, *, tag: str) -> None:
        """Take in what this rank has noted together with what all others have."""
        count, mean, m2 = comm.all_stats(self._new.count, self._new.mean, self._new.m2, tag=tag)
        self._new.clear()
        total = self.count + count
        delta = mean - self.mean
        m2 += self.count * (self.var + delta**2 * count / total)
        self.mean = self.mean + delta * count / total
        self.load(total, self.mean, m2 / total)

    def state(self) -> list[Any]:
        """What `load` takes, between two updates."""
        return [self.count, self.mean, self.var]

    def load(self, count: float, mean: NDArray[np.float64], var: NDArray[np.float64]) -> None:
        """Set the state, as when a policy is loaded."""
        self.count, self.mean, self.var = count, mean, var
        self._float_mean[:] = mean
        self._inverse_std[:] = 1 / np.sqrt(var + EPSILON)

    @property
    def inverse_std(self) -> NDArray[np.float32]:
        """What rows, less their mean, are multiplied by [F]."""
        return self._inverse_std

    def normalization(self, rows: NDArray[np.float32], out: NDArray[np.float32]) -> Callable[[], None]:
        """A call that writes normalised rows [N, F] into the first F columns of `out` [N, stride]."""
        count, stride, features = len(rows), out.shape[-1], self.mean.size
        return bind("normalize", out, rows, self._float_mean, self._inverse_std, self.clip, stride, count, features)
