"""Tasks as data for the player."""

import base64
import json
import zipfile
from io import BytesIO
from typing import Any

import pytest

from websim.errors import ModelError
from websim.models.files import ModelFiles
from websim.models.mjcf import load_model
from websim.models.packed_model import pack_model
from websim.task_file import archived_files, task_file
from websim.tasks import get_spec
from websim.worlds import world_files

STONE = b"v 0 0 0\nv 0.2 0 0\nv 0 0.2 0\nv 0 0 0.2\nf 1 3 2\nf 1 2 4\nf 1 4 3\nf 2 3 4\n"
XML = """<mujoco><asset><mesh name="stone" file="stone.obj"/></asset>
<worldbody><body><joint name="hinge"/><geom type="mesh" mesh="stone"/></body></worldbody>
<actuator><motor joint="hinge"/></actuator></mujoco>"""


def written(spec: Any, archived: Any = None) -> Any:
    return json.loads(task_file(spec, archived or {}))


def own_model() -> Any:
    return get_spec("OwnModel", model=pack_model(load_model(ModelFiles(XML, {"stone.obj": STONE}))), frame_skip=2)


def test_it_has_all_that_the_player_needs() -> None:
    task = written(own_model())
    assert task["name"] == "OwnModel"
    assert task["xmls"] == [XML]
    assert base64.b64decode(task["files"]["stone.obj"]) == STONE
    assert task["assets"] == {}
    assert len(task["programs"]) == 1
    assert (task["observations"], task["actions"]) == ([[0, 1]], [[0]])
    assert (task["max_episode_steps"], task["keyframe"], task["choices"]) == (1000, "", None)


def test_files_of_the_site_are_named_and_not_brought() -> None:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("meshes/rock.obj", STONE)
    task = written(own_model(), archived_files({"robot.zip": buffer.getvalue()}))
    assert task["assets"] == {"stone.obj": ["robot.zip", "meshes/rock.obj"]}
    assert task["files"] == {}


def test_options_make_another_program_of_the_same_model() -> None:
    usual, option = written(get_spec("Hopper-v5")), written(get_spec("Hopper-v5", frame_skip=8))
    assert option["xmls"] == usual["xmls"] == [world_files(get_spec("Hopper-v5"))[0].xml]
    assert option["programs"] != usual["programs"]


def test_a_task_whose_end_python_decides_has_none() -> None:
    with pytest.raises(ModelError, match=r"AntSumo cannot be played without Python: .+; send the policy's file"):
        task_file(get_spec("AntSumo"), {})
