"""CartPoleSwingup. PPO: solved (0.8 or more a step) after 400,000 steps: 1.00, 0.89 and 0.94 a step over the last half
of deterministic episodes with seeds 1, 2, 3. With a learning rate of 2e-3, seed 2 stayed at 0.55.
"""

from typing import Any

TASK = "CartPoleSwingup"
SETTINGS: dict[str, dict[str, Any]] = {"ppo": {"total_steps": 400_000, "learning_rate": 1e-3}}
