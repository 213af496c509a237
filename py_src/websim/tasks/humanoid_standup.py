"""HumanoidStandup-v5: stand up from lying. Behaviour: gymnasium/envs/mujoco/humanoidstandup_v5.py."""

from __future__ import annotations

import math

import numpy as np

from websim.spec import Actions, EnvSpec, Flags, Noise, Signal, Signals, Terms
from websim.tasks.parts import effort, humanoid_observation


def humanoid_standup(
    *,
    xml_file: str = "humanoidstandup.xml",
    frame_skip: int = 5,
    uph_cost_weight: float = 1.0,
    ctrl_cost_weight: float = 0.1,
    impact_cost_weight: float = 0.5e-6,
    impact_cost_range: tuple[float, float] = (-math.inf, 10.0),
    reset_noise_scale: float = 1e-2,
    exclude_current_positions_from_observation: bool = True,
    include_cinert_in_observation: bool = True,
    include_cvel_in_observation: bool = True,
    include_qfrc_actuator_in_observation: bool = True,
    include_cfrc_ext_in_observation: bool = True,
) -> EnvSpec:
    """Options are those of Gymnasium's constructor, which takes uph_cost_weight and does not use it either."""

    def reward(signals: Signals, actions: Actions, unhealthy: Flags) -> Terms:
        """Height per physics step, less the squares of the actions and of contact forces; and 1, which is no `info`."""
        return {
            "reward_linup": signals["height"] / signals["timestep"],
            "reward_quadctrl": -ctrl_cost_weight * effort(actions),
            "reward_impact": -np.clip(impact_cost_weight * signals["contact"], *impact_cost_range),
            "_constant": np.ones(len(actions)),
        }

    return EnvSpec(
        name="HumanoidStandup-v5",
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
            Signal("x_position", "qpos", 0),
            Signal("y_position", "qpos", 1),
            Signal("z_distance_from_origin", "qpos", 2, relative=True),
            Signal("tendon_length", "ten_length", count=None),
            Signal("tendon_velocity", "ten_velocity", count=None),
            Signal("height", "qpos", 2, info=False),
            Signal("timestep", "timestep", info=False),
            Signal("contact", "cfrc_ext", count=None, reduce="sum_squares", info=False),
        ),
        noise=(Noise("qpos", reset_noise_scale), Noise("qvel", reset_noise_scale)),
        reward=reward,
    )
