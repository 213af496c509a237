"""What a reward can read, described for who writes one: name, shape, unit and meaning of each signal."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass

from websim.batch_env import BatchEnv
from websim.engine.model import JOINT_SIZES, ModelInfo
from websim.resolve import Resolver
from websim.sources import SOURCES
from websim.spec import Signal

#: Of each source: what it is, and its unit ("": none). Those of joints depend on the joint.
_WORDS = {
    "qpos": ("position", ""),
    "qvel": ("velocity", ""),
    "act": ("activation", ""),
    "ctrl": ("control", ""),
    "qacc": ("acceleration", ""),
    "qfrc_actuator": ("force of actuators", "N, N m"),
    "qfrc_constraint": ("force of contacts and limits", "N, N m"),
    "xpos": ("position in the world", "m"),
    "xquat": ("orientation, a quaternion", ""),
    "xmat": ("orientation, a rotation matrix", ""),
    "xipos": ("centre of mass", "m"),
    "subtree_com": ("centre of mass of the subtree", "m"),
    "cinert": ("inertia", "kg m²"),
    "cvel": ("velocity, turning then moving", "rad/s, m/s"),
    "cfrc_ext": ("contact force, torque then force", "N m, N"),
    "site_xpos": ("position in the world", "m"),
    "site_xmat": ("orientation, a rotation matrix", ""),
    "geom_xpos": ("position in the world", "m"),
    "sensordata": ("reading", ""),
    "ten_length": ("length", "m"),
    "ten_velocity": ("speed", "m/s"),
    "actuator_force": ("force", "N, N m"),
    "actuator_length": ("length", ""),
    "actuator_velocity": ("speed", ""),
    "mocap_pos": ("position in the world", "m"),
    "mocap_quat": ("orientation, a quaternion", ""),
    "time": ("time since the start", "s"),
    "command": ("what the agent is told to do", ""),
    "last_action": ("the action of the step before", ""),
    "timestep": ("seconds of a physics step", "s"),
}
#: Of positions of free, ball, slide and hinge joints.
_JOINT_UNITS = ("m", "rad", "m", "rad")


@dataclass(frozen=True)
class SignalNote:
    """shape: as text, "[B]" or "[B, 3]". unit: "" for none."""

    name: str
    shape: str
    unit: str
    meaning: str


def signal_notes(env: BatchEnv) -> list[dict[str, str]]:
    """Of each signal of the environments' task, of JSON's types."""
    resolver = Resolver(env.spec, env.model)
    return [asdict(_note(signal, env, resolver)) for signal in env.spec.signals]


def _note(signal: Signal, env: BatchEnv, resolver: Resolver) -> SignalNote:
    shape = ", ".join(["B", *map(str, env.signals[signal.name].shape[1:])])
    region = resolver.slice(f"signal {signal.name!r}", signal, signal.count)
    kind = SOURCES[signal.source].object
    word, unit = _WORDS[signal.source]
    if kind == "joint":
        joints = _joints(env.model, signal.source, region.start, region.size)
        unit = unit or _joint_unit(env.model, signal.source, joints)
        named = [env.model.names["joint"][joint] for joint in joints]
        of = _list_of("joint", [name for name in named if name])
    else:
        of = _object(env.model, signal, kind, region.start)
    whole = resolver.region(f"signal {signal.name!r}", signal.source, signal.of).size
    parts = [word + of]
    if region.size < whole and kind != "joint" and SOURCES[signal.source].width != 1:
        width = SOURCES[signal.source].width or whole
        parts.append(_components(region.start % width, region.size))
    if signal.minus:
        parts.append(f"less that of {signal.minus}")
    if signal.relative:
        parts.append("from where it starts")
    if signal.frame:
        parts.append(f"in the frame of {signal.frame}")
    if math.isfinite(signal.low) or math.isfinite(signal.high):
        parts.append(f"clipped to {signal.low:g} … {signal.high:g}")
    meaning = ", ".join(parts)
    if signal.rate:
        meaning, unit = f"change per second of the {meaning}", f"{unit}/s" if unit else "1/s"
    if signal.reduce == "norm":
        meaning = f"length of the {meaning}"
    elif signal.reduce:
        meaning, unit = f"sum of squares of the {meaning}", f"({unit})²" if unit else ""
    return SignalNote(signal.name, f"[{shape}]", unit, meaning[0].upper() + meaning[1:])


def _components(start: int, size: int) -> str:
    return f"number {start}" if size == 1 else f"numbers {start} to {start + size - 1}"


def _object(model: ModelInfo, signal: Signal, kind: str, start: int) -> str:
    """ " of body 'torso'": the one that is named, or the only one that the slice reads."""
    if kind in ("", "command"):
        return ""
    if signal.of is not None:
        return f" of {signal.of}"
    width = SOURCES[signal.source].width
    names = model.names.get(kind, ())
    if width and signal.count is not None and start % width + signal.count <= width and start // width < len(names):
        return f" of {names[start // width] or f'{kind} {start // width}'}"
    return _list_of({"body": "bodie"}.get(kind, kind), [])


def _list_of(kind: str, names: list[str]) -> str:
    """Of one by name, of several together."""
    return f" of {names[0]}" if len(names) == 1 else f" of {kind}s"


def _joints(model: ModelInfo, source: str, start: int, size: int) -> list[int]:
    """Those whose numbers are in the slice."""
    column = 0 if source == "qpos" else 1
    addresses = model.jnt_qposadr if source == "qpos" else model.jnt_dofadr
    ends = [address + JOINT_SIZES[kind][column] for address, kind in zip(addresses, model.jnt_type, strict=True)]
    return [i for i, (a, b) in enumerate(zip(addresses, ends, strict=True)) if a < start + size and start < b]


def _joint_unit(model: ModelInfo, source: str, joints: list[int]) -> str:
    suffix = {"qpos": "", "qvel": "/s", "qacc": "/s²"}[source]
    return ", ".join(dict.fromkeys(_JOINT_UNITS[model.jnt_type[joint]] + suffix for joint in joints))
