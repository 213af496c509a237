"""The registry of built-in tasks, by their Gymnasium ids."""

from __future__ import annotations

from websim.errors import ConfigError
from websim.spec import EnvSpec
from websim.tasks.half_cheetah import HALF_CHEETAH
from websim.tasks.hopper import HOPPER
from websim.tasks.inverted_pendulum import INVERTED_PENDULUM

TASKS: dict[str, EnvSpec] = {spec.name: spec for spec in (INVERTED_PENDULUM, HOPPER, HALF_CHEETAH)}


def get_spec(env: str | EnvSpec) -> EnvSpec:
    """The task called `env` (or `env` itself). Raises ConfigError naming the known ones."""
    if isinstance(env, EnvSpec):
        return env
    if env not in TASKS:
        raise ConfigError(f"unknown task {env!r}: expected one of {', '.join(TASKS)}")
    return TASKS[env]
