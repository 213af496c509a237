"""What a rank's Web Worker calls for the editor of scenes (workers/rank.ts)."""

from __future__ import annotations

from typing import Any

import js
from pyodide.ffi import JsBuffer, JsProxy, to_js

from websim.models.files import ModelFiles
from websim.models.mjcf import load_model
from websim.tasks import get_spec
from websim.worlds import world_files


def of_task(env: str) -> Any:
    """The model of a task's first world."""
    return _model(world_files(get_spec(env))[0])


def of_text(xml: str, files: JsProxy) -> Any:
    """MJCF within the limits of `models.limits`, with the files that it names. Raises ModelError."""
    given = {name: bytes(data) for name, data in files.to_py().items()}
    return _model(load_model(ModelFiles(xml, given)))


def of_file(file: JsBuffer) -> Any:
    """The same of an .xml file, or of an archive."""
    return _model(load_model(file.to_bytes()))


def _model(files: ModelFiles) -> Any:
    """The JS object `ModelText` (workers/scene_protocol.ts)."""
    return to_js({"xml": files.xml, "files": dict(files.assets)}, dict_converter=js.Object.fromEntries)
