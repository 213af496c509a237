"""PPO on HalfCheetah, environment steps a second with learning: the page, native websim and Stable-Baselines3."""

from collections.abc import Callable
from statistics import median
from typing import Any

from lab import Lab, train_for
from native_training import TASK, Iteration, StableBaselines, iterations_of, train_natively

ROUNDS, SECONDS = 2, 10.0
RANKS = 2
NUM_ENVS = 16
#: The same work on both sides: rollouts of 128 steps, batches of 512, 10 epochs. Networks of two layers of 64 with
#: tanh are everybody's default.
EQUAL = {"num_envs": NUM_ENVS, "num_steps": 128, "num_minibatches": 4, "update_epochs": 10, "learning_rate": 3e-4}
EQUAL_SB3 = {"n_steps": 128, "batch_size": 512, "n_epochs": 10, "learning_rate": 3e-4}
DEFAULT_ENVS_SB3 = 8


def measure(lab: Lab) -> dict[str, Any]:
    """Medians over all iterations of all rounds, and ratios page / Stable-Baselines3."""
    default: dict[str, Any] = {"env": TASK, "ranks": RANKS}
    # Endless, and without an early stop: every iteration does the same work.
    equal = {**default, **EQUAL, "target_kl": 0, "total_steps": 10**9}
    sb3 = StableBaselines(NUM_ENVS, **EQUAL_SB3)
    sb3_default = StableBaselines(DEFAULT_ENVS_SB3)
    with lab.ready_page() as page:
        trainers: dict[str, Callable[[], list[Iteration]]] = {
            "page_equal": lambda: iterations_of(train_for(page, equal, SECONDS)),
            "sb3_equal": lambda: sb3.train(SECONDS),
            "sb3_equal_one_thread": lambda: sb3.train(SECONDS, threads=1),
            "websim_equal": lambda: iterations_of(train_natively(equal, SECONDS)),
            "page_default": lambda: iterations_of(train_for(page, default, SECONDS)),
            "websim_default": lambda: iterations_of(train_natively(default, SECONDS)),
            # One thread is never slower with batches of 64, and much faster when a core is busy.
            "sb3_default": lambda: sb3_default.train(SECONDS, threads=1),
        }
        iterations: dict[str, list[Iteration]] = {name: [] for name in trainers}
        for i in range(ROUNDS):
            # Who comes first changes, so that a drift of the machine's speed favours nobody.
            for name in list(trainers)[:: 1 if i % 2 == 0 else -1]:
                iterations[name] += trainers[name]()
    figures = {name: _summary(samples) for name, samples in iterations.items()}
    best_sb3 = max(("sb3_equal", "sb3_equal_one_thread"), key=lambda name: figures[name]["rate"])
    return {
        "task": TASK,
        "ranks": RANKS,
        "rounds": ROUNDS,
        "seconds": SECONDS,
        "trainers": figures,
        "best_sb3_equal": best_sb3,
        "page_to_sb3_equal": figures["page_equal"]["rate"] / figures[best_sb3]["rate"],
        "page_to_sb3_default": figures["page_default"]["rate"] / figures["sb3_default"]["rate"],
    }


def _summary(samples: list[Iteration]) -> dict[str, Any]:
    return {
        "rate": median(sample.rate for sample in samples),
        "rollout_share": median(sample.rollout_share for sample in samples),
        "iterations": len(samples),
    }
