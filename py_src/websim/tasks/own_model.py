"""A task around any model, to begin with: all is observed, actuators are the actions, and a reward that can be edited.

A model whose actuators drive something that floats freely is to move along +x and stay upright; any other is to hold
its centre of mass high.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from websim.engine import open_engine
from websim.engine.model import ModelInfo
from websim.errors import ModelError
from websim.models.files import ModelFiles
from websim.models.packed_model import unpack_model
from websim.sources import Source
from websim.spec import Actions, EnvSpec, Flags, Noise, Observation, Reward, Signal, Signals, Terms

#: Id of the task.
OWN_MODEL = "OwnModel"
#: Name of the keyframe that episodes start from, in a model that has it.
HOME = "home"
#: Named objects of a kind whose readings a reward is offered.
_MOST_SIGNALS = 32
#: mjJNT_FREE
_FREE = 0


def own_model(
    *,
    model: Mapping[str, Any],
    frame_skip: int = 5,
    max_episode_steps: int = 1000,
    forward_weight: float = 1.0,
    upright_weight: float = 0.5,
    height_weight: float = 1.0,
    ctrl_weight: float = 0.001,
) -> EnvSpec:
    """model: as `websim.models.packed_model.pack_model` makes it. Raises ModelError when it cannot learn anything.

    forward_weight, upright_weight: of models that float freely; height_weight: of others.
    """
    files = unpack_model(model)
    info = _info(files)
    for count, what in ((info.nv, "joint"), (info.nu, "actuator")):
        if count == 0:
            raise ModelError(f"the model has no {what}, so that there is nothing to learn; add one")
    for name, value in (("frame_skip", frame_skip), ("max_episode_steps", max_episode_steps)):
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 1_000_000:
            raise ModelError(f"{name}: expected a whole number from 1 to 1000000, got {value!r}")
    root = _root(info)
    free = _free_joint(info, root)
    return EnvSpec(
        model=files,
        frame_skip=frame_skip,
        max_episode_steps=max_episode_steps,
        signals=_signals(info, root, free),
        noise=(Noise("qpos", 0.01), Noise("qvel", 0.01)),
        keyframe=HOME if HOME in info.names["key"] else None,
        reward=_hold_high(height_weight, ctrl_weight)
        if free is None
        else _move_forward(forward_weight, upright_weight, ctrl_weight),
    )


def _move_forward(forward_weight: float, upright_weight: float, ctrl_weight: float) -> Reward:
    def reward(signals: Signals, actions: Actions, unhealthy: Flags) -> Terms:
        _, x, y, _ = signals["orientation"].T
        upright = 1 - 2 * (np.square(x) + np.square(y))
        return {
            "reward_forward": forward_weight * signals["velocity"][:, 0],
            "reward_upright": upright_weight * upright,
            "reward_ctrl": -ctrl_weight * np.square(actions).sum(axis=1),
        }

    return reward


def _hold_high(height_weight: float, ctrl_weight: float) -> Reward:
    def reward(signals: Signals, actions: Actions, unhealthy: Flags) -> Terms:
        return {
            "reward_height": height_weight * signals["center_of_mass"][:, 2],
            "reward_ctrl": -ctrl_weight * np.square(actions).sum(axis=1),
        }

    return reward


def _root(info: ModelInfo) -> int:
    """The body whose tree the first actuator of a joint moves; the world, so that all counts, where there is none."""
    return next((info.jnt_rootid[joint] for joint in info.actuator_joint if joint >= 0), 0)


def _free_joint(info: ModelInfo, root: int) -> int | None:
    """The joint by which the tree of `root` floats freely."""
    joints = zip(info.jnt_type, info.jnt_rootid, strict=True)
    return next((joint for joint, kind in enumerate(joints) if kind == (_FREE, root)), None)


def _signals(info: ModelInfo, root: int, free: int | None) -> tuple[Signal, ...]:
    """What a reward can read: the whole state, the centre of mass, and named bodies, sites and sensors."""
    signals = [
        Signal("qpos", "qpos", count=None, info=False),
        Signal("qvel", "qvel", count=None, info=False),
        Signal("center_of_mass", "subtree_com", 3 * root, 3, info=False),
        Signal("velocity", "subtree_com", 3 * root, 3, rate=True, info=False),
    ]
    if free is not None:
        signals.append(Signal("orientation", "qpos", info.jnt_qposadr[free] + 3, 4, info=False))
    kinds: tuple[tuple[str, Source], ...] = (("body", "xpos"), ("site", "site_xpos"), ("sensor", "sensordata"))
    for kind, source in kinds:
        named = [name for name in info.names[kind] if name and name != "world"][:_MOST_SIGNALS]
        signals += [Signal(f"{kind}_{name}", source, of=name, count=None, info=False) for name in named]
    return tuple(signals)


@lru_cache(maxsize=4)
def _info_of(xml: str, files: tuple[tuple[str, bytes], ...]) -> ModelInfo:
    """Kept: a config is checked again and again while its run goes on."""
    spec = EnvSpec(ModelFiles(xml, dict(files)), name="the model", observation=(Observation("timestep"),))
    engine = open_engine(spec, 1)
    engine.close()
    return engine.model


def _info(files: ModelFiles) -> ModelInfo:
    return _info_of(files.xml, tuple(files.assets.items()))
