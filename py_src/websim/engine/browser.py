"""The engine in a rank's worker: MuJoCo and the physics kernel live in another WebAssembly memory.

`websim_host` (workers/host.ts) copies between that memory and the arrays here, whose addresses in
Pyodide's heap it is given.
"""

from __future__ import annotations

import json
import math

import numpy as np
import websim_host
from numpy.typing import NDArray
from pyodide.ffi import JsException

from websim.engine.model import ModelInfo
from websim.errors import ModelError
from websim.mjcf import model_xml
from websim.program import compile_program
from websim.spec import EnvSpec


class BrowserEngine:
    """`websim.engine.Engine` over the worker's host."""

    def __init__(self, spec: EnvSpec, num_envs: int):
        try:
            self._id = websim_host.engine_open(model_xml(spec.model), num_envs)
        except JsException as error:
            raise ModelError(f"{spec.name}: MuJoCo cannot load the model: {error.message}") from error
        self.model = _model_info(json.loads(websim_host.engine_info(self._id)))
        self.program = compile_program(spec, self.model)
        self.num_envs = num_envs
        self.obs = np.zeros((num_envs, self.program.obs_dim), np.float32)
        self.signals = np.zeros((num_envs, self.program.signal_dim))
        self.flags = np.zeros(num_envs, np.uint8)
        self._obs_at, self._signals_at = self.obs.ctypes.data, self.signals.ctypes.data
        self._flags_at = self.flags.ctypes.data
        program = np.frombuffer(self.program.data, np.uint8)
        websim_host.engine_program(
            self._id, program.ctypes.data, program.size, self.program.obs_dim, self.program.signal_dim
        )

    def step(self, actions: NDArray[np.float32]) -> None:
        websim_host.engine_step(self._id, actions.ctypes.data, self._obs_at, self._signals_at, self._flags_at)

    def reset(self, mask: NDArray[np.uint8], episodes: NDArray[np.uint32], seed: int, first_env: int) -> None:
        websim_host.engine_reset(
            self._id, mask.ctypes.data, episodes.ctypes.data, seed & 0xFFFFFFFF, seed >> 32, first_env, self._obs_at
        )

    def set_state(self, qpos: NDArray[np.float64], qvel: NDArray[np.float64]) -> None:
        websim_host.engine_set_state(self._id, qpos.ctypes.data, qvel.ctypes.data, self._obs_at)

    def get_state(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        qpos, qvel = np.zeros((self.num_envs, self.model.nq)), np.zeros((self.num_envs, self.model.nv))
        websim_host.engine_get_state(self._id, qpos.ctypes.data, qvel.ctypes.data)
        return qpos, qvel

    def get_rows(self) -> NDArray[np.float64]:
        rows = np.zeros((self.num_envs, self.model.state_size))
        websim_host.engine_get_rows(self._id, rows.ctypes.data)
        return rows

    def set_rows(self, rows: NDArray[np.float64]) -> None:
        rows = np.ascontiguousarray(rows, np.float64)
        websim_host.engine_set_rows(self._id, rows.ctypes.data)

    def close(self) -> None:
        websim_host.engine_close(self._id)


def _model_info(info: dict) -> ModelInfo:
    limits = [
        tuple(range_) if limited else (-math.inf, math.inf)
        for range_, limited in zip(info.pop("ctrlrange"), info.pop("ctrllimited"), strict=True)
    ]
    return ModelInfo(**{**info, "ctrlrange": tuple(limits), "qpos0": tuple(info["qpos0"])})
