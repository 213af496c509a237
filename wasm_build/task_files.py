"""Built-in tasks as data for the player: `task-<name>.json` as `websim.task_file` writes it."""

import json
import os
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from io import BytesIO
from pathlib import Path

from cache import cached, sha256
from websim.models.mjcf import GYMNASIUM_MODELS, gymnasium_model_path, robots_of
from websim.spec import EnvSpec
from websim.task_file import archived_files, is_playable, task_file
from websim.tasks import TASKS, get_spec


def build_task_files(repo: Path, robots: Mapping[str, bytes]) -> dict[str, bytes]:
    """Asset name -> file of each task that the player can play; robots: archives of Menagerie's, by asset name."""
    sources = [path for folder in ("py_src/websim", "wasm_build/kernels") for path in (repo / folder).rglob("*.*")]
    inputs: list[Path | str] = [
        *sorted(path for path in sources if path.suffix in (".py", ".h")),
        *map(gymnasium_model_path, GYMNASIUM_MODELS),
        *(sha256(data) for data in robots.values()),
        Path(__file__),
    ]
    files: dict[str, str] = json.loads(cached("tasks.json", inputs, partial(_write, robots)).read_text())
    return {f"task-{name}.json": text.encode() for name, text in files.items()}


def _write(robots: Mapping[str, bytes], output: Path) -> None:
    archived = archived_files(robots)
    with _unpacked(robots):
        specs = [get_spec(name) for name in TASKS]
        playable = [spec for spec in specs if is_playable(spec) and _has_robots(spec, robots)]
        output.write_text(json.dumps({spec.name: task_file(spec, archived) for spec in playable}))


def _has_robots(spec: EnvSpec, robots: Mapping[str, bytes]) -> bool:
    return all(f"{robot}.zip" in robots for robot in robots_of(spec.model))


@contextmanager
def _unpacked(robots: Mapping[str, bytes]) -> Iterator[None]:
    """Let the robots be those of the archives, which are not the files of Menagerie."""
    before = os.environ.get("MENAGERIE_ROOT")
    with tempfile.TemporaryDirectory() as folder:
        for name, data in robots.items():
            zipfile.ZipFile(BytesIO(data)).extractall(Path(folder) / Path(name).stem)
        os.environ["MENAGERIE_ROOT"] = folder
        try:
            yield
        finally:
            if before is None:
                del os.environ["MENAGERIE_ROOT"]
            else:
                os.environ["MENAGERIE_ROOT"] = before
