"""What a rank's Web Worker calls for the editor of scenes (workers/ranks/rank.ts)."""

from __future__ import annotations

import json
from typing import Any

import js
from pyodide.ffi import JsBuffer, JsProxy, to_js

from websim.batch_env import BatchEnv
from websim.models.files import ModelFiles
from websim.models.mjcf import load_model
from websim.models.packed_model import pack_model
from websim.tasks import get_spec
from websim.worlds import world_files


def of_task(env: str) -> Any:
    """The model of a task's first world."""
    return _model(world_files(get_spec(env))[0])


def of_text(xml: str, files: JsProxy) -> Any:
    """MJCF within the limits of `models.limits`, with the files that it names. Raises ModelError."""
    return _model(load_model(_given(xml, files)))


def of_file(file: JsBuffer) -> Any:
    """The same of an .xml file, or of an archive."""
    return _model(load_model(file.to_bytes()))


def packed(xml: str, files: JsProxy) -> str:
    """The same as a task's option `model`, JSON."""
    return json.dumps(pack_model(load_model(_given(xml, files))))


def size(env: str, options: str) -> str:
    """How many numbers a policy of a task sees and does, JSON: `TaskSize` (workers/editors/scene_protocol.ts)."""
    environment = BatchEnv(get_spec(env, **json.loads(options)), 1)
    try:
        return json.dumps({"observations": environment.obs_dim, "actions": environment.action_dim})
    finally:
        environment.close()


def _given(xml: str, files: JsProxy) -> ModelFiles:
    return ModelFiles(xml, {name: bytes(data) for name, data in files.to_py().items()})


def _model(files: ModelFiles) -> Any:
    """The JS object `ModelText` (workers/editors/scene_protocol.ts)."""
    return to_js({"xml": files.xml, "files": dict(files.assets)}, dict_converter=js.Object.fromEntries)
