"""Tasks as data: JSON there and back, and slices that do not fit their model."""

import math

import pytest

from websim.engine.model import ModelInfo
from websim.errors import ModelError
from websim.program import compile_program
from websim.spec import Bound, EnvSpec, Noise, Observation, Signal
from websim.tasks import TASKS

MODEL = ModelInfo(
    nq=3, nv=2, nu=1, na=0, ngeom=1, state_size=9, timestep=0.01, ctrlrange=((-1.0, 1.0),), qpos0=(0.0, 0.5, 0.0)
)


def spec(**parts):
    return EnvSpec(
        **{"name": "T", "model": "<mujoco/>", "frame_skip": 2, "max_episode_steps": 5, "observation": (), **parts}
    )


@pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)
def test_json_round_trip(task):
    again = EnvSpec.from_json(task.to_json(), reward=task.reward)
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
    assert len(program.data) == 64 + 32 * 6


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (
            {"observation": (Observation("qpos", start=1, count=3),)},
            r"T: observation reads qpos\[1:4\], but the model has qpos\[0:3\]",
        ),
        ({"observation": (Observation("qpos", start=-1),)}, r"T: observation reads qpos\[-1:3\]"),
        ({"bounds": (Bound("xpos"),)}, r"T: bound reads 'xpos', expected one of \['qpos', 'qvel'\]"),
        ({"signals": (Signal("s", "qvel", 5),)}, r"T: signal 's' reads qvel\[5:6\]"),
        ({"signals": (Signal("s", "qvel", relative=True),)}, "signal 's': relative needs one number of qpos"),
        ({"noise": (Noise("qpos", 0.1, distribution="cauchy"),)}, "noise: expected uniform or normal, got 'cauchy'"),
    ],
)
def test_slices_outside_the_model_are_told(parts, message):
    with pytest.raises(ModelError, match=message):
        compile_program(spec(**parts), MODEL)
