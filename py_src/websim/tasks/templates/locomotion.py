"""Locomotion: a legged robot follows a commanded velocity (legged_gym: Rudin et al. 2022, arXiv 2109.11978).

The model's first joint is the base's free joint, all others are driven by position servos, and a sensor `base_touch`
counts what touches the base.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from websim.randomization import Push, Randomize
from websim.spec import (
    Actions,
    Bound,
    Command,
    Control,
    EnvSpec,
    Flags,
    Noise,
    Observation,
    Placement,
    Signal,
    Signals,
    Terms,
)
from websim.tasks.parts import effort
from websim.tasks.templates.terrain import terrain_variants

#: Variance of the velocity error, in (m/s)^2 and (rad/s)^2, at which tracking earns 1/e.
TRACKING = 0.25
#: Cosine of the base's tilt beyond which an episode ends: 60 degrees.
FALLEN = 0.5
#: Deviations of observation noise when the world is randomised: m/s, rad/s, 1, rad, rad/s.
NOISE = {"linear": 0.1, "angular": 0.2, "up": 0.05, "positions": 0.01, "velocities": 0.5}


def locomotion(
    *,
    name: str,
    model: str,
    base: str,
    height: float,
    terrain: str | Sequence[str] = "flat",
    randomize: bool = False,
    push_force: float = 0.0,
    keyframe: str = "home",
    frame_skip: int = 4,
    max_episode_steps: int = 500,
    action_scale: float = 0.5,
    command_low: tuple[float, float, float],
    command_high: tuple[float, float, float],
    command_every: int = 250,
    alive_weight: float = 0.5,
    yaw_weight: float = 0.5,
    bounce_cost_weight: float = 0.5,
    sway_cost_weight: float = 0.01,
    tilt_cost_weight: float = 1.0,
    action_cost_weight: float = 0.01,
    action_rate_cost_weight: float = 4e-6,
    reset_noise_scale: float = 0.05,
) -> EnvSpec:
    """base: the body that carries the free joint. height: of the base at the start, over the highest ground there.

    Commands are speeds forward and to the left (m/s) and the turning rate (rad/s), drawn every `command_every` steps.
    Costs are of squares: m/s, rad/s, the tilt's sine, actions, and their change per second.
    push_force: the strongest push of a randomised world, in newtons.
    """

    def reward(signals: Signals, actions: Actions, unhealthy: Flags) -> Terms:
        """The commanded velocity in the base's frame, on a base that neither bounces nor sways nor tilts."""
        command, linear, angular = signals["command"], signals["linear_velocity"], signals["angular_velocity"]
        return {
            "reward_velocity": np.exp(-np.square(linear[:, :2] - command[:, :2]).sum(axis=1) / TRACKING),
            "reward_yaw": yaw_weight * np.exp(-np.square(angular[:, 2] - command[:, 2]) / TRACKING),
            "reward_alive": np.where(unhealthy, 0.0, alive_weight),
            "reward_bounce": -bounce_cost_weight * np.square(linear[:, 2]),
            "reward_sway": -sway_cost_weight * signals["sway"],
            "reward_tilt": -tilt_cost_weight * signals["tilt"],
            "reward_action": -action_cost_weight * effort(actions),
            "reward_action_rate": -action_rate_cost_weight * np.square(signals["action_rate"]).sum(axis=1),
        }

    noise = NOISE if randomize else dict.fromkeys(NOISE, 0.0)
    return EnvSpec(
        name=name,
        model=model,
        frame_skip=frame_skip,
        max_episode_steps=max_episode_steps,
        observation=(
            Observation("qvel", count=3, frame=base, noise=noise["linear"]),
            Observation("qvel", start=3, count=3, noise=noise["angular"]),
            # The world's z axis in the base's frame: which way is up.
            Observation("xmat", start=6, count=3, of=base, noise=noise["up"]),
            Observation("qpos", start=7, noise=noise["positions"]),
            Observation("qvel", start=6, noise=noise["velocities"]),
            Observation("last_action"),
            Observation("command"),
        ),
        signals=(
            Signal("linear_velocity", "qvel", count=3, frame=base),
            Signal("angular_velocity", "qvel", start=3, count=3),
            Signal("sway", "qvel", start=3, count=2, reduce="sum_squares", info=False),
            Signal("tilt", "xmat", start=6, count=2, of=base, reduce="sum_squares", info=False),
            Signal("command", "command", count=None),
            Signal("action_rate", "last_action", count=None, rate=True, info=False),
        ),
        bounds=(
            Bound("xmat", start=8, count=1, of=base, low=FALLEN),
            Bound("sensordata", of="base_touch", high=0.5),
        ),
        noise=(Noise("qpos", reset_noise_scale, start=7),),
        placements=(Placement("qpos", (0.0, 0.0, height), (0.0, 0.0, height)),),
        commands=(Command("velocity", command_low, command_high, every=command_every),),
        control=Control(scale=action_scale, offset="keyframe"),
        keyframe=keyframe,
        randomize=_randomisation(base) if randomize else (),
        pushes=(Push(base, every=150, duration=5, low=0.0, high=push_force),) if randomize and push_force > 0 else (),
        variants=terrain_variants(terrain),
        reward=reward,
    )


def _randomisation(base: str) -> tuple[Randomize, ...]:
    """What differs between a robot and its model: the ground's grip, the load, the servos and their delay."""
    return (
        Randomize("geom_friction", 0.5, 1.25, of="floor", component=0),
        Randomize("body_mass", 0.9, 1.2, of=base),
        Randomize("actuator_gain", 0.9, 1.1, shared=False),
        Randomize("action_delay", distribution="choice", choices=(0.0, 1.0), operation="set"),
    )
