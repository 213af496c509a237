"""Compiles `EnvSpec.randomize` into the program's tables of what is drawn, and where in the model it is written."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from websim.engine.model import ModelInfo
from websim.errors import ModelError
from websim.randomization import FIELDS, Randomize
from websim.resolve import Resolver
from websim.spec import EnvSpec

_DISTRIBUTIONS = ("uniform", "log_uniform", "normal", "choice")
_OPERATIONS = ("scale", "add", "set")
PERIODS = ("episode", "environment")
#: mjModel's arrays by the kernel's enum Field.
_ARRAYS = (
    "",
    "body_mass",
    "body_inertia",
    "geom_friction",
    "dof_damping",
    "dof_armature",
    "actuator_gainprm",
    "actuator_biasprm",
    "gravity",
)
#: Numbers of an actuator in gainprm and biasprm.
_ACTUATOR_PARAMETERS = 10
_MAX_DELAY = 100


class DrawTables:
    """Rows of the program's Draw and Write tables, and the table of doubles that they refer to.

    columns: of a row's draws, by `Randomize.key`; draw_dim: how many there are. delay_draw: the column of the
    action's delay, -1 for none; max_delay: in control steps.
    """

    def __init__(self, spec: EnvSpec, model: ModelInfo, resolve: Resolver):
        self.spec, self.model, self.resolve = spec, model, resolve
        self.draws: list[tuple[Any, ...]] = []
        self.writes: list[tuple[Any, ...]] = []
        self.doubles: list[float] = []
        self.columns: dict[str, slice] = {}
        self.draw_dim, self.delay_draw, self.max_delay = 0, -1, 0
        #: (array, place) of numbers that an entry before changes: the next one goes on from what it made of them.
        self.written: set[tuple[str, int]] = set()
        for entry in spec.randomize:
            self._randomize(entry)

    def _randomize(self, entry: Randomize) -> None:
        what = f"randomize {entry.key!r}"
        if entry.field not in FIELDS or entry.distribution not in _DISTRIBUTIONS or entry.operation not in _OPERATIONS:
            raise self._error(
                f"{what}: expected a field of {', '.join(FIELDS)}, a distribution of {', '.join(_DISTRIBUTIONS)} "
                f"and an operation of {', '.join(_OPERATIONS)}"
            )
        self._range(what, entry)
        if entry.per not in PERIODS:
            raise self._error(f"{what}: per: expected one of {', '.join(PERIODS)}, got {entry.per!r}")
        if entry.of is not None and not FIELDS[entry.field].object:
            raise self._error(f"{what}: {entry.field} belongs to no object, so that it has none named {entry.of!r}")
        if entry.field == "actuator_gain" and entry.operation != "scale":
            raise self._error(f"{what}: gains of servos can be scaled, got operation {entry.operation!r}")
        if entry.key in self.columns:
            raise self._error(f"{what}: is there twice; expected one entry for each field and object")
        starts = self._numbers(what, entry)
        draws = 1 if entry.shared else max(1, len(starts))
        first, draw_stride = self.draw_dim, 0 if entry.shared else 1
        logarithmic = entry.distribution == "log_uniform"
        low, high = (math.log(x) if logarithmic else x for x in (entry.low, entry.high))
        per_env = int(entry.per == "environment")
        distribution = _DISTRIBUTIONS.index(entry.distribution)
        self.draws.append((first, draws, distribution, per_env, len(self.doubles), len(entry.choices), low, high))
        self.doubles += entry.choices
        self.columns[entry.key] = slice(first, first + draws)
        self.draw_dim += draws
        if entry.field == "action_delay":
            self.delay_draw = first
            self.max_delay = self._longest_delay(what, entry)
            return
        array = FIELDS[entry.field].array
        self._write(array, starts, entry.operation, first, draw_stride)
        if entry.field == "actuator_gain":
            # A servo's bias answers to its gain: kp * (target - position) - kv * velocity.
            for parameter in (1, 2):
                bias = [start + parameter for start in starts]
                self._write("actuator_biasprm", bias, entry.operation, first, draw_stride)

    def _range(self, what: str, entry: Randomize) -> None:
        """Refuse numbers that cannot be drawn, or that no model can have."""
        low, high = entry.low, entry.high
        if entry.distribution == "choice":
            if not entry.choices:
                raise self._error(f"{what}: choice needs choices")
            low, high = min(entry.choices), max(entry.choices)
        if not np.isfinite((low, high, *entry.choices)).all():
            raise self._error(f"{what}: expected finite numbers, got {entry.choices or (low, high)}")
        if entry.distribution == "normal":
            if high < 0:
                raise self._error(f"{what}: high is normal's deviation: expected at least 0, got {high}")
            return
        if entry.distribution == "log_uniform" and not 0 < low <= high:
            raise self._error(f"{what}: log_uniform needs 0 < low <= high, got {low} and {high}")
        if low > high:
            raise self._error(f"{what}: expected low <= high, got {low} and {high}")
        if low < entry.least:
            raise self._error(f"{what}: expected numbers of at least {entry.least}, got {low}")

    def _numbers(self, what: str, entry: Randomize) -> list[int]:
        """Places in mjModel's array that change."""
        kind, model = FIELDS[entry.field], self.model
        if entry.field == "action_delay":
            if entry.component is not None:
                raise self._error(f"{what}: component: there is one number for all actuators, got {entry.component}")
            return []
        if entry.component is not None and not 0 <= entry.component < kind.width:
            raise self._error(f"{what}: component: expected 0 to {kind.width - 1}, got {entry.component}")
        components = range(kind.width) if entry.component is None else (entry.component,)
        if entry.field == "gravity":
            return list(components)
        if kind.object == "joint":
            start, count = (0, model.nv) if entry.of is None else self.resolve.region(what, "qvel", entry.of)
            objects = range(start, start + count)
        elif entry.of is None:
            objects = range(len(model.names[kind.object]))
        else:
            object_ = self.resolve.object(what, kind.object, entry.of)
            objects = range(object_, object_ + 1)
        width = _ACTUATOR_PARAMETERS if kind.object == "actuator" else kind.width
        return [width * object_ + component for object_ in objects for component in components]

    def _write(self, array: str, starts: list[int], operation: str, draw: int, draw_stride: int) -> None:
        """In runs of even stride, of numbers written first or again: the kernel's tables have no lists."""
        if not starts:
            return
        again = [(array, start) in self.written for start in starts]
        kind = np.column_stack([np.diff(starts), again[1:]])
        uneven = np.flatnonzero((kind != [kind[0, 0] if len(kind) else 0, again[0]]).any(1))
        if len(uneven):
            half = int(uneven[0]) + 1
            self._write(array, starts[:half], operation, draw, draw_stride)
            self._write(array, starts[half:], operation, draw + half * draw_stride, draw_stride)
            return
        stride = int(kind[0, 0]) if len(kind) else 1
        nominal = -1 if again[0] else len(self.doubles)
        self.writes.append(
            (
                *(_ARRAYS.index(array), starts[0], len(starts), stride),
                *(_OPERATIONS.index(operation), draw, draw_stride, nominal),
            )
        )
        if not again[0]:
            self.doubles += [self.model.nominal[array][start] for start in starts]
            self.written |= {(array, start) for start in starts}

    def _longest_delay(self, what: str, entry: Randomize) -> int:
        if entry.distribution == "normal" or entry.operation != "set":
            raise self._error(f"{what}: is drawn in control steps: operation set, uniform, log_uniform or choice")
        longest = max(entry.choices) if entry.distribution == "choice" else entry.high
        if not 0 <= longest <= _MAX_DELAY:
            raise self._error(f"{what}: expected 0 to {_MAX_DELAY} control steps, got {longest}")
        return math.ceil(longest)

    def _error(self, message: str) -> ModelError:
        return ModelError(f"{self.spec.name}: {message}")
