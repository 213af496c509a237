"""The registry of built-in tasks: a function that makes the task's spec, by id."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from websim.errors import ConfigError
from websim.spec import EnvSpec
from websim.tasks.half_cheetah import half_cheetah
from websim.tasks.hopper import hopper
from websim.tasks.inverted_pendulum import inverted_pendulum

TASKS: dict[str, Callable[..., EnvSpec]] = {
    "InvertedPendulum-v5": inverted_pendulum,
    "Hopper-v5": hopper,
    "HalfCheetah-v5": half_cheetah,
}


def get_spec(env: str | EnvSpec, **options: Any) -> EnvSpec:
    """The task called `env` with the options of its function, or `env` itself.

    Raises ConfigError for an unknown task or option, naming the known ones.
    """
    if isinstance(env, EnvSpec):
        if options:
            raise ConfigError(
                f"{env.name}: options are of built-in tasks; an EnvSpec is changed by dataclasses.replace"
            )
        return env
    if env not in TASKS:
        raise ConfigError(f"unknown task {env!r}: expected one of {', '.join(TASKS)}")
    factory = TASKS[env]
    known = inspect.signature(factory).parameters
    unknown = [name for name in options if name not in known]
    if unknown:
        raise ConfigError(f"{env}: unknown option {unknown[0]!r}: expected one of {', '.join(known)}")
    return replace(factory(**options), options=options)
