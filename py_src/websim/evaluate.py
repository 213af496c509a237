"""Measures policies: deterministic episodes on fresh environments."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from websim.agents import PolicyGroup, policy_groups
from websim.batch_env import BatchEnv
from websim.errors import ConfigError
from websim.policy import Policy
from websim.tasks import get_spec

MAX_EPISODES = 10_000


def evaluate(
    policy: Policy, *others: Policy, episodes: int = 20, seed: int = 0
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Returns and lengths [episodes] of one deterministic episode in each of `episodes` environments.

    The reward is that of the task of the policy's name, built in or registered, with the options it was trained with.
    A task whose agents have several policies needs the others too, in any order. A return of agents is the mean over
    those of `policy`.
    """
    if not 1 <= episodes <= MAX_EPISODES:
        raise ConfigError(f"episodes: expected a whole number from 1 to {MAX_EPISODES}, got {episodes}")
    if seed < 0:
        raise ConfigError(f"seed: expected a whole number of at least 0, got {seed}")
    env = BatchEnv(get_spec(policy.spec.name, **policy.spec.options), episodes, seed=seed)
    actors = _actors(env, (policy, *others))
    measured = actors[0][0].agents
    actions = np.zeros((episodes, env.action_dim), np.float32)
    returns, lengths = np.zeros(episodes), np.zeros(episodes, np.int64)
    running = np.ones(episodes, bool)
    obs = env.reset()
    while running.any():
        for group, actor in actors:
            rows = actor.controls(obs[:, group.observations].reshape(-1, actor.network.obs_dim))
            actions[:, group.actions] = rows.reshape(episodes, *group.actions.shape)
        step = env.step(actions)
        if step.any_ended:
            first = step.ended & running
            returns[first] = env.episode_return.reshape(episodes, -1)[:, measured].mean(axis=1)[first]
            lengths[first] = env.episode_length[first]
            running &= ~first
            env.reset_ended(step.ended)
    env.close()
    return returns, lengths


def _actors(env: BatchEnv, policies: Sequence[Policy]) -> list[tuple[PolicyGroup, Policy]]:
    """Each policy with its agents, in the order of `policies`; all of the task's, and each once."""
    name = env.spec.name
    groups = {group.policy: group for group in policy_groups(env.spec, env.model, env.obs_dim)}
    given = [policy.name for policy in policies]
    if sorted(given) != sorted(groups):
        raise ConfigError(f"{name}: expected a policy of each of {', '.join(groups)}, got {', '.join(given)}")
    for policy in policies:
        group = groups[policy.name]
        expected, got = (
            (group.observations.shape[1], group.actions.shape[1]),
            (policy.network.obs_dim, len(policy.low)),
        )
        if expected != got:
            raise ConfigError(
                f"{name}: the task has {expected[0]} observations and {expected[1]} actions, "
                f"the policy {got[0]} and {got[1]}"
            )
    return [(groups[policy.name], policy) for policy in policies]
