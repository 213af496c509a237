"""InvertedDoublePendulum-v5: balance a pole on a pole on a cart.

Behaviour: gymnasium/envs/mujoco/inverted_double_pendulum_v5.py.
"""

from __future__ import annotations

import numpy as np

from websim.spec import Actions, Bound, EnvSpec, Flags, Noise, Observation, Signal, Signals, Terms


def inverted_double_pendulum(
    *,
    xml_file: str = "inverted_double_pendulum.xml",
    frame_skip: int = 5,
    healthy_reward: float = 10.0,
    reset_noise_scale: float = 0.1,
) -> EnvSpec:
    """Options are those of Gymnasium's constructor."""

    def reward(signals: Signals, actions: Actions, unhealthy: Flags) -> Terms:
        """A bonus for each step upright, less how far the tip is from (0, 2) m and how fast the poles turn."""
        x, z = signals["tip"][:, 0], signals["tip"][:, 2]
        lower, upper = signals["turning"].T
        return {
            "reward_survive": np.where(unhealthy, 0.0, healthy_reward),
            "distance_penalty": -(0.01 * x**2 + (z - 2) ** 2),
            "velocity_penalty": -(1e-3 * lower**2 + 5e-3 * upper**2),
        }

    return EnvSpec(
        name="InvertedDoublePendulum-v5",
        model=xml_file,
        frame_skip=frame_skip,
        observation=(
            Observation("qpos", count=1),
            Observation("qpos", start=1, function="sin"),
            Observation("qpos", start=1, function="cos"),
            Observation("qvel", low=-10, high=10),
            Observation("qfrc_constraint", count=1, low=-10, high=10),
        ),
        signals=(
            Signal("tip", "site_xpos", count=3, info=False),
            Signal("turning", "qvel", 1, count=2, info=False),
        ),
        bounds=(Bound("site_xpos", start=2, count=1, low=1.0),),
        noise=(Noise("qpos", reset_noise_scale), Noise("qvel", reset_noise_scale, distribution="normal")),
        reward=reward,
    )
