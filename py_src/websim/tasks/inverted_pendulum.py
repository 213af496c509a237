"""InvertedPendulum-v5: balance a pole on a cart. Behaviour: gymnasium/envs/mujoco/inverted_pendulum_v5.py."""

from __future__ import annotations

import numpy as np

from websim.spec import Actions, Bound, EnvSpec, Flags, Noise, Observation, Signals, Terms


def inverted_pendulum(
    *, xml_file: str = "inverted_pendulum.xml", frame_skip: int = 2, reset_noise_scale: float = 0.01
) -> EnvSpec:
    """Options are those of Gymnasium's constructor."""

    def reward(signals: Signals, actions: Actions, unhealthy: Flags) -> Terms:
        """1 for each step that the pole stays within 0.2 rad."""
        return {"reward_survive": np.where(unhealthy, 0.0, 1.0)}

    return EnvSpec(
        name="InvertedPendulum-v5",
        model=xml_file,
        frame_skip=frame_skip,
        observation=(Observation("qpos"), Observation("qvel")),
        bounds=(Bound("qpos", start=1, count=1, low=-0.2, high=0.2, inclusive=True),),
        noise=(Noise("qpos", reset_noise_scale), Noise("qvel", reset_noise_scale)),
        reward=reward,
    )
