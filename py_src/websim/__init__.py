"""MuJoCo WebSim: train MuJoCo robots in a browser tab or natively, with the same Python.

Importing this package costs numpy only: gymnasium is imported by `make_vec`, MuJoCo by an engine.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from websim.api import Run, train
    from websim.config import TrainConfig
    from websim.policy import Policy, load_policy
    from websim.spec import Bound, EnvSpec, Noise, Observation, Signal
    from websim.vector_env import make_vec

__version__ = "0.1.0"

_HOMES = {
    "Bound": "spec",
    "EnvSpec": "spec",
    "Noise": "spec",
    "Observation": "spec",
    "Policy": "policy",
    "Run": "api",
    "Signal": "spec",
    "TrainConfig": "config",
    "load_policy": "policy",
    "make_vec": "vector_env",
    "train": "api",
}

__all__ = [
    "Bound",
    "EnvSpec",
    "Noise",
    "Observation",
    "Policy",
    "Run",
    "Signal",
    "TrainConfig",
    "load_policy",
    "make_vec",
    "train",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'websim' has no attribute {name!r}")
    return getattr(import_module(f"websim.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
