"""Hopper-v5. PPO: mean return of 2,096, 3,565 and 3,602 after 1M steps with seeds 1, 2, 3 (means of 20 deterministic
episodes); 2,500 in training never, after 321,000 and after 483,000. With init_log_std -0.5, four seeds took 755,000,
866,000, never and 337,000.
"""

from typing import Any

TASK = "Hopper-v5"
SETTINGS: dict[str, dict[str, Any]] = {
    "ppo": {"num_envs": 16, "num_steps": 128, "num_minibatches": 16, "learning_rate": 4e-4, "target_kl": 0.0}
}
