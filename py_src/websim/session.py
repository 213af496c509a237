"""A training session: one rank's run from config to policy. The CLI, `train` and the worker drive it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from websim.agents import policy_groups
from websim.algorithms.ppo import PPO
from websim.algorithms.team import Team
from websim.batch_env import BatchEnv
from websim.config import TrainConfig
from websim.dist import Communicator
from websim.policy import Policy
from websim.tasks import get_spec


class Session:
    """`pulse` is called at each control step and minibatch; it raises StopRequested to end the run."""

    def __init__(self, config: TrainConfig, comm: Communicator, pulse: Callable[[], None]):
        self.config, self.comm = config, comm
        first_env = comm.rank * config.local_num_envs
        self.env = BatchEnv(
            get_spec(config.env, **config.env_options), config.local_num_envs, seed=config.seed, first_env=first_env
        )
        groups = policy_groups(self.env.spec, self.env.model, self.env.obs_dim) if self.env.spec.agents else ()
        self.learner = Team(config, self.env, groups, comm, pulse) if groups else PPO(config, self.env, comm, pulse)
        self._started = time.perf_counter()

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
        started = time.perf_counter()
        metrics = self.learner.iterate()
        now = time.perf_counter()
        metrics["charts/SPS"] = self.config.batch_size / (now - started)
        metrics["time/elapsed"] = now - self._started
        if self.finished:
            for name, policy in self.policies.items():
                self.comm.assert_replicated(policy.network.params, tag=f"parameters of {name} at the end of the run")
        return metrics

    def close(self) -> None:
        """Free the environments."""
        self.env.close()
