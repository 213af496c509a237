"""PandaReach: bring the flange of a Franka Emika Panda to a target."""

from __future__ import annotations

from websim.spec import EnvSpec
from websim.tasks.robots.scenery import FLOOR
from websim.tasks.templates.reach import TARGET, reach

#: With longer steps, the strong servos chatter at the ends of their forces.
MODEL = f"""<mujoco model="Panda reaches">
  <include file="menagerie/franka_emika_panda/panda_nohand.xml"/>
  <option timestep="0.0025"/>
  <statistic center="0.3 0 0.4" extent="1"/>
  <worldbody>
    {FLOOR}
    {TARGET}
  </worldbody>
</mujoco>"""

#: Of each joint's angle; those that hardly move the flange turn little, so that it is learned sooner.
_SCALE = (1.0, 1.0, 0.3, 1.0, 0.3, 0.6, 0.1)


def panda_reach(
    *,
    frame_skip: int = 16,
    max_episode_steps: int = 75,
    action_scale: float = 1.0,
    precision: float = 0.05,
    reset_noise_scale: float = 0.02,
) -> EnvSpec:
    """frame_skip: of 2.5 ms each. action_scale: largest angle from the home pose, in rad.

    precision: distance to the target, in metres, that is a success. reset_noise_scale: of joint angles, in rad.
    """
    return reach(
        name="PandaReach",
        model=MODEL,
        site="attachment_site",
        low=(0.2, -0.45, 0.15),
        high=(0.65, 0.45, 0.8),
        center=(0.0, 0.0, 0.333),
        distance=(0.35, 0.7),
        frame_skip=frame_skip,
        max_episode_steps=max_episode_steps,
        action_scale=tuple(action_scale * scale for scale in _SCALE),
        precision=precision,
        reset_noise_scale=reset_noise_scale,
    )
