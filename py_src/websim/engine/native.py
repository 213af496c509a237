"""The engine in CPython: the physics kernel through ctypes, MuJoCo from its wheel."""

from __future__ import annotations

import ctypes
from functools import cache
from pathlib import Path

import mujoco
import numpy as np
from numpy.typing import NDArray

from websim.engine.model import NAMED, NOMINAL, ModelInfo
from websim.errors import ModelError
from websim.kernels import library_path
from websim.models.mjcf import compile_native
from websim.spec import EnvSpec
from websim.worlds import compile_worlds, world_files

_JOINT_TRANSMISSIONS = (mujoco.mjtTrn.mjTRN_JOINT.value, mujoco.mjtTrn.mjTRN_JOINTINPARENT.value)
_P, _I, _U = ctypes.c_void_p, ctypes.c_int32, ctypes.c_uint32


@cache
def _library() -> ctypes.CDLL:
    """The physics kernel. Calls release the GIL."""
    mujoco_library = next(Path(mujoco.__file__).parent.glob("libmujoco*"))
    ctypes.CDLL(str(mujoco_library), mode=ctypes.RTLD_GLOBAL)
    library = ctypes.CDLL(str(library_path("physics")))
    library.ws_state_size.argtypes = [_P]
    library.ws_step.argtypes = [_P] * 6 + [_I]
    library.ws_step_pushed.argtypes = [_P] * 7
    library.ws_reset.argtypes = [_P] * 5 + [_U, _U, _P, _I, _I, _I, _I]
    library.ws_set_state.argtypes = [_P] * 6 + [_I]
    library.ws_get_state.argtypes = [_P] * 4 + [_I]
    for name in ("ws_step", "ws_step_pushed", "ws_reset", "ws_set_state", "ws_get_state"):
        getattr(library, name).restype = None
    return library


class NativeEngine:
    """`websim.engine.Engine` over the native kernel."""

    def __init__(self, spec: EnvSpec, num_envs: int):
        self._library = _library()
        try:
            self._models = [compile_native(files) for files in world_files(spec)]
        except ModelError as error:
            raise ModelError(f"{spec.name}: {error}") from error
        self._datas = [mujoco.MjData(model) for model in self._models]
        infos = [_model_info(model, self._library.ws_state_size(model._address)) for model in self._models]
        self.programs = compile_worlds(spec, infos)
        self.model, self.program = infos[0], self.programs[0]
        self.num_envs, self.num_worlds = num_envs, len(self.programs)
        self._per_episode = int(spec.variant_per == "episode")
        self.obs = np.zeros((num_envs, self.program.obs_dim), np.float32)
        self.signals = np.zeros((num_envs, self.program.signal_dim))
        self.flags = np.zeros(num_envs, np.uint8)
        self._rows = np.zeros((num_envs, self.program.layout.size))
        self._programs = [ctypes.create_string_buffer(program.data, len(program.data)) for program in self.programs]
        worlds = zip(self._models, self._datas, self._programs, strict=True)
        self._worlds = np.array(
            [(m._address, d._address, ctypes.addressof(program)) for m, d, program in worlds], np.uintp
        )
        #: What acts on rows from outside, by row.
        self._wrenches: dict[int, NDArray[np.float64]] = {}
        # Addresses never change: the arrays are never replaced.
        self._rows_at, self._obs_at = self._rows.ctypes.data, self.obs.ctypes.data
        self._signals_at, self._flags_at = self.signals.ctypes.data, self.flags.ctypes.data
        self._worlds_at = self._worlds.ctypes.data

    def step(self, actions: NDArray[np.float32]) -> None:
        if self._wrenches:
            self._step_pushed(actions)
            return
        self._library.ws_step(
            self._rows_at,
            self._obs_at,
            self._signals_at,
            self._flags_at,
            actions.ctypes.data,
            self._worlds_at,
            self.num_envs,
        )

    def _step_pushed(self, actions: NDArray[np.float32]) -> None:
        """Each pushed row by itself, and all that are between them together."""
        arrays = (self._rows, self.obs, self.signals, self.flags, actions)
        first = 0
        for env in (*sorted(self._wrenches), self.num_envs):
            between = [array[first:].ctypes.data for array in arrays]
            self._library.ws_step(*between, self._worlds_at, env - first)
            if env in self._wrenches:
                row = [array[env:].ctypes.data for array in arrays]
                self._library.ws_step_pushed(*row, self._worlds_at, self._wrenches[env].ctypes.data)
            first = env + 1

    def push(self, env: int, wrench: NDArray[np.float64] | None) -> None:
        if wrench is None:
            self._wrenches.pop(env, None)
        else:
            self._wrenches[env] = wrench

    def reset(self, mask: NDArray[np.uint8], episodes: NDArray[np.uint32], seed: int, first_env: int) -> None:
        self._library.ws_reset(
            self._rows_at,
            self._obs_at,
            self._signals_at,
            mask.ctypes.data,
            episodes.ctypes.data,
            seed & 0xFFFFFFFF,
            seed >> 32,
            self._worlds_at,
            self.num_worlds,
            self._per_episode,
            first_env,
            self.num_envs,
        )

    def set_state(self, qpos: NDArray[np.float64], qvel: NDArray[np.float64], first: int = 0) -> None:
        self._library.ws_set_state(
            self._rows[first:].ctypes.data,
            self.obs[first:].ctypes.data,
            self.signals[first:].ctypes.data,
            qpos.ctypes.data,
            qvel.ctypes.data,
            self._worlds_at,
            len(qpos),
        )

    def get_state(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        qpos, qvel = np.zeros((self.num_envs, self.model.nq)), np.zeros((self.num_envs, self.model.nv))
        self._library.ws_get_state(qpos.ctypes.data, qvel.ctypes.data, self._rows_at, self._worlds_at, self.num_envs)
        return qpos, qvel

    def get_rows(self, first: int = 0, count: int | None = None) -> NDArray[np.float64]:
        return self._rows[first : None if count is None else first + count].copy()

    def set_rows(self, rows: NDArray[np.float64], first: int = 0) -> None:
        self._rows[first : first + len(rows)] = rows

    def watch_returns(self, returns: NDArray[np.float64]) -> None:
        """Natively there is no viewer."""

    def close(self) -> None:
        """The models, data and rows are freed with this object."""


def _model_info(model: mujoco.MjModel, state_size: int) -> ModelInfo:
    limits = [
        tuple(range_) if limited else (-np.inf, np.inf)
        for range_, limited in zip(model.actuator_ctrlrange.tolist(), model.actuator_ctrllimited, strict=True)
    ]
    return ModelInfo(
        **{name: getattr(model, name) for name in ("nq", "nv", "nu", "na", "nbody", "ngeom", "nsite", "ntendon")},
        nsensordata=model.nsensordata,
        nmocap=model.nmocap,
        state_size=state_size,
        timestep=model.opt.timestep,
        names={kind: _names(model, kind) for kind in NAMED},
        jnt_type=tuple(model.jnt_type.tolist()),
        jnt_qposadr=tuple(model.jnt_qposadr.tolist()),
        jnt_dofadr=tuple(model.jnt_dofadr.tolist()),
        jnt_rootid=tuple(model.body_rootid[model.jnt_bodyid].tolist()),
        sensor_adr=tuple(model.sensor_adr.tolist()),
        sensor_dim=tuple(model.sensor_dim.tolist()),
        body_mocapid=tuple(model.body_mocapid.tolist()),
        actuator_joint=tuple(
            joint if kind in _JOINT_TRANSMISSIONS else -1
            for kind, (joint, _) in zip(model.actuator_trntype, model.actuator_trnid.tolist(), strict=True)
        ),
        ctrlrange=tuple(limits),
        qpos0=tuple(model.qpos0.tolist()),
        key_ctrl=tuple(map(tuple, model.key_ctrl.tolist())),
        nominal={name: tuple(getattr(model, name).ravel().tolist()) for name in NOMINAL}
        | {"gravity": tuple(model.opt.gravity.tolist())},
    )


def _names(model: mujoco.MjModel, kind: str) -> tuple[str, ...]:
    object_type = getattr(mujoco.mjtObj, f"mjOBJ_{kind.upper()}")
    count = {"body": model.nbody, "joint": model.njnt, "geom": model.ngeom, "site": model.nsite, "key": model.nkey}
    count |= {"sensor": model.nsensor, "tendon": model.ntendon, "actuator": model.nu}
    return tuple(mujoco.mj_id2name(model, object_type, i) or "" for i in range(count[kind]))
