"""HalfCheetah-v5: run forward. Behaviour: gymnasium/envs/mujoco/half_cheetah_v5.py."""

from __future__ import annotations

from websim.spec import Actions, EnvSpec, Flags, Noise, Observation, Signal, Signals, Terms
from websim.tasks.parts import effort


def half_cheetah(
    *,
    xml_file: str = "half_cheetah.xml",
    frame_skip: int = 5,
    forward_reward_weight: float = 1.0,
    ctrl_cost_weight: float = 0.1,
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
        name="HalfCheetah-v5",
        model=xml_file,
        frame_skip=frame_skip,
        observation=(Observation("qpos", start=int(exclude_current_positions_from_observation)), Observation("qvel")),
        signals=(Signal("x_position", "qpos", 0), Signal("x_velocity", "qpos", 0, rate=True)),
        noise=(Noise("qpos", reset_noise_scale), Noise("qvel", reset_noise_scale, distribution="normal")),
        reward=reward,
    )
