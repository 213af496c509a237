"""What a task can read: numbers of mjData by name, and how objects lie in them."""

from __future__ import annotations

from typing import Literal, NamedTuple

Source = Literal[
    "qpos",
    "qvel",
    "act",
    "ctrl",
    "qacc",
    "qfrc_actuator",
    "qfrc_constraint",
    "xpos",
    "xquat",
    "xmat",
    "xipos",
    "subtree_com",
    "cinert",
    "cvel",
    "cfrc_ext",
    "site_xpos",
    "site_xmat",
    "geom_xpos",
    "sensordata",
    "ten_length",
    "ten_velocity",
    "actuator_force",
    "actuator_length",
    "actuator_velocity",
    "mocap_pos",
    "mocap_quat",
    "time",
    "command",
    "last_action",
    "timestep",
]


class SourceKind(NamedTuple):
    """number: enum Source of `wasm_build/kernels/program.h`.

    object: kind of object that a name selects ("" for none); width: numbers of each (0: it depends on the object).
    """

    number: int
    object: str
    width: int


#: mjData's fields, but for the last three: the task's command, the action of the step before, and the seconds of a
#: physics step.
SOURCES: dict[str, SourceKind] = {
    "qpos": SourceKind(0, "joint", 0),
    "qvel": SourceKind(1, "joint", 0),
    "act": SourceKind(2, "", 1),
    "ctrl": SourceKind(3, "actuator", 1),
    "qacc": SourceKind(4, "joint", 0),
    "qfrc_actuator": SourceKind(5, "joint", 0),
    "qfrc_constraint": SourceKind(6, "joint", 0),
    "xpos": SourceKind(7, "body", 3),
    "xquat": SourceKind(8, "body", 4),
    "xmat": SourceKind(9, "body", 9),
    "xipos": SourceKind(10, "body", 3),
    "subtree_com": SourceKind(11, "body", 3),
    "cinert": SourceKind(12, "body", 10),
    "cvel": SourceKind(13, "body", 6),
    "cfrc_ext": SourceKind(14, "body", 6),
    "site_xpos": SourceKind(15, "site", 3),
    "site_xmat": SourceKind(16, "site", 9),
    "geom_xpos": SourceKind(17, "geom", 3),
    "sensordata": SourceKind(18, "sensor", 0),
    "ten_length": SourceKind(19, "tendon", 1),
    "ten_velocity": SourceKind(20, "tendon", 1),
    "actuator_force": SourceKind(21, "actuator", 1),
    "actuator_length": SourceKind(22, "actuator", 1),
    "actuator_velocity": SourceKind(23, "actuator", 1),
    "mocap_pos": SourceKind(24, "mocap", 3),
    "mocap_quat": SourceKind(25, "mocap", 4),
    "time": SourceKind(26, "", 1),
    "command": SourceKind(27, "command", 0),
    "last_action": SourceKind(28, "actuator", 1),
    "timestep": SourceKind(29, "", 1),
}
