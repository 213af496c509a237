"""Ant-v5: walk forward on four legs. Behaviour: gymnasium/envs/mujoco/ant_v5.py."""

from __future__ import annotations

import numpy as np

from websim.spec import Actions, Bound, EnvSpec, Flags, Noise, Observation, Signal, Signals, Terms
from websim.tasks.parts import PLANAR_POSITION, effort


def ant(
    *,
    xml_file: str = "ant.xml",
    frame_skip: int = 5,
    forward_reward_weight: float = 1.0,
    ctrl_cost_weight: float = 0.5,
    contact_cost_weight: float = 5e-4,
    healthy_reward: float = 1.0,
    main_body: int | str = 1,
    terminate_when_unhealthy: bool = True,
    healthy_z_range: tuple[float, float] = (0.2, 1.0),
    contact_force_range: tuple[float, float] = (-1.0, 1.0),
    reset_noise_scale: float = 0.1,
    exclude_current_positions_from_observation: bool = True,
    include_cfrc_ext_in_observation: bool = True,
) -> EnvSpec:
    """Options are those of Gymnasium's constructor. main_body: name or number of the body whose speed counts."""

    def reward(signals: Signals, actions: Actions, unhealthy: Flags) -> Terms:
        """Forward speed, a bonus for each step upright, less the squares of the actions and of contact forces."""
        return {
            "reward_forward": forward_reward_weight * signals["x_velocity"],
            "reward_survive": np.where(unhealthy, 0.0, healthy_reward),
            "reward_ctrl": -ctrl_cost_weight * effort(actions),
            "reward_contact": -contact_cost_weight * signals["contact"],
        }

    z_low, z_high = healthy_z_range
    force_low, force_high = contact_force_range
    of, first = (main_body, 0) if isinstance(main_body, str) else (None, 3 * main_body)
    forces = Observation("cfrc_ext", start=6, low=force_low, high=force_high)
    return EnvSpec(
        name="Ant-v5",
        model=xml_file,
        frame_skip=frame_skip,
        observation=(
            Observation("qpos", start=2 * exclude_current_positions_from_observation),
            Observation("qvel"),
            *[forces] * include_cfrc_ext_in_observation,
        ),
        signals=(
            *PLANAR_POSITION,
            Signal("x_velocity", "xpos", first, of=of, rate=True),
            Signal("y_velocity", "xpos", first + 1, of=of, rate=True),
            Signal("contact", "cfrc_ext", count=None, low=force_low, high=force_high, reduce="sum_squares", info=False),
        ),
        # Gymnasium also asks for finite numbers: to be anything else is a divergence, which ends every task's episode.
        bounds=(Bound("qpos", start=2, count=1, low=z_low, high=z_high, inclusive=True),),
        terminate_when_unhealthy=terminate_when_unhealthy,
        noise=(Noise("qpos", reset_noise_scale), Noise("qvel", reset_noise_scale, distribution="normal")),
        reward=reward,
    )
