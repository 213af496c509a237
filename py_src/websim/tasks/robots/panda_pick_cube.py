"""PandaPickCube: reach a cube with a Franka Emika Panda, grasp and lift it."""

from __future__ import annotations

from websim.spec import EnvSpec
from websim.tasks.robots.scenery import FLOOR
from websim.tasks.templates.manipulation import pick

#: Half of the cube's side, in metres.
CUBE = 0.02
#: The hand points down, its fingertips 10 cm above the cube's middle; it is half of a metre in front of the base.
_READY = "0 0.2221 0 -2.4011 0 2.6232 0.7854"
MODEL = f"""<mujoco model="Panda picks a cube">
  <include file="menagerie/franka_emika_panda/panda.xml"/>
  <option timestep="0.0025" impratio="10"/>
  <statistic center="0.3 0 0.3" extent="0.8"/>
  <worldbody>
    {FLOOR}
    <body name="object" pos="0.5 0 {CUBE}">
      <freejoint name="object"/>
      <geom name="object" type="box" size="{CUBE} {CUBE} {CUBE}" mass="0.05" condim="4" friction="2 0.02 0.0001"
        rgba="0.9 0.45 0.15 1"/>
    </body>
  </worldbody>
  <sensor>
    <contact name="left_touch" body1="left_finger" body2="object" data="found"/>
    <contact name="right_touch" body1="right_finger" body2="object" data="found"/>
  </sensor>
  <keyframe>
    <key name="ready" qpos="{_READY} 0.035 0.035 0.5 0 {CUBE} 1 0 0 0" ctrl="{_READY} 223"/>
  </keyframe>
</mujoco>"""


def panda_pick_cube(
    *,
    frame_skip: int = 16,
    max_episode_steps: int = 100,
    action_scale: float = 0.4,
    spread: float = 0.08,
    lift: float = 0.1,
    reset_noise_scale: float = 0.02,
) -> EnvSpec:
    """frame_skip: of 2.5 ms each. action_scale: largest angle of a joint from the pose at the start, in rad.

    spread: how far the cube may lie from the place under the hand along either side, in metres. lift: metres above
    the floor that are a success. reset_noise_scale: of joint angles, in rad.
    """
    return pick(
        name="PandaPickCube",
        model=MODEL,
        hand="hand",
        grasp_point=(0.0, 0.0, 0.1034),
        arm_joints=9,
        low=(0.5 - spread, -spread, CUBE),
        high=(0.5 + spread, spread, CUBE),
        lift=lift,
        keyframe="ready",
        # The gripper's control goes from 0, closed, to 255.
        action_scale=(*(action_scale,) * 7, 223.0),
        frame_skip=frame_skip,
        max_episode_steps=max_episode_steps,
        reset_noise_scale=reset_noise_scale,
    )
