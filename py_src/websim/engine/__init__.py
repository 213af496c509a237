"""Physics of B environments: one small interface, natively (ctypes) and in the browser (a JS module)."""

from __future__ import annotations

import sys
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from websim.engine.model import ModelInfo
from websim.program import Program
from websim.spec import EnvSpec


class Engine(Protocol):
    """B state rows of one task. `step`, `reset` and `set_state` write into arrays that the engine owns.

    obs [B, O] float32, signals [B, S] float64, flags [B] uint8 (bit 0 terminated, 1 diverged, 2 unhealthy).
    model and program: those of the first of the task's variants. programs: of each of them.
    """

    model: ModelInfo
    program: Program
    programs: list[Program]
    num_envs: int
    num_worlds: int
    obs: NDArray[np.float32]
    signals: NDArray[np.float64]
    flags: NDArray[np.uint8]

    def step(self, actions: NDArray[np.float32]) -> None:
        """Advance all rows by one control step; actions [B, A], contiguous."""

    def reset(self, mask: NDArray[np.uint8], episodes: NDArray[np.uint32], seed: int, first_env: int) -> None:
        """Put rows with mask [B] != 0 at a start state drawn from (seed, first_env + b, episodes[b])."""

    def set_state(self, qpos: NDArray[np.float64], qvel: NDArray[np.float64], first: int = 0) -> None:
        """Set positions [n, nq] and velocities [n, nv] of n rows from `first` on, and their observations."""

    def push(self, env: int, wrench: NDArray[np.float64] | None) -> None:
        """Let a wrench [11] (`wasm_build/kernels/act.h`) act on row `env` in each step; None: no longer."""

    def get_state(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Positions [B, nq] and velocities [B, nv]."""

    def get_rows(self, first: int = 0, count: int | None = None) -> NDArray[np.float64]:
        """A copy of state rows [count, N] (None: to the end): what makes them continue exactly."""

    def set_rows(self, rows: NDArray[np.float64], first: int = 0) -> None:
        """Inverse of `get_rows`. Observations are those of the next step."""

    def watch_returns(self, returns: NDArray[np.float64]) -> None:
        """Show a viewer the running returns, [B] or [B, K] float64, in the caller's array while the engine is open."""

    def close(self) -> None:
        """Free the models and the rows."""


def open_engine(spec: EnvSpec, num_envs: int) -> Engine:
    """Load `spec`'s model and compile its program. Raises ModelError with MuJoCo's own message."""
    if sys.platform == "emscripten":
        from websim.engine.browser import BrowserEngine as Implementation
    else:
        from websim.engine.native import NativeEngine as Implementation
    return Implementation(spec, num_envs)


__all__ = ["Engine", "ModelInfo", "Program", "open_engine"]
