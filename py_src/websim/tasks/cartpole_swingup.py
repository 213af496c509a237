"""CartPoleSwingup: swing a hanging pole up and balance it on its cart."""

from __future__ import annotations

from websim.spec import EnvSpec
from websim.tasks.templates.balance import balance

#: Masses, lengths and damping are those of dm_control/suite/cartpole.xml.
MODEL = """<mujoco model="cart-pole">
  <option timestep="0.01" integrator="implicitfast"><flag contact="disable"/></option>
  <visual><headlight ambient="0.4 0.4 0.4"/></visual>
  <worldbody>
    <light pos="0 -2 4" dir="0 0.4 -1"/>
    <geom name="floor" type="plane" size="4 4 0.1" pos="0 0 -0.05" rgba="0.3 0.33 0.37 1"/>
    <geom name="rail" type="capsule" fromto="-2 0.07 1 2 0.07 1" size="0.02" rgba="0.5 0.5 0.5 1"/>
    <body name="cart" pos="0 0 1">
      <joint name="slider" type="slide" axis="1 0 0" range="-1.8 1.8" limited="true" solreflimit="0.08 1"
        damping="5e-4"/>
      <geom name="cart" type="box" size="0.2 0.1 0.1" mass="1" rgba="0.25 0.45 0.7 1"/>
      <body name="pole">
        <joint name="hinge" type="hinge" axis="0 1 0" damping="2e-6"/>
        <geom name="pole" type="capsule" fromto="0 0 0 0 0 1" size="0.045" mass="0.1" rgba="0.85 0.55 0.2 1"/>
      </body>
    </body>
  </worldbody>
  <actuator><motor name="slide" joint="slider" gear="10" ctrllimited="true" ctrlrange="-1 1"/></actuator>
  <keyframe>
    <key name="hanging" qpos="0 3.141592653589793"/>
    <key name="upright" qpos="0 0"/>
  </keyframe>
</mujoco>"""


def cartpole_swingup(
    *, start: str = "hanging", frame_skip: int = 2, max_episode_steps: int = 500, reset_noise_scale: float = 0.05
) -> EnvSpec:
    """start: "hanging" or "upright". frame_skip: of 10 ms each. reset_noise_scale: of positions and velocities.

    Solved: mean reward of at least 0.8 (1 is the most) over the last half of the episodes.
    """
    return balance(
        name="CartPoleSwingup",
        model=MODEL,
        cart="slider",
        hinge="hinge",
        pole="pole",
        keyframe=start,
        frame_skip=frame_skip,
        max_episode_steps=max_episode_steps,
        reset_noise_scale=reset_noise_scale,
    )
