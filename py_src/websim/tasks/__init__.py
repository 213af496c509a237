"""The registry of built-in tasks: a function that makes the task's spec, by id."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from websim.errors import ConfigError, ModelError
from websim.models.packed_model import unpack_model
from websim.spec import EnvSpec
from websim.tasks.ant import ant
from websim.tasks.ant_sumo import ant_sumo
from websim.tasks.cartpole_swingup import cartpole_swingup
from websim.tasks.half_cheetah import half_cheetah
from websim.tasks.hopper import hopper
from websim.tasks.humanoid import humanoid
from websim.tasks.humanoid_standup import humanoid_standup
from websim.tasks.inverted_double_pendulum import inverted_double_pendulum
from websim.tasks.inverted_pendulum import inverted_pendulum
from websim.tasks.own_model import OWN_MODEL, own_model
from websim.tasks.pusher import pusher
from websim.tasks.reacher import reacher
from websim.tasks.robots.anymal_c_joystick import anymal_c_joystick
from websim.tasks.robots.panda_pick_cube import panda_pick_cube
from websim.tasks.robots.panda_reach import panda_reach
from websim.tasks.robots.ur5e_reach import ur5e_reach
from websim.tasks.swarm import swarm
from websim.tasks.swimmer import swimmer
from websim.tasks.walker2d import walker2d

TASKS: dict[str, Callable[..., EnvSpec]] = {
    "InvertedPendulum-v5": inverted_pendulum,
    "InvertedDoublePendulum-v5": inverted_double_pendulum,
    "Reacher-v5": reacher,
    "Pusher-v5": pusher,
    "Swimmer-v5": swimmer,
    "Hopper-v5": hopper,
    "HalfCheetah-v5": half_cheetah,
    "Walker2d-v5": walker2d,
    "Ant-v5": ant,
    "Humanoid-v5": humanoid,
    "HumanoidStandup-v5": humanoid_standup,
    "CartPoleSwingup": cartpole_swingup,
    "PandaReach": panda_reach,
    "UR5eReach": ur5e_reach,
    "PandaPickCube": panda_pick_cube,
    "AnymalCJoystick": anymal_c_joystick,
    "Swarm": swarm,
    "AntSumo": ant_sumo,
}

#: Option of every task: a model (`models.packed_model`) in place of its own.
MODEL_OPTION = "model"

#: Tasks that have to be given a model, and those of the user, by id.
_registered: dict[str, Callable[..., EnvSpec]] = {OWN_MODEL: own_model}


def register(name: str, factory: Callable[..., EnvSpec]) -> None:
    """Make a task known by an id, so that `train`, `make_vec` and `evaluate` find it.

    factory: makes the spec; its keyword arguments are the task's options. Raises ConfigError for a built-in task's id.
    """
    if name in TASKS or name == OWN_MODEL:
        raise ConfigError(f"register: {name!r} is a built-in task; choose another name")
    _registered[name] = factory


def get_spec(env: str | EnvSpec, **options: Any) -> EnvSpec:
    """The task called `env` with the options of its function, or `env` itself.

    Raises ConfigError for an unknown task or option, naming the known ones.
    """
    if isinstance(env, EnvSpec):
        if options:
            raise ConfigError(
                f"{env.name}: options are of built-in tasks; an EnvSpec is changed by dataclasses.replace"
            )
        return env
    tasks = TASKS | _registered
    if not isinstance(env, str) or env not in tasks:
        raise ConfigError(f"unknown task {env!r}: expected one of {', '.join(tasks)}")
    factory = tasks[env]
    known = inspect.signature(factory).parameters
    given = {name: value for name, value in options.items() if name != MODEL_OPTION or name in known}
    unknown = [name for name in given if name not in known]
    if unknown:
        raise ConfigError(f"{env}: unknown option {unknown[0]!r}: expected one of {', '.join(known)}, {MODEL_OPTION}")
    try:
        spec = replace(factory(**given), name=env, options=_without_files(options))
    except (TypeError, ValueError) as error:
        if MODEL_OPTION in given and isinstance(error, ModelError):
            raise ConfigError(f"{env}: {error}") from error
        raise ConfigError(f"{env}: the options {given} do not fit: {error}") from error
    if len(given) < len(options):
        spec = replace(spec, model=unpack_model(options[MODEL_OPTION]))
    return spec


def _without_files(options: dict[str, Any]) -> dict[str, Any]:
    """For the record that policies keep, which is copied often: a model's text says which files it needs."""
    model = options.get(MODEL_OPTION)
    if not isinstance(model, dict):
        return options
    return options | {MODEL_OPTION: model | {"files": {}}}
