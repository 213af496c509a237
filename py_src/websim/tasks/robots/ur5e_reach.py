"""UR5eReach: bring the flange of a Universal Robots UR5e to a target."""

from __future__ import annotations

from websim.spec import EnvSpec
from websim.tasks.robots.scenery import FLOOR
from websim.tasks.templates.reach import TARGET, reach

MODEL = f"""<mujoco model="UR5e reaches">
  <include file="menagerie/universal_robots_ur5e/ur5e.xml"/>
  <option timestep="0.004"/>
  <statistic center="0 0.3 0.4" extent="1"/>
  <worldbody>
    {FLOOR}
    {TARGET}
  </worldbody>
</mujoco>"""


def ur5e_reach(
    *,
    frame_skip: int = 10,
    max_episode_steps: int = 75,
    action_scale: float = 1.0,
    precision: float = 0.05,
    reset_noise_scale: float = 0.02,
) -> EnvSpec:
    """frame_skip: of 4 ms each. action_scale: largest angle from the home pose, in rad.

    precision: distance to the target, in metres, that is a success. reset_noise_scale: of joint angles, in rad.
    """
    return reach(
        name="UR5eReach",
        model=MODEL,
        site="attachment_site",
        low=(-0.45, 0.2, 0.15),
        high=(0.25, 0.7, 0.75),
        center=(0.0, 0.0, 0.163),
        distance=(0.4, 0.75),
        frame_skip=frame_skip,
        max_episode_steps=max_episode_steps,
        action_scale=action_scale,
        precision=precision,
        reset_noise_scale=reset_noise_scale,
    )
