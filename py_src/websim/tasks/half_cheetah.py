"""HalfCheetah-v5: run forward. Behaviour: gymnasium/envs/mujoco/half_cheetah_v5.py."""

from __future__ import annotations

import numpy as np

from websim.spec import Actions, EnvSpec, Flags, Noise, Observation, Signal, Signals, Terms

CTRL_COST_WEIGHT = 0.1


def reward(signals: Signals, actions: Actions, terminated: Flags) -> Terms:
    """Forward speed less the square of the actions."""
    return {
        "reward_forward": signals["x_velocity"],
        "reward_ctrl": -CTRL_COST_WEIGHT * np.square(actions, dtype=np.float64).sum(axis=1),
    }


HALF_CHEETAH = EnvSpec(
    name="HalfCheetah-v5",
    model="half_cheetah.xml",
    frame_skip=5,
    max_episode_steps=1000,
    observation=(Observation("qpos", start=1), Observation("qvel")),
    signals=(Signal("x_position", "qpos", 0), Signal("x_velocity", "qpos", 0, rate=True)),
    noise=(Noise("qpos", 0.1), Noise("qvel", 0.1, distribution="normal")),
    reward=reward,
)
