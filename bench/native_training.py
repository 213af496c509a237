"""PPO natively: websim's ranks as threads, and Stable-Baselines3. Each gives its iterations."""

import threading
import time
from itertools import pairwise
from typing import Any, NamedTuple

import torch
from stable_baselines3 import PPO
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.env_util import make_vec_env

import websim

TASK = "HalfCheetah-v5"


class Iteration(NamedTuple):
    """rate: environment steps/s of rollout, update and what lies between; rollout_share: of its time, in 0..1."""

    rate: float
    rollout_share: float


def iterations_of(history: list[dict[str, Any]]) -> list[Iteration]:
    """A run's iterations from its metrics, the first left out."""
    return [
        Iteration(
            (now["global_step"] - before["global_step"]) / (now["time/elapsed"] - before["time/elapsed"]),
            now["time/rollout"] / (now["time/rollout"] + now["time/update"]),
        )
        for before, now in pairwise(history)
    ]


def train_natively(settings: dict[str, Any], seconds: float) -> list[dict[str, Any]]:
    """Metrics of a run of websim that is stopped after `seconds`."""
    stop = threading.Event()
    timer = threading.Timer(seconds, stop.set)
    timer.start()
    try:
        return websim.train(**settings, stop=stop).history
    finally:
        timer.cancel()


class StableBaselines:
    """Stable-Baselines3's PPO on the CPU; gymnasium's environments one after the other, as `make_vec_env` has them."""

    def __init__(self, num_envs: int, **settings: Any):
        self._model = PPO("MlpPolicy", make_vec_env(TASK, n_envs=num_envs), device="cpu", **settings)
        self._own_threads = torch.get_num_threads()

    def train(self, seconds: float, threads: int | None = None) -> list[Iteration]:
        """Its iterations until `seconds` are over, the first left out. `threads`: torch's; None is its own choice."""
        torch.set_num_threads(threads or self._own_threads)
        clock = _Clock(seconds)
        self._model.learn(10**9, callback=clock, reset_num_timesteps=False)
        torch.set_num_threads(self._own_threads)
        return clock.iterations[1:]


class _Clock(BaseCallback):
    """Ends the learning `seconds` after its start, with three iterations at least."""

    def __init__(self, seconds: float):
        super().__init__()
        self._end = time.perf_counter() + seconds
        self._begun: tuple[int, float] | None = None
        self._rolled_out = 0.0
        self.iterations: list[Iteration] = []

    def _on_rollout_start(self) -> None:
        now = time.perf_counter()
        if self._begun:
            steps, begun = self._begun
            rate = (self.num_timesteps - steps) / (now - begun)
            self.iterations.append(Iteration(rate, (self._rolled_out - begun) / (now - begun)))
        self._begun = self.num_timesteps, now

    def _on_rollout_end(self) -> None:
        self._rolled_out = time.perf_counter()

    def _on_step(self) -> bool:
        return len(self.iterations) < 3 or time.perf_counter() < self._end
