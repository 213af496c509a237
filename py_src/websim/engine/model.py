"""What the engine tells about a loaded MuJoCo model."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ModelInfo:
    """Sizes named as in mjModel; state_size: doubles in a state row; timestep in seconds.

    ctrlrange: (low, high) per actuator, (-inf, inf) where its control is not limited.
    """

    nq: int
    nv: int
    nu: int
    na: int
    ngeom: int
    state_size: int
    timestep: float
    ctrlrange: tuple[tuple[float, float], ...]
    qpos0: tuple[float, ...]
