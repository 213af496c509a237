"""Walker2d-v5: walk forward on two legs in a plane. Behaviour: gymnasium/envs/mujoco/walker2d_v5.py."""

from __future__ import annotations

import numpy as np

from websim.spec import Actions, Bound, EnvSpec, Flags, Noise, Observation, Signal, Signals, Terms
from websim.tasks.parts import effort


def walker2d(
    *,
    xml_file: str = "walker2d_v5.xml",
    frame_skip: int = 4,
    forward_reward_weight: float = 1.0,
    ctrl_cost_weight: float = 1e-3,
    healthy_reward: float = 1.0,
    terminate_when_unhealthy: bool = True,
    healthy_z_range: tuple[float, float] = (0.8, 2.0),
    healthy_angle_range: tuple[float, float] = (-1.0, 1.0),
    reset_noise_scale: float = 5e-3,
    exclude_current_positions_from_observation: bool = True,
) -> EnvSpec:
    """Options are those of Gymnasium's constructor."""

    def reward(signals: Signals, actions: Actions, unhealthy: Flags) -> Terms:
        """Forward speed, a bonus for each step upright, less the square of the actions."""
        return {
            "reward_forward": forward_reward_weight * signals["x_velocity"],
            "reward_survive": np.where(unhealthy, 0.0, healthy_reward),
            "reward_ctrl": -ctrl_cost_weight * effort(actions),
        }

    (z_low, z_high), (angle_low, angle_high) = healthy_z_range, healthy_angle_range
    return EnvSpec(
        name="Walker2d-v5",
        model=xml_file,
        frame_skip=frame_skip,
        observation=(
            Observation("qpos", start=int(exclude_current_positions_from_observation)),
            Observation("qvel", low=-10, high=10),
        ),
        signals=(
            Signal("x_position", "qpos", 0),
            Signal("z_distance_from_origin", "qpos", 1, relative=True),
            Signal("x_velocity", "qpos", 0, rate=True),
        ),
        bounds=(
            Bound("qpos", start=1, count=1, low=z_low, high=z_high),
            Bound("qpos", start=2, count=1, low=angle_low, high=angle_high),
        ),
        terminate_when_unhealthy=terminate_when_unhealthy,
        noise=(Noise("qpos", reset_noise_scale), Noise("qvel", reset_noise_scale)),
        reward=reward,
    )
