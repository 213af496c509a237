"""`train` and its result: the Python way to run a session."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from websim.config import TrainConfig
from websim.dist import Communicator, run_ranks
from websim.errors import CollectiveAbortedError, ConfigError, SaveError, StopRequested
from websim.evaluation import Checkpoint
from websim.live.changes import Requests
from websim.policy import Policy
from websim.saving.autosave import Autosave
from websim.saving.run_folder import RunFolder, unpack_run
from websim.saving.saved_run import SavedRun, read_run
from websim.session import Session
from websim.spec import EnvSpec
from websim.tasks import register

#: Called on rank 0 with each iteration's metrics; may return changes (`Session.request`) for the next.
OnMetrics = Callable[[dict[str, Any]], Mapping[str, Any] | None]


@dataclass
class Run:
    """A finished (or stopped) run. history: one dict of metrics per iteration; policies: by name.

    config: as it was at the end. changes: what was changed on the way, each with its `global_step`.
    best: the checkpoint of the best evaluation; None without one. checkpoints: a few evaluated ones, by their steps.
    """

    config: TrainConfig
    history: list[dict[str, Any]]
    policies: dict[str, Policy]
    stopped: bool = False
    changes: list[dict[str, Any]] = field(default_factory=list)
    best: Checkpoint | None = None
    checkpoints: list[Checkpoint] = field(default_factory=list)

    @property
    def policy(self) -> Policy:
        """The run's policy. Raises ConfigError when its task has several."""
        return self._only(self.policies, "policies")

    @property
    def best_policy(self) -> Policy:
        """The policy of the best evaluation. Raises ConfigError when there was none, or the task has several."""
        if self.best is None:
            raise ConfigError(f"{self.config.env}: the run was not evaluated: eval_every is {self.config.eval_every}")
        return self._only(self.best.policies, "best.policies")

    def _only(self, policies: dict[str, Policy], where: str) -> Policy:
        if len(policies) > 1:
            raise ConfigError(f"{self.config.env}: has policies {', '.join(policies)}: take one of `{where}`")
        return next(iter(policies.values()))


def train(
    env: str | EnvSpec,
    *,
    on_metrics: OnMetrics | None = None,
    stop: threading.Event | None = None,
    folder: str | Path | None = None,
    **settings: Any,
) -> Run:
    """Train a policy for a task, by id, or for your own, which is then registered under its name.

    settings are the fields of `websim.TrainConfig`.
    on_metrics is called on rank 0 after each iteration; a dict that it returns changes live settings, the number of
    environments or the `reward` (a function as `EnvSpec.reward`) from the next iteration on. Setting `stop` ends the
    run at the next control step or minibatch; what was learned until then is returned. In `folder`, which must be new,
    the run is saved every `autosave_seconds`, for `resume`. Raises ConfigError for a wrong setting, RewardError for a
    reward that does not work and TrainingDivergedError when the gradient is no longer finite.
    """
    if isinstance(env, EnvSpec):
        spec = env
        register(spec.name, lambda: spec)
        env = spec.name
    config = TrainConfig.from_mapping({"env": env, **settings})
    if folder is None:
        return run(config, on_metrics=on_metrics, stop=stop)
    return run(config, on_metrics=on_metrics, stop=stop, folder=RunFolder(new_folder(folder), config))


def resume(
    path: str | Path,
    *,
    folder: str | Path | None = None,
    trust_reward: bool = False,
    on_metrics: OnMetrics | None = None,
    stop: threading.Event | None = None,
    **settings: Any,
) -> Run:
    """Go on with a run from the newest save in its folder, bit for bit as if it had never ended; it is saved there.

    path: the run's folder, or a `.websim-run` file, which is unpacked into the new `folder` (default: its name).
    trust_reward: run the reward that a file brings as Python text. settings: those that may change while a run goes
    on (`total_steps` for a longer one), and `ranks`, which divide the same environments anew. Raises SaveError when no
    save can be used.
    """
    place, config, start = open_saved(Path(path), Path(folder) if folder else None, settings, trust_reward=trust_reward)
    return run(config, on_metrics=on_metrics, stop=stop, folder=RunFolder(place, config, start), start=start)


def open_saved(
    path: Path, folder: Path | None, settings: Mapping[str, Any], *, trust_reward: bool
) -> tuple[Path, TrainConfig, SavedRun]:
    """The folder in which a saved run goes on, its config, and where it was; arguments as `resume`'s."""
    start = read_run(path)
    config = start.config(**settings)
    done = start.manifest["global_step"]
    if done >= config.total_steps:
        raise ConfigError(f"total_steps: the run has finished its {done:,} steps; ask for more to go on")
    if path.is_dir():
        if folder:
            raise ConfigError(f"{path}: a folder's run goes on in it; --out (folder=) is for .websim-run files")
        return path, config, start
    if start.reward_text and not trust_reward:
        raise SaveError(
            f"{path}: its reward is Python text, which going on would run; read what it does "
            f"({start.reward_text[:200]!r}), then allow it with --trust-reward (trust_reward=True)"
        )
    folder = new_folder(folder or path.with_suffix(""))
    return folder, config, unpack_run(start, folder)


def new_folder(path: str | Path) -> Path:
    """Make it. Raises ConfigError when it holds something or cannot be made."""
    folder = Path(path)
    try:
        if folder.exists() and any(folder.iterdir()):
            raise ConfigError(f"{folder} is not empty; name a new folder")
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"cannot make the folder {folder}: {error.strerror}") from error
    return folder


def run(
    config: TrainConfig,
    *,
    on_metrics: OnMetrics | None = None,
    stop: threading.Event | None = None,
    folder: RunFolder | None = None,
    start: SavedRun | None = None,
) -> Run:
    """`train` for a config that is already checked. folder: where it is saved; start: what it goes on from."""
    stop, requests = stop or threading.Event(), Requests()

    def pulse() -> None:
        if stop.is_set():
            raise StopRequested

    def program(comm: Communicator) -> Run:
        session = Session(config, comm, pulse, requests)
        history: list[dict[str, Any]] = list(start.history) if start else []
        stopped = False
        autosave: Autosave | None = None
        try:
            if start:
                start.resume(session)
            if folder:
                autosave = Autosave(session, folder.add, ready=lambda: folder.ready)
            while not session.finished:
                if autosave:
                    autosave.round()
                metrics = session.iterate()
                history.append(metrics)
                if folder and comm.rank == 0:
                    folder.add_metrics(metrics)
                if on_metrics and comm.rank == 0:
                    changes = on_metrics(metrics)
                    if changes and not session.finished:
                        session.request(changes)
            if autosave:
                autosave.finish()
        except (StopRequested, CollectiveAbortedError):
            if not stop.is_set():
                raise
            stopped = True
            comm.abort("the run was stopped")
            if autosave:
                autosave.stop()
        finally:
            session.close()
        evaluation = session.evaluation
        return Run(
            session.config,
            history,
            session.policies,
            stopped,
            session.changes,
            evaluation.best,
            evaluation.checkpoints,
        )

    try:
        return run_ranks(config.ranks, program)[0]
    finally:
        if folder:
            folder.close()
