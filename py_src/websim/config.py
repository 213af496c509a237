"""What a run is asked to do: frozen dataclasses whose fields become CLI options, docs and the page's types."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Self

import numpy as np

from websim.errors import ConfigError
from websim.tasks import get_spec

#: Most environments of one run: beyond it the rollout no longer fits a browser tab.
MAX_NUM_ENVS = 65_536
#: Largest integer that JSON readers keep exactly.
MAX_INTEGER = 2**53 - 1
MAX_LAYERS, MAX_UNITS = 8, 2048


def option(
    default: Any, help: str, *, low: float = -math.inf, high: float = math.inf, live: bool = False, choices: str = ""
) -> Any:
    """A config field with its documentation, allowed range (both ends allowed) or words, and whether it may change
    while a run goes on."""
    return field(default=default, metadata={"help": help, "low": low, "high": high, "live": live, "choices": choices})


@dataclass(frozen=True, kw_only=True)
class TrainConfig:
    """What every training run is asked; each algorithm adds its own. Raises ConfigError, one sentence, when a field
    is out of range."""

    env: str = field(metadata={"help": "task id"})
    env_options: dict[str, Any] = field(
        default_factory=dict, metadata={"help": "options of the task, by name: its function's arguments"}
    )
    algorithm: str = option("", "learning algorithm: ppo, ars or sac")
    total_steps: int = option(
        1_000_000, "environment steps of the whole run, all ranks together", low=1, high=MAX_INTEGER, live=True
    )
    num_envs: int = option(
        64,
        "environments of the whole run, divided evenly over the ranks",
        low=1,
        high=MAX_NUM_ENVS,
        live=True,
    )
    ranks: int = option(1, "parallel ranks: threads natively, Web Workers in the browser", low=1)
    seed: int = option(1, "seed of all random numbers", low=0, high=MAX_INTEGER)
    hidden: tuple[int, ...] = field(
        default=(64, 64), metadata={"help": f"units of each hidden layer, at most {MAX_LAYERS} layers of {MAX_UNITS}"}
    )
    activation: str = option("tanh", "of the hidden layers", choices="tanh relu silu elu")
    autosave_seconds: float = option(5.0, "seconds between saves of the run; 0: none", low=0, high=86_400, live=True)
    eval_every: int = option(
        200_000, "steps between evaluations of the policy; 0: none", low=0, high=MAX_INTEGER, live=True
    )
    eval_episodes: int = option(20, "deterministic episodes of an evaluation", low=2, high=10_000)

    def __post_init__(self) -> None:
        if not isinstance(self.env_options, dict) or not all(isinstance(name, str) for name in self.env_options):
            raise ConfigError(f"env_options: expected values by option name, got {self.env_options!r}")
        get_spec(self.env, **self.env_options)
        for f in fields(self)[2:]:
            object.__setattr__(self, f.name, _checked(f, getattr(self, f.name)))
        if self.ranks > available_cores():
            raise ConfigError(
                f"ranks: this machine has {available_cores()} cores, got {self.ranks}; use at most {available_cores()}"
            )
        if self.num_envs % self.ranks:
            raise ConfigError(
                f"num_envs: {self.num_envs} environments cannot be divided evenly over {self.ranks} ranks; "
                f"use a multiple of {self.ranks}"
            )

    @property
    def local_num_envs(self) -> int:
        """Environments of one rank."""
        return self.num_envs // self.ranks

    def changed(self, settings: Mapping[str, Any]) -> Self:
        """The config of a run that goes on with other `settings`. Raises ConfigError for one that cannot change."""
        live = [f.name for f in fields(self) if f.metadata.get("live")]
        for name in settings:
            if name not in live:
                raise ConfigError(f"{name} cannot change while a run goes on: expected one of {', '.join(live)}")
        return replace(self, **settings)

    @staticmethod
    def from_mapping(settings: Mapping[str, Any]) -> TrainConfig:
        """The config of an algorithm ("ppo" unless said), what is not given being as the task was tuned for.

        Raises ConfigError for an unknown or missing setting.
        """
        # They are made of this file.
        from websim.algorithms import algorithm_of
        from websim.configs import tuned

        if "env" not in settings:
            raise ConfigError("env is missing: name a task, for example HalfCheetah-v5")
        kind = algorithm_of(settings.get("algorithm", "ppo")).config
        known = [f.name for f in fields(kind)]
        unknown = [name for name in settings if name not in known]
        if unknown:
            raise ConfigError(f"unknown setting {unknown[0]!r}: expected one of {', '.join(known)}")
        defaults = tuned(settings["env"], kind.algorithm) if isinstance(settings["env"], str) else {}
        return kind(**{**_divided(defaults, settings, kind.num_envs), **settings})


def _divided(defaults: dict[str, Any], settings: Mapping[str, Any], num_envs: int) -> dict[str, Any]:
    """`defaults` with as many environments as divide over the ranks that were asked for, not fewer than tuned."""
    ranks = settings.get("ranks", 1)
    if isinstance(ranks, int) and 1 <= ranks <= available_cores():
        return defaults | {"num_envs": -(-defaults.get("num_envs", num_envs) // ranks) * ranks}
    return defaults


def available_cores() -> int:
    """Cores that ranks can run on: of this process natively, of the browser in a worker."""
    if sys.platform == "emscripten":
        import websim_host

        return int(websim_host.cores())
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def whole_number(name: str, value: Any, low: int, high: int) -> int:
    """`value` as int, numpy's integers too. Raises ConfigError unless it is a whole number from low to high."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or not low <= value <= high:
        raise ConfigError(f"{name}: expected a whole number from {low} to {high}, got {value!r}")
    return int(value)


def _checked(f: Any, value: Any) -> Any:
    """`value` as the field's type, or ConfigError: what, expected, got."""
    kind = f.type
    if kind == "bool":
        if not isinstance(value, bool):
            raise ConfigError(f"{f.name}: expected true or false, got {value!r}")
        return value
    if kind == "str":
        choices = f.metadata["choices"].split()
        if not isinstance(value, str) or (choices and value not in choices):
            raise ConfigError(f"{f.name}: expected {' or '.join(choices) or 'text'}, got {value!r}")
        return value
    if kind == "tuple[int, ...]":
        if not isinstance(value, list | tuple) or len(value) > MAX_LAYERS:
            raise ConfigError(f"{f.name}: expected a list of at most {MAX_LAYERS} layers' units, got {value!r}")
        return tuple(whole_number(f.name, units, 1, MAX_UNITS) for units in value)
    low, high = f.metadata["low"], f.metadata["high"]
    range_ = f"from {low:.16g} to {high:.16g}" if math.isfinite(high) else f"of at least {low:.16g}"
    expected = f"{f.name}: expected {'a whole' if kind == 'int' else 'a'} number {range_}, got {value!r}"
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise ConfigError(expected)
    if kind == "int":
        if value != int(value):
            raise ConfigError(expected)
        return int(value)
    return float(value)
