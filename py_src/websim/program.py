"""Compiles an `EnvSpec` for a loaded model into the byte program that the physics kernel executes.

The layout is that of `wasm_build/kernels/program.h`, and of a row that of `row.h`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from websim.draw_tables import PERIODS, DrawTables
from websim.engine.model import ModelInfo
from websim.errors import ModelError
from websim.resolve import Resolver
from websim.sources import SOURCES
from websim.spec import EnvSpec, Observation

VERSION = 2

_SLICE = np.dtype(
    [(name, "<i4") for name in ("source", "start", "count", "mode", "minus", "frame", "memory", "reduce")]
    + [(name, "<f8") for name in ("low", "high", "extra", "reserved")]
)
_PLACEMENT = np.dtype(
    [(name, "<i4") for name in ("source", "start", "count", "reserved")]
    + [(name, "<f8", 3) for name in ("low", "high", "center")]
    + [("distance", "<f8", 2)]
)
_DRAW = np.dtype(
    [(name, "<i4") for name in ("first", "count", "distribution", "per_env", "choices", "n_choices")]
    + [("low", "<f8"), ("high", "<f8")]
)
_WRITE = np.dtype(
    [(name, "<i4") for name in ("field", "start", "count", "stride", "operation", "draw", "draw_stride", "nominal")]
)
_PUSH = np.dtype(
    [(name, "<i4") for name in ("body", "every", "duration", "reserved")] + [("low", "<f8"), ("high", "<f8")]
)
_COMMAND = np.dtype([("every", "<i4"), ("reserved", "<i4"), ("low", "<f8"), ("high", "<f8")])
_CONTROL = np.dtype([(name, "<f8") for name in ("offset", "scale", "low", "high")])
_HEADER = np.dtype(
    [(name, "<i4") for name in ("version", "frame_skip", "obs_dim", "signal_dim", "action_dim")]
    + [(f"n_{table}", "<i4") for table in ("obs", "signals", "bounds", "noise", "placements")]
    + [(f"n_{table}", "<i4") for table in ("draws", "writes", "pushes", "commands", "controls")]
    + [(name, "<i4") for name in ("memory_dim", "draw_dim", "keeps_action", "max_delay", "delay_draw")]
    + [(name, "<i4") for name in ("keyframe", "needs_rne", "terminates", "changes_mass")]
    + [("reserved", "<i4", 8)]
)

_FUNCTIONS = ("identity", "sin", "cos")
_REDUCTIONS = ("", "norm", "sum_squares")
_OFFSETS = ("range", "keyframe")

#: Columns of a row's identity, after MuJoCo's state.
ID_COLUMNS = ("seed_lo", "seed_hi", "env", "episode", "step", "world", "pinned_world")


@dataclass(frozen=True)
class RowLayout:
    """Parts of a row [N]: MuJoCo's state, the identity (`ID_COLUMNS`), and what the task keeps."""

    state: slice
    identity: slice
    memory: slice
    command: slice
    draws: slice
    pinned: slice
    action: slice
    delayed: slice

    @property
    def size(self) -> int:
        """N"""
        return int(self.delayed.stop)


@dataclass(frozen=True)
class Program:
    """Bytes for the kernel, and the widths of what it writes: obs [B, obs_dim], signals [B, signal_dim].

    signal_dims: of each signal. layout: of a row. draws: columns of a row's draws by `Randomize.key`.
    """

    data: bytes
    obs_dim: int
    signal_dim: int
    action_dim: int
    signal_dims: tuple[int, ...]
    layout: RowLayout
    draws: dict[str, slice]


def compile_program(spec: EnvSpec, model: ModelInfo) -> Program:
    """Raises ModelError when the task reads or changes what the model does not have."""
    return _Compiler(spec, model).compile()


def observation_slices(spec: EnvSpec, model: ModelInfo) -> tuple[Observation, ...]:
    """What is observed: all agents' slices one after the other; by default all positions, velocities and sensors."""
    if spec.agents:
        return tuple(part for agent in spec.agents for part in agent.observation)
    if spec.observation:
        return spec.observation
    default = (Observation("qpos"), Observation("qvel"), Observation("sensordata"))
    sizes = (model.nq, model.nv, model.nsensordata)
    return tuple(part for part, size in zip(default, sizes, strict=True) if size)


class _Compiler:
    def __init__(self, spec: EnvSpec, model: ModelInfo):
        self.spec, self.model = spec, model
        self.resolve = Resolver(spec, model)
        self.memory_dim = 0

    def compile(self) -> Program:
        spec, model = self.spec, self.model
        for name, number in (("frame_skip", spec.frame_skip), ("max_episode_steps", spec.max_episode_steps)):
            if not isinstance(number, int) or number < 1:
                raise self._error(f"{name}: expected a whole number of at least 1, got {number!r}")
        if spec.variant_per not in PERIODS:
            raise self._error(f"variant_per: expected one of {', '.join(PERIODS)}, got {spec.variant_per!r}")
        if spec.discrete and spec.agents:
            raise self._error("discrete: a task with agents has no discrete actions")
        if spec.discrete and len(spec.discrete.actions[0]) != model.nu:
            raise self._error(
                f"discrete: each action has {len(spec.discrete.actions[0])} numbers, the task has {model.nu} actuators"
            )
        observations = [self._observation(o) for o in observation_slices(spec, model)]
        signals, signal_dims = self._signals()
        random = DrawTables(spec, model, self.resolve)
        tables = [
            (_SLICE, observations),
            (_SLICE, signals),
            (_SLICE, self._bounds()),
            (_SLICE, self._noise()),
            (_PLACEMENT, self._placements()),
            (_DRAW, random.draws),
            (_WRITE, random.writes),
            (_PUSH, self._pushes()),
            (_COMMAND, self._commands()),
            (_CONTROL, self._controls()),
        ]
        obs_dim, signal_dim = sum(entry[2] for entry in observations), sum(signal_dims)
        read = {SOURCES["cfrc_ext"].number, SOURCES["last_action"].number}
        read &= {entry[0] for _, table in tables[:3] for entry in table}
        keeps_action = int(SOURCES["last_action"].number in read)
        counts = [len(entries) for _, entries in tables]
        header = np.zeros((), _HEADER)
        values = (
            *(VERSION, spec.frame_skip, obs_dim, signal_dim, model.nu, *counts),
            *(self.memory_dim, random.draw_dim, keeps_action, random.max_delay, random.delay_draw, self._keyframe()),
            *(int(SOURCES["cfrc_ext"].number in read), int(spec.terminate_when_unhealthy)),
            int(any(entry.field == "body_mass" for entry in spec.randomize)),
        )
        for name, value in zip(_HEADER.names or (), values, strict=False):
            header[name] = value
        data = header.tobytes() + b"".join(np.array(entries, dtype).tobytes() for dtype, entries in tables)
        data += np.array(random.doubles, "<f8").tobytes()
        layout = self._layout(counts[8], random, keeps_action)
        return Program(data, obs_dim, signal_dim, model.nu, signal_dims, layout, random.columns)

    def _layout(self, commands: int, random: DrawTables, keeps_action: int) -> RowLayout:
        nu = self.model.nu
        sizes = (self.model.state_size, len(ID_COLUMNS), self.memory_dim, commands, random.draw_dim, random.draw_dim)
        edges = np.cumsum([0, *sizes, keeps_action * nu, random.max_delay * nu]).tolist()
        return RowLayout(*(slice(start, stop) for start, stop in pairwise(edges)))

    def _observation(self, part: Observation) -> tuple[Any, ...]:
        what = "observation"
        if part.function not in _FUNCTIONS:
            raise self._error(f"{what}: function: expected one of {', '.join(_FUNCTIONS)}, got {part.function!r}")
        if not 0 <= part.noise < math.inf:
            raise self._error(f"{what}: noise: expected a deviation of at least 0, got {part.noise}")
        start, count = self.resolve.slice(what, part, part.count)
        minus, frame = self._relation(what, part, count)
        mode = _FUNCTIONS.index(part.function)
        return (SOURCES[part.source].number, start, count, mode, minus, frame, 0, 0, part.low, part.high, part.noise, 0)

    def _signals(self) -> tuple[list[tuple[Any, ...]], tuple[int, ...]]:
        rows, dims = [], []
        for part in self.spec.signals:
            what = f"signal {part.name!r}"
            start, count = self.resolve.slice(what, part, part.count)
            minus, frame = self._relation(what, part, count)
            if part.relative and (part.source != "qpos" or count != 1):
                raise self._error(f"{what}: relative needs one number of qpos")
            if part.reduce not in _REDUCTIONS or (part.reduce and part.rate):
                raise self._error(f"{what}: reduce: expected norm or sum_squares of values, not of a rate")
            offset = self.model.qpos0[start] if part.relative else 0.0
            rows.append(
                (
                    *(SOURCES[part.source].number, start, count, int(part.rate), minus, frame),
                    *(self.memory_dim, _REDUCTIONS.index(part.reduce), part.low, part.high, offset, 0),
                )
            )
            self.memory_dim += count if part.rate else 0
            dims.append(1 if part.reduce else count)
        return rows, tuple(dims)

    def _relation(self, what: str, part: Any, count: int) -> tuple[int, int]:
        """(start of what is subtracted, body of the frame), -1 for none."""
        minus, frame = -1, -1
        if part.minus is not None:
            if part.of is None:
                raise self._error(f"{what}: minus needs `of`, the object that it is subtracted from")
            region = self.resolve.region(what, part.source, part.minus)
            if part.start + count > region.size:
                raise self._error(
                    f"{what}: minus: {part.source} of {part.minus!r} has {region.size} numbers, "
                    f"expected at least {part.start + count}"
                )
            minus = region.start + part.start
        if part.frame is not None:
            if count != 3:
                raise self._error(f"{what}: frame turns 3 numbers, got {count}")
            frame = self.resolve.object(what, "body", part.frame)
        return minus, frame

    def _bounds(self) -> list[tuple[Any, ...]]:
        rows = []
        for part in self.spec.bounds:
            start, count = self.resolve.slice("bound", part, part.count)
            mode = int(part.inclusive)
            rows.append((SOURCES[part.source].number, start, count, mode, -1, -1, 0, 0, part.low, part.high, 0, 0))
        return rows

    def _noise(self) -> list[tuple[Any, ...]]:
        rows = []
        for part in self.spec.noise:
            self._must_be_state("noise", part.source)
            if part.distribution not in ("uniform", "normal"):
                raise self._error(f"noise: expected uniform or normal, got {part.distribution!r}")
            normal = part.distribution == "normal"
            start, count = self.resolve.slice("noise", part, part.count)
            low = 0.0 if normal else -part.scale
            rows.append((SOURCES[part.source].number, start, count, int(normal), -1, -1, 0, 0, low, part.scale, 0, 0))
        return rows

    def _placements(self) -> list[tuple[Any, ...]]:
        rows = []
        for part in self.spec.placements:
            count = len(part.low)
            self._must_be_state("placement", part.source)
            if not 1 <= count <= 3 or len(part.high) != count or len(part.center) < count:
                raise self._error(
                    "placement: expected one to three numbers in low, as many in high and no fewer in center, "
                    f"got {count}, {len(part.high)} and {len(part.center)}"
                )
            if not np.isfinite((*part.low, *part.high, *part.center)).all():
                raise self._error(f"placement: expected finite numbers, got {part.low}, {part.high}, {part.center}")
            start, _ = self.resolve.slice("placement", part, count)
            low, high, center = (tuple([*numbers[:3], 0.0, 0.0][:3]) for numbers in (part.low, part.high, part.center))
            self._must_reach(part.low, part.high, part.center, part.distance)
            rows.append((SOURCES[part.source].number, start, count, 0, low, high, center, part.distance))
        return rows

    def _must_reach(self, low: Any, high: Any, center: Any, distance: tuple[float, float]) -> None:
        """Refuse a box of which less than a hundredth is within the distance: the kernel would draw for ever."""
        points = np.random.default_rng(0).uniform(low, high, (2000, len(low)))
        reached = np.linalg.norm(points - np.array(center[: len(low)]), axis=1)
        if np.mean((distance[0] < reached) & (reached < distance[1])) < 0.01:
            raise self._error(
                f"placement: expected a box that reaches into the distance {distance} of {center}, got {low} to {high}"
            )

    def _must_be_state(self, what: str, source: str) -> None:
        settable = ("qpos", "qvel", "act", "mocap_pos", "mocap_quat")
        if source not in settable:
            raise self._error(f"{what}: sets {source!r}, expected one of {', '.join(settable)}")

    def _pushes(self) -> list[tuple[Any, ...]]:
        rows = []
        for push in self.spec.pushes:
            what = f"push {push.body!r}"
            if not 1 <= push.duration <= push.every:
                raise self._error(
                    f"{what}: expected 1 <= duration <= every, in control steps, got {push.duration} and {push.every}"
                )
            if not 0 <= push.low <= push.high < math.inf:
                raise self._error(f"{what}: expected 0 <= low <= high, in newtons, got {push.low} and {push.high}")
            body = self.resolve.object("push", "body", push.body)
            rows.append((body, push.every, push.duration, 0, push.low, push.high))
        return rows

    def _commands(self) -> list[tuple[Any, ...]]:
        rows = []
        for command in self.spec.commands:
            what = f"command {command.name!r}"
            least, most = len(command.low), len(command.high)
            if least != most or not least:
                raise self._error(f"{what}: expected as many numbers in low as in high, got {least} and {most}")
            if not np.isfinite((*command.low, *command.high)).all():
                raise self._error(f"{what}: expected finite numbers, got {command.low} and {command.high}")
            if command.every < 0:
                raise self._error(f"{what}: every: expected at least 0 control steps, got {command.every}")
            rows += [(command.every, 0, low, high) for low, high in zip(command.low, command.high, strict=True)]
        return rows

    def _controls(self) -> list[tuple[Any, ...]]:
        control, model = self.spec.control, self.model
        if control is None:
            return []
        low, high = np.array(model.ctrlrange, float).reshape(-1, 2).T
        limited = np.isfinite(low) & np.isfinite(high)
        with np.errstate(invalid="ignore"):
            middle, half = np.where(limited, (low + high) / 2, 0.0), np.where(limited, (high - low) / 2, 1.0)
        if control.offset not in _OFFSETS:
            raise self._error(f"control: offset: expected one of {', '.join(_OFFSETS)}, got {control.offset!r}")
        if control.offset == "keyframe":
            if self._keyframe() < 0:
                raise self._error("control: offset is that of the keyframe, but the task has none")
            middle = np.array(model.key_ctrl[self._keyframe()])
        scale = half if control.scale is None else np.asarray(control.scale, float)
        if scale.shape not in ((), (model.nu,)):
            raise self._error(f"control: scale: expected one number or {model.nu}, got {scale.size}")
        return list(zip(middle, np.broadcast_to(scale, (model.nu,)), low, high, strict=True))

    def _keyframe(self) -> int:
        keyframe = self.spec.keyframe
        return -1 if keyframe is None else self.resolve.object("keyframe", "key", keyframe)

    def _error(self, message: str) -> ModelError:
        return ModelError(f"{self.spec.name}: {message}")
