"""Swimmer-v5. PPO: mean return of 357, 345 and 360 after 1M steps with seeds 1, 2, 3; with rollouts of 128 steps it
stayed at 108.

ARS: mean return of 349, 347 and 351 after 300k steps with seeds 1, 2, 3, of a linear policy (10 deterministic
episodes; 20 with seed 3). Sigma 0.01 with the paper's single direction stayed at 41 for 1M steps.
"""

from typing import Any

TASK = "Swimmer-v5"
SETTINGS: dict[str, dict[str, Any]] = {
    "ppo": {
        "num_envs": 4,
        "num_steps": 1024,
        "num_minibatches": 16,
        "learning_rate": 6e-4,
        "gamma": 0.9999,
        "gae_lambda": 0.98,
        "target_kl": 0.0,
    },
    "ars": {"num_envs": 16, "top_fraction": 0.5, "sigma": 0.1, "learning_rate": 0.05},
}
