"""`train` and its result: the Python way to run a session."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from websim.config import TrainConfig
from websim.dist import Communicator, run_ranks
from websim.errors import CollectiveAbortedError, ConfigError, StopRequested
from websim.policy import Policy
from websim.session import Session
from websim.spec import EnvSpec
from websim.tasks import register


@dataclass
class Run:
    """A finished (or stopped) run. history: one dict of metrics per iteration; policies: by name."""

    config: TrainConfig
    history: list[dict[str, Any]]
    policies: dict[str, Policy]
    stopped: bool = False

    @property
    def policy(self) -> Policy:
        """The run's policy. Raises ConfigError when its task has several."""
        if len(self.policies) > 1:
            raise ConfigError(f"{self.config.env}: has policies {', '.join(self.policies)}: take one of `policies`")
        return next(iter(self.policies.values()))


def train(
    env: str | EnvSpec,
    *,
    on_metrics: Callable[[dict[str, Any]], None] | None = None,
    stop: threading.Event | None = None,
    **settings: Any,
) -> Run:
    """Train a policy for a task, by id, or for your own, which is then registered under its name.

    settings are the fields of `websim.TrainConfig`.
    on_metrics is called on rank 0 after each iteration. Setting `stop` ends the run at the next
    control step or minibatch; what was learned until then is returned. Raises ConfigError for a
    wrong setting and TrainingDivergedError when the gradient is no longer finite.
    """
    if isinstance(env, EnvSpec):
        spec = env
        register(spec.name, lambda: spec)
        env = spec.name
    return run(TrainConfig.from_mapping({"env": env, **settings}), on_metrics=on_metrics, stop=stop)


def run(
    config: TrainConfig,
    *,
    on_metrics: Callable[[dict[str, Any]], None] | None = None,
    stop: threading.Event | None = None,
) -> Run:
    """`train` for a config that is already checked."""
    stop = stop or threading.Event()

    def pulse() -> None:
        if stop.is_set():
            raise StopRequested

    def program(comm: Communicator) -> Run:
        session = Session(config, comm, pulse)
        history: list[dict[str, Any]] = []
        stopped = False
        try:
            while not session.finished:
                metrics = session.iterate()
                history.append(metrics)
                if on_metrics and comm.rank == 0:
                    on_metrics(metrics)
        except (StopRequested, CollectiveAbortedError):
            if not stop.is_set():
                raise
            stopped = True
            comm.abort("the run was stopped")
        finally:
            session.close()
        return Run(config, history, session.policies, stopped)

    return run_ranks(config.ranks, program)[0]
