"""A trial of a reward on states that the task really reaches, before training learns from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from websim.batch_env import BatchEnv
from websim.errors import RewardError
from websim.evaluate import act, actors_of
from websim.live.reward_text import checked_terms, compile_reward
from websim.policy import Policy
from websim.spec import Actions, EnvSpec, Flags, Signals, Terms

STEPS, NUM_ENVS = 300, 8
#: Global index of the first environment: none of training, evaluation or the viewer.
FIRST_ENV = 1 << 28


def try_on_states(spec: EnvSpec, text: str, policies: Mapping[str, Policy], *, seed: int = 0) -> dict[str, Any]:
    """What a reward's text gives over `STEPS` control steps of `NUM_ENVS` environments, of JSON's types.

    policies: by name, which act deterministically; without any, actions are random.
    Returns `total` and `terms` by name: values of the first environment (its first agent) [STEPS], and the mean, least
    and largest of all environments; and `ends`, the steps that ended an episode of the first environment.
    Raises RewardError, with the line and the step, when it fails.
    """
    reward = compile_reward(text)
    recorded: list[Terms] = []

    def recording(signals: Signals, actions: Actions, unhealthy: Flags) -> Terms:
        with np.errstate(all="ignore"):
            recorded.append(checked_terms(reward, (signals, actions, unhealthy), env.episode_return.shape))
        return recorded[-1]

    env = BatchEnv(replace(spec, reward=recording), NUM_ENVS, seed=seed, first_env=FIRST_ENV)
    try:
        actors = actors_of(env, list(policies.values())) if policies else []
        generator = np.random.default_rng(seed)
        low, high = (np.clip(bound, -1, 1) if not np.isfinite(bound).all() else bound for bound in env.action_bounds)
        actions = np.zeros((NUM_ENVS, env.action_dim), np.float32)
        ends = []
        for number in range(STEPS):
            if actors:
                act(env, actors, actions)
            elif spec.discrete:
                choices = np.array(spec.discrete.actions, np.float32)
                actions[:] = choices[generator.integers(len(choices), size=NUM_ENVS)]
            else:
                actions[:] = generator.uniform(low, high, actions.shape)
            try:
                step = env.step(actions)
            except RewardError as error:
                raise RewardError(f"{error}, at step {number} of the trial") from error
            if step.any_ended:
                if step.ended[0]:
                    ends.append(number)
                env.reset_ended(step.ended)
    finally:
        env.close()
    names = list(dict.fromkeys(name for terms in recorded for name in terms))
    nothing = np.zeros(env.episode_return.shape)
    terms = {name: np.stack([step.get(name, nothing) for step in recorded]) for name in names}
    total = np.sum(list(terms.values()), axis=0)
    return {
        "steps": STEPS,
        "num_envs": NUM_ENVS,
        "agent": spec.agents[0].name if spec.agents else "",
        "random": not policies,
        "ends": ends,
        "total": _described(total),
        "terms": {name: _described(values) for name, values in terms.items()},
    }


def _described(values: NDArray[np.float64]) -> dict[str, Any]:
    """Of values [STEPS, B] or [STEPS, B, K]."""
    first = values.reshape(len(values), -1)[:, 0]
    return {
        "values": first.astype(float).tolist(),
        "mean": float(values.mean()),
        "low": float(values.min()),
        "high": float(values.max()),
    }
