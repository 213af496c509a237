"""Pusher-v5: push a cylinder to a goal with an arm. Behaviour: gymnasium/envs/mujoco/pusher_v5.py."""

from __future__ import annotations

import math

from websim.spec import Actions, EnvSpec, Flags, Noise, Observation, Placement, Signal, Signals, Terms
from websim.tasks.parts import effort

#: Joints of the arm; after them come two of the cylinder and two of the goal.
_ARM = 7


def pusher(
    *,
    xml_file: str = "pusher_v5.xml",
    frame_skip: int = 5,
    reward_near_weight: float = 0.5,
    reward_dist_weight: float = 1.0,
    reward_control_weight: float = 0.1,
) -> EnvSpec:
    """Options are those of Gymnasium's constructor."""

    def reward(signals: Signals, actions: Actions, unhealthy: Flags) -> Terms:
        """Less the cylinder's distances to the goal and to the arm's tip, and the square of the actions."""
        return {
            "reward_dist": -reward_dist_weight * signals["to_goal"],
            "reward_ctrl": -reward_control_weight * effort(actions),
            "reward_near": -reward_near_weight * signals["to_tip"],
        }

    return EnvSpec(
        name="Pusher-v5",
        model=xml_file,
        frame_skip=frame_skip,
        max_episode_steps=100,
        observation=(
            Observation("qpos", count=_ARM),
            Observation("qvel", count=_ARM),
            Observation("xpos", of="tips_arm"),
            Observation("xpos", of="object"),
            Observation("xpos", of="goal"),
        ),
        signals=(
            Signal("to_goal", "xpos", count=3, of="object", minus="goal", reduce="norm", info=False),
            Signal("to_tip", "xpos", count=3, of="object", minus="tips_arm", reduce="norm", info=False),
        ),
        noise=(Noise("qvel", 0.005, count=_ARM),),
        placements=(
            Placement("qpos", (-0.3, -0.2), (0.0, 0.2), start=_ARM, distance=(0.17, math.inf)),
            Placement("qpos", (0.0, 0.0), (0.0, 0.0), start=_ARM + 2),
        ),
        reward=reward,
    )
