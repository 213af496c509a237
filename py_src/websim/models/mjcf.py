"""Where the MJCF of a task comes from, and how it becomes a model."""

from __future__ import annotations

import importlib.util
import re
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from websim.errors import ModelError
from websim.models.files import ModelFiles
from websim.models.limits import MAX_ARENA_BYTES, MAX_MODEL_BYTES, MAX_TOTAL_BYTES, megabytes
from websim.models.references import collect_assets
from websim.models.sources import MENAGERIE, Archive, Folder, Memory, Menagerie, Source, Sources, check_size

if TYPE_CHECKING:
    import mujoco

#: Models of the Gymnasium tasks. The site's build copies them into the browser's package.
GYMNASIUM_MODELS = (
    "ant.xml",
    "half_cheetah.xml",
    "hopper.xml",
    "humanoid.xml",
    "humanoidstandup.xml",
    "inverted_double_pendulum.xml",
    "inverted_pendulum.xml",
    "point.xml",
    "pusher.xml",
    "pusher_v5.xml",
    "reacher.xml",
    "swimmer.xml",
    "walker2d.xml",
    "walker2d_v5.xml",
)


def gymnasium_model_path(name: str) -> Path:
    """Path of a model inside the installed gymnasium package, which is not imported."""
    spec = importlib.util.find_spec("gymnasium")
    if spec is None or spec.origin is None:
        raise ModelError(f"model {name!r} is part of the package gymnasium, which is not installed")
    return Path(spec.origin).parent / "envs" / "mujoco" / "assets" / name


def load_model(model: str | PathLike[str] | bytes | ModelFiles) -> ModelFiles:
    """The model's text and all files that it needs, within the limits of `models.limits`.

    model: MJCF text, the name of a bundled model (`"hopper.xml"`), a path to an .xml, .mjcf or .zip file, or the bytes
    of a zip archive. A zip's main file is the only .xml at its top, or scene.xml or model.xml among several.
    Raises ModelError, saying which file or element is at fault. MuJoCo itself judges the text: see `compile_native`.
    """
    if isinstance(model, ModelFiles):
        return _complete(model.xml, Memory(model.assets), "model")
    if isinstance(model, bytes):
        if model.startswith(b"PK"):
            return _from_archive(model, "the archive")
        return _complete(_text(model, "model"), Memory({}), "model")
    if isinstance(model, str) and model.lstrip("\ufeff \t\r\n").startswith("<"):
        return _complete(model, Memory({}), "model")
    return _from_path(model)


def _from_path(model: str | PathLike[str]) -> ModelFiles:
    if model in GYMNASIUM_MODELS:
        bundled = Path(__file__).parents[1] / "assets" / str(model)
        return ModelFiles((bundled if bundled.exists() else gymnasium_model_path(str(model))).read_text())
    path = Path(model)
    if not path.is_file() or path.suffix.lower() not in (".xml", ".mjcf", ".zip"):
        raise ModelError(
            f"unknown model {str(model)[:80]!r}: expected MJCF text, the path of an .xml, .mjcf or .zip file, "
            f"or one of {', '.join(GYMNASIUM_MODELS)}"
        )
    check_size(path.name, path.stat().st_size, MAX_TOTAL_BYTES)
    if path.suffix.lower() == ".zip":
        return _from_archive(path.read_bytes(), path.name)
    return _complete(_text(path.read_bytes(), path.name), Folder(path.parent), path.name)


def _from_archive(data: bytes, name: str) -> ModelFiles:
    check_size(name, len(data), MAX_TOTAL_BYTES)
    archive = Archive(data, name)
    main = archive.main_file()
    return _complete(_text(archive.read(main) or b"", main), archive, main)


def _complete(xml: str, source: Source, name: str) -> ModelFiles:
    return ModelFiles(xml, collect_assets(xml, Sources(source, Menagerie()), name))


def _text(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ModelError(f"{name} is not UTF-8 text ({error}); save it as UTF-8") from error


def robots_of(model: str | PathLike[str] | ModelFiles) -> list[str]:
    """The robots of MuJoCo Menagerie that a model's text includes."""
    text = model.xml if isinstance(model, ModelFiles) else str(model)
    return sorted(set(re.findall(rf"""["']{MENAGERIE}([^/"']+)/""", text)))


def compile_native(files: ModelFiles) -> mujoco.MjModel:
    """The model, natively. Raises ModelError with MuJoCo's own message, or when the model is too large to train."""
    import mujoco

    with mujoco.MjVfs() as vfs:
        for name, data in files.assets.items():
            vfs[name] = data
        try:
            model = mujoco.MjModel.from_xml_string(files.xml, vfs=vfs)
        except (ValueError, RuntimeError, mujoco.FatalError) as error:
            raise ModelError(f"MuJoCo cannot load the model: {_one_line(str(error))}") from error
    for what, nbytes, limit in (
        ("model", model.nbuffer, MAX_MODEL_BYTES),
        ("model's working memory", model.narena, MAX_ARENA_BYTES),
    ):
        if nbytes > limit:
            raise ModelError(
                f"the {what} takes too much memory: expected at most {megabytes(limit)}, got {megabytes(nbytes)}"
            )
    return model


def _one_line(message: str) -> str:
    """MuJoCo writes the line number on lines of their own."""
    return "; ".join(line.strip() for line in message.splitlines() if line.strip())
