"""Randomised worlds as data: what differs between environments and episodes, and how it is drawn.

All draws are functions of (seed, global environment index, episode), so that they do not depend on ranks.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, NamedTuple

Field = Literal[
    "body_mass",
    "body_inertia",
    "geom_friction",
    "dof_damping",
    "dof_armature",
    "actuator_gain",
    "gravity",
    "action_delay",
]


class FieldKind(NamedTuple):
    """object: kind of object that `Randomize.of` names; width: numbers of each of mjModel's `array`.

    signed: whether its numbers may be negative.
    """

    object: str
    width: int
    array: str
    signed: bool = False


#: "actuator_gain" scales gainprm and biasprm alike, so that a servo's target stays; "action_delay" is in control steps.
FIELDS: dict[str, FieldKind] = {
    "body_mass": FieldKind("body", 1, "body_mass"),
    "body_inertia": FieldKind("body", 3, "body_inertia"),
    "geom_friction": FieldKind("geom", 3, "geom_friction"),
    "dof_damping": FieldKind("joint", 1, "dof_damping"),
    "dof_armature": FieldKind("joint", 1, "dof_armature"),
    "actuator_gain": FieldKind("actuator", 1, "actuator_gainprm", signed=True),
    "gravity": FieldKind("", 3, "gravity", signed=True),
    "action_delay": FieldKind("", 1, ""),
}


@dataclass(frozen=True)
class Randomize:
    """One quantity that is drawn anew.

    field: of mjModel, for all objects or the one named `of`; component: one of each object's numbers (None: all).
    distribution: uniform in [low, high), log_uniform in it, normal with mean low and deviation high, or one of choices.
    operation: what the draw does to the model's value. shared: one draw for all numbers, else one for each.
    per: drawn in each episode, or once for each environment.
    Entries that change the same number follow one another. What MuJoCo derives from the model (`mj_setConst`) stays.
    """

    field: Field
    low: float = 0.0
    high: float = 0.0
    distribution: Literal["uniform", "log_uniform", "normal", "choice"] = "uniform"
    operation: Literal["scale", "add", "set"] = "scale"
    of: str | None = None
    component: int | None = None
    choices: tuple[float, ...] = ()
    shared: bool = True
    per: Literal["episode", "environment"] = "episode"

    @property
    def key(self) -> str:
        """Its name in the orchestration API: "geom_friction", or "body_mass:torso" when it is of one object."""
        return self.field if self.of is None else f"{self.field}:{self.of}"

    @property
    def least(self) -> float:
        """The least draw that makes sense: what is no vector is not turned around."""
        return -math.inf if FIELDS[self.field].signed or self.operation == "add" else 0.0


@dataclass(frozen=True)
class Push:
    """A horizontal force on a body: in each period of `every` control steps, at a drawn moment, for `duration` of them.

    Its direction is drawn, and its size uniformly in [low, high) newtons.
    """

    body: str
    every: int
    duration: int
    low: float
    high: float
