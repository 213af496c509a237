"""Compiles an `EnvSpec` for a loaded model into the byte program that the physics kernel executes.

The layout is that of `wasm_build/kernels/program.h`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from websim.engine.model import ModelInfo
from websim.errors import ModelError
from websim.spec import Bound, EnvSpec, Noise, Observation, Signal

VERSION = 1
_SOURCES = {"qpos": 0, "qvel": 1}
_SLICE = np.dtype(
    [("source", "<i4"), ("start", "<i4"), ("count", "<i4"), ("mode", "<i4"), ("low", "<f8"), ("high", "<f8")]
)

#: One slice: source, start, count, mode, low, high.
Row = tuple[int, int, int, int, float, float]


@dataclass(frozen=True)
class Program:
    """Bytes for the kernel, and the widths of what it writes: obs [B, obs_dim], signals [B, signal_dim]."""

    data: bytes
    obs_dim: int
    signal_dim: int
    action_dim: int


def compile_program(spec: EnvSpec, model: ModelInfo) -> Program:
    """Raises ModelError when a slice lies outside the model's state."""
    sizes = {"qpos": model.nq, "qvel": model.nv}

    def row(what: str, part: Observation | Signal | Bound | Noise, mode: int, low: float, high: float) -> Row:
        size = sizes.get(part.source)
        if size is None:
            raise ModelError(f"{spec.name}: {what} reads {part.source!r}, expected one of {sorted(sizes)}")
        count = size - part.start if part.count is None else part.count
        if part.start < 0 or count < 1 or part.start + count > size:
            raise ModelError(
                f"{spec.name}: {what} reads {part.source}[{part.start}:{part.start + count}], "
                f"but the model has {part.source}[0:{size}]"
            )
        return (_SOURCES[part.source], part.start, count, mode, low, high)

    observation = [row("observation", o, 0, o.low, o.high) for o in spec.observation]
    signals = []
    for s in spec.signals:
        if s.relative and (s.source != "qpos" or s.count != 1):
            raise ModelError(f"{spec.name}: signal {s.name!r}: relative needs one number of qpos")
        entry = row(f"signal {s.name!r}", s, int(s.rate), 0.0, math.inf)
        signals.append((*entry[:4], model.qpos0[s.start] if s.relative else 0.0, math.inf))
    bounds = [row("bound", b, 0, b.low, b.high) for b in spec.bounds]
    noise = []
    for n in spec.noise:
        if n.distribution not in ("uniform", "normal"):
            raise ModelError(f"{spec.name}: noise: expected uniform or normal, got {n.distribution!r}")
        normal = n.distribution == "normal"
        noise.append(row("noise", n, int(normal), 0.0 if normal else -n.scale, n.scale))

    obs_dim = sum(entry[2] for entry in observation)
    signal_dim = sum(entry[2] for entry in signals)
    header = np.zeros(16, "<i4")
    header[:9] = (
        VERSION,
        spec.frame_skip,
        obs_dim,
        signal_dim,
        model.nu,
        len(observation),
        len(signals),
        len(bounds),
        len(noise),
    )
    slices = np.array([*observation, *signals, *bounds, *noise], _SLICE)
    return Program(header.tobytes() + slices.tobytes(), obs_dim, signal_dim, model.nu)
