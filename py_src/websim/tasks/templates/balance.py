"""Balance: keep a pole that hangs on a moving cart upright, wherever it starts.

The reward is the product of dm_control's smooth terms (dm_control/suite/cartpole.py), from 0 to 1 in each step.
"""

from __future__ import annotations

import numpy as np

from websim.spec import Actions, Control, EnvSpec, Flags, Noise, Observation, Signal, Signals, Success, Terms
from websim.tasks.templates.shaping import closeness

#: Cosine of the pole's tilt from which on it counts as upright: 10 degrees.
UPRIGHT = 0.985


def balance(
    *,
    name: str,
    model: str,
    cart: str,
    hinge: str,
    pole: str,
    keyframe: str | None = None,
    frame_skip: int = 2,
    max_episode_steps: int = 500,
    cart_margin: float = 2.0,
    velocity_margin: float = 5.0,
    reset_noise_scale: float = 0.01,
) -> EnvSpec:
    """cart, hinge: names of the sliding and of the turning joint; pole: of the body whose z axis is to point up.

    keyframe: where episodes start. cart_margin (metres), velocity_margin (rad/s): where closeness is a tenth.
    """

    def reward(signals: Signals, actions: Actions, unhealthy: Flags) -> Terms:
        """Upright, and more so in the middle, with small controls and slowly."""
        upright = (signals["upright"] + 1) / 2
        centered = (1 + closeness(signals["cart_position"], cart_margin)) / 2
        small_control = (4 + np.maximum(1 - np.square(actions[:, 0], dtype=np.float64), 0)) / 5
        small_velocity = (1 + closeness(signals["pole_velocity"], velocity_margin)) / 2
        return {"reward_balance": upright * centered * small_control * small_velocity}

    return EnvSpec(
        name=name,
        model=model,
        frame_skip=frame_skip,
        max_episode_steps=max_episode_steps,
        observation=(
            Observation("qpos", of=cart),
            Observation("qpos", of=hinge, function="cos"),
            Observation("qpos", of=hinge, function="sin"),
            Observation("qvel", of=cart),
            Observation("qvel", of=hinge),
        ),
        signals=(
            Signal("upright", "xmat", start=8, of=pole),
            Signal("cart_position", "qpos", of=cart),
            Signal("pole_velocity", "qvel", of=hinge),
        ),
        noise=(Noise("qpos", reset_noise_scale), Noise("qvel", reset_noise_scale)),
        control=Control(),
        keyframe=keyframe,
        success=(Success("upright", low=UPRIGHT), Success("pole_velocity", low=-1.0, high=1.0)),
        reward=reward,
    )
