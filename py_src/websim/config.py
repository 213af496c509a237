"""What a run is asked to do: one frozen dataclass whose fields become CLI options, docs and the page's types."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from websim.errors import ConfigError
from websim.tasks import get_spec

#: Most environments of one run: beyond it the rollout no longer fits a browser tab.
MAX_NUM_ENVS = 65_536
#: Largest integer that JSON readers keep exactly.
MAX_INTEGER = 2**53 - 1


def option(default: Any, help: str, *, low: float = -math.inf, high: float = math.inf) -> Any:
    """A config field with its documentation and allowed range (both ends allowed)."""
    return field(default=default, metadata={"help": help, "low": low, "high": high})


@dataclass(frozen=True, kw_only=True)
class TrainConfig:
    """A training run. Raises ConfigError, one sentence, when a field is out of range."""

    env: str = field(metadata={"help": "task id"})
    env_options: dict[str, Any] = field(
        default_factory=dict, metadata={"help": "options of the task, by name: its function's arguments"}
    )
    algorithm: str = option("ppo", "learning algorithm: ppo")
    total_steps: int = option(
        1_000_000, "environment steps of the whole run, all ranks together", low=1, high=MAX_INTEGER
    )
    num_envs: int = option(64, "environments of the whole run, divided evenly over the ranks", low=1, high=MAX_NUM_ENVS)
    ranks: int = option(1, "parallel ranks: threads natively, Web Workers in the browser", low=1)
    seed: int = option(1, "seed of all random numbers", low=0, high=MAX_INTEGER)
    num_steps: int = option(64, "control steps of each environment per iteration", low=1, high=100_000)
    learning_rate: float = option(2e-3, "Adam's step size at the start", low=1e-9, high=1.0)
    anneal_lr: bool = option(True, "lower the step size linearly to 0 over total_steps")
    gamma: float = option(0.99, "discount per control step", low=0.0, high=1.0)
    gae_lambda: float = option(0.95, "lambda of generalised advantage estimation", low=0.0, high=1.0)
    num_minibatches: int = option(8, "minibatches per epoch", low=1, high=100_000)
    update_epochs: int = option(10, "passes over each rollout", low=1, high=1000)
    clip_coef: float = option(0.2, "PPO's clipping range of the probability ratio", low=1e-6, high=10.0)
    ent_coef: float = option(0.0, "weight of the entropy bonus", low=0.0, high=10.0)
    vf_coef: float = option(0.5, "weight of the value loss", low=0.0, high=100.0)
    max_grad_norm: float = option(0.5, "gradients are scaled down to this L2 norm", low=1e-6, high=1e9)
    target_kl: float = option(
        0.03, "an epoch whose mean KL exceeds this is the iteration's last; 0: never", low=0.0, high=1e9
    )
    hidden: int = option(64, "units in each of the two hidden layers", low=1, high=1024)

    def __post_init__(self) -> None:
        if not isinstance(self.env_options, dict) or not all(isinstance(name, str) for name in self.env_options):
            raise ConfigError(f"env_options: expected values by option name, got {self.env_options!r}")
        get_spec(self.env, **self.env_options)
        for f in fields(self)[2:]:
            object.__setattr__(self, f.name, _checked(f, getattr(self, f.name)))
        if self.algorithm != "ppo":
            raise ConfigError(f"algorithm: expected ppo, got {self.algorithm!r}")
        if self.ranks > available_cores():
            raise ConfigError(
                f"ranks: this machine has {available_cores()} cores, got {self.ranks}; use at most {available_cores()}"
            )
        if self.num_envs % self.ranks:
            raise ConfigError(
                f"num_envs: {self.num_envs} environments cannot be divided evenly over {self.ranks} ranks; "
                f"use a multiple of {self.ranks}"
            )
        if self.num_minibatches > self.batch_size:
            raise ConfigError(
                f"num_minibatches: expected at most num_envs * num_steps = {self.batch_size}, "
                f"got {self.num_minibatches}"
            )

    @property
    def batch_size(self) -> int:
        """Samples of one iteration over all ranks."""
        return self.num_envs * self.num_steps

    @property
    def local_num_envs(self) -> int:
        """Environments of one rank."""
        return self.num_envs // self.ranks

    @classmethod
    def from_mapping(cls, settings: Mapping[str, Any]) -> TrainConfig:
        """Check names before values. Raises ConfigError for an unknown or missing setting."""
        known = [f.name for f in fields(cls)]
        unknown = [name for name in settings if name not in known]
        if unknown:
            raise ConfigError(f"unknown setting {unknown[0]!r}: expected one of {', '.join(known)}")
        if "env" not in settings:
            raise ConfigError("env is missing: name a task, for example HalfCheetah-v5")
        return cls(**settings)


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
        if not isinstance(value, str):
            raise ConfigError(f"{f.name}: expected text, got {value!r}")
        return value
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
