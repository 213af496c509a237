"""The engine in a rank's worker: MuJoCo and the physics kernel live in another WebAssembly memory.

`websim_host` (workers/ranks/host.ts) copies between that memory and the arrays here, whose addresses in
Pyodide's heap it is given.
"""

from __future__ import annotations

import json
import math
from typing import Any

import js
import numpy as np
import websim_host
from numpy.typing import NDArray
from pyodide.ffi import JsException, to_js

from websim.engine.model import ModelInfo
from websim.errors import ModelError
from websim.spec import EnvSpec
from websim.worlds import compile_worlds, world_files


class BrowserEngine:
    """`websim.engine.Engine` over the worker's host."""

    def __init__(self, spec: EnvSpec, num_envs: int):
        # Each part of this may take a second: a run that is given another model is alive all the while.
        websim_host.pulse()
        worlds = world_files(spec)
        websim_host.pulse()
        assets = to_js(dict(worlds[0].assets), dict_converter=js.Object.fromEntries)
        try:
            self._id = websim_host.engine_open(to_js([files.xml for files in worlds]), assets, num_envs)
        except JsException as error:
            raise ModelError(f"{spec.name}: MuJoCo cannot load the model: {error.message}") from error
        try:
            self._set_up(spec, num_envs)
        except BaseException:
            self.close()
            raise

    def _set_up(self, spec: EnvSpec, num_envs: int) -> None:
        infos = [_model_info(info) for info in json.loads(websim_host.engine_infos(self._id))]
        self.programs = compile_worlds(spec, infos)
        self.model, self.program = infos[0], self.programs[0]
        self.num_envs, self.num_worlds = num_envs, len(self.programs)
        self.obs = np.zeros((num_envs, self.program.obs_dim), np.float32)
        self.signals = np.zeros((num_envs, self.program.signal_dim))
        self.flags = np.zeros(num_envs, np.uint8)
        self._obs_at, self._signals_at = self.obs.ctypes.data, self.signals.ctypes.data
        self._flags_at = self.flags.ctypes.data
        # To find a function or an address takes microseconds: callers mostly have their actions in one array.
        self._host_step = websim_host.engine_step
        self._last_actions: NDArray[np.float32] | None = None
        self._last_actions_at = 0
        data = [np.frombuffer(program.data, np.uint8) for program in self.programs]
        try:
            websim_host.engine_programs(
                self._id,
                to_js([[program.ctypes.data, program.size] for program in data]),
                self.program.obs_dim,
                self.program.signal_dim,
                self.program.layout.size,
                spec.variant_per == "episode",
            )
        except JsException as error:
            raise ModelError(f"{spec.name}: {error.message}") from error

    def step(self, actions: NDArray[np.float32]) -> None:
        if actions is not self._last_actions:
            self._last_actions, self._last_actions_at = actions, actions.ctypes.data
        self._host_step(self._id, self._last_actions_at, self._obs_at, self._signals_at, self._flags_at)

    def reset(self, mask: NDArray[np.uint8], episodes: NDArray[np.uint32], seed: int, first_env: int) -> None:
        websim_host.engine_reset(
            self._id,
            mask.ctypes.data,
            episodes.ctypes.data,
            seed & 0xFFFFFFFF,
            seed >> 32,
            first_env,
            self._obs_at,
            self._signals_at,
        )

    def set_state(self, qpos: NDArray[np.float64], qvel: NDArray[np.float64], first: int = 0) -> None:
        obs_at, signals_at = self.obs[first:].ctypes.data, self.signals[first:].ctypes.data
        websim_host.engine_set_state(self._id, qpos.ctypes.data, qvel.ctypes.data, obs_at, signals_at, first, len(qpos))

    def push(self, env: int, wrench: NDArray[np.float64] | None) -> None:
        websim_host.engine_push(self._id, env, 0 if wrench is None else wrench.ctypes.data)

    def get_state(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        qpos, qvel = np.zeros((self.num_envs, self.model.nq)), np.zeros((self.num_envs, self.model.nv))
        websim_host.engine_get_state(self._id, qpos.ctypes.data, qvel.ctypes.data)
        return qpos, qvel

    def get_rows(self, first: int = 0, count: int | None = None) -> NDArray[np.float64]:
        rows = np.zeros((self.num_envs - first if count is None else count, self.program.layout.size))
        websim_host.engine_get_rows(self._id, rows.ctypes.data, first, len(rows))
        return rows

    def set_rows(self, rows: NDArray[np.float64], first: int = 0) -> None:
        rows = np.ascontiguousarray(rows, np.float64)
        websim_host.engine_set_rows(self._id, rows.ctypes.data, first, len(rows))

    def watch_returns(self, returns: NDArray[np.float64]) -> None:
        websim_host.engine_returns(self._id, returns.ctypes.data, returns.size // self.num_envs)

    def close(self) -> None:
        websim_host.engine_close(self._id)


def _model_info(info: dict[str, Any]) -> ModelInfo:
    limits = [
        tuple(range_) if limited else (-math.inf, math.inf)
        for range_, limited in zip(info.pop("ctrlrange"), info.pop("ctrllimited"), strict=True)
    ]
    named = {name: {key: tuple(values) for key, values in info[name].items()} for name in ("names", "nominal")}
    lists = {name: tuple(value) for name, value in info.items() if isinstance(value, list)}
    keys = tuple(map(tuple, info["key_ctrl"]))
    return ModelInfo(**{**info, **named, **lists, "ctrlrange": tuple(limits), "key_ctrl": keys})
