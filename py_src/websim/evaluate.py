"""Measures policies: deterministic episodes on fresh environments."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from websim.agents import PolicyGroup, policy_groups
from websim.batch_env import BatchEnv
from websim.errors import ConfigError
from websim.policy import Policy
from websim.spec import EnvSpec
from websim.tasks import get_spec

MAX_EPISODES = 10_000
#: A policy and the agents of the scene that it acts for.
Actor = tuple[PolicyGroup, Policy]


def evaluate(
    policy: Policy, *others: Policy, env: str | EnvSpec | None = None, episodes: int = 20, seed: int = 0
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Returns and lengths [episodes] of one deterministic episode in each of `episodes` environments.

    The reward is that of the task of the policy's name, built in or registered, with the options it was trained with;
    or of `env`, another task by id or your own, with as many observations and actions (a world that is randomised
    otherwise, for example).
    A task whose agents have several policies needs the others too, in any order. A return of agents is the mean over
    those of `policy`.
    """
    if not 1 <= episodes <= MAX_EPISODES:
        raise ConfigError(f"episodes: expected a whole number from 1 to {MAX_EPISODES}, got {episodes}")
    if seed < 0:
        raise ConfigError(f"seed: expected a whole number of at least 0, got {seed}")
    task = get_spec(policy.spec.name, **policy.spec.options) if env is None else get_spec(env)
    batch = BatchEnv(task, episodes, seed=seed)
    returns, lengths = run_episodes(batch, actors_of(batch, (policy, *others)))
    batch.close()
    return returns, lengths


def run_episodes(
    env: BatchEnv, actors: Sequence[Actor], pulse: Callable[[], None] = lambda: None
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Returns and lengths [B] of a new episode in each environment; returns are those of the first actor's agents.

    pulse: called at each control step; it may raise StopRequested.
    """
    measured = actors[0][0].agents
    actions = np.zeros((env.num_envs, env.action_dim), np.float32)
    returns, lengths = np.zeros(env.num_envs), np.zeros(env.num_envs, np.int64)
    running = np.ones(env.num_envs, bool)
    env.reset()
    while running.any():
        pulse()
        act(env, actors, actions)
        step = env.step(actions)
        if step.any_ended:
            first = step.ended & running
            returns[first] = env.episode_return.reshape(env.num_envs, -1)[:, measured].mean(axis=1)[first]
            lengths[first] = env.episode_length[first]
            running &= ~first
            env.reset_ended(step.ended)
    return returns, lengths


def act(env: BatchEnv, actors: Sequence[Actor], actions: NDArray[np.float32]) -> None:
    """Write what the policies do now, deterministically, into `actions` [B, A]."""
    for group, policy in actors:
        rows = policy.controls(env.obs[:, group.observations].reshape(-1, policy.network.obs_dim))
        actions[:, group.actions] = rows.reshape(env.num_envs, *group.actions.shape)


def actors_of(env: BatchEnv, policies: Sequence[Policy]) -> list[Actor]:
    """Each policy with its agents, in the order of `policies`; all of the task's, and each once.

    Raises ConfigError when they are not the task's, or of other sizes.
    """
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
