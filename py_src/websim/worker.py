"""What a rank's Web Worker calls (workers/ranks/rank.ts). Strings are JSON."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import js
import websim_host
from pyodide.ffi import to_js

from websim.algorithms import Learner
from websim.algorithms.ppo import PPOConfig
from websim.config import TrainConfig
from websim.dist import Communicator, WorkerCommunicator
from websim.errors import StopRequested, WebsimError
from websim.evaluation import Checkpoint
from websim.live.shown import ALONE, Shown, policies_of
from websim.models.mjcf import robots_of
from websim.policy import Policy
from websim.policy_files import pack_policies
from websim.session import Session
from websim.tasks import MODEL_OPTION, TASKS, get_spec
from websim.worker_saves import WorkerSaves
from websim.worlds import world_files


def check(request: str) -> str:
    """`{"config": {...}}` with every default filled in, or `{"error": "one sentence"}`."""
    try:
        return json.dumps({"config": asdict(TrainConfig.from_mapping(json.loads(request)))})
    except WebsimError as error:
        return json.dumps({"error": str(error)})


def scene(env: str, options: str) -> Any:
    """What a task's robots are drawn from, as the JS object `TaskScene` (workers/ranks/training_module.ts)."""
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
    given = json.loads(options)
    # A model that is an option brings all its files.
    robots = [] if MODEL_OPTION in given else robots_of(get_spec(env, **given).model)
    return json.dumps([f"{robot}.zip" for robot in robots])


def warm_up() -> None:
    """Run the smallest session once.

    The browser compiles a WebAssembly function when it is first called, for which all threads of the
    page wait: better while it loads than after Start.
    """
    config = PPOConfig(env=next(iter(TASKS)), num_envs=1, num_steps=2, num_minibatches=1, update_epochs=1)
    session = Session(config, Communicator(), _pulse)
    session.iterate()
    session.close()


def open_session(config: str, rank: int, world_size: int, saved: Any) -> WorkerSession:
    """Set up one rank of a run, where `saved` (`WorkerSaves`) was or, if it is None, at the start."""
    return WorkerSession(TrainConfig.from_mapping(json.loads(config)), rank, world_size, saved)


class WorkerSession:
    """A `Session` whose metrics and policies leave as JSON and bytes, and the policy that rank 0 shows."""

    def __init__(self, config: TrainConfig, rank: int, world_size: int, saved: Any):
        comm = WorkerCommunicator(rank, world_size) if world_size > 1 else Communicator()
        self._session = Session(config, comm, _pulse)
        self._saves = WorkerSaves(self._session, saved)
        self._shown: Shown | None = None
        #: What is shown: an argument of `policies_of`, or None: a file.
        self._choice: Any = None
        #: The evaluation, the learner and the config that the page knows of, whose policies are shown, the text of the
        #: reward, and whether robots were pushed.
        self._seen: tuple[Checkpoint | None, Learner, TrainConfig, str, bool] = (
            None,
            self._session.learner,
            self._session.config,
            "",
            False,
        )

    def meet(self) -> bool:
        """Before each iteration, with all ranks: save when it is time. Whether to meet again, without an iteration."""
        if self._session.finished:
            self._saves.autosave.finish()
            return False
        return self._saves.autosave.round()

    def hold(self) -> None:
        """On rank 0: save now, and let the other ranks wait in their next meeting."""
        if not self._session.finished:
            self._saves.autosave.round(hold=True)

    def request_save(self) -> None:
        """On rank 0: save in the next meeting."""
        self._saves.autosave.request()

    def stop(self) -> None:
        """Save what can be saved of a run that ends in the middle of an iteration."""
        self._saves.autosave.stop()

    def take_share(self) -> Any:
        """`WorkerSaves.take`"""
        return self._saves.take()

    def iterate(self) -> str | None:
        """One iteration's metrics; None when total_steps is reached."""
        if self._session.finished:
            return None
        metrics = json.dumps(self._session.iterate())
        if self._shown:
            self._shown.advance()
        return metrics

    def change(self, changes: str) -> str:
        """Ask for changes (`Session.request`), on rank 0; the config as it will be."""
        return json.dumps(asdict(self._session.request(json.loads(changes))))

    def news(self) -> str | None:
        """What came of changes and evaluations since the last call, beside metrics; None: nothing."""
        session = self._session
        seen = session.evaluation.last, session.learner, session.config, session.reward_text, session.pushed
        if seen == self._seen and not session.notices:
            return None
        self._seen = seen
        if self._shown:
            self._shown.follow(session.env.spec, policies_of(session, self._choice) if self._choice else None)
        notices, session.notices = session.notices, []
        evaluation = session.evaluation
        checkpoints = [
            {"global_step": checkpoint.global_step, "episodic_return": checkpoint.episodic_return}
            for checkpoint in evaluation.checkpoints
        ]
        best = evaluation.best and evaluation.best.global_step
        told = {"notices": notices, "checkpoints": checkpoints, "best": best, "config": asdict(session.config)}
        return json.dumps(told | {"reward": session.reward_text, "pushed": session.pushed})

    def policy(self, which: str) -> bytes:
        """The policy file (`policies_of`); a zip archive of the policies' files where the task has several."""
        return pack_policies(policies_of(self._session, json.loads(which)))

    def show(self, which: str, file: Any) -> None:
        """Step an environment with a policy for the viewer to follow: `policies_of`, "file" or, for none, "live".

        file: a policy file's bytes, a JS Uint8Array.
        """
        choice, session = json.loads(which), self._session
        if choice == "live":
            self._hide()
            return
        if choice == "file":
            policy = Policy.from_bytes(file.to_py().tobytes(), name="the policy file")
            policies, choice = {policy.name: policy}, None
        else:
            policies = policies_of(session, choice)
        if self._shown:
            self._shown.watch(policies)
        else:
            self._shown = Shown(session.env.spec, session.config.seed, policies)
        self._choice = choice

    def show_on(self) -> None:
        """Step what is shown while there is no training."""
        if self._shown:
            self._shown.advance(ALONE)

    def end(self) -> None:
        """Free what training needs; the policies can still be had and shown."""
        self._session.close()

    def close(self) -> None:
        """Free what is left after `end`."""
        self._hide()

    def _hide(self) -> None:
        if self._shown:
            self._shown.close()
        self._shown = None


def _pulse() -> None:
    if websim_host.pulse():
        raise StopRequested
