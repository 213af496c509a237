"""Tuned settings: one file of data a task, what its runs reach in its docstring.

A file has `TASK`, an id, and `SETTINGS`, by algorithm the settings that differ from the algorithm's defaults.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_FILES = (
    "ant",
    "cartpole_swingup",
    "half_cheetah",
    "hopper",
    "humanoid",
    "inverted_double_pendulum",
    "inverted_pendulum",
    "reacher",
    "swimmer",
    "walker2d",
)
_MODULES = [import_module(f"{__name__}.{name}") for name in _FILES]
_BY_TASK: dict[str, dict[str, dict[str, Any]]] = {module.TASK: module.SETTINGS for module in _MODULES}


def tuned(env: str, algorithm: str) -> dict[str, Any]:
    """The settings of a task that differ from the algorithm's defaults; none for a task that was not tuned."""
    return dict(_BY_TASK.get(env, {}).get(algorithm, {}))
