"""Reacher-v5: bring a two-jointed arm's fingertip to a target. Behaviour: gymnasium/envs/mujoco/reacher_v5.py."""

from __future__ import annotations

import math

from websim.spec import Actions, EnvSpec, Flags, Noise, Observation, Placement, Signal, Signals, Terms
from websim.tasks.parts import effort


def reacher(
    *,
    xml_file: str = "reacher.xml",
    frame_skip: int = 2,
    reward_dist_weight: float = 1.0,
    reward_control_weight: float = 1.0,
) -> EnvSpec:
    """Options are those of Gymnasium's constructor."""

    def reward(signals: Signals, actions: Actions, unhealthy: Flags) -> Terms:
        """Less the distance to the target and the square of the actions."""
        return {
            "reward_dist": -reward_dist_weight * signals["distance"],
            "reward_ctrl": -reward_control_weight * effort(actions),
        }

    return EnvSpec(
        name="Reacher-v5",
        model=xml_file,
        frame_skip=frame_skip,
        max_episode_steps=50,
        observation=(
            Observation("qpos", count=2, function="cos"),
            Observation("qpos", count=2, function="sin"),
            Observation("qpos", start=2),
            Observation("qvel", count=2),
            Observation("xpos", count=2, of="fingertip", minus="target"),
        ),
        signals=(Signal("distance", "xpos", count=3, of="fingertip", minus="target", reduce="norm", info=False),),
        noise=(Noise("qpos", 0.1, count=2), Noise("qvel", 0.005, count=2)),
        # The target: anywhere in a disc of 0.2 m.
        placements=(Placement("qpos", (-0.2, -0.2), (0.2, 0.2), start=2, distance=(-math.inf, 0.2)),),
        reward=reward,
    )
