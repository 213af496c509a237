"""Whole environments with random actions, the same text natively and in a rank of the measuring page."""

import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from websim.batch_env import BatchEnv
from websim.tasks import get_spec

SEED = 1
#: Control steps before the first measured one: by then the random actions have spread the start states out.
WARM_UP_STEPS = 20
#: A step reads its actions from one of so many places of the table.
OFFSETS = 256


class RandomActions:
    """Uniform in [low, high]: one table, of which each step reads another part, so that no time goes into drawing."""

    def __init__(self, low: NDArray[Any], high: NDArray[Any], num_envs: int, seed: int):
        rng = np.random.default_rng(seed)
        self._table = rng.uniform(low, high, (num_envs + OFFSETS, len(low))).astype(low.dtype)
        self._parts = [self._table[first : first + num_envs] for first in rng.permutation(OFFSETS)]
        self._step = 0

    def __call__(self) -> NDArray[Any]:
        """The next actions [B, A]."""
        self._step += 1
        return self._parts[self._step % OFFSETS]


class EnvLoop:
    """One rank's environments: observations, rewards, terminations, and a new episode where one has ended."""

    def __init__(self, task: str, num_envs: int, rank: int):
        first_env = rank * num_envs
        self.env = BatchEnv(get_spec(task), num_envs, seed=SEED, first_env=first_env)
        self._actions = RandomActions(*self.env.action_bounds, num_envs, seed=rank)
        for _ in range(WARM_UP_STEPS):
            self._step()

    def run(self, seconds: float) -> tuple[int, float]:
        """Environment steps, and the time that they took: `seconds` and the rest of the last step."""
        begun, taken, elapsed = time.perf_counter(), 0, 0.0
        while elapsed < seconds:
            self._step()
            taken += self.env.num_envs
            elapsed = time.perf_counter() - begun
        return taken, elapsed

    def _step(self) -> None:
        step = self.env.step(self._actions())
        if step.any_ended:
            self.env.reset_ended(step.ended)


_loops: dict[str, EnvLoop] = {}


def open_loop(name: str, task: str, num_envs: int, rank: int) -> None:
    _loops[name] = EnvLoop(task, num_envs, rank)


def run_loop(name: str, seconds: float) -> tuple[int, float]:
    return _loops[name].run(seconds)


def close_loop(name: str) -> None:
    _loops.pop(name).env.close()
