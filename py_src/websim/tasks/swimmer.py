"""Swimmer-v5: swim forward in a plane. Behaviour: gymnasium/envs/mujoco/swimmer_v5.py."""

from __future__ import annotations

from websim.spec import Actions, EnvSpec, Flags, Noise, Observation, Signal, Signals, Terms
from websim.tasks.parts import PLANAR_POSITION, effort


def swimmer(
    *,
    xml_file: str = "swimmer.xml",
    frame_skip: int = 4,
    forward_reward_weight: float = 1.0,
    ctrl_cost_weight: float = 1e-4,
    reset_noise_scale: float = 0.1,
    exclude_current_positions_from_observation: bool = True,
) -> EnvSpec:
    """Options are those of Gymnasium's constructor."""

    def reward(signals: Signals, actions: Actions, unhealthy: Flags) -> Terms:
        """Forward speed less the square of the actions."""
        return {
            "reward_forward": forward_reward_weight * signals["x_velocity"],
            "reward_ctrl": -ctrl_cost_weight * effort(actions),
        }

    return EnvSpec(
        name="Swimmer-v5",
        model=xml_file,
        frame_skip=frame_skip,
        observation=(
            Observation("qpos", start=2 * exclude_current_positions_from_observation),
            Observation("qvel"),
        ),
        signals=(
            *PLANAR_POSITION,
            Signal("x_velocity", "qpos", 0, rate=True),
            Signal("y_velocity", "qpos", 1, rate=True),
        ),
        noise=(Noise("qpos", reset_noise_scale), Noise("qvel", reset_noise_scale)),
        reward=reward,
    )
