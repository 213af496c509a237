"""Humanoid-v5: walk forward on two legs. Behaviour: gymnasium/envs/mujoco/humanoid_v5.py."""

from __future__ import annotations

import math

import numpy as np

from websim.spec import Actions, Bound, EnvSpec, Flags, Noise, Signal, Signals, Terms
from websim.tasks.parts import PLANAR_POSITION, effort, humanoid_observation


def humanoid(
    *,
    xml_file: str = "humanoid.xml",
    frame_skip: int = 5,
    forward_reward_weight: float = 1.25,
    ctrl_cost_weight: float = 0.1,
    contact_cost_weight: float = 5e-7,
    contact_cost_range: tuple[float, float] = (-math.inf, 10.0),
    healthy_reward: float = 5.0,
    terminate_when_unhealthy: bool = True,
    healthy_z_range: tuple[float, float] = (1.0, 2.0),
    reset_noise_scale: float = 1e-2,
    exclude_current_positions_from_observation: bool = True,
    include_cinert_in_observation: bool = True,
    include_cvel_in_observation: bool = True,
    include_qfrc_actuator_in_observation: bool = True,
    include_cfrc_ext_in_observation: bool = True,
) -> EnvSpec:
    """Options are those of Gymnasium's constructor."""

    def reward(signals: Signals, actions: Actions, unhealthy: Flags) -> Terms:
        """Forward speed, a bonus for each step upright, less the squares of the actions and of contact forces."""
        return {
            "reward_forward": forward_reward_weight * signals["x_velocity"],
            "reward_survive": np.where(unhealthy, 0.0, healthy_reward),
            "reward_ctrl": -ctrl_cost_weight * effort(actions),
            "reward_contact": -np.clip(contact_cost_weight * signals["contact"], *contact_cost_range),
        }

    z_low, z_high = healthy_z_range
    return EnvSpec(
        name="Humanoid-v5",
        model=xml_file,
        frame_skip=frame_skip,
        observation=humanoid_observation(
            positions_from=2 * exclude_current_positions_from_observation,
            cinert=include_cinert_in_observation,
            cvel=include_cvel_in_observation,
            qfrc_actuator=include_qfrc_actuator_in_observation,
            cfrc_ext=include_cfrc_ext_in_observation,
        ),
        signals=(
            *PLANAR_POSITION,
            Signal("tendon_length", "ten_length", count=None),
            Signal("tendon_velocity", "ten_velocity", count=None),
            # The centre of mass of the world's subtree is that of everything.
            Signal("x_velocity", "subtree_com", 0, rate=True),
            Signal("y_velocity", "subtree_com", 1, rate=True),
            Signal("contact", "cfrc_ext", count=None, reduce="sum_squares", info=False),
        ),
        bounds=(Bound("qpos", start=2, count=1, low=z_low, high=z_high),),
        terminate_when_unhealthy=terminate_when_unhealthy,
        noise=(Noise("qpos", reset_noise_scale), Noise("qvel", reset_noise_scale)),
        reward=reward,
    )
