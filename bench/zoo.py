"""Time that Stable-Baselines3 takes to a return natively, with the settings that its RL Zoo found for each task."""

import time
from collections.abc import Iterator, Sequence
from typing import Any

import torch
from stable_baselines3 import PPO
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.env_util import make_vec_env
from stable_baselines3.common.vec_env import VecNormalize

SEED = 1
#: What the RL Zoo trains for, and the budget here: a return that is not reached by then counts as missed.
TOTAL_STEPS = 1_000_000
PROBE_STEPS = 2_048
_POLICY = {
    "log_std_init": -2,
    "ortho_init": False,
    "activation_fn": torch.nn.ReLU,
    "net_arch": {"pi": [256, 256], "vf": [256, 256]},
}
#: From rl-baselines3-zoo, hyperparams/ppo.yml (there for v3 of the tasks), beside `normalize: true` and `n_envs: 1`.
SETTINGS: dict[str, dict[str, Any]] = {
    "HalfCheetah-v5": {
        "batch_size": 64,
        "n_steps": 512,
        "gamma": 0.98,
        "learning_rate": 2.0633e-05,
        "ent_coef": 0.000401762,
        "clip_range": 0.1,
        "n_epochs": 20,
        "gae_lambda": 0.92,
        "max_grad_norm": 0.8,
        "vf_coef": 0.58096,
    },
    "Hopper-v5": {
        "batch_size": 32,
        "n_steps": 512,
        "gamma": 0.999,
        "learning_rate": 9.80828e-05,
        "ent_coef": 0.00229519,
        "clip_range": 0.2,
        "n_epochs": 5,
        "gae_lambda": 0.99,
        "max_grad_norm": 0.7,
        "vf_coef": 0.835671,
    },
}
THRESHOLDS = {"HalfCheetah-v5": 3000.0, "Hopper-v5": 2500.0}
TASKS = tuple(THRESHOLDS)


def measure(tasks: Sequence[str] = TASKS) -> Iterator[tuple[str, dict[str, Any]]]:
    """Of each task: seconds and steps until the mean return of the last 100 training episodes is the threshold.

    `reached` is false when the budget ended first. `processor_seconds` are those of all threads.
    """
    for task in tasks:
        torch.set_num_threads(_faster_threads(task))
        begun, begun_processor = time.perf_counter(), time.process_time()
        model = _model(task)
        watch = _Watch(THRESHOLDS[task])
        model.learn(TOTAL_STEPS, callback=watch)
        seconds, processor_seconds = time.perf_counter() - begun, time.process_time() - begun_processor
        yield (
            task,
            {
                "threshold": watch.threshold,
                "reached": watch.mean >= watch.threshold,
                "seconds": seconds,
                "processor_seconds": processor_seconds,
                "steps": model.num_timesteps,
                "return": watch.mean,
                "threads": torch.get_num_threads(),
            },
        )


def _model(task: str) -> PPO:
    settings = SETTINGS[task]
    # As the RL Zoo: rewards are normalised with the task's own discount; the Monitor inside counts those of the task.
    env = VecNormalize(make_vec_env(task, n_envs=1, seed=SEED), gamma=settings["gamma"])
    return PPO("MlpPolicy", env, device="cpu", seed=SEED, policy_kwargs=_POLICY, **settings)


def _faster_threads(task: str) -> int:
    """torch's threads, one or all, that train the faster."""
    rates: dict[int, float] = {}
    for threads in (torch.get_num_threads(), 1):
        torch.set_num_threads(threads)
        model = _model(task)
        begun = time.perf_counter()
        model.learn(PROBE_STEPS)
        rates[threads] = PROBE_STEPS / (time.perf_counter() - begun)
    return max(rates, key=lambda threads: rates[threads])


class _Watch(BaseCallback):
    """Ends the learning when the mean return of the last 100 training episodes, or of all so far, is the threshold."""

    def __init__(self, threshold: float):
        super().__init__()
        self.threshold, self.mean = threshold, float("-inf")

    def _on_rollout_end(self) -> None:
        episodes = self.model.ep_info_buffer
        if episodes:
            self.mean = sum(episode["r"] for episode in episodes) / len(episodes)

    def _on_step(self) -> bool:
        return self.mean < self.threshold
