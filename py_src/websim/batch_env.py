"""B environments as the learner sees them: arrays in, arrays out, same-step autoreset, no gymnasium."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from websim.engine import open_engine
from websim.errors import ModelError
from websim.orchestration import Orchestrator
from websim.spec import EnvSpec, Terms
from websim.statistics import EpisodeCounters

TERMINATED, DIVERGED, UNHEALTHY = 1, 2, 4


class Step(NamedTuple):
    """One control step of all environments.

    reward [B] float64 (with K agents [B, K]); terminated, truncated and their union ended [B] bool, not to be
    written to; terms: reward terms by name, shaped like the reward.
    """

    reward: NDArray[np.float64]
    terminated: NDArray[np.bool_]
    truncated: NDArray[np.bool_]
    ended: NDArray[np.bool_]
    any_ended: bool
    terms: Terms


class BatchEnv:
    """Environments `first_env .. first_env + num_envs - 1` of a run, just reset; `seed` is the whole run's."""

    def __init__(self, spec: EnvSpec, num_envs: int, *, seed: int = 0, first_env: int = 0):
        self.spec, self.num_envs, self.seed, self.first_env = spec, num_envs, seed, first_env
        self.engine = open_engine(spec, num_envs)
        self.model = self.engine.model
        self.obs_dim, self.action_dim = self.engine.program.obs_dim, self.engine.program.action_dim
        self.episodes = np.zeros(num_envs, np.uint32)
        self.episode_length = np.zeros(num_envs, np.int64)
        self._reward_shape = (num_envs, len(spec.agents)) if spec.agents else (num_envs,)
        self.episode_return = np.zeros(self._reward_shape)
        self.engine.watch_returns(self.episode_return)
        #: Whether the running episode has succeeded, [B] bool.
        self.succeeded = np.zeros(num_envs, bool)
        #: Episodes that diverged, [B].
        self.diverged = np.zeros(num_envs, np.int64)
        #: Views of the engine's signals by name: [B], or [B, count].
        self.signals: dict[str, NDArray[np.float64]] = {}
        column = 0
        for signal, dim in zip(spec.signals, self.engine.program.signal_dims, strict=True):
            part = self.engine.signals[:, column : column + dim]
            self.signals[signal.name] = part[:, 0] if signal.count == 1 or signal.reduce else part
            column += dim
        unknown = [success.signal for success in spec.success if success.signal not in self.signals]
        if unknown:
            raise ModelError(f"{spec.name}: success: the task has no signal named {unknown[0]!r}")
        #: Last observations of the episodes that ended with the last step [B, O]; other rows mean nothing.
        self.final_obs = np.zeros_like(self.engine.obs)
        #: Actions that environments take in place of the caller's [B, A], and which ones do [B] bool.
        self.held_actions = np.zeros((num_envs, self.action_dim), np.float32)
        self.is_held, self.any_held = np.zeros(num_envs, bool), False
        self.counters = EpisodeCounters(num_envs, self._reward_shape)
        self.orchestrator = Orchestrator(self)
        self._nowhere, self._no_flags = np.zeros(num_envs, bool), bytes(num_envs)
        #: At least the longest running episode: while it is short, no step has to look for truncations.
        self._longest = 0
        self.engine.reset(np.ones(num_envs, np.uint8), self.episodes, seed, first_env)
        self.episodes += 1

    @property
    def divergences(self) -> int:
        """Episodes that ended because their physics diverged."""
        return int(self.diverged.sum())

    @property
    def action_bounds(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Low and high of each action [A] float32, contiguous: kernels take them by address."""
        if self.spec.control is not None:
            ones = np.ones(self.action_dim, np.float32)
            return -ones, ones
        low, high = np.array(self.model.ctrlrange, np.float32).reshape(-1, 2).T.copy()
        return low, high

    @property
    def obs(self) -> NDArray[np.float32]:
        """Current observations [B, O] float32: the engine's own array."""
        return self.engine.obs

    def reset(self) -> NDArray[np.float32]:
        """Start a new episode everywhere; `obs`."""
        self.reset_rows(np.ones(self.num_envs, bool))
        return self.obs

    def step(self, actions: NDArray[np.float32]) -> Step:
        """Apply actions [B, A] float32, contiguous and finite, in the task's units."""
        engine, spec = self.engine, self.spec
        if self.any_held:
            actions = np.where(self.is_held[:, None], self.held_actions, actions)
        engine.step(actions)
        any_flag = engine.flags.tobytes() != self._no_flags
        terminated = (engine.flags & TERMINATED) != 0 if any_flag else self._nowhere
        unhealthy = (engine.flags & UNHEALTHY) != 0 if any_flag else self._nowhere
        if spec.termination:
            terminated = terminated | spec.termination(self.signals)
        terms = spec.reward(self.signals, actions, unhealthy) if spec.reward else {}
        reward = np.zeros(self._reward_shape)
        for name, term in terms.items():
            if np.shape(term) != self._reward_shape:
                raise ModelError(
                    f"{spec.name}: reward term {name!r}: expected shape {self._reward_shape}, got {np.shape(term)}"
                )
            reward += term
        if any_flag:
            diverged = (engine.flags & DIVERGED) != 0
            self.diverged += diverged
            reward[diverged] = 0
        if spec.success:
            self.succeeded |= self._success_now()
        self.episode_length += 1
        self.episode_return += reward
        self._longest += 1
        truncated = self._truncated() if self._longest >= spec.max_episode_steps else self._nowhere
        ended = terminated if truncated is self._nowhere else terminated | truncated
        any_ended = ended is not self._nowhere and bool(ended.any())
        if any_ended:
            self.final_obs[:] = engine.obs
        return Step(reward, terminated, truncated, ended, any_ended, terms)

    def reset_ended(self, ended: NDArray[np.bool_]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Start a new episode where `ended`; returns and lengths [n] of those that ended, in row order.

        Called after each `step` that has `any_ended`.
        """
        returns, lengths = self.episode_return[ended], self.episode_length[ended]
        self.counters.finish(ended, returns, lengths, self.succeeded)
        self.reset_rows(ended)
        return returns, lengths

    def reset_rows(self, mask: NDArray[np.bool_]) -> None:
        """Start a new episode where `mask`; the episodes that ran there are left unfinished."""
        self.engine.reset(mask.view(np.uint8), self.episodes, self.seed, self.first_env)
        self.counters.resets += mask
        self.episodes += mask
        self._begin_episodes(mask)

    def set_state(self, qpos: NDArray[np.float64], qvel: NDArray[np.float64], first: int = 0) -> NDArray[np.float32]:
        """Put environments from `first` on at positions [n, nq] and velocities [n, nv]; observations [B, O]."""
        self.engine.set_state(qpos, qvel, first)
        self._begin_episodes(slice(first, first + len(qpos)))
        return self.obs

    def set_lengths(self, lengths: NDArray[np.int64]) -> None:
        """Take the running episodes [B] to be that many control steps long."""
        self.episode_length[:] = lengths
        self._longest = int(lengths.max())

    def close(self) -> None:
        self.engine.close()

    def _success_now(self) -> NDArray[np.bool_]:
        holds = np.ones(self.num_envs, bool)
        for success in self.spec.success:
            value = self.signals[success.signal]
            holds &= (success.low <= value) & (value <= success.high)
        return holds

    def _begin_episodes(self, envs: NDArray[np.bool_] | slice) -> None:
        self.episode_length[envs] = 0
        self.episode_return[envs] = 0
        self.succeeded[envs] = False

    def _truncated(self) -> NDArray[np.bool_]:
        """Which episodes are as long as they may be."""
        self._longest = int(self.episode_length.max())
        if self._longest < self.spec.max_episode_steps:
            return self._nowhere
        return self.episode_length >= self.spec.max_episode_steps
