"""What views draw over a robot, as the kernel writes it, against MuJoCo's own functions."""

import ctypes

import mujoco
import numpy as np
import pytest

import websim
from websim.engine.native import NativeEngine

HEAD, CONTACTS = 6, 64
#: Boxes and balls that fall on each other: more contacts than an overlay has, and frictions of all kinds.
PILE = """<mujoco>
  <option cone="{cone}" gravity="1 0 -9.81"/>
  <worldbody>
    <geom type="plane" size="5 5 0.1" condim="{condim}"/>
    <body pos="0 0 0.1"><freejoint/><geom type="box" size="0.1 0.1 0.1" condim="{condim}"/></body>
    <body pos="0.02 0 0.3"><freejoint/>
      <geom type="box" size="0.1 0.1 0.1" condim="{condim}" friction="0.4 0.02 0.01"/></body>
    <body pos="0.5 0 0.09"><joint name="ball" type="ball"/><geom size="0.1" condim="{condim}"/>
      <body pos="0.3 0 0"><joint type="hinge" axis="0 1 1"/><geom size="0.1" condim="{condim}"/></body></body>
    {more}
  </worldbody>
</mujoco>"""


def read(library: ctypes.CDLL, model: mujoco.MjModel, data: mujoco.MjData) -> np.ndarray:
    overlay = np.full(library.ws_overlay_size(ctypes.c_void_p(model._address)), np.nan, np.float32)
    pointers = [ctypes.c_void_p(at) for at in (overlay.ctypes.data, model._address, data._address)]
    library.ws_overlay(*pointers)
    return overlay


def expected(model: mujoco.MjModel, data: mujoco.MjData) -> np.ndarray:
    root = model.body_rootid[np.flatnonzero(model.body_weldid)[0]]
    count = min(data.ncon, CONTACTS)
    joints = np.hstack([data.xanchor, data.xaxis])
    joints[model.jnt_type <= mujoco.mjtJoint.mjJNT_BALL.value, 3:] = 0
    rows = [np.array([1, count]), data.subtree_com[root], model.body_subtreemass[[root]], joints.ravel()]
    for number in range(count):
        contact, force = data.contact[number], np.zeros(6)
        mujoco.mj_contactForce(model, data, number, force)
        world = contact.frame.reshape(3, 3).T @ force[:3]
        first, second = model.geom_bodyid[contact.geom]
        rows += [contact.pos, world if first <= second else -world]
    return np.concatenate(rows)


@pytest.fixture(scope="module")
def library():
    envs = websim.make_vec("Hopper-v5")
    engine = envs._env.engine
    assert isinstance(engine, NativeEngine)
    yield engine._library
    envs.close()


@pytest.mark.parametrize("condim", [1, 3, 4, 6])
@pytest.mark.parametrize("cone", ["pyramidal", "elliptic"])
def test_contacts_joints_and_centre_of_mass_are_mujocos(library, cone, condim):
    model = mujoco.MjModel.from_xml_string(PILE.format(cone=cone, condim=condim, more=""))
    data = mujoco.MjData(model)
    mujoco.mj_step(model, data, 20)
    mujoco.mj_forward(model, data)
    wanted = expected(model, data)
    assert data.ncon >= 8
    assert wanted[1] == data.ncon
    assert np.abs(wanted[HEAD + 6 * model.njnt :].reshape(-1, 6)[:, 3:]).max() > 1, "something is carried"
    np.testing.assert_allclose(read(library, model, data)[: len(wanted)], wanted, rtol=1e-5, atol=1e-5)


def test_more_contacts_than_there_is_room_for_are_left_out(library):
    boxes = (f'<body pos="{x} 2 0.099"><freejoint/><geom type="box" size="0.1 0.1 0.1"/></body>' for x in range(20))
    model = mujoco.MjModel.from_xml_string(PILE.format(cone="elliptic", condim=3, more="".join(boxes)))
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    assert data.ncon > CONTACTS
    overlay, wanted = read(library, model, data), expected(model, data)
    assert overlay.shape == wanted.shape
    np.testing.assert_allclose(overlay, wanted, rtol=1e-5, atol=1e-5)


def test_an_overlay_of_a_row_changes_no_step_and_a_standing_robots_feet_carry_it(library):
    plain, shown = (websim.make_vec("Ant-v5", num_envs=2, seed=3) for _ in range(2))
    for envs in (plain, shown):
        envs.reset()
    engine, actions = shown._env.engine, np.zeros((2, 8), np.float32)
    model = engine._models[0]
    overlay = np.zeros(library.ws_overlay_size(ctypes.c_void_p(model._address)), np.float32)
    for _ in range(60):
        plain.step(actions)
        shown.step(actions)
        pointers = (overlay.ctypes.data, engine._rows_at, actions.ctypes.data, None, engine._worlds_at)
        library.ws_row_overlay(*map(ctypes.c_void_p, pointers))
    for ours, theirs in zip(plain.get_state(), shown.get_state(), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    contacts = overlay[HEAD + 6 * model.njnt :].reshape(-1, 6)[: int(overlay[1])]
    weight = overlay[5] * -model.opt.gravity[2]
    np.testing.assert_allclose(contacts[:, 5].sum(), weight, rtol=0.2)
    data = engine._datas[0]
    data.qpos[:], data.qvel[:] = (array[0] for array in shown.get_state())
    mujoco.mj_kinematics(model, data)
    mujoco.mj_comPos(model, data)
    np.testing.assert_allclose(overlay[2:5], data.subtree_com[1], rtol=1e-5)
