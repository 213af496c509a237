"""InvertedPendulum-v5: balance a pole on a cart. Behaviour: gymnasium/envs/mujoco/inverted_pendulum_v5.py."""

from __future__ import annotations

import numpy as np

from websim.spec import Actions, Bound, EnvSpec, Flags, Noise, Observation, Signals, Terms


def reward(signals: Signals, actions: Actions, terminated: Flags) -> Terms:
    """1 for each step that the pole stays within 0.2 rad."""
    return {"reward_survive": np.where(terminated, 0.0, 1.0)}


INVERTED_PENDULUM = EnvSpec(
    name="InvertedPendulum-v5",
    model="inverted_pendulum.xml",
    frame_skip=2,
    max_episode_steps=1000,
    observation=(Observation("qpos"), Observation("qvel")),
    bounds=(Bound("qpos", start=1, count=1, low=-0.2, high=0.2),),
    noise=(Noise("qpos", 0.01), Noise("qvel", 0.01)),
    reward=reward,
)
