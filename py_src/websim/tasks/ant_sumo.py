"""AntSumo: two ants in a ring; who leaves it or falls on its back has lost. A competitive task.

After RoboSumo (Al-Shedivat et al. 2018), with Gymnasium's ant.
"""

from __future__ import annotations

import copy
import xml.etree.ElementTree as ET

import numpy as np
from numpy.typing import NDArray

from websim.errors import ModelError
from websim.models.mjcf import load_model
from websim.spec import Actions, Agent, EnvSpec, Flags, Noise, Observation, Signal, Signals, Terms

_NAMES = ("red", "blue")
_COLOURS = (".85 .3 .25 1", ".25 .45 .85 1")
#: Numbers of an ant's qpos and qvel, and those before its joints.
_NQ, _NV, _ROOT_NQ, _ROOT_NV, _JOINTS = 15, 14, 7, 6, 8
_JOINT_NAMES = tuple(f"{joint}_{leg}" for leg in (4, 1, 2, 3) for joint in ("hip", "ankle"))
#: Standing: x from the centre in metres, height, and joints in radians.
_START, _HEIGHT = 1.2, 0.55
_STANCE = "0 1 0 -1 0 -1 0 1"


def ant_sumo(
    *,
    shared: bool = False,
    ring_radius: float = 3.0,
    win_reward: float = 10.0,
    push_weight: float = 1.0,
    approach_weight: float = 0.5,
    ctrl_cost_weight: float = 0.02,
    max_episode_steps: int = 300,
) -> EnvSpec:
    """shared: whether both ants have one policy, which then plays against itself. ring_radius: in metres.

    Weights: of a win, of pushing the other outwards and not being pushed, of coming closer, of the square of actions.
    The first two are one ant's gain and the other's loss.
    """
    if not ring_radius > _START:
        raise ValueError(f"ring_radius: expected more than {_START}, where the ants start, got {ring_radius}")

    def lost(signals: Signals) -> Flags:
        """Whether each ant has left the ring or is on its back [B, 2]."""
        out = [np.hypot(*signals[f"{name}_position"].T) > ring_radius for name in _NAMES]
        fallen = [signals[f"{name}_up"] < 0 for name in _NAMES]
        return np.stack(out, axis=1) | np.stack(fallen, axis=1)

    def reward(signals: Signals, actions: Actions, unhealthy: Flags) -> Terms:
        """Winning and pushing, which are zero-sum, and coming closer, less effort."""
        positions = np.stack([signals[f"{name}_position"] for name in _NAMES], axis=1)
        velocities = np.stack([signals[f"{name}_velocity"] for name in _NAMES], axis=1)
        outwards = _speed_along(velocities, positions)
        losses = lost(signals).astype(float)
        effort = np.square(actions, dtype=np.float64).reshape(-1, 2, _JOINTS).sum(axis=2)
        return {
            "reward_win": win_reward * (losses[:, ::-1] - losses),
            "reward_push": push_weight * (outwards[:, ::-1] - outwards),
            "reward_approach": approach_weight * _speed_along(velocities, positions[:, ::-1] - positions),
            "reward_ctrl": -ctrl_cost_weight * effort,
        }

    return EnvSpec(
        name="AntSumo",
        model=_model(ring_radius),
        frame_skip=5,
        max_episode_steps=max_episode_steps,
        keyframe="stance",
        agents=tuple(_agent(i, "ant" if shared else name) for i, name in enumerate(_NAMES)),
        signals=tuple(signal for name in _NAMES for signal in _signals(name)),
        noise=tuple(noise for i in range(2) for noise in _noise(i)),
        reward=reward,
        termination=lambda signals: np.logical_or(*lost(signals).T),
    )


def _speed_along(velocities: NDArray[np.float64], directions: NDArray[np.float64]) -> NDArray[np.float64]:
    """Speeds [B, 2] of velocities [B, 2, 2] along directions of any length."""
    lengths = np.linalg.norm(directions, axis=2)
    return (velocities * directions).sum(axis=2) / np.maximum(lengths, 1e-6)


def _agent(i: int, policy: str) -> Agent:
    """An ant sees all in its own frame: the ring's centre, where up is, its joints, and the other ant."""
    own, other = _NAMES[i], _NAMES[1 - i]
    torso = f"{own}_torso"
    return Agent(
        own,
        observation=(
            Observation("xpos", of="ring", minus=torso, frame=torso),
            Observation("xmat", of=torso, start=6, count=3),
            Observation("qvel", of=f"{own}_root", count=3, frame=torso),
            Observation("qvel", of=f"{own}_root", start=3, count=3),
            Observation("qpos", start=i * _NQ + _ROOT_NQ, count=_JOINTS),
            Observation("qvel", start=i * _NV + _ROOT_NV, count=_JOINTS),
            Observation("xpos", of=f"{other}_torso", minus=torso, frame=torso),
            Observation("qvel", of=f"{other}_root", count=3, frame=torso),
        ),
        actuators=tuple(f"{own}_{joint}" for joint in _JOINT_NAMES),
        policy=policy,
    )


def _signals(name: str) -> tuple[Signal, ...]:
    torso = f"{name}_torso"
    return (
        Signal(f"{name}_position", "xpos", of=torso, count=2),
        Signal(f"{name}_velocity", "xpos", of=torso, count=2, rate=True),
        # The last number of its rotation matrix: 1 upright, -1 on its back.
        Signal(f"{name}_up", "xmat", of=torso, start=8),
    )


def _noise(i: int) -> tuple[Noise, ...]:
    return (
        Noise("qpos", 0.2, start=i * _NQ, count=2),
        Noise("qpos", 0.1, start=i * _NQ + _ROOT_NQ, count=_JOINTS),
        Noise("qvel", 0.1, "normal", start=i * _NV, count=_NV),
    )


def _model(ring_radius: float) -> str:
    """Two of Gymnasium's ants, their names prefixed, facing each other."""
    root = ET.fromstring(load_model("ant.xml").xml)
    world, actuators = _child(root, "worldbody"), _child(root, "actuator")
    ant, motors = _child(world, "body"), list(actuators)
    _child(world, "geom[@name='floor']").set("conaffinity", "6")
    world.remove(ant)
    actuators[:] = []
    stances = []
    for i, name in enumerate(_NAMES):
        world.append(_prefixed(ant, name, i))
        for motor in motors:
            joint = f"{name}_{motor.get('joint')}"
            actuators.append(ET.Element("motor", motor.attrib | {"name": joint, "joint": joint}))
        x, rotation = (-_START, "1 0 0 0") if i == 0 else (_START, "0 0 0 1")
        stances.append(f"{x} 0 {_HEIGHT} {rotation} {_STANCE}")
    disc = {"name": "ring", "type": "cylinder", "size": f"{ring_radius} 0.002", "contype": "0", "conaffinity": "0"}
    ET.SubElement(ET.SubElement(world, "body", name="ring"), "geom", disc, rgba=".9 .8 .55 1")
    ET.SubElement(ET.SubElement(root, "keyframe"), "key", name="stance", qpos=" ".join(stances))
    return ET.tostring(root, encoding="unicode")


def _child(parent: ET.Element, path: str) -> ET.Element:
    child = parent.find(path)
    if child is None:
        raise ModelError(f"AntSumo: gymnasium's ant.xml has no {path}")
    return child


def _prefixed(ant: ET.Element, name: str, i: int) -> ET.Element:
    """A copy of the ant whose parts collide with the floor and the other ant, and not with one another."""
    body = copy.deepcopy(ant)
    for element in body.iter():
        if "name" in element.attrib:
            element.set("name", f"{name}_{element.get('name')}")
        if element.tag == "geom":
            element.attrib |= {"contype": str(2 << i), "conaffinity": str(4 >> i), "rgba": _COLOURS[i]}
    return body
