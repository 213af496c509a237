"""Hands on running environments: their states, actions, worlds and what is drawn for them, one at a time or all.

The vector environment and the page drive the same object. All numbers are checked here; messages begin with the call.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from websim.errors import SnapshotError
from websim.program import ID_COLUMNS, RowLayout
from websim.snapshot import Snapshot
from websim.statistics import Statistics

if TYPE_CHECKING:
    from websim.batch_env import BatchEnv

#: Numbers of a wrench (`wasm_build/kernels/act.h`): body, whether at a point, point, force, torque.
WRENCH_DIM = 11
_WORLD, _PINNED_WORLD = ID_COLUMNS.index("world"), ID_COLUMNS.index("pinned_world")


class Orchestrator:
    """Of one `BatchEnv`. `env` is an environment's index in it, from 0 on."""

    def __init__(self, envs: BatchEnv):
        self._envs = envs

    def get_state(self, env: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Positions [nq] and velocities [nv]."""
        row, model = self._row("get_env_state", env), self._envs.model
        # A MuJoCo state begins with the time, the positions and the velocities.
        qpos, qvel, _ = np.split(row[1 : self._layout.state.stop], (model.nq, model.nq + model.nv))
        return qpos, qvel

    def set_state(self, env: int, qpos: ArrayLike, qvel: ArrayLike) -> NDArray[np.float32]:
        """Put one environment at qpos [nq] and qvel [nv]; its observation [O]. Its episode starts there."""
        call, model = "set_env_state", self._envs.model
        env = self._index(call, env)
        positions = _numbers(call, "qpos", qpos, (model.nq,))
        velocities = _numbers(call, "qvel", qvel, (model.nv,))
        return self._envs.set_state(positions[None], velocities[None], env)[env].copy()

    def set_action(self, env: int, action: ArrayLike | None) -> None:
        """Give one environment `action` [A] in each step, whatever `step` is called with; None: no longer."""
        call, envs = "set_action", self._envs
        env = self._index(call, env)
        if action is not None:
            envs.held_actions[env] = _numbers(call, "action", action, (envs.action_dim,), np.float32)
        envs.is_held[env] = action is not None
        envs.any_held = bool(envs.is_held.any())

    def set_push(
        self,
        env: int,
        body: int | str | None,
        force: ArrayLike = (0, 0, 0),
        *,
        torque: ArrayLike = (0, 0, 0),
        point: ArrayLike | None = None,
    ) -> None:
        """Push a body of one environment in each step from the next on, over resets too; body None: no longer.

        body: its name or number. force [3] N and torque [3] N m in the world's frame; point [3] m: where, in the body's
        frame; None: at its centre of mass. Snapshots do not hold it.
        """
        call, engine = "set_push", self._envs.engine
        env = self._index(call, env)
        if body is None:
            engine.push(env, None)
            return
        wrench = np.zeros(WRENCH_DIM)
        wrench[0] = self._body(call, body)
        if point is not None:
            wrench[1], wrench[2:5] = 1, _numbers(call, "point", point, (3,))
        wrench[5:8], wrench[8:] = _numbers(call, "force", force, (3,)), _numbers(call, "torque", torque, (3,))
        engine.push(env, wrench)

    def get_randomization(self, env: int) -> dict[str, float | NDArray[np.float64]]:
        """What is drawn for one environment, by `Randomize.key`: one number, or [n] where it is not shared."""
        draws = self._row("get_randomization", env)[self._layout.draws]
        columns = self._envs.engine.program.draws.items()
        return {key: float(draws[part][0]) if _count(part) == 1 else draws[part].copy() for key, part in columns}

    def set_randomization(self, env: int, values: Mapping[str, ArrayLike | None]) -> None:
        """Set what is drawn for one environment from its next step on; it stays over resets.

        values: by `Randomize.key`, a number, or [n] where the draw is not shared. None: drawn again at the next reset.
        """
        call = "set_randomization"
        row = self._row(call, env)
        draws, pinned = row[self._layout.draws], row[self._layout.pinned]
        for key, value in values.items():
            part = self._columns(call, key)
            pinned[part] = value is not None
            if value is not None:
                draws[part] = self._drawn(call, key, value, _count(part))
        self._envs.engine.set_rows(row[None], env)

    @property
    def variants(self) -> NDArray[np.int64]:
        """The variant that each environment is in [B], as an index of the task's variants; 0 when it has none."""
        return self._envs.engine.get_rows()[:, self._layout.identity][:, _WORLD].astype(np.int64)

    def set_variant(self, env: int, variant: int | None) -> None:
        """Move one environment to a variant from its next step on, its state as it is; it stays there over resets.

        None: its next reset chooses as the task says.
        """
        call, worlds = "set_variant", self._envs.engine.num_worlds
        row = self._row(call, env)
        identity = row[self._layout.identity]
        if variant is None:
            identity[_PINNED_WORLD] = 0
        else:
            identity[_WORLD] = _whole(call, "variant", variant, worlds, f"the task {self._envs.spec.name} has {worlds}")
            identity[_PINNED_WORLD] = 1 + identity[_WORLD]
        self._envs.engine.set_rows(row[None], env)

    def statistics(self) -> Statistics:
        """Of each environment: its running and its last episode, and how its episodes have ended."""
        envs, counters = self._envs, self._envs.counters
        return Statistics(
            envs.episode_return.copy(),
            envs.episode_length.copy(),
            counters.last_return.copy(),
            counters.last_length.copy(),
            counters.resets.copy(),
            envs.diverged.copy(),
            counters.finished.copy(),
            counters.successes.copy(),
            counters.success_rate(),
        )

    def snapshot(self) -> Snapshot:
        """All environments as they are now, with the numbers of their episodes, of which random numbers are made."""
        envs = self._envs
        arrays = {name: array.copy() for name, array in self._arrays().items()} | {"rows": envs.engine.get_rows()}
        return Snapshot(envs.spec.name, self._fingerprint, envs.seed, envs.first_env, arrays)

    def restore(self, snapshot: Snapshot) -> None:
        """Put all environments where `snapshot` found them. Raises SnapshotError when it is of others."""
        envs = self._envs
        ours = {"task": envs.spec.name, "fingerprint": self._fingerprint, "first_env": envs.first_env}
        for name, expected in ours.items():
            if getattr(snapshot, name) != expected:
                raise SnapshotError(f"restore: {name}: expected {expected!r}, got {getattr(snapshot, name)!r}")
        arrays = self._arrays()
        shapes = {name: (array.dtype, array.shape) for name, array in arrays.items()}
        shapes["rows"] = (np.dtype(np.float64), (envs.num_envs, self._layout.size))
        theirs = {name: (array.dtype, array.shape) for name, array in snapshot.arrays.items()}
        for name in shapes | theirs:
            if shapes.get(name) != theirs.get(name):
                raise SnapshotError(
                    f"restore: array {name!r}: expected {_shown(shapes.get(name))}, got {_shown(theirs.get(name))}"
                )
        self._check_rows(snapshot.arrays["rows"])
        for name, array in arrays.items():
            array[:] = snapshot.arrays[name]
        envs.set_lengths(envs.episode_length)
        envs.seed, envs.any_held = snapshot.seed, bool(envs.is_held.any())
        envs.engine.set_rows(snapshot.arrays["rows"])

    def _check_rows(self, rows: NDArray[np.float64]) -> None:
        """The kernel trusts rows: they are finite, and their worlds are there."""
        identity, worlds = rows[:, self._layout.identity], self._envs.engine.num_worlds
        fits = np.isfinite(rows).all() and (identity == identity.astype(np.uint32)).all()
        if not fits or (identity[:, _WORLD] >= worlds).any() or (identity[:, _PINNED_WORLD] > worlds).any():
            raise SnapshotError(f"restore: array 'rows': expected finite numbers and variants below {worlds}")

    def _arrays(self) -> dict[str, NDArray]:
        """What there is of the environments beside the engine's rows, by name; the arrays themselves."""
        envs, counters = self._envs, self._envs.counters
        return {
            "obs": envs.engine.obs,
            "signals": envs.engine.signals,
            "episodes": envs.episodes,
            "episode_length": envs.episode_length,
            "episode_return": envs.episode_return,
            "succeeded": envs.succeeded,
            "diverged": envs.diverged,
            "held_actions": envs.held_actions,
            "is_held": envs.is_held,
            **vars(counters),
        }

    @cached_property
    def _fingerprint(self) -> str:
        """Of what a row means: the compiled task, its model and its worlds."""
        engine, variants = self._envs.engine, self._envs.spec.variants
        model = json.dumps([asdict(engine.model), [repr(variant) for variant in variants]], sort_keys=True)
        return hashlib.sha256(engine.program.data + model.encode()).hexdigest()[:16]

    @property
    def _layout(self) -> RowLayout:
        return self._envs.engine.program.layout

    def _row(self, call: str, env: int) -> NDArray[np.float64]:
        """A copy of one environment's row [N]."""
        return self._envs.engine.get_rows(self._index(call, env), 1)[0]

    def _index(self, call: str, env: int) -> int:
        return _whole(call, "env", env, self._envs.num_envs, f"there are {self._envs.num_envs} environments")

    def _body(self, call: str, body: int | str) -> int:
        names = self._envs.model.names["body"]
        if isinstance(body, str):
            if body not in names[1:]:
                known = ", ".join(filter(None, names[1:]))
                raise ValueError(f"{call}: body: the model of {self._envs.spec.name} has {known}; got {body!r}")
            return names.index(body)
        return _whole(call, "body", body, len(names), "0 is the world, on which a push has no effect")

    def _columns(self, call: str, key: str) -> slice:
        draws = self._envs.engine.program.draws
        if key not in draws:
            known = ", ".join(map(repr, draws)) or "nothing: its spec has no `randomize`"
            raise ValueError(f"{call}: {key!r}: the task {self._envs.spec.name} draws {known}")
        return draws[key]

    def _drawn(self, call: str, key: str, value: ArrayLike, count: int) -> NDArray[np.float64]:
        numbers = _numbers(call, key, value, () if np.ndim(value) == 0 else (count,))
        entry = next(entry for entry in self._envs.spec.randomize if entry.key == key)
        longest = _count(self._layout.delayed) // self._envs.action_dim
        if entry.field == "action_delay" and not 0 <= numbers <= longest:
            raise ValueError(f"{call}: {key}: expected 0 to {longest} control steps, got {value!r}")
        if entry.least > numbers.min():
            raise ValueError(f"{call}: {key}: expected at least {entry.least}, got {value!r}")
        return numbers


def _whole(call: str, name: str, value: Any, count: int, reason: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or not 0 <= value < count:
        raise ValueError(f"{call}: {name}: expected a whole number from 0 to {count - 1} ({reason}), got {value!r}")
    return int(value)


def _numbers(
    call: str, name: str, value: ArrayLike, shape: tuple[int, ...], dtype: type[np.floating] = np.float64
) -> NDArray[Any]:
    try:
        with np.errstate(over="ignore"):
            array = np.array(value, dtype)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{call}: {name}: expected numbers, got {value!r}") from error
    if array.shape != shape:
        raise ValueError(f"{call}: {name}: expected shape {shape}, got {array.shape}")
    if not np.isfinite(array).all():
        raise ValueError(f"{call}: {name} holds NaN or infinity")
    return array


def _count(part: slice) -> int:
    return int(part.stop - part.start)


def _shown(kind: tuple[np.dtype, tuple[int, ...]] | None) -> str:
    return "none" if kind is None else f"{kind[0]} {kind[1]}"
