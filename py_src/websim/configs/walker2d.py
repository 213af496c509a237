"""Walker2d-v5. PPO: mean return of 4,329, 4,440 and 3,230 after 1M steps with seeds 1, 2, 3 (means of 20 deterministic
episodes); on two ranks in the page 2,500 in training after 502,000, 477,000 and 975,000.
"""

from typing import Any

TASK = "Walker2d-v5"
SETTINGS: dict[str, dict[str, Any]] = {
    "ppo": {"num_envs": 16, "num_steps": 128, "num_minibatches": 16, "learning_rate": 4e-4, "target_kl": 0.0}
}
