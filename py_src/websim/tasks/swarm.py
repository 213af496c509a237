"""Swarm: pucks on a table spread over as many goals without bumping into each other; a cooperative task.

After simple_spread of the multi-agent particle environments (Lowe et al. 2017), with bodies that push one another.
"""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET

import numpy as np
from numpy.typing import NDArray

from websim.spec import Actions, Agent, EnvSpec, Flags, Noise, Observation, Placement, Signal, Signals, Terms

#: Metres: half of the table's edge, a puck's radius, the circle around which goals lie, and how far off it they may be.
_TABLE, _RADIUS, _CIRCLE, _OFF_CIRCLE = 1.5, 0.1, 1.1, 0.2
#: Centres that are nearer than this cost something, in metres.
_PERSONAL_SPACE = 0.3


def swarm(
    *,
    num_agents: int = 8,
    own_weight: float = 0.5,
    collision_cost_weight: float = 0.5,
    ctrl_cost_weight: float = 0.01,
    max_episode_steps: int = 100,
) -> EnvSpec:
    """num_agents: pucks and goals, 2 to 16.

    Weights: of the distance to one's own goal, of how near others are, and of the square of the actions.
    """
    if not 2 <= num_agents <= 16:
        raise ValueError(f"num_agents: expected 2 to 16, got {num_agents}")

    def reward(signals: Signals, actions: Actions, unhealthy: Flags) -> Terms:
        """How well the goals are covered, which all pucks share; less each one's own distance, nearness and effort."""
        pucks = signals["pucks"].reshape(-1, num_agents, 2)
        goals = signals["goals"].reshape(-1, num_agents, 3)[:, :, :2]
        to_goals = _distances(pucks, goals)
        # A puck's distance to itself is 0, which adds 1.
        nearness = np.maximum(0, 1 - _distances(pucks, pucks) / _PERSONAL_SPACE).sum(axis=2) - 1
        effort = np.square(actions, dtype=np.float64).reshape(-1, num_agents, 2).sum(axis=2)
        return {
            "reward_cover": np.repeat(-to_goals.min(axis=1).mean(axis=1, keepdims=True), num_agents, axis=1),
            "reward_own": -own_weight * to_goals.diagonal(axis1=1, axis2=2),
            "reward_collision": -collision_cost_weight * nearness,
            "reward_ctrl": -ctrl_cost_weight * effort,
        }

    return EnvSpec(
        name="Swarm",
        model=_model(num_agents),
        frame_skip=5,
        max_episode_steps=max_episode_steps,
        agents=tuple(_agent(i, num_agents) for i in range(num_agents)),
        signals=(
            Signal("pucks", "qpos", count=2 * num_agents),
            Signal("goals", "mocap_pos", count=3 * num_agents),
        ),
        noise=(Noise("qpos", 0.9 * _TABLE),),
        placements=tuple(_placement(i, num_agents) for i in range(num_agents)),
        reward=reward,
    )


def _distances(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """Between points a [B, N, 2] and b [B, M, 2]: [B, N, M]."""
    return np.sqrt(np.square(a[:, :, None] - b[:, None]).sum(axis=3))


def _agent(i: int, num_agents: int) -> Agent:
    """A puck sees where it is and how it moves, and from there all goals, its own first, and the others."""
    around = [(i + step) % num_agents for step in range(num_agents)]
    return Agent(
        f"puck_{i}",
        observation=(
            Observation("qpos", start=2 * i, count=2),
            Observation("qvel", start=2 * i, count=2),
            *(Observation("xpos", of=f"goal_{j}", minus=f"puck_{i}", count=2) for j in around),
            *(Observation("xpos", of=f"puck_{j}", minus=f"puck_{i}", count=2) for j in around[1:]),
        ),
        actuators=(f"puck_{i}_x", f"puck_{i}_y"),
    )


def _placement(i: int, num_agents: int) -> Placement:
    """Goals lie around a circle, so that no two are in one place."""
    angle = 2 * math.pi * i / num_agents
    x, y = _CIRCLE * math.cos(angle), _CIRCLE * math.sin(angle)
    low, high = (x - _OFF_CIRCLE, y - _OFF_CIRCLE), (x + _OFF_CIRCLE, y + _OFF_CIRCLE)
    return Placement("mocap_pos", low, high, of=f"goal_{i}")


def _model(num_agents: int) -> str:
    root = ET.Element("mujoco", model="swarm")
    ET.SubElement(root, "option", timestep="0.02", gravity="0 0 0")
    defaults = ET.SubElement(root, "default")
    ET.SubElement(defaults, "joint", type="slide", range=f"{-_TABLE} {_TABLE}", limited="true", damping="5")
    ET.SubElement(defaults, "motor", gear="10", ctrlrange="-1 1", ctrllimited="true")
    scenery = ET.SubElement(defaults, "default", {"class": "scenery"})
    ET.SubElement(scenery, "geom", contype="0", conaffinity="0")
    world, actuators = ET.SubElement(root, "worldbody"), ET.SubElement(root, "actuator")
    ET.SubElement(world, "light", pos="0 0 4")
    edge = _TABLE + _RADIUS
    floor = {"class": "scenery", "name": "floor", "type": "plane"}
    ET.SubElement(world, "geom", floor, size=f"{edge} {edge} 0.1", rgba=".85 .87 .9 1")
    for i in range(num_agents):
        name = f"puck_{i}"
        puck = ET.SubElement(world, "body", name=name, pos=f"0 0 {_RADIUS}")
        for axis, direction in (("x", "1 0 0"), ("y", "0 1 0")):
            ET.SubElement(puck, "joint", name=f"{name}_{axis}", axis=direction)
            ET.SubElement(actuators, "motor", name=f"{name}_{axis}", joint=f"{name}_{axis}")
        ET.SubElement(puck, "geom", name=name, size=f"{_RADIUS}", mass="1", rgba=".2 .45 .8 1")
    for i in range(num_agents):
        goal = ET.SubElement(world, "body", name=f"goal_{i}", mocap="true")
        disc = {"class": "scenery", "name": f"goal_{i}", "type": "cylinder"}
        ET.SubElement(goal, "geom", disc, size=f"{_RADIUS} 0.005", rgba=".95 .6 .1 1")
    return ET.tostring(root, encoding="unicode")
