"""The environments as the learner of one policy sees them: an agent of an environment is a row of samples."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from websim.agents import PolicyGroup
from websim.batch_env import BatchEnv, Step

#: Seeds of runs are below 2**53 (`config.MAX_INTEGER`): the bits above number a run's policies.
_SEED_BITS = 53


class AgentView:
    """B * K rows, of B environments and the K agents of a group; row b * K + k is agent k of environment b.

    What a learner reads has the names and meanings of `BatchEnv`; `receive` and `send` copy between the two.
    """

    def __init__(self, env: BatchEnv, group: PolicyGroup, number: int):
        self._env, self.group = env, group
        agents, self.obs_dim = group.observations.shape
        self.action_dim = group.actions.shape[1]
        self.spec, self.seed = env.spec, env.seed + (number << _SEED_BITS)
        self.num_envs, self.first_env = env.num_envs * agents, env.first_env * agents
        low, high = env.action_bounds
        self.action_bounds = low[group.actions[0]], high[group.actions[0]]
        self.obs, self.final_obs = np.zeros((2, self.num_envs, self.obs_dim), np.float32)
        self.receive()

    @property
    def divergences(self) -> int:
        """Of the environments."""
        return self._env.divergences

    def receive(self) -> None:
        """Take over the environments' current observations."""
        self._take(self._env.obs, self.obs)

    def send(self, controls: NDArray[np.float32], scene: NDArray[np.float32]) -> None:
        """Write the group's actions [B * K, A] into those of the scene."""
        scene[:, self.group.actions] = controls.reshape(self._env.num_envs, *self.group.actions.shape)

    def step_of(self, step: Step) -> Step:
        """The environments' step as one of the group's rows, without terms; `final_obs` is that of the same step."""
        if step.any_ended:
            self._take(self._env.final_obs, self.final_obs)
        agents = len(self.group.agents)
        terminated, truncated, ended = (
            np.repeat(flags, agents) for flags in (step.terminated, step.truncated, step.ended)
        )
        return Step(step.reward[:, self.group.agents].ravel(), terminated, truncated, ended, step.any_ended, {})

    def _take(self, scene: NDArray[np.float32], rows: NDArray[np.float32]) -> None:
        # mode: with the default one numpy writes into a copy of `out` first.
        out = rows.reshape(self._env.num_envs, *self.group.observations.shape)
        np.take(scene, self.group.observations, axis=1, out=out, mode="clip")
