"""HalfCheetah-v5. PPO: mean return of 3,288, 3,199 and 4,071 after 1M steps with seeds 1, 2, 3.

ARS: 3,899, 3,370 and 3,831 after 1.4M steps with seeds 1, 2, 3, of a linear policy (means of 10 deterministic
episodes). Evaluations of 1.2M to 1.5M steps were 2,931 to 3,959: in some of them a few episodes fail. Directions as in
the paper, 32 of which 4 count, with steps of 0.02 and sigma 0.03, reached 2,496 after 3M with seed 1.
"""

from typing import Any

TASK = "HalfCheetah-v5"
SETTINGS: dict[str, dict[str, Any]] = {
    "ppo": {"num_envs": 64, "learning_rate": 2e-3},
    "ars": {"num_envs": 16, "top_fraction": 0.5, "sigma": 0.05, "learning_rate": 0.04},
}
