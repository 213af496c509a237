"""What a controller has to know beside the network: names, scales, the posture to start from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from websim.agents import policy_groups
from websim.distributions import action_scale
from websim.engine import open_engine
from websim.engine.model import JOINT_SIZES, ModelInfo
from websim.errors import ModelError
from websim.policy import Policy
from websim.resolve import Resolver
from websim.spec import EnvSpec, Observation

#: Joints of one number.
_SCALAR_JOINTS = tuple(kind for kind, sizes in enumerate(JOINT_SIZES) if sizes == (1, 1))


def deployment_metadata(policy: Policy) -> dict[str, str]:
    """Values by key, as Isaac Lab's and mjlab's exporters write them: lists are separated by commas.

    Of a task whose model cannot be loaded here (a policy's file has the MJCF, and not the files beside it), only what
    its description says.
    """
    spec = policy.spec
    known = {
        "task": spec.name,
        "frame_skip": str(spec.frame_skip),
        "command_names": ",".join(c.name for c in spec.commands),
    }
    try:
        return known | _of_model(policy)
    except ModelError:
        return known


def _of_model(policy: Policy) -> dict[str, str]:
    # At rest: the start state without what is drawn for an episode.
    spec = replace(policy.spec, noise=(), placements=(), randomize=(), pushes=())
    engine = open_engine(spec, 1)
    try:
        engine.reset(np.ones(1, np.uint8), np.zeros(1, np.uint32), 0, 0)
        qpos = engine.get_state()[0][0]
        model, obs_dim = engine.model, engine.program.obs_dim
    finally:
        engine.close()
    group = next(g for g in policy_groups(spec, model, obs_dim) if g.policy == policy.name)
    actuators = group.actions[0]
    parts = spec.agents[group.agents[0]].observation if spec.agents else spec.observation
    names, sizes = _observations(spec, model, parts)
    offset, scale = (part[actuators] for part in _control(spec, model))
    low, high = np.array(model.ctrlrange).reshape(-1, 2)[actuators].T
    return {
        "control_period": _numbers([spec.frame_skip * model.timestep]),
        "actuator_names": ",".join(model.names["actuator"][i] or f"actuator_{i}" for i in actuators),
        "action_scale": _numbers(scale),
        "action_offset": _numbers(offset),
        "ctrl_low": _numbers(low),
        "ctrl_high": _numbers(high),
        "observation_names": ",".join(names),
        "observation_sizes": ",".join(map(str, sizes)),
    } | _joints(model, qpos, actuators)


def _joints(model: ModelInfo, qpos: NDArray[np.float64], actuators: NDArray[np.intp]) -> dict[str, str]:
    """Of the joint that each action drives; nothing where one drives a tendon, or a joint of several numbers."""
    joints = [model.actuator_joint[i] for i in actuators]
    if any(joint < 0 or model.jnt_type[joint] not in _SCALAR_JOINTS for joint in joints):
        return {}
    known = {
        "joint_names": ",".join(model.names["joint"][joint] for joint in joints),
        "default_joint_pos": _numbers([qpos[model.jnt_qposadr[joint]] for joint in joints]),
    }
    # A position servo's force is kp * (control - position) - kv * velocity.
    gain, bias = (
        np.reshape(model.nominal[f"actuator_{name}prm"], (model.nu, -1))[actuators] for name in ("gain", "bias")
    )
    if (gain[:, 0] > 0).all() and np.array_equal(bias[:, 1], -gain[:, 0]):
        known |= {"joint_stiffness": _numbers(gain[:, 0]), "joint_damping": _numbers(-bias[:, 2])}
    return known


def _control(spec: EnvSpec, model: ModelInfo) -> tuple[NDArray, NDArray]:
    """(offset, scale) [nu] that take actions to controls, before these are clipped to their ranges."""
    if spec.control is None:
        return np.zeros(model.nu), np.ones(model.nu)
    offset, scale = action_scale(*np.array(model.ctrlrange).reshape(-1, 2).T)
    if spec.control.scale is not None:
        scale = np.broadcast_to(np.asarray(spec.control.scale, np.float32), model.nu)
    if spec.control.offset == "keyframe" and spec.keyframe is not None:
        offset = np.array(model.key_ctrl[model.names["key"].index(spec.keyframe)])
    return offset, scale


def _observations(spec: EnvSpec, model: ModelInfo, parts: Sequence[Observation]) -> tuple[list[str], list[int]]:
    """A name and a size of each part of the observation."""
    resolve = Resolver(spec, model)
    if not parts:
        sources = [source for source in ("qpos", "qvel", "sensordata") if resolve.size(source)]
        return sources, [resolve.size(source) for source in sources]
    sizes = [resolve.slice("observation", part, part.count).size for part in parts]
    return [_name(part, size) for part, size in zip(parts, sizes, strict=True)], sizes


def _name(part: Observation, size: int) -> str:
    """Such as `qpos[2:5]`, `xpos:hand-target@torso` or `sin:qpos[1:2]`."""
    name = part.source if part.function == "identity" else f"{part.function}:{part.source}"
    if part.of is not None:
        name += f":{part.of}"
    if part.start or part.count is not None:
        name += f"[{part.start}:{part.start + size}]"
    return name + (f"-{part.minus}" if part.minus else "") + (f"@{part.frame}" if part.frame else "")


def _numbers(values: Sequence[float] | NDArray) -> str:
    return ",".join(f"{value:.7g}" for value in values)
