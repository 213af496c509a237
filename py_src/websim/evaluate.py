"""Measures a policy: deterministic episodes on fresh environments."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from websim.batch_env import BatchEnv
from websim.errors import ConfigError
from websim.policy import Policy
from websim.tasks import get_spec

MAX_EPISODES = 10_000


def evaluate(policy: Policy, *, episodes: int = 20, seed: int = 0) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Returns and lengths [episodes] of one deterministic episode in each of `episodes` environments.

    The reward is that of the task of the policy's name, built in or registered, with the options it was trained with.
    """
    if not 1 <= episodes <= MAX_EPISODES:
        raise ConfigError(f"episodes: expected a whole number from 1 to {MAX_EPISODES}, got {episodes}")
    if seed < 0:
        raise ConfigError(f"seed: expected a whole number of at least 0, got {seed}")
    env = BatchEnv(get_spec(policy.spec.name, **policy.spec.options), episodes, seed=seed)
    if (env.obs_dim, env.action_dim) != (policy.network.obs_dim, policy.network.action_dim):
        raise ConfigError(
            f"{policy.spec.name}: the task has {env.obs_dim} observations and {env.action_dim} actions, "
            f"the policy {policy.network.obs_dim} and {policy.network.action_dim}"
        )
    returns, lengths = np.zeros(episodes), np.zeros(episodes, np.int64)
    running = np.ones(episodes, bool)
    obs = env.reset()
    while running.any():
        step = env.step(policy.predict(obs))
        if step.any_ended:
            first = step.ended & running
            returns[first], lengths[first] = env.episode_return[first], env.episode_length[first]
            running &= ~first
            env.reset_ended(step.ended)
    env.close()
    return returns, lengths
