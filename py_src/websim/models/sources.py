"""Where a model's files are: a folder, a zip archive, memory, or the robots of MuJoCo Menagerie."""

from __future__ import annotations

import sys
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from io import BytesIO
from pathlib import Path
from typing import Protocol

from websim.errors import ModelError
from websim.models.limits import MAX_FILE_BYTES, MAX_FILES, megabytes

#: Robots of MuJoCo Menagerie are named `menagerie/<robot>/<file>` by a model that includes them.
MENAGERIE = "menagerie/"
#: Where the page puts the archives of robots that a task needs, in Pyodide's file system.
BROWSER_ROBOTS = Path("/menagerie")
#: What `zipfile` raises over a damaged or encrypted archive, or one of an unknown compression.
_UNREADABLE = (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError, OSError, ValueError)


class Source(Protocol):
    """Files by their path from the model's folder: `/` between names, no `..`."""

    def read(self, path: str) -> bytes | None:
        """Bytes of the file, or None when there is none."""


class Folder:
    """A folder on disk; a link that leads out of it is not followed."""

    def __init__(self, folder: Path):
        self._folder = folder.resolve()

    def read(self, path: str) -> bytes | None:
        file = (self._folder / path).resolve()
        if not file.is_relative_to(self._folder) or not file.is_file():
            return None
        check_size(path, file.stat().st_size)
        return file.read_bytes()


class Memory:
    """Files by name. A name without a folder serves any path that ends in it, as MuJoCo's own assets do."""

    def __init__(self, files: Mapping[str, bytes]):
        self._files = files

    def read(self, path: str) -> bytes | None:
        data = self._files.get(path)
        return data if data is not None else self._files.get(path.rsplit("/", 1)[-1])


class Archive:
    """A zip archive, of which only what is asked for is unpacked."""

    def __init__(self, data: bytes, name: str):
        try:
            self._zip = zipfile.ZipFile(BytesIO(data))
        except _UNREADABLE as error:
            raise ModelError(
                f"{name} is not a zip archive that can be read ({error}); pack the folder again"
            ) from error
        self._name = name
        entries = [entry for entry in self._zip.infolist() if not entry.is_dir()]
        if len(entries) > MAX_FILES:
            raise ModelError(
                f"{name}: expected at most {MAX_FILES} files, got {len(entries)}; pack only the model's own"
            )
        root = _common_folder(entry.filename for entry in entries)
        self._entries = {entry.filename.removeprefix(root): entry for entry in entries}

    def main_file(self) -> str:
        """The only .xml at the top, or the one named scene.xml or model.xml."""
        top = sorted(path for path in self._entries if "/" not in path and path.lower().endswith((".xml", ".mjcf")))
        if len(top) == 1:
            return top[0]
        for name in ("scene.xml", "model.xml"):
            if name in top:
                return name
        found = f"got {', '.join(top)}" if top else "got none"
        raise ModelError(
            f"{self._name}: expected one .xml file at the top of the archive, or scene.xml or model.xml among them, "
            f"{found}; name the model's main file scene.xml"
        )

    def read(self, path: str) -> bytes | None:
        entry = self._entries.get(path)
        if entry is None:
            return None
        check_size(path, entry.file_size)
        try:
            # What the archive declares is not to be trusted: no more than that is unpacked.
            with self._zip.open(entry) as file:
                data = file.read(entry.file_size + 1)
        except _UNREADABLE as error:
            raise ModelError(f"{self._name}: {path} cannot be unpacked ({error}); pack the archive again") from error
        if len(data) != entry.file_size:
            raise ModelError(f"{self._name}: {path} is not as long as the archive says ({entry.file_size} bytes)")
        return data


class Menagerie:
    """Robots of MuJoCo Menagerie: natively from the package `mujoco-menagerie`, in the page from its archives."""

    def __init__(self) -> None:
        self._robots: dict[str, Source] = {}

    def read(self, path: str) -> bytes | None:
        if not path.startswith(MENAGERIE):
            return None
        robot, _, file = path.removeprefix(MENAGERIE).partition("/")
        if not file:
            return None
        if robot not in self._robots:
            self._robots[robot] = _browser_robot(robot) if sys.platform == "emscripten" else _native_robot(robot)
        return self._robots[robot].read(file)


class Sources:
    """The first of several sources that has a file."""

    def __init__(self, *sources: Source):
        self._sources = sources

    def read(self, path: str) -> bytes | None:
        for source in self._sources:
            data = source.read(path)
            if data is not None:
                return data
        return None


def _browser_robot(robot: str) -> Source:
    archive = BROWSER_ROBOTS / f"{robot}.zip"
    if not archive.exists():
        raise ModelError(
            f"robot {robot!r} is not part of this site; build the site with the package mujoco-menagerie "
            "or with MENAGERIE_ROOT naming a folder that has it"
        )
    return Archive(archive.read_bytes(), archive.name)


def _native_robot(robot: str) -> Source:
    try:
        import mujoco_menagerie as menagerie
    except ImportError as error:
        raise ModelError(
            f"robot {robot!r} is part of MuJoCo Menagerie, whose package is not installed; "
            "install it with `pip install mujoco-menagerie`"
        ) from error
    try:
        return Folder(menagerie.get(robot).path())
    except menagerie.MenagerieError as error:
        raise ModelError(
            f"robot {robot!r} of MuJoCo Menagerie cannot be had: {error}; check the connection, "
            "or set MENAGERIE_ROOT to a folder that has it"
        ) from error


def check_size(path: str, nbytes: int, limit: int = MAX_FILE_BYTES) -> None:
    """Refuse a file before it is read."""
    if nbytes > limit:
        raise ModelError(f"{path}: expected at most {megabytes(limit)}, got {megabytes(nbytes)}")


def _common_folder(paths: Iterable[str]) -> str:
    """`robot/` when all paths begin so: archives often hold a folder rather than its content."""
    tops = {path.partition("/")[0] if "/" in path else "" for path in paths if not path.startswith("__MACOSX/")}
    return f"{tops.pop()}/" if len(tops) == 1 and "" not in tops else ""
