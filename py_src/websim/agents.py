"""Several agents in one scene: which observations each of them sees, and which actuators it drives."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from websim.engine.model import ModelInfo
from websim.errors import ModelError
from websim.resolve import Resolver
from websim.spec import Agent, EnvSpec

#: Name of the one policy of a task without agents.
SINGLE = "policy"

#: It becomes part of a file's name.
_POLICY_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")

Columns = NDArray[np.intp]


@dataclass(frozen=True)
class AgentColumns:
    """An agent's columns of the scene's observation [O] and of its action [A]."""

    agent: Agent
    observations: Columns
    actions: Columns


@dataclass(frozen=True)
class PolicyGroup:
    """The K agents that share a policy.

    agents [K]: their numbers in `EnvSpec.agents`; observations [K, O] and actions [K, A]: their columns of the
    scene's. A task without agents has one group of one that owns all.
    """

    policy: str
    agents: Columns
    observations: Columns
    actions: Columns


def agent_columns(spec: EnvSpec, model: ModelInfo) -> tuple[AgentColumns, ...]:
    """Of each of the task's agents. Raises ModelError when they do not fit the model or one another."""
    resolve, layout = Resolver(spec, model), []
    names: set[str] = set()
    drivers: dict[str, str] = {}
    first = 0
    for agent in spec.agents:
        what = f"agent {agent.name!r}"
        if agent.name in names:
            raise ModelError(f"{spec.name}: {what}: is there twice; give each agent a name of its own")
        names.add(agent.name)
        if not _POLICY_NAME.fullmatch(agent.policy):
            raise ModelError(
                f"{spec.name}: {what}: policy: expected a name of letters, digits, - and _, got {agent.policy!r}"
            )
        if not agent.observation or not agent.actuators:
            raise ModelError(f"{spec.name}: {what}: expected at least one observation and one actuator")
        for actuator in agent.actuators:
            if actuator in drivers:
                raise ModelError(
                    f"{spec.name}: {what}: actuator {actuator!r} is driven by agent {drivers[actuator]!r} already"
                )
            drivers[actuator] = agent.name
        width = sum(resolve.slice(what, part, part.count).size for part in agent.observation)
        actions = [resolve.object(what, "actuator", actuator) for actuator in agent.actuators]
        layout.append(AgentColumns(agent, np.arange(first, first + width), np.array(actions, np.intp)))
        first += width
    return tuple(layout)


def policy_groups(spec: EnvSpec, model: ModelInfo, obs_dim: int) -> tuple[PolicyGroup, ...]:
    """The task's policies in the order in which its agents name them; obs_dim: of the whole scene.

    Raises ModelError as `agent_columns` does, and when agents that share a policy differ.
    """
    if not spec.agents:
        everything = np.arange(obs_dim)[None], np.arange(model.nu)[None]
        return (PolicyGroup(SINGLE, np.zeros(1, np.intp), *everything),)
    layout = agent_columns(spec, model)
    groups: dict[str, list[int]] = {}
    for number, agent in enumerate(spec.agents):
        groups.setdefault(agent.policy, []).append(number)
    return tuple(_group(spec, model, policy, members, layout) for policy, members in groups.items())


def _group(
    spec: EnvSpec, model: ModelInfo, policy: str, members: Sequence[int], layout: Sequence[AgentColumns]
) -> PolicyGroup:
    first = layout[members[0]]
    for number in members[1:]:
        other = layout[number]
        pairs = (
            ("observations", first.observations.size, other.observations.size),
            ("actuators", first.actions.size, other.actions.size),
            ("ranges of its actuators", _ranges(spec, model, first), _ranges(spec, model, other)),
        )
        for what, expected, got in pairs:
            if expected != got:
                raise ModelError(
                    f"{spec.name}: agent {other.agent.name!r}: {what}: expected {expected} as of "
                    f"{first.agent.name!r}, got {got}; they share policy {policy!r}: name another one"
                )
    return PolicyGroup(
        policy,
        np.array(members, np.intp),
        np.stack([layout[number].observations for number in members]),
        np.stack([layout[number].actions for number in members]),
    )


def _ranges(spec: EnvSpec, model: ModelInfo, columns: AgentColumns) -> list[tuple[float, float]]:
    # With a Control all actions are in [-1, 1].
    return [] if spec.control else [model.ctrlrange[actuator] for actuator in columns.actions]
