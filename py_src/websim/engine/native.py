"""The engine in CPython: the physics kernel through ctypes, MuJoCo from its wheel."""

from __future__ import annotations

import ctypes
from functools import cache
from pathlib import Path

import mujoco
import numpy as np
from numpy.typing import NDArray

from websim.engine.model import ModelInfo
from websim.errors import ModelError
from websim.kernels import library_path
from websim.mjcf import model_xml
from websim.program import compile_program
from websim.spec import EnvSpec

_P, _I, _U = ctypes.c_void_p, ctypes.c_int32, ctypes.c_uint32


@cache
def _library() -> ctypes.CDLL:
    """The physics kernel. Calls release the GIL."""
    mujoco_library = next(Path(mujoco.__file__).parent.glob("libmujoco*"))
    ctypes.CDLL(str(mujoco_library), mode=ctypes.RTLD_GLOBAL)
    library = ctypes.CDLL(str(library_path("physics")))
    library.ws_state_size.argtypes = [_P]
    library.ws_step.argtypes = [_P] * 8 + [_I]
    library.ws_reset.argtypes = [_P] * 4 + [_U, _U] + [_P] * 3 + [_I, _I]
    library.ws_set_state.argtypes = [_P] * 7 + [_I]
    library.ws_get_state.argtypes = [_P] * 5 + [_I]
    for name in ("ws_step", "ws_reset", "ws_set_state", "ws_get_state"):
        getattr(library, name).restype = None
    return library


class NativeEngine:
    """`websim.engine.Engine` over the native kernel."""

    def __init__(self, spec: EnvSpec, num_envs: int):
        self._library = _library()
        try:
            self._mj_model = mujoco.MjModel.from_xml_string(model_xml(spec.model))
        except ValueError as error:
            raise ModelError(f"{spec.name}: MuJoCo cannot load the model: {error}") from error
        self._mj_data = mujoco.MjData(self._mj_model)
        self._m, self._d = self._mj_model._address, self._mj_data._address
        self.model = _model_info(self._mj_model, self._library.ws_state_size(self._m))
        self.program = compile_program(spec, self.model)
        self.num_envs = num_envs
        self.obs = np.zeros((num_envs, self.program.obs_dim), np.float32)
        self.signals = np.zeros((num_envs, self.program.signal_dim))
        self.flags = np.zeros(num_envs, np.uint8)
        self._rows = np.zeros((num_envs, self.model.state_size))
        self._program = ctypes.create_string_buffer(self.program.data, len(self.program.data))
        # Addresses never change: the arrays are never replaced.
        self._rows_at, self._obs_at = self._rows.ctypes.data, self.obs.ctypes.data
        self._signals_at, self._flags_at = self.signals.ctypes.data, self.flags.ctypes.data

    def step(self, actions: NDArray[np.float32]) -> None:
        self._library.ws_step(
            self._rows_at,
            self._obs_at,
            self._signals_at,
            self._flags_at,
            actions.ctypes.data,
            self._m,
            self._d,
            self._program,
            self.num_envs,
        )

    def reset(self, mask: NDArray[np.uint8], episodes: NDArray[np.uint32], seed: int, first_env: int) -> None:
        self._library.ws_reset(
            self._rows_at,
            self._obs_at,
            mask.ctypes.data,
            episodes.ctypes.data,
            seed & 0xFFFFFFFF,
            seed >> 32,
            self._m,
            self._d,
            self._program,
            first_env,
            self.num_envs,
        )

    def set_state(self, qpos: NDArray[np.float64], qvel: NDArray[np.float64]) -> None:
        self._library.ws_set_state(
            self._rows_at,
            self._obs_at,
            qpos.ctypes.data,
            qvel.ctypes.data,
            self._m,
            self._d,
            self._program,
            self.num_envs,
        )

    def get_state(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        qpos, qvel = np.zeros((self.num_envs, self.model.nq)), np.zeros((self.num_envs, self.model.nv))
        self._library.ws_get_state(qpos.ctypes.data, qvel.ctypes.data, self._rows_at, self._m, self._d, self.num_envs)
        return qpos, qvel

    def get_rows(self) -> NDArray[np.float64]:
        return self._rows.copy()

    def set_rows(self, rows: NDArray[np.float64]) -> None:
        self._rows[:] = rows

    def close(self) -> None:
        """The model, data and rows are freed with this object."""


def _model_info(model: mujoco.MjModel, state_size: int) -> ModelInfo:
    limits = [
        tuple(range_) if limited else (-np.inf, np.inf)
        for range_, limited in zip(model.actuator_ctrlrange.tolist(), model.actuator_ctrllimited, strict=True)
    ]
    return ModelInfo(
        nq=model.nq,
        nv=model.nv,
        nu=model.nu,
        na=model.na,
        ngeom=model.ngeom,
        state_size=state_size,
        timestep=model.opt.timestep,
        ctrlrange=tuple(limits),
        qpos0=tuple(model.qpos0.tolist()),
    )
