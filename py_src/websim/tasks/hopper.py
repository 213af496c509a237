"""Hopper-v5: hop forward on one leg. Behaviour: gymnasium/envs/mujoco/hopper_v5.py."""

from __future__ import annotations

import numpy as np

from websim.spec import Actions, Bound, EnvSpec, Flags, Noise, Observation, Signal, Signals, Terms

CTRL_COST_WEIGHT = 1e-3


def reward(signals: Signals, actions: Actions, terminated: Flags) -> Terms:
    """Forward speed, 1 for each step upright, less the square of the actions."""
    return {
        "reward_forward": signals["x_velocity"],
        "reward_survive": np.where(terminated, 0.0, 1.0),
        "reward_ctrl": -CTRL_COST_WEIGHT * np.square(actions, dtype=np.float64).sum(axis=1),
    }


HOPPER = EnvSpec(
    name="Hopper-v5",
    model="hopper.xml",
    frame_skip=4,
    max_episode_steps=1000,
    observation=(Observation("qpos", start=1), Observation("qvel", low=-10, high=10)),
    signals=(
        Signal("x_position", "qpos", 0),
        Signal("z_distance_from_origin", "qpos", 1, relative=True),
        Signal("x_velocity", "qpos", 0, rate=True),
    ),
    bounds=(
        Bound("qpos", start=1, count=1, low=0.7),
        Bound("qpos", start=2, count=1, low=-0.2, high=0.2),
        Bound("qpos", start=2, low=-100, high=100),
        Bound("qvel", low=-100, high=100),
    ),
    noise=(Noise("qpos", 5e-3), Noise("qvel", 5e-3)),
    reward=reward,
)
