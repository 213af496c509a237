"""AnymalCJoystick: walk and turn an ANYbotics ANYmal C as a joystick tells it."""

from __future__ import annotations

from collections.abc import Sequence

from websim.spec import EnvSpec
from websim.tasks.templates.locomotion import locomotion

_LEGS = "0 0.4 -0.8  0 0.4 -0.8  0 -0.4 0.8  0 -0.4 0.8"
#: The floor decides about contacts (priority): sliding friction and harder ground than the robot's soft feet ask for.
#: That takes a third of the time of rolling friction in elliptic cones.
MODEL = f"""<mujoco model="ANYmal C follows a joystick">
  <include file="menagerie/anybotics_anymal_c/anymal_c.xml"/>
  <option timestep="0.005" cone="pyramidal" impratio="10"/>
  <statistic center="0 0 0.3" extent="1.5"/>
  <worldbody>
    <light pos="0 0 3" dir="0.2 0.2 -1" directional="true" castshadow="false"/>
    <geom name="floor" type="plane" size="40 40 0.1" rgba="0.3 0.33 0.37 1" priority="2" condim="3" friction="0.8"/>
  </worldbody>
  <sensor><contact name="base_touch" body1="base" body2="world" data="found"/></sensor>
  <keyframe><key name="home" qpos="0 0 0.54 1 0 0 0  {_LEGS}" ctrl="{_LEGS}"/></keyframe>
</mujoco>"""


def anymal_c_joystick(
    *,
    terrain: str | Sequence[str] = "flat",
    randomize: bool = False,
    max_speed: float = 1.0,
    max_turn: float = 1.0,
    command_every: int = 250,
    push_force: float = 250.0,
    frame_skip: int = 4,
    max_episode_steps: int = 500,
    action_scale: float = 0.5,
    reset_noise_scale: float = 0.05,
) -> EnvSpec:
    """terrain: "flat", "slope", "rough", "stairs", "obstacles", or several of them.

    randomize: friction, load, servos, their delay, pushes of up to push_force (N), and noise on observations.
    max_speed: forward (m/s; half of it backward and sideways). max_turn: in rad/s. Both are drawn every `command_every`
    control steps. frame_skip: of 5 ms each. action_scale: largest angle from the standing pose, in rad.
    """
    flat = terrain in ("flat", ["flat"], ("flat",))
    return locomotion(
        name="AnymalCJoystick",
        model=MODEL,
        base="base",
        # The front feet stand half a metre from the middle, where a slope is higher.
        height=0.54 if flat else 0.62,
        terrain=terrain,
        randomize=randomize,
        push_force=push_force,
        frame_skip=frame_skip,
        max_episode_steps=max_episode_steps,
        action_scale=action_scale,
        command_low=(-max_speed / 2, -max_speed / 2, -max_turn),
        command_high=(max_speed, max_speed / 2, max_turn),
        command_every=command_every,
        reset_noise_scale=reset_noise_scale,
    )
