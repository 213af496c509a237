"""Learning algorithms, one file each, by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import Field, fields
from typing import Any, NamedTuple, Protocol

from websim.algorithms.ars import ARS, ARSConfig
from websim.algorithms.ppo import PPO, PPOConfig
from websim.algorithms.sac import SAC, SACConfig
from websim.config import TrainConfig
from websim.errors import ConfigError
from websim.policy import Policy
from websim.state import State


class Learner(Protocol):
    """What a session drives: one rank's part of an algorithm."""

    @property
    def global_step(self) -> int:
        """Environment steps of all ranks together so far."""

    @property
    def policies(self) -> dict[str, Policy]:
        """The policies by name, as they are now; they go on learning."""

    def iterate(self) -> dict[str, float | int | None]:
        """Act and learn once; the metrics, the same on every rank but for times."""

    def change(self, config: Any) -> None:
        """Go on with other settings (`TrainConfig.changed`)."""

    def state(self) -> State:
        """All that continues bit for bit, between two iterations, without the environments."""

    def load_state(self, state: State) -> None:
        """Continue from a state of as many environments."""


class Algorithm(NamedTuple):
    """Its settings, and what makes its learner: (config, env, comm, pulse)."""

    config: type[TrainConfig]
    learner: Callable[..., Learner]


ALGORITHMS = {"ppo": Algorithm(PPOConfig, PPO), "ars": Algorithm(ARSConfig, ARS), "sac": Algorithm(SACConfig, SAC)}


def algorithm_of(name: Any) -> Algorithm:
    """Raises ConfigError for an unknown name."""
    if name not in list(ALGORITHMS):
        raise ConfigError(f"algorithm: expected {' or '.join(ALGORITHMS)}, got {name!r}")
    return ALGORITHMS[name]


def settings() -> dict[str, dict[str, Field[Any]]]:
    """Every setting by name, of each its field by the algorithms that have it."""
    found: dict[str, dict[str, Field[Any]]] = {}
    for name, algorithm in ALGORITHMS.items():
        for f in fields(algorithm.config):
            found.setdefault(f.name, {})[name] = f
    return found
