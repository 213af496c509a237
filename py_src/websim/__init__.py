"""MuJoCo WebSim: train MuJoCo robots in a browser tab or natively, with the same Python.

Importing this package costs numpy only: gymnasium is imported by `make_vec`, MuJoCo by an engine.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from websim.api import Run, resume, train
    from websim.config import TrainConfig
    from websim.models.files import ModelFiles
    from websim.pettingzoo_env import parallel_env
    from websim.policy import Policy, load_policy
    from websim.randomization import Push, Randomize
    from websim.snapshot import Snapshot
    from websim.spec import (
        Agent,
        Bound,
        Command,
        Control,
        EnvSpec,
        Noise,
        Observation,
        Placement,
        Signal,
        Success,
    )
    from websim.tasks import register
    from websim.variants import Flat, Obstacles, Rough, Slope, Stairs
    from websim.vector_env import make_vec

__version__ = "0.1.0"

_HOMES = {
    "Agent": "spec",
    "Bound": "spec",
    "Command": "spec",
    "Control": "spec",
    "Discrete": "spec",
    "EnvSpec": "spec",
    "Flat": "variants",
    "ModelFiles": "models.files",
    "Noise": "spec",
    "Observation": "spec",
    "Obstacles": "variants",
    "Placement": "spec",
    "Policy": "policy",
    "Push": "randomization",
    "Randomize": "randomization",
    "Rough": "variants",
    "Run": "api",
    "Signal": "spec",
    "Slope": "variants",
    "Snapshot": "snapshot",
    "Stairs": "variants",
    "Success": "spec",
    "TrainConfig": "config",
    "load_policy": "policy",
    "make_vec": "vector_env",
    "parallel_env": "pettingzoo_env",
    "register": "tasks",
    "resume": "api",
    "train": "api",
}

__all__ = [
    "Agent",
    "Bound",
    "Command",
    "Control",
    "Discrete",
    "EnvSpec",
    "Flat",
    "ModelFiles",
    "Noise",
    "Observation",
    "Obstacles",
    "Placement",
    "Policy",
    "Push",
    "Randomize",
    "Rough",
    "Run",
    "Signal",
    "Slope",
    "Snapshot",
    "Stairs",
    "Success",
    "TrainConfig",
    "load_policy",
    "make_vec",
    "parallel_env",
    "register",
    "resume",
    "train",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'websim' has no attribute {name!r}")
    return getattr(import_module(f"websim.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
