"""Built-in tasks as data for the player, which has no Python: their worlds, compiled programs and agents.

`task-<name>.json` holds (webapp/player/task_file.ts reads it):
    xmls, programs (base64): of each variant of the world; assets: [archive, path] by the name that MuJoCo looks for
    obs_dim, signal_dim, row_size, action_dim: widths; per_episode: a variant is drawn for each episode, not environment
    frame_skip, max_episode_steps, keyframe (empty: none)
    choices: [K, A] actions of a discrete task, or null
    observations [agents, O], actions [agents, A]: each agent's columns of the scene's; all share one policy
"""

import base64
import json
import os
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

from cache import cached, sha256
from websim.agents import policy_groups
from websim.engine.native import NativeEngine
from websim.models.mjcf import GYMNASIUM_MODELS, gymnasium_model_path, robots_of
from websim.spec import EnvSpec
from websim.tasks import TASKS, get_spec
from websim.worlds import world_files

VERSION = 1


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
    places = {
        sha256(archive.read(path)): [name, path]
        for name, data in robots.items()
        for archive in [zipfile.ZipFile(BytesIO(data))]
        for path in archive.namelist()
    }
    with _unpacked(robots):
        specs = [get_spec(name) for name in TASKS]
        playable = [spec for spec in specs if _is_playable(spec) and _has_robots(spec, robots)]
        output.write_text(json.dumps({spec.name: json.dumps(task_file(spec, places)) for spec in playable}))


def _is_playable(spec: EnvSpec) -> bool:
    """Whether data says when its episodes end, and one policy moves all of it."""
    return spec.termination is None and len({agent.policy for agent in spec.agents}) <= 1


def _has_robots(spec: EnvSpec, robots: Mapping[str, bytes]) -> bool:
    return all(f"{robot}.zip" in robots for robot in robots_of(spec.model))


def task_file(spec: EnvSpec, places: Mapping[str, list[str]]) -> dict[str, Any]:
    """places: [archive, path] of a robot's file by its SHA-256."""
    worlds = world_files(spec)
    engine = NativeEngine(spec, 1)
    (group,) = policy_groups(spec, engine.model, engine.program.obs_dim)
    return {
        "version": VERSION,
        "name": spec.name,
        "xmls": [files.xml for files in worlds],
        "programs": [base64.b64encode(program.data).decode() for program in engine.programs],
        "assets": {name: places[sha256(data)] for name, data in worlds[0].assets.items()},
        "obs_dim": engine.program.obs_dim,
        "signal_dim": engine.program.signal_dim,
        "row_size": engine.program.layout.size,
        "action_dim": engine.program.action_dim,
        "per_episode": spec.variant_per == "episode",
        "frame_skip": spec.frame_skip,
        "max_episode_steps": spec.max_episode_steps,
        "keyframe": spec.keyframe or "",
        "choices": None if spec.discrete is None else spec.discrete.actions,
        "observations": group.observations.tolist(),
        "actions": group.actions.tolist(),
    }


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
