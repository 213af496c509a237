"""Episodes of a policy, recorded step by step."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from websim.batch_env import BatchEnv
from websim.errors import ConfigError
from websim.evaluate import MAX_EPISODES
from websim.policy import Policy
from websim.spec import EnvSpec
from websim.tasks import get_spec


@dataclass(frozen=True)
class Episode:
    """One episode of T steps: observations [T + 1, O], qpos [T + 1, nq], qvel [T + 1, nv], the rest [T, ...]."""

    observations: NDArray[np.float32]
    actions: NDArray
    rewards: NDArray[np.float64]
    terminations: NDArray[np.bool_]
    truncations: NDArray[np.bool_]
    qpos: NDArray[np.float64]
    qvel: NDArray[np.float64]


@dataclass(frozen=True)
class Trajectories:
    """N episodes of a task.

    seed, deterministic: as `record` was called. low, high [A]: the controls' bounds.
    """

    spec: EnvSpec
    episodes: list[Episode]
    seed: int
    deterministic: bool
    low: NDArray[np.float32]
    high: NDArray[np.float32]

    def to_npz(self) -> bytes:
        """An `.npz` of the episodes' arrays, one after another, with `lengths` [N] and `metadata` (JSON)."""
        arrays: dict[str, Any] = {
            name: np.concatenate([getattr(episode, name) for episode in self.episodes])
            for name in Episode.__dataclass_fields__
        }
        arrays["lengths"] = np.array([len(episode.rewards) for episode in self.episodes])
        arrays["metadata"] = json.dumps(
            {
                "task": self.spec.name,
                "task_options": dict(self.spec.options),
                "seed": self.seed,
                "deterministic": self.deterministic,
            }
        )
        out = io.BytesIO()
        np.savez_compressed(out, **arrays)
        return out.getvalue()


def record(policy: Policy, *, episodes: int = 10, seed: int = 0, deterministic: bool = True) -> Trajectories:
    """One episode in each of `episodes` environments, the same that `evaluate` measures with this seed.

    deterministic: whether actions are the policy's means (or likeliest ones), or drawn from it with `seed`.
    Raises ConfigError for a task with several agents and a number out of range.
    """
    if not 1 <= episodes <= MAX_EPISODES:
        raise ConfigError(f"episodes: expected a whole number from 1 to {MAX_EPISODES}, got {episodes}")
    if seed < 0:
        raise ConfigError(f"seed: expected a whole number of at least 0, got {seed}")
    spec = get_spec(policy.spec.name, **policy.spec.options)
    if spec.agents:
        raise ConfigError(f"{spec.name}: has several agents; episodes are recorded of tasks with one")
    env = BatchEnv(spec, episodes, seed=seed)
    try:
        _check_sizes(env, policy)
        steps = list(_steps(env, policy, None if deterministic else np.random.default_rng(seed)))
    finally:
        env.close()
    low, high = env.action_bounds
    return Trajectories(spec, [_episode(steps, i) for i in range(episodes)], seed, deterministic, low, high)


def _check_sizes(env: BatchEnv, policy: Policy) -> None:
    expected, got = (env.obs_dim, env.action_dim), (policy.network.obs_dim, len(policy.low))
    if expected != got:
        raise ConfigError(
            f"{env.spec.name}: the task has {expected[0]} observations and {expected[1]} controls, "
            f"the policy {got[0]} and {got[1]}"
        )


def _steps(env: BatchEnv, policy: Policy, rng: np.random.Generator | None) -> Iterator[dict[str, NDArray]]:
    """All environments' numbers of each step [B, ...], until each has ended an episode."""
    running = np.ones(env.num_envs, bool)
    env.reset()
    while running.any():
        qpos, qvel = env.engine.get_state()
        before: dict[str, NDArray] = {"observations": env.obs.copy(), "qpos": qpos, "qvel": qvel}
        actions = policy.predict(env.obs, deterministic=rng is None, rng=rng)
        step = env.step(policy.distribution.controls(actions))
        qpos, qvel = env.engine.get_state()
        yield before | {
            "actions": actions,
            "rewards": step.reward,
            "terminations": step.terminated.copy(),
            "truncations": step.truncated.copy(),
            "last_observations": env.obs.copy(),
            "last_qpos": qpos,
            "last_qvel": qvel,
        }
        if step.any_ended:
            running &= ~step.ended
            env.reset_ended(step.ended)


def _episode(steps: list[dict[str, NDArray]], env: int) -> Episode:
    """The first one of an environment."""
    ends = [bool(step["terminations"][env] or step["truncations"][env]) for step in steps]
    own = steps[: ends.index(True) + 1]
    arrays = {name: np.stack([step[name][env] for step in own]) for name in Episode.__dataclass_fields__}
    for name in ("observations", "qpos", "qvel"):
        arrays[name] = np.concatenate([arrays[name], own[-1][f"last_{name}"][env][None]])
    return Episode(**arrays)
