"""What several tasks have in common."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from websim.spec import Actions, Observation, Signal

#: Names in `info` of a robot that moves in the plane.
PLANAR_POSITION = (
    Signal("x_position", "qpos", 0),
    Signal("y_position", "qpos", 1),
    Signal("distance_from_origin", "qpos", 0, count=2, reduce="norm"),
)


def effort(actions: Actions) -> NDArray[np.float64]:
    """Sum of the squares of each environment's actions [B]."""
    return np.vecdot(actions, actions, dtype=np.float64)


def humanoid_observation(
    *, positions_from: int, cinert: bool, cvel: bool, qfrc_actuator: bool, cfrc_ext: bool
) -> tuple[Observation, ...]:
    """Positions and velocities, then inertia, velocity and contact force of each body but the world, as asked for.

    The six numbers of qfrc_actuator that the free joint has are no joint's torque.
    """
    parts = [Observation("qpos", start=positions_from), Observation("qvel")]
    parts += [Observation("cinert", start=10)] * cinert
    parts += [Observation("cvel", start=6)] * cvel
    parts += [Observation("qfrc_actuator", start=6)] * qfrc_actuator
    parts += [Observation("cfrc_ext", start=6)] * cfrc_ext
    return tuple(parts)
