"""What the engine tells about a loaded MuJoCo model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class ModelInfo:
    """Sizes and arrays named as in mjModel; state_size: doubles of MuJoCo's state in a row; timestep in seconds.

    names: of all objects of a kind, by id ("" for one without): body, joint, geom, site, sensor, tendon, actuator, key.
    jnt_rootid: the body, below the world, in whose tree each joint is.
    actuator_joint: the joint that each actuator drives, -1 where it is not one joint.
    ctrlrange: (low, high) per actuator, (-inf, inf) where its control is not limited. key_ctrl: [nkey][nu].
    nominal: the arrays that worlds may be randomised in (`FieldKind.array`), flat.
    """

    nq: int
    nv: int
    nu: int
    na: int
    nbody: int
    ngeom: int
    nsite: int
    ntendon: int
    nsensordata: int
    nmocap: int
    state_size: int
    timestep: float
    names: Mapping[str, tuple[str, ...]]
    jnt_type: tuple[int, ...]
    jnt_qposadr: tuple[int, ...]
    jnt_dofadr: tuple[int, ...]
    jnt_rootid: tuple[int, ...]
    sensor_adr: tuple[int, ...]
    sensor_dim: tuple[int, ...]
    body_mocapid: tuple[int, ...]
    actuator_joint: tuple[int, ...]
    ctrlrange: tuple[tuple[float, float], ...]
    qpos0: tuple[float, ...]
    key_ctrl: tuple[tuple[float, ...], ...]
    nominal: Mapping[str, tuple[float, ...]]


#: Kinds of objects in `ModelInfo.names`, and arrays in `ModelInfo.nominal`.
NAMED = ("body", "joint", "geom", "site", "sensor", "tendon", "actuator", "key")
NOMINAL = (
    "body_mass",
    "body_inertia",
    "geom_friction",
    "dof_damping",
    "dof_armature",
    "actuator_gainprm",
    "actuator_biasprm",
)

#: (positions, degrees of freedom) of mjtJoint's free, ball, slide and hinge.
JOINT_SIZES = ((7, 6), (4, 3), (1, 1), (1, 1))
