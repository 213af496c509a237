"""PettingZoo's parallel API: one scene of several agents, stepped by names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import ArrayLike, NDArray

from websim.agents import agent_columns
from websim.batch_env import BatchEnv
from websim.config import MAX_INTEGER, whole_number
from websim.errors import ConfigError
from websim.spec import EnvSpec
from websim.tasks import get_spec

try:
    from pettingzoo import ParallelEnv
except ModuleNotFoundError as error:
    raise ModuleNotFoundError("parallel_env needs the package pettingzoo: `pip install pettingzoo`") from error

ByAgent = dict[str, Any]


class WebsimParallelEnv(ParallelEnv[str, NDArray[np.float32], NDArray[np.float32]]):
    """Observations [O] float32 and rewards by agent; `info` has the terms that the agent's reward is the sum of.

    An episode ends for all agents at once: `agents` is empty then, and `reset` begins the next one.
    """

    render_mode = None

    def __init__(self, task: EnvSpec, seed: int):
        self._env = BatchEnv(task, 1, seed=seed)
        self.metadata = {"name": task.name, "render_modes": []}
        self._columns = {columns.agent.name: columns for columns in agent_columns(task, self._env.model)}
        self.possible_agents = list(self._columns)
        self.agents: list[str] = []
        low, high = self._env.action_bounds
        self.observation_spaces = {
            name: spaces.Box(-np.inf, np.inf, (columns.observations.size,), np.float32)
            for name, columns in self._columns.items()
        }
        self.action_spaces = {
            name: spaces.Box(low[columns.actions], high[columns.actions], dtype=np.float32)
            for name, columns in self._columns.items()
        }

    def observation_space(self, agent: str) -> spaces.Box:
        """Of one agent."""
        return self.observation_spaces[agent]

    def action_space(self, agent: str) -> spaces.Box:
        """Of one agent."""
        return self.action_spaces[agent]

    def reset(self, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[ByAgent, ByAgent]:
        """A new episode: observations and empty infos. A seed restarts all random numbers; options are not used."""
        env = self._env
        if seed is not None:
            env.seed = whole_number("seed", seed, 0, MAX_INTEGER)
            env.episodes[:] = 0
        env.reset()
        self.agents = list(self.possible_agents)
        return self._observations(), {name: {} for name in self.agents}

    def step(self, actions: Mapping[str, ArrayLike]) -> tuple[ByAgent, ByAgent, ByAgent, ByAgent, ByAgent]:
        """One control step with each agent's action [A]: observations, rewards, terminations, truncations, infos."""
        if not self.agents:
            raise RuntimeError("step: the episode has ended, or has not begun; call reset() first")
        names = self.agents
        step = self._env.step(self._joined(actions))
        rewards = dict(zip(names, step.reward[0].tolist(), strict=True))
        shown = {name: term for name, term in step.terms.items() if not name.startswith("_")}
        infos = {agent: {name: float(term[0, k]) for name, term in shown.items()} for k, agent in enumerate(names)}
        observations = self._observations()
        if step.any_ended:
            self.agents = []
        terminated, truncated = bool(step.terminated[0]), bool(step.truncated[0])
        return observations, rewards, dict.fromkeys(names, terminated), dict.fromkeys(names, truncated), infos

    def state(self) -> NDArray[np.float32]:
        """All agents' observations one after the other."""
        return self._env.obs[0].copy()

    def close(self) -> None:
        """Free the environment."""
        self._env.close()

    def _observations(self) -> ByAgent:
        obs = self._env.obs[0]
        return {name: obs[columns.observations] for name, columns in self._columns.items()}

    def _joined(self, actions: Mapping[str, ArrayLike]) -> NDArray[np.float32]:
        """The scene's action [1, A]; actuators that no agent drives stay at 0."""
        if set(actions) != set(self._columns):
            raise ValueError(
                f"step: expected an action of each of {', '.join(self._columns)}, got {', '.join(actions)}"
            )
        joined = np.zeros((1, self._env.action_dim), np.float32)
        for name, columns in self._columns.items():
            action = np.asarray(actions[name], np.float32)
            if action.shape != columns.actions.shape:
                raise ValueError(
                    f"step: expected the action of {name!r} of shape {columns.actions.shape}, got {action.shape}"
                )
            if not np.isfinite(action).all():
                raise ValueError(f"step: the action of {name!r} holds NaN or infinity")
            joined[0, columns.actions] = action
        return joined


def parallel_env(env: str | EnvSpec, *, seed: int = 0, **options: Any) -> WebsimParallelEnv:
    """A `pettingzoo.ParallelEnv` of a task with agents (`"Swarm"`, `"AntSumo"`) or of your own `EnvSpec`.

    options: those of the built-in task. Raises ConfigError for an unknown task or option or a task without agents, and
    ModelError when the agents do not fit the model.
    """
    task = get_spec(env, **options)
    if not task.agents:
        raise ConfigError(f"{task.name}: has no agents; use websim.make_vec")
    return WebsimParallelEnv(task, whole_number("seed", seed, 0, MAX_INTEGER))
