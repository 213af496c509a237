"""A process that trains with another library's PPO: Stable-Baselines3 or sbx, its JAX twin with the same interface.

usage: python bench/trainer_process.py '{"library": ..., "task": ..., "num_envs": ..., "settings": {...}}'
Each line of input is two numbers of seconds, of warming up and until the end; it trains for so long and answers with
its iterations after the first number, and two at least, as a line of JSON.
"""

import importlib
import json
import sys
import time
from typing import Any

from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.env_util import make_vec_env

LEAST_ITERATIONS = 2


class Clock(BaseCallback):
    """Ends the learning `seconds` after its start.

    Notes (rate, rollout's share) of iterations that begin after `warm_up` seconds, LEAST_ITERATIONS at least.
    """

    def __init__(self, warm_up: float, seconds: float):
        super().__init__()
        now = time.perf_counter()
        self._warm, self._end = now + warm_up, now + seconds
        self._begun: tuple[int, float] | None = None
        self._rolled_out = 0.0
        self.iterations: list[tuple[float, float]] = []

    def _on_rollout_start(self) -> None:
        now = time.perf_counter()
        if self._begun and self._begun[1] >= self._warm:
            steps, begun = self._begun
            rate = (self.num_timesteps - steps) / (now - begun)
            self.iterations.append((rate, (self._rolled_out - begun) / (now - begun)))
        self._begun = self.num_timesteps, now

    def _on_rollout_end(self) -> None:
        self._rolled_out = time.perf_counter()

    def _on_step(self) -> bool:
        return len(self.iterations) < LEAST_ITERATIONS or time.perf_counter() < self._end


def main() -> int:
    order: dict[str, Any] = json.loads(sys.argv[1])
    ppo = importlib.import_module(order["library"]).PPO
    # gymnasium's environments one after the other, as `make_vec_env` has them unless asked otherwise.
    env = make_vec_env(order["task"], n_envs=order["num_envs"])
    model = ppo("MlpPolicy", env, device="cpu", **order["settings"])
    for line in sys.stdin:
        clock = Clock(*map(float, line.split()))
        model.learn(10**9, callback=clock, reset_num_timesteps=False)
        print(json.dumps(clock.iterations), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
