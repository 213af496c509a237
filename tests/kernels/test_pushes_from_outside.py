"""Wrenches on a body of one environment: what they do to it, that they end, and that nobody else feels them."""

import dataclasses

import mujoco
import numpy as np
import pytest

import websim
from websim.randomization import Push
from websim.spec import EnvSpec, Observation

#: A stone that floats, and an arm on a hinge; the joints' damping is none.
STONE = """<mujoco>
  <option timestep="0.002" gravity="0 0 0"/>
  <worldbody>
    <body name="stone" pos="0 0 1">
      <freejoint/>
      <inertial pos="0.1 0 0" mass="2" diaginertia="0.5 0.4 0.25"/>
      <geom size="0.1"/>
    </body>
    <body name="arm" pos="3 0 1">
      <joint name="hinge" axis="0 1 0"/>
      <geom type="capsule" fromto="0 0 0 1 0 0" size="0.05" mass="1"/>
    </body>
  </worldbody>
  <actuator><motor joint="hinge" gear="1"/></actuator>
</mujoco>"""
TASK = EnvSpec(
    name="Stone",
    model=STONE,
    frame_skip=5,
    observation=(Observation("qpos"), Observation("qvel")),
    reward=lambda signals, actions, unhealthy: {"none": np.zeros(len(unhealthy))},
)
B = 4
PERIOD = 0.01


@pytest.fixture
def envs():
    envs = websim.make_vec(TASK, num_envs=B, seed=1)
    envs.reset()
    yield envs
    envs.close()


def step(envs, steps=1):
    for _ in range(steps):
        envs.step(np.zeros((B, 1), np.float32))
    return envs.get_state()[1]


def test_a_force_at_the_centre_of_mass_accelerates_by_force_over_mass(envs):
    envs.set_push(2, "stone", [3, -1, 0.5])
    qvel = step(envs, 10)
    np.testing.assert_allclose(qvel[2, :3], np.array([3, -1, 0.5]) / 2 * 10 * PERIOD, rtol=1e-12)
    np.testing.assert_allclose(qvel[2, 3:], 0, atol=1e-12)
    others = np.delete(qvel, 2, axis=0)
    np.testing.assert_array_equal(others, 0)


def test_it_ends_and_what_it_gave_stays(envs):
    envs.set_push(0, 1, [2, 0, 0])
    pushed = step(envs)
    np.testing.assert_allclose(pushed[0, 0], PERIOD, rtol=1e-12)
    envs.set_push(0, None)
    np.testing.assert_array_equal(step(envs, 3), pushed)


def test_a_torque_turns_by_torque_over_inertia(envs):
    envs.set_push(1, "stone", torque=[0, 0, 0.25])
    qvel = step(envs)
    np.testing.assert_allclose(qvel[1, 5], 0.25 / 0.25 * PERIOD, rtol=1e-9)


def test_a_force_at_a_point_is_what_mujoco_computes_for_it(envs):
    """Against mj_applyFT, which maps the force at that point to the joints in each physics step."""
    force, point = np.array([0.3, 0.2, -4.0]), np.array([0.8, 0.05, 0.0])
    envs.set_push(3, "arm", force, point=point)
    qvel = step(envs, 20)
    model = mujoco.MjModel.from_xml_string(STONE)
    data = mujoco.MjData(model)
    body = model.body("arm").id
    for _ in range(20 * TASK.frame_skip):
        mujoco.mj_kinematics(model, data)
        mujoco.mj_comPos(model, data)
        data.qfrc_applied[:] = 0
        where = data.xpos[body] + data.xmat[body].reshape(3, 3) @ point
        mujoco.mj_applyFT(model, data, force, np.zeros(3), where, body, data.qfrc_applied)
        mujoco.mj_step(model, data)
    assert qvel[3, 6] > 0.5, "the arm swings"
    np.testing.assert_allclose(qvel[3], data.qvel, rtol=1e-9, atol=1e-12)


def test_environments_that_are_not_pushed_are_the_same_bit_for_bit():
    hopper = websim.tasks.get_spec("Hopper-v5")
    task = dataclasses.replace(hopper, pushes=(Push("torso", every=8, duration=3, low=10, high=50),))
    alone, beside = (websim.make_vec(task, num_envs=B, seed=5) for _ in range(2))
    rng = np.random.default_rng(0)
    for envs in (alone, beside):
        envs.reset()
    beside.set_push(1, "torso", [40, 0, 0])
    for _ in range(60):
        actions = rng.uniform(-1, 1, (B, 3)).astype(np.float32)
        for ours, theirs in zip(alone.step(actions)[:4], beside.step(actions)[:4], strict=True):
            np.testing.assert_array_equal(np.delete(ours, 1, axis=0), np.delete(theirs, 1, axis=0))
    assert not np.array_equal(alone.get_state()[0][1], beside.get_state()[0][1])
    alone.close()
    beside.close()


def test_a_push_adds_to_those_of_the_task():
    """Both on one body, drawn along x only where they are: the difference is the outer force over the mass."""
    task = dataclasses.replace(TASK, pushes=(Push("stone", every=1, duration=1, low=5, high=5),))
    plain, pushed = (websim.make_vec(task, num_envs=B, seed=5) for _ in range(2))
    for envs in (plain, pushed):
        envs.reset()
    pushed.set_push(0, "stone", [0, 0, 6])
    difference = step(pushed) - step(plain)
    np.testing.assert_allclose(difference[0, :3], [0, 0, 6 / 2 * PERIOD], atol=1e-12)
    np.testing.assert_array_equal(difference[1:], 0)
    assert np.abs(plain.get_state()[1][:, :2]).min(axis=1).max() > 0, "the task's own pushes are there"
    plain.close()
    pushed.close()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, "torso", [1, 0, 0]), "set_push: body: the model of Stone has stone, arm; got 'torso'"),
        ((0, 3, [1, 0, 0]), "set_push: body: expected a whole number from 0 to 2 (0 is the world"),
        ((0, 1, [1, 0]), "set_push: force: expected shape (3,), got (2,)"),
        ((0, 1, [1, 0, np.nan]), "set_push: force holds NaN or infinity"),
        ((4, 1, [1, 0, 0]), "set_push: env: expected a whole number from 0 to 3"),
    ],
)
def test_what_cannot_be_pushed_is_refused(envs, arguments, message):
    with pytest.raises(ValueError, match="^" + message.replace("(", r"\(").replace(")", r"\)")):
        envs.set_push(*arguments)
