"""Manipulation: a gripper reaches an object, grasps it and lifts it.

The model has a body `object` with a free joint of that name, and contact sensors `left_touch` and `right_touch` that
say whether a finger touches it.
"""

from __future__ import annotations

import numpy as np

from websim.spec import (
    Actions,
    Control,
    EnvSpec,
    Flags,
    Noise,
    Observation,
    Placement,
    Signal,
    Signals,
    Success,
    Terms,
)
from websim.tasks.parts import effort


def pick(
    *,
    name: str,
    model: str,
    hand: str,
    grasp_point: tuple[float, float, float],
    arm_joints: int,
    low: tuple[float, float, float],
    high: tuple[float, float, float],
    lift: float,
    keyframe: str,
    action_scale: tuple[float, ...],
    frame_skip: int = 8,
    max_episode_steps: int = 100,
    reach_weight: float = 1.0,
    grasp_weight: float = 0.5,
    lift_weight: float = 4.0,
    action_cost_weight: float = 0.005,
    velocity_cost_weight: float = 0.002,
    reset_noise_scale: float = 0.02,
) -> EnvSpec:
    """hand: the body that carries the fingers; grasp_point: between their tips, in its frame, in metres.

    arm_joints: positions and velocities of the arm, which come first, its two fingers' last. low, high: box of the
    object's places at the start; lift: metres above `low` that are a success, and above which lifting earns no more.
    """

    def reward(signals: Signals, actions: Actions, unhealthy: Flags) -> Terms:
        """In stages: near the object, holding it with both fingers, raising what is held."""
        distance = np.linalg.norm(signals["object_in_hand"] - grasp_point, axis=1)
        held = (signals["left_touch"] > 0) & (signals["right_touch"] > 0)
        raised = np.clip((signals["object_height"] - low[2]) / lift, 0, 1)
        return {
            "reward_reach": reach_weight * (1 - np.tanh(5 * distance)),
            "reward_grasp": grasp_weight * held,
            "reward_lift": lift_weight * held * raised,
            "reward_action": -action_cost_weight * effort(actions),
            "reward_velocity": -velocity_cost_weight * signals["speed"],
        }

    return EnvSpec(
        name=name,
        model=model,
        frame_skip=frame_skip,
        max_episode_steps=max_episode_steps,
        observation=(
            Observation("qpos", count=arm_joints),
            Observation("qvel", count=arm_joints, low=-10, high=10),
            Observation("xpos", of="object", minus=hand, frame=hand),
            Observation("xpos", of="object"),
            Observation("xmat", start=0, count=6, of="object"),
            Observation("sensordata", of="left_touch", high=1),
            Observation("sensordata", of="right_touch", high=1),
        ),
        signals=(
            Signal("object_in_hand", "xpos", count=3, of="object", minus=hand, frame=hand, info=False),
            Signal("object_height", "xpos", start=2, of="object"),
            Signal("left_touch", "sensordata", of="left_touch"),
            Signal("right_touch", "sensordata", of="right_touch"),
            Signal("speed", "qvel", count=arm_joints, reduce="sum_squares", info=False),
        ),
        noise=(Noise("qpos", reset_noise_scale, count=arm_joints - 2),),
        placements=(Placement("qpos", low, high, of="object"),),
        control=Control(scale=action_scale, offset="keyframe"),
        keyframe=keyframe,
        success=(Success("object_height", low=low[2] + lift),),
        reward=reward,
    )
