"""Who steps whole environments: ranks of the page, websim's threads natively, and EnvPool. Rates in steps/s."""

import itertools
import time
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import envpool
import numpy as np
from playwright.sync_api import Page

import env_loop
from env_loop import EnvLoop, RandomActions

RANKS = 2


class PageLoops:
    """`num_envs` environments over two ranks of the measuring page, beside others that are open."""

    _names = itertools.count()

    def __init__(self, page: Page, task: str, num_envs: int, ranks: int = RANKS):
        self._page, self._ranks, self._name = page, ranks, f"loop {next(self._names)}"
        self._call("open_loop", [[self._name, task, num_envs // ranks, rank] for rank in range(ranks)])

    def steps_per_second(self, seconds: float) -> float:
        """Each rank's own rate, added up: none waits for another."""
        runs = self._call("run_loop", [[self._name, seconds]] * self._ranks)
        return sum(taken / elapsed for taken, elapsed in runs)

    def close(self) -> None:
        self._call("close_loop", [[self._name]] * self._ranks)

    def _call(self, function: str, arguments: list[list[object]]) -> list[tuple[int, float]]:
        return self._page.evaluate("([name, args]) => python.call('env_loop', name, args)", [function, arguments])


class ThreadLoops:
    """The same natively, a thread a rank."""

    def __init__(self, task: str, num_envs: int):
        self._loops = [EnvLoop(task, num_envs // RANKS, rank) for rank in range(RANKS)]
        self._threads = ThreadPoolExecutor(RANKS)

    def steps_per_second(self, seconds: float) -> float:
        runs = self._threads.map(lambda loop: loop.run(seconds), self._loops)
        return sum(taken / elapsed for taken, elapsed in runs)

    def close(self) -> None:
        self._threads.shutdown()
        for loop in self._loops:
            loop.env.close()


class EnvPoolRates(NamedTuple):
    """calls: with those steps in which EnvPool only starts a new episode; steps: without them."""

    steps: float
    calls: float


class EnvPoolLoop:
    """EnvPool, synchronous: a call steps all environments."""

    def __init__(self, task: str, num_envs: int, threads: int):
        self._env = envpool.make(task, env_type="gymnasium", num_envs=num_envs, num_threads=threads, seed=env_loop.SEED)
        space = self._env.action_space
        self._actions = RandomActions(space.low.astype(np.float64), space.high.astype(np.float64), num_envs, seed=0)
        self._env.reset()
        for _ in range(env_loop.WARM_UP_STEPS):
            self._env.step(self._actions())

    def rates(self, seconds: float) -> EnvPoolRates:
        begun, calls, resets, elapsed = time.perf_counter(), 0, 0, 0.0
        while elapsed < seconds:
            _, _, terminated, truncated, _ = self._env.step(self._actions())
            calls += len(terminated)
            # The next call starts these anew.
            resets += int(np.count_nonzero(terminated | truncated))
            elapsed = time.perf_counter() - begun
        return EnvPoolRates((calls - resets) / elapsed, calls / elapsed)

    def steps_per_second(self, seconds: float) -> float:
        return self.rates(seconds).steps

    def close(self) -> None:
        self._env.close()
