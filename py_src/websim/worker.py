"""What a rank's Web Worker calls (workers/rank.ts). Strings are JSON."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import js
import websim_host
from pyodide.ffi import to_js

from websim.algorithms.ppo import PPOConfig
from websim.config import TrainConfig
from websim.dist import Communicator, WorkerCommunicator
from websim.errors import StopRequested, WebsimError
from websim.mjcf import robots_of
from websim.policy_files import pack_policies
from websim.session import Session
from websim.tasks import TASKS, get_spec
from websim.worlds import world_files


def check(request: str) -> str:
    """`{"config": {...}}` with every default filled in, or `{"error": "one sentence"}`."""
    try:
        return json.dumps({"config": asdict(TrainConfig.from_mapping(json.loads(request)))})
    except WebsimError as error:
        return json.dumps({"error": str(error)})


def scene(env: str, options: str) -> Any:
    """What a task's robots are drawn from, as the JS object `TaskScene` (workers/training_module.ts)."""
    spec = get_spec(env, **json.loads(options))
    worlds = world_files(spec)
    description = {
        "xmls": [files.xml for files in worlds],
        "assets": dict(worlds[0].assets),
        "keyframe": spec.keyframe or "",
        "frameSkip": spec.frame_skip,
    }
    return to_js(description, dict_converter=js.Object.fromEntries)


def packages(env: str, options: str) -> str:
    """Names of the archives that a task needs beside this package: a JSON list."""
    return json.dumps([f"{robot}.zip" for robot in robots_of(get_spec(env, **json.loads(options)).model)])


def warm_up() -> None:
    """Run the smallest session once.

    The browser compiles a WebAssembly function when it is first called, for which all threads of the
    page wait: better while it loads than after Start.
    """
    config = PPOConfig(env=next(iter(TASKS)), num_envs=1, num_steps=2, num_minibatches=1, update_epochs=1)
    session = Session(config, Communicator(), _pulse)
    session.iterate()
    session.close()


def open_session(config: str, rank: int, world_size: int) -> WorkerSession:
    """Set up one rank of a run."""
    return WorkerSession(TrainConfig.from_mapping(json.loads(config)), rank, world_size)


class WorkerSession:
    """A `Session` whose metrics and policy leave as JSON and bytes."""

    def __init__(self, config: TrainConfig, rank: int, world_size: int):
        comm = WorkerCommunicator(rank, world_size) if world_size > 1 else Communicator()
        self._session = Session(config, comm, _pulse)

    def iterate(self) -> str | None:
        """One iteration's metrics; None when total_steps is reached."""
        if self._session.finished:
            return None
        return json.dumps(self._session.iterate())

    def policy(self) -> bytes:
        """The policy file as it is now; a zip archive of the policies' files where the task has several."""
        return pack_policies(self._session.policies)

    def close(self) -> None:
        """Free the engine."""
        self._session.close()


def _pulse() -> None:
    if websim_host.pulse():
        raise StopRequested
