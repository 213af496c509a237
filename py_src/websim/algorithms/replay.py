"""The transitions that an off-policy learner draws from: of this rank's environments, the newest of each."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from websim.errors import ConfigError
from websim.kernels import TILE, Tiles, address, library
from websim.state import Log

#: Control steps that memory is taken for at first; it doubles as they fill.
_FIRST_STEPS = 1024
#: Control steps that are read from a log at a time.
_READ_STEPS = 1024


class Replay:
    """Control steps `start` to `stop` of B environments, at most `capacity` of them.

    A row of F = O + A + 2 numbers is a transition: observation, action, reward, 1 if the episode may go on, 0 if it
    terminated. The next observation is the next row's; where an episode was cut off, or an environment was put
    elsewhere, it is kept apart. So a step costs one observation. Raises ConfigError when memory runs out.
    """

    def __init__(self, capacity: int, num_envs: int, obs_dim: int, action_dim: int):
        # One more step holds the observations that the next actions are for.
        self.slots = capacity + 1
        self.num_envs, self.obs_dim = num_envs, obs_dim
        self.features = obs_dim + action_dim + 2
        self.start = self.stop = 0
        self._rows = self._allocate(min(self.slots, _FIRST_STEPS))
        self._is_cut = np.zeros(self._rows.shape[:2], bool)
        #: What cut off episodes saw last, by (control step, environment), in order of the steps.
        self._finals: OrderedDict[tuple[int, int], NDArray[np.float32]] = OrderedDict()
        self._dropped_finals = 0

    def observe(self, obs: NDArray[np.float32]) -> None:
        """The observations [B, O] that the next actions are for."""
        self._reserve()
        current = self._rows[self.stop % self.slots, :, : self.obs_dim]
        if self.stop > self.start and current.tobytes() != obs.tobytes():
            last = (self.stop - 1) % self.slots
            moved = (current != obs).any(axis=1) & (self._rows[last, :, -1] != 0)
            for env in np.flatnonzero(moved & ~self._is_cut[last]):
                self._finals[self.stop - 1, int(env)] = current[env].copy()
                self._is_cut[last, env] = True
        current[:] = obs

    def add(
        self,
        actions: NDArray[np.float32],
        reward: NDArray[np.float64],
        terminated: NDArray[np.bool_],
        next_obs: NDArray[np.float32],
    ) -> None:
        """What came of actions [B, A]: reward [B], terminated [B], and the observations [B, O] before any reset."""
        row = self._rows[self.stop % self.slots]
        row[:, self.obs_dim : -2] = actions
        row[:, -2], row[:, -1] = reward, ~terminated
        self.stop += 1
        self._reserve()
        following = self.stop % self.slots
        self._rows[following, :, : self.obs_dim] = next_obs
        self._is_cut[following] = False
        self.start = max(self.start, self.stop - self.slots + 1)
        self._drop_finals()

    def gather(self, batch: Tiles, following: Tiles, steps: NDArray[np.int64], envs: NDArray[np.int64]) -> None:
        """Transitions [n] into `batch`, tiles of F features, and their next observations into the first O of
        `following`, the same."""
        count = len(steps)
        index = (steps % self.slots * self.num_envs + envs).astype(np.int32)
        next_index = ((steps + 1) % self.slots * self.num_envs + envs).astype(np.int32)
        rows = address(self._rows)
        library().ws_gather_tiles(address(batch), rows, address(index), count, self.features)
        library().ws_gather_tiles(address(following), rows, address(next_index), count, self.features)
        for n in np.flatnonzero(self._is_cut.ravel()[index]):
            following[n // TILE, : self.obs_dim, n % TILE] = self._finals[int(steps[n]), int(envs[n])]

    def logs(self) -> dict[str, Log]:
        """What `load` takes: only rows that came since have to be saved again."""
        first = self._dropped_finals
        return {
            "transitions": Log(self.start, self.stop, self._read),
            "finals": Log(first, first + len(self._finals), self._read_finals),
        }

    def load(self, logs: Mapping[str, Log], obs: NDArray[np.float32]) -> None:
        """Hold what the logs hold; obs [B, O]: those that the next actions are for."""
        transitions, finals = logs["transitions"], logs["finals"]
        self.stop = transitions.stop
        self.start = max(transitions.start, self.stop - self.slots + 1)
        self._reserve()
        for first in range(self.start, self.stop, _READ_STEPS):
            last = min(first + _READ_STEPS, self.stop)
            self._rows[np.arange(first, last) % self.slots] = transitions.read(first, last)
        self._rows[self.stop % self.slots, :, : self.obs_dim] = obs
        self._is_cut[:] = False
        self._finals.clear()
        self._dropped_finals = finals.start
        for row in finals.read(finals.start, finals.stop):
            self._finals[int(row[0]), int(row[1])] = row[2:].astype(np.float32)
        self._drop_finals()
        for step, env in self._finals:
            self._is_cut[step % self.slots, env] = True

    def _drop_finals(self) -> None:
        """Forget those of steps before `start`."""
        while self._finals and next(iter(self._finals))[0] < self.start:
            self._finals.popitem(last=False)
            self._dropped_finals += 1

    def _reserve(self) -> None:
        """Have memory for step `stop`."""
        held = len(self._rows)
        needed = min(self.stop + 1, self.slots)
        if needed <= held:
            return
        slots = min(self.slots, max(2 * held, needed))
        rows = self._allocate(slots)
        rows[:held] = self._rows
        self._rows = rows
        self._is_cut = np.concatenate([self._is_cut, np.zeros((slots - held, self.num_envs), bool)])

    def _allocate(self, slots: int) -> NDArray[np.float32]:
        try:
            return np.zeros((slots, self.num_envs, self.features), np.float32)
        except MemoryError:
            raise ConfigError(
                f"buffer_size: no memory for {slots * self.num_envs:,} transitions of {4 * self.features:,} bytes in a "
                f"rank; start again with at most half of that"
            ) from None

    def _read(self, first: int, last: int) -> NDArray[np.float32]:
        return self._rows[np.arange(first, last) % self.slots]

    def _read_finals(self, first: int, last: int) -> NDArray[np.float64]:
        first, last = first - self._dropped_finals, last - self._dropped_finals
        rows = [[*key, *obs] for key, obs in islice(self._finals.items(), first, last)]
        return np.array(rows, float).reshape(last - first, 2 + self.obs_dim)
