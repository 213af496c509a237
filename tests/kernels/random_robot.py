"""A small robot for tests of randomised worlds: a free trunk on a leg, with a servo, a motor and a target."""

import dataclasses

from websim.randomization import Push, Randomize
from websim.spec import Bound, Command, Control, EnvSpec, Noise, Observation, Placement, Signal
from websim.variants import Flat, Obstacles, Rough, Slope

XML = """<mujoco model="robot">
  <option timestep="0.005" gravity="0.1 0 -9.81"/>
  <worldbody>
    <geom name="floor" type="plane" size="20 20 1"/>
    <body name="trunk" pos="0 0 0.42">
      <freejoint name="root"/>
      <geom name="box" type="box" size="0.12 0.1 0.05" mass="3" friction="0.8 0.01 0.001"/>
      <body name="thigh" pos="0.05 0 -0.05">
        <joint name="hip" axis="0 1 0" damping="0.4" armature="0.02"/>
        <geom name="leg" type="capsule" fromto="0 0 0 0 0 -0.15" size="0.03" mass="0.6"/>
        <body name="shin" pos="0 0 -0.15">
          <joint name="knee" axis="0 1 0" damping="0.2" armature="0.01"/>
          <geom name="foot" type="capsule" fromto="0 0 0 0.02 0 -0.15" size="0.035" mass="0.4" friction="0.6"/>
        </body>
      </body>
    </body>
    <body name="target" mocap="true" pos="1 0 0.1">
      <geom type="sphere" size="0.02" contype="0" conaffinity="0"/>
    </body>
  </worldbody>
  <actuator>
    <position name="servo" joint="hip" kp="15" kv="0.5" ctrlrange="-1 1"/>
    <motor name="motor" joint="knee" gear="2" ctrlrange="-1 1"/>
  </actuator>
</mujoco>"""

#: Nothing is random: episodes never end but by their length.
ROBOT = EnvSpec(
    name="Robot",
    model=XML,
    frame_skip=4,
    observation=(Observation("qpos"), Observation("qvel")),
    signals=(Signal("speed", "qpos", 0, rate=True),),
    reward=lambda signals, actions, unhealthy: {"reward_forward": signals["speed"]},
)

#: All kinds at once, with falls and short episodes.
EVERYTHING = dataclasses.replace(
    ROBOT,
    name="RandomRobot",
    max_episode_steps=25,
    observation=(
        Observation("qpos", start=2, noise=0.01),
        Observation("qvel", noise=0.05, low=-10, high=10),
        Observation("qpos", start=7, function="sin"),
        Observation("command"),
        Observation("last_action"),
        Observation("mocap_pos"),
    ),
    bounds=(Bound("qpos", start=2, count=1, low=0.2),),
    noise=(Noise("qpos", 0.02, start=7), Noise("qvel", 0.1, distribution="normal")),
    placements=(Placement("mocap_pos", (-1.0, -1.0), (1.0, 1.0), of="target", distance=(0.3, 1.0)),),
    commands=(Command("go", (-1.0, 0.5), (1.0, 1.0), every=7), Command("stay", (2.0,), (3.0,))),
    control=Control(scale=(0.5, 1.0)),
    randomize=(
        Randomize("body_mass", 0.7, 1.4),
        Randomize("body_mass", -0.5, 1, operation="add", of="trunk"),
        Randomize("body_inertia", 0.8, 1.2, shared=False),
        Randomize("geom_friction", 0.4, 1.2, distribution="log_uniform", component=0, operation="set"),
        Randomize("dof_damping", 0.5, 2, of="hip", distribution="log_uniform"),
        Randomize("dof_armature", 0, 0.02, operation="add", shared=False),
        Randomize("actuator_gain", 1, 0.1, distribution="normal", shared=False, per="environment"),
        Randomize("gravity", 0, 0.5, distribution="normal", operation="add", shared=False),
        Randomize("action_delay", choices=(0, 1, 3), distribution="choice", operation="set", per="environment"),
    ),
    pushes=(Push("trunk", every=10, duration=3, low=5, high=20), Push("thigh", every=6, duration=2, low=1, high=4)),
    variants=(Flat(), Slope(5), Rough(0.05, radius=4, resolution=0.4), Obstacles(6, clearance=0.5, radius=2)),
    variant_per="episode",
)
