"""HalfCheetah-v5. PPO: mean return of 7,141, 4,819 and 5,298 after 1M steps with seeds 1, 2, 3 (means of 20
deterministic episodes); on two ranks in the page 3,000 in training after 256,000, 225,000 and 225,000. With actions
that start as wide as their bounds (init_log_std 0), a seed reached 1,742.

ARS: 3,899, 3,370 and 3,831 after 1.4M steps with seeds 1, 2, 3, of a linear policy (means of 10 deterministic
episodes). Evaluations of 1.2M to 1.5M steps were 2,931 to 3,959: in some of them a few episodes fail. Directions as in
the paper, 32 of which 4 count, with steps of 0.02 and sigma 0.03, reached 2,496 after 3M with seed 1.

SAC: 5,728, 6,790 and 7,662 after 300,000 steps with seeds 1, 2, 3 on two ranks (means of 20 deterministic episodes),
165 to 175 s of processor time each. Twice the updates reached 5,356 after 100,000 steps with seed 1; without the small
alpha to start with, evaluations after 60,000 steps were 443 and not 2,337.
"""

from typing import Any

TASK = "HalfCheetah-v5"
SETTINGS: dict[str, dict[str, Any]] = {
    "ppo": {"num_envs": 32, "learning_rate": 1e-3, "init_log_std": -0.5},
    "ars": {"num_envs": 16, "top_fraction": 0.5, "sigma": 0.05, "learning_rate": 0.04},
    "sac": {"total_steps": 300_000, "hidden": (128, 128), "utd": 0.25, "policy_lr": 1e-3, "alpha": 0.1},
}
