"""Tasks as data: JSON there and back, and slices that do not fit their model."""

import math

import pytest

from websim.engine.model import ModelInfo
from websim.errors import ModelError
from websim.program import compile_program
from websim.spec import Bound, EnvSpec, Noise, Observation, Signal
from websim.tasks import TASKS, get_spec

MODEL = ModelInfo(
    nq=3,
    nv=2,
    nu=1,
    na=0,
    nbody=3,
    ngeom=1,
    nsite=1,
    ntendon=0,
    nsensordata=3,
    nmocap=1,
    state_size=9,
    timestep=0.01,
    names={
        "body": ("world", "cart", "target"),
        "joint": ("slide", "hinge"),
        "geom": ("floor",),
        "site": ("tip",),
        "sensor": ("gyro", "clock"),
        "tendon": (),
        "actuator": ("motor",),
        "key": ("home",),
    },
    jnt_type=(2, 3),
    jnt_qposadr=(0, 1),
    jnt_dofadr=(0, 1),
    jnt_rootid=(1, 1),
    sensor_adr=(0, 2),
    sensor_dim=(2, 1),
    body_mocapid=(-1, -1, 0),
    actuator_joint=(0,),
    ctrlrange=((-1.0, 1.0),),
    qpos0=(0.0, 0.5, 0.0),
    key_ctrl=((0.25,),),
    nominal={
        "body_mass": (0.0, 1.0, 2.0),
        "body_inertia": (0.0,) * 3 + (0.1,) * 6,
        "geom_friction": (1.0, 0.005, 0.0001),
        "dof_damping": (0.5, 0.25),
        "dof_armature": (0.0, 0.0),
        "actuator_gainprm": (10.0,) + (0.0,) * 9,
        "actuator_biasprm": (0.0, -10.0, -1.0) + (0.0,) * 7,
        "gravity": (0.0, 0.0, -9.81),
    },
)


def spec(**parts):
    return EnvSpec(
        **{"name": "T", "model": "<mujoco/>", "frame_skip": 2, "max_episode_steps": 5, "observation": (), **parts}
    )


@pytest.mark.parametrize("name", TASKS)
def test_json_round_trip(name):
    task = get_spec(name)
    again = EnvSpec.from_json(task.to_json(), reward=task.reward, termination=task.termination)
    assert again == task
    assert all(math.isfinite(b.low) or b.low == -math.inf for b in again.bounds)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"name": 1}', '{"observation": [{"sauce": "qpos"}]}', "nul"])
def test_text_that_is_no_task_is_told(text):
    with pytest.raises(ModelError, match=r"EnvSpec\.from_json: not a task description"):
        EnvSpec.from_json(text)


def test_program_has_the_layout_of_program_h():
    program = compile_program(
        spec(
            observation=(Observation("qpos", start=1), Observation("qvel", low=-10, high=10)),
            signals=(Signal("height", "qpos", 1, relative=True), Signal("speed", "qpos", 0, rate=True)),
            bounds=(Bound("qpos", start=1, count=1, low=0.7),),
            noise=(Noise("qvel", 0.1, distribution="normal"),),
        ),
        MODEL,
    )
    assert (program.obs_dim, program.signal_dim, program.action_dim) == (4, 2, 1)
    assert len(program.data) == 128 + 64 * 6


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (
            {"observation": (Observation("qpos", start=1, count=3),)},
            r"T: observation: reads qpos\[1:4\], but the model has qpos\[0:3\]",
        ),
        ({"observation": (Observation("qpos", start=-1),)}, r"T: observation: reads qpos\[-1:3\]"),
        ({"bounds": (Bound("xpoz"),)}, "T: bound: reads 'xpoz', expected one of qpos, qvel"),
        ({"signals": (Signal("s", "qvel", 5),)}, r"T: signal 's': reads qvel\[5:6\]"),
        ({"signals": (Signal("s", "qvel", relative=True),)}, "signal 's': relative needs one number of qpos"),
        ({"noise": (Noise("qpos", 0.1, distribution="cauchy"),)}, "noise: expected uniform or normal, got 'cauchy'"),
    ],
)
def test_slices_that_the_model_does_not_have_are_told(parts, message):
    with pytest.raises(ModelError, match=message):
        compile_program(spec(**parts), MODEL)
