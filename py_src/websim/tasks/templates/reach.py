"""Reach: move an arm's end to a target that is drawn anew in each episode.

The model has a mocap body `target` with a site of that name (`TARGET`), which the arm does not touch.
"""

from __future__ import annotations

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
from websim.tasks.templates.shaping import closeness

#: What the model text needs in its worldbody.
TARGET = """<body name="target" mocap="true">
      <geom name="target" type="sphere" size="0.03" contype="0" conaffinity="0" rgba="0.9 0.25 0.2 0.8"/>
      <site name="target" size="0.001"/>
    </body>"""


def reach(
    *,
    name: str,
    model: str,
    site: str,
    low: tuple[float, float, float],
    high: tuple[float, float, float],
    center: tuple[float, float, float],
    distance: tuple[float, float],
    keyframe: str = "home",
    frame_skip: int = 10,
    max_episode_steps: int = 100,
    action_scale: float | tuple[float, ...] = 1.0,
    precision: float = 0.05,
    precision_weight: float = 1.0,
    action_cost_weight: float = 0.01,
    velocity_cost_weight: float = 0.005,
    reset_noise_scale: float = 0.02,
) -> EnvSpec:
    """site: the arm's end. low, high: box of targets in metres, within `distance` (least, most) of `center`.

    Actions are joint angles from the keyframe's, times action_scale (rad). precision: metres from the target that
    are a success. Reward in each step: minus the distance, a bonus of up to precision_weight near the target, less the
    squares of actions and joint velocities.
    """

    def reward(signals: Signals, actions: Actions, unhealthy: Flags) -> Terms:
        """Near the target, exactly there, and calmly."""
        distance_ = signals["distance"]
        return {
            "reward_distance": -distance_,
            "reward_precision": precision_weight * closeness(distance_, 2 * precision),
            "reward_action": -action_cost_weight * effort(actions),
            "reward_velocity": -velocity_cost_weight * signals["speed"],
        }

    return EnvSpec(
        name=name,
        model=model,
        frame_skip=frame_skip,
        max_episode_steps=max_episode_steps,
        observation=(
            Observation("qpos"),
            Observation("qvel", low=-10, high=10),
            Observation("site_xpos", of="target", minus=site),
            Observation("site_xpos", of="target"),
        ),
        signals=(
            Signal("distance", "site_xpos", count=3, of="target", minus=site, reduce="norm"),
            Signal("speed", "qvel", count=None, reduce="sum_squares", info=False),
        ),
        noise=(Noise("qpos", reset_noise_scale),),
        placements=(Placement("mocap_pos", low, high, of="target", distance=distance, center=center),),
        control=Control(scale=action_scale, offset="keyframe"),
        keyframe=keyframe,
        success=(Success("distance", high=precision),),
        reward=reward,
    )
