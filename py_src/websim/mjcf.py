"""Where the MJCF of a task comes from."""

from __future__ import annotations

import importlib.util
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from websim.errors import ModelError
from websim.model_files import ModelFiles

if TYPE_CHECKING:
    import mujoco

#: Models of the Gymnasium tasks. The site's build copies them into the browser's package.
GYMNASIUM_MODELS = ("half_cheetah.xml", "hopper.xml", "inverted_pendulum.xml")


def gymnasium_model_path(name: str) -> Path:
    """Path of a model inside the installed gymnasium package, which is not imported."""
    spec = importlib.util.find_spec("gymnasium")
    if spec is None or spec.origin is None:
        raise ModelError(f"model {name!r} is part of the package gymnasium, which is not installed")
    return Path(spec.origin).parent / "envs" / "mujoco" / "assets" / name


def model_xml(model: str) -> str:
    """MJCF text of `model`: itself when it is XML, else the bundled model of that name."""
    if model.lstrip().startswith("<"):
        return model
    if model not in GYMNASIUM_MODELS:
        raise ModelError(f"unknown model {model!r}: expected MJCF text or one of {', '.join(GYMNASIUM_MODELS)}")
    bundled = Path(__file__).parent / "assets" / model
    return (bundled if bundled.exists() else gymnasium_model_path(model)).read_text()


def load_model(model: str | PathLike[str] | ModelFiles) -> ModelFiles:
    """The model's text and files."""
    return model if isinstance(model, ModelFiles) else ModelFiles(model_xml(str(model)))


def compile_native(files: ModelFiles) -> mujoco.MjModel:
    """The model, natively. Raises ModelError with MuJoCo's own message."""
    import mujoco

    try:
        return mujoco.MjModel.from_xml_string(files.xml, dict(files.assets))
    except ValueError as error:
        raise ModelError(f"MuJoCo cannot load the model: {error}") from error
