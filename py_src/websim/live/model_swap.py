"""Another model for a run that goes on: the same task around it, as long as policies see and do as many numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from os import PathLike
from typing import Any

from websim.algorithms import Learner
from websim.algorithms.team import Team
from websim.batch_env import BatchEnv
from websim.config import TrainConfig
from websim.errors import ConfigError
from websim.live.reward_text import try_reward
from websim.models.files import ModelFiles
from websim.models.mjcf import load_model
from websim.models.packed_model import pack_model, unpack_model
from websim.spec import EnvSpec, Reward
from websim.state import State
from websim.tasks import MODEL_OPTION, get_spec


def with_model(config: TrainConfig, model: Mapping[str, Any]) -> TrainConfig:
    """The config of the run after it. model: as `pack_model` makes it."""
    return replace(config, env_options={**config.env_options, MODEL_OPTION: dict(model)})


def spec_of(config: TrainConfig, reward: Reward | None) -> EnvSpec:
    """The task of a config; reward: the one that the run was given in place of the task's own, if any."""
    spec = get_spec(config.env, **config.env_options)
    return replace(spec, reward=reward) if reward else spec


def checked_model(model: Any, config: TrainConfig, env: BatchEnv, reward: Reward | None) -> dict[str, Any]:
    """`model` with its files, as `pack_model` makes it; model: that, or whatever `load_model` takes.

    Raises ModelError, RewardError or ConfigError unless a run of `config` in `env` can go on with it.
    """
    if not isinstance(model, Mapping | str | PathLike | ModelFiles):
        raise ConfigError(f"model: expected MJCF text, a path or ModelFiles, got {type(model).__name__}")
    packed = pack_model(load_model(unpack_model(model) if isinstance(model, Mapping) else model))
    trial = BatchEnv(spec_of(with_model(config, packed), reward), 1)
    try:
        check_fit(trial, env)
    finally:
        trial.close()
    return packed


def check_fit(new: BatchEnv, old: BatchEnv) -> None:
    """Raises ConfigError unless policies and rewards of `old` act in `new`."""
    for what, ours, theirs in (
        ("observations", old.obs_dim, new.obs_dim),
        ("actions", old.action_dim, new.action_dim),
    ):
        if ours != theirs:
            raise ConfigError(
                f"model: the run's policy has {ours} {what}, with this model it would be {theirs}; "
                "start another run to train it"
            )
    if new.spec.reward:
        try_reward(new.spec.reward, new)


def move_in(env: BatchEnv, learner: Learner, old_env: BatchEnv, old_learner: Learner) -> None:
    """Let what `old_learner` has learned go on in `env`, where every episode starts anew."""
    learned = old_learner.state()
    # What remembers past steps takes note that environments are elsewhere from the observations before and after.
    env.obs[:] = old_env.obs
    learner.load_state(State(learned.shared, learner.state().rows, learned.logs))
    env.episodes[:], env.diverged[:] = old_env.episodes, old_env.diverged
    env.counters = old_env.counters
    env.reset()
    if isinstance(learner, Team):
        learner.receive()
