"""A training session: one rank's run from config to policy. The CLI, `train` and the worker drive it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from websim.agents import policy_groups
from websim.algorithms import Learner, algorithm_of
from websim.algorithms.ppo import PPOConfig
from websim.algorithms.team import Team
from websim.batch_env import BatchEnv
from websim.config import TrainConfig
from websim.dist import Communicator
from websim.errors import ConfigError
from websim.policy import Policy
from websim.state import State, merged
from websim.tasks import get_spec


class Session:
    """`pulse` is called at each control step and minibatch; it raises StopRequested to end the run."""

    def __init__(self, config: TrainConfig, comm: Communicator, pulse: Callable[[], None]):
        self.config, self.comm = config, comm
        first_env = comm.rank * config.local_num_envs
        self.env = BatchEnv(
            get_spec(config.env, **config.env_options), config.local_num_envs, seed=config.seed, first_env=first_env
        )
        self.learner = _open_learner(config, self.env, comm, pulse)
        #: Iterations that the run has finished.
        self.iteration = 0
        self._started = time.perf_counter()

    @property
    def elapsed(self) -> float:
        """Seconds that the run has taken; set when it goes on from a save."""
        return time.perf_counter() - self._started

    @elapsed.setter
    def elapsed(self, seconds: float) -> None:
        self._started = time.perf_counter() - seconds

    @property
    def finished(self) -> bool:
        """Whether total_steps is reached."""
        return self.learner.global_step >= self.config.total_steps

    @property
    def policies(self) -> dict[str, Policy]:
        """The policies by name, as they are now; they go on learning. A task without agents has one, `policy`."""
        return self.learner.policies

    def iterate(self) -> dict[str, Any]:
        """One iteration; its metrics, with charts/SPS and time/elapsed of this rank's clock."""
        started, first_step = time.perf_counter(), self.learner.global_step
        metrics: dict[str, Any] = self.learner.iterate()
        self.iteration = metrics["iteration"]
        now = time.perf_counter()
        metrics["charts/SPS"] = (self.learner.global_step - first_step) / (now - started)
        metrics["time/elapsed"] = self.elapsed
        if self.finished:
            for name, policy in self.policies.items():
                self.comm.assert_replicated(policy.network.params, tag=f"parameters of {name} at the end of the run")
        return metrics

    def state(self) -> State:
        """All that continues bit for bit between two iterations: the learner's and this rank's environments'."""
        environments = State({}, self.env.orchestrator.snapshot().arrays)
        return merged(self.learner.state().under("learner"), environments.under("environments"))

    def load_state(self, state: State) -> None:
        """Continue from the state of a session of the same task with as many environments in this rank.

        Raises SnapshotError when the environments are of another task.
        """
        orchestrator = self.env.orchestrator
        arrays = state.part("environments").rows
        orchestrator.restore(replace(orchestrator.snapshot(), arrays=arrays))
        self.learner.load_state(state.part("learner"))

    def close(self) -> None:
        """Free the environments."""
        self.env.close()


def _open_learner(config: TrainConfig, env: BatchEnv, comm: Communicator, pulse: Callable[[], None]) -> Learner:
    algorithm = algorithm_of(config.algorithm)
    if not env.spec.agents:
        return algorithm.learner(config, env, comm, pulse)
    if not isinstance(config, PPOConfig):
        raise ConfigError(f"{config.env}: several agents learn with ppo, got {config.algorithm}")
    return Team(config, env, policy_groups(env.spec, env.model, env.obs_dim), comm, pulse)
