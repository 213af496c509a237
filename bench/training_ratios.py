"""Ratios of the part `training`, for its table, the bars and the README."""

from typing import Any

#: The work in which everyone is compared, and the one with as many environments as a run has unless asked otherwise.
MAIN_WORK, DEFAULT_SIZE = "envs_16", "envs_64"
_OTHERS = ("sb3_own", "sb3_one", "sbx_own", "sbx_one")


def best_other(trainers: dict[str, Any]) -> str:
    """Name of the fastest of the other libraries' trainers."""
    return max(_OTHERS, key=lambda name: trainers[name]["rate"])


def to_best_other(trainers: dict[str, Any], ours: str) -> float:
    return trainers[ours]["rate"] / trainers[best_other(trainers)]["rate"]


def scaling(trainers: dict[str, Any], ours: str) -> float:
    """Rate of two ranks over that of one; `ours`: page, undrawn or websim."""
    return trainers[f"{ours}_2"]["rate"] / trainers[f"{ours}_1"]["rate"]


def apart(trainers: dict[str, Any]) -> float:
    """Rate of two runs at once over that of one, natively."""
    return trainers["websim_apart"]["rate"] / trainers["websim_1"]["rate"]


def to_default(figures: dict[str, Any]) -> float:
    """The page over Stable-Baselines3, both as they come."""
    default = figures["default"]
    return default["page_2"]["rate"] / default["sb3_one"]["rate"]
