"""`gymnasium.vector.VectorEnv` over the batch engine, with same-step autoreset."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from gymnasium import spaces
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space
from numpy.typing import ArrayLike, NDArray

from websim.batch_env import BatchEnv, Step
from websim.config import MAX_INTEGER, MAX_NUM_ENVS, whole_number
from websim.errors import ConfigError
from websim.snapshot import Snapshot
from websim.spec import EnvSpec
from websim.statistics import Statistics
from websim.tasks import get_spec


class WebsimVectorEnv(VectorEnv):
    """B environments of one task. Observations [B, O] float32, rewards [B] float64, flags [B] bool.

    An environment whose episode ends is reset in the same step: its returned observation is that of
    the new episode, `info["final_obs"]` and `info["final_info"]` hold the old one's last, as in
    `gymnasium.vector.SyncVectorEnv(..., autoreset_mode=AutoresetMode.SAME_STEP)`.
    """

    metadata: dict[str, Any] = {"autoreset_mode": AutoresetMode.SAME_STEP, "render_modes": []}  # noqa: RUF012

    def __init__(self, task: EnvSpec, num_envs: int, seed: int):
        self.task = task
        self.num_envs = num_envs
        self._env = BatchEnv(task, num_envs, seed=seed)
        low, high = self._env.action_bounds
        self.single_observation_space = spaces.Box(-np.inf, np.inf, (self._env.obs_dim,), np.float32)
        #: Controls of the discrete actions [n, A], if the task's are.
        self._table = np.array(task.discrete.actions, np.float32) if task.discrete else None
        self.single_action_space: spaces.Space = (
            spaces.Box(low, high, dtype=np.float32) if self._table is None else spaces.Discrete(len(self._table))
        )
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self._ready = False

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[NDArray[np.float32], dict[str, Any]]:
        """New episodes everywhere: observations [B, O] and info. A seed restarts all random numbers.

        options: `{"reset_mask": [B] bool}` resets only those, as gymnasium's vector environments do.
        """
        super().reset(seed=seed)
        mask = np.ones(self.num_envs, bool)
        if options and "reset_mask" in options:
            mask = np.asarray(options["reset_mask"])
            if mask.shape != (self.num_envs,) or mask.dtype != np.bool_ or not mask.any():
                raise ValueError(
                    f"reset: reset_mask: expected [{self.num_envs}] bool with at least one True, "
                    f"got {mask.dtype} {mask.shape}"
                )
        if seed is not None:
            self._env.seed = whole_number("seed", seed, 0, MAX_INTEGER)
            self._env.episodes[mask] = 0
        self._env.reset_rows(mask)
        self._ready = True
        return self._env.obs.copy(), self._reset_info(mask)

    def step(
        self, actions: ArrayLike
    ) -> tuple[NDArray[np.float32], NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_], dict[str, Any]]:
        """One control step with actions [B, A], or discrete ones [B]: observations, rewards, terminations, truncations,
        info."""
        self._check_ready("step")
        step = self._env.step(self._controls(actions))
        info = self._step_info(step)
        if step.any_ended:
            # All of the old episode is read before the rows are reset in place.
            final_obs = np.full(self.num_envs, None, object)
            for row in np.flatnonzero(step.ended):
                final_obs[row] = self._env.final_obs[row].copy()
            final_info = _masked(info, step.ended)
            self._env.reset_ended(step.ended)
            info = _merged(_masked(info, ~step.ended), self._reset_info(step.ended))
            info |= {"final_obs": final_obs, "_final_obs": step.ended.copy()}
            info |= {"final_info": final_info, "_final_info": step.ended.copy()}
        return self._env.obs.copy(), step.reward, step.terminated.copy(), step.truncated.copy(), info

    def set_state(self, qpos: ArrayLike, qvel: ArrayLike) -> NDArray[np.float32]:
        """Put all environments at qpos [B, nq] and qvel [B, nv] float64; observations [B, O] float32.

        Episode lengths start at 0. Raises ValueError on a wrong shape or a number that is not finite.
        """
        model = self._env.model
        arrays = []
        for name, value, width in (("qpos", qpos, model.nq), ("qvel", qvel, model.nv)):
            array = np.ascontiguousarray(value, np.float64)
            if array.shape != (self.num_envs, width):
                raise ValueError(f"set_state: expected {name} of shape {(self.num_envs, width)}, got {array.shape}")
            if not np.isfinite(array).all():
                raise ValueError(f"set_state: {name} holds NaN or infinity")
            arrays.append(array)
        self._ready = True
        return self._env.set_state(arrays[0], arrays[1]).copy()

    def get_state(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Positions [B, nq] and velocities [B, nv] float64 of all environments."""
        return self._env.engine.get_state()

    def get_env_state(self, env: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Positions [nq] and velocities [nv] float64 of one environment."""
        return self._env.orchestrator.get_state(env)

    def set_env_state(self, env: int, qpos: ArrayLike, qvel: ArrayLike) -> NDArray[np.float32]:
        """Put one environment at qpos [nq] and qvel [nv]; its observation [O] float32. Its episode starts there."""
        self._check_ready("set_env_state")
        return self._env.orchestrator.set_state(env, qpos, qvel)

    def set_action(self, env: int, action: ArrayLike | None) -> None:
        """Give one environment `action` [A] in each step, whatever `step` is called with; None: no longer."""
        self._env.orchestrator.set_action(env, action)

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
        self._env.orchestrator.set_push(env, body, force, torque=torque, point=point)

    def get_randomization(self, env: int) -> dict[str, float | NDArray[np.float64]]:
        """What is drawn for one environment, by `Randomize.key`: one number, or [n] where it is not shared."""
        return self._env.orchestrator.get_randomization(env)

    def set_randomization(self, env: int, values: Mapping[str, ArrayLike | None]) -> None:
        """Set what is drawn for one environment from its next step on; it stays over resets.

        values: by `Randomize.key`, a number, or [n] where the draw is not shared. None: drawn again at the next reset.
        """
        self._env.orchestrator.set_randomization(env, values)

    @property
    def variants(self) -> NDArray[np.int64]:
        """The variant that each environment is in [B], as an index of the task's variants; 0 when it has none."""
        return self._env.orchestrator.variants

    def set_variant(self, env: int, variant: int | None) -> None:
        """Move one environment to a variant from its next step on, its state as it is; it stays there over resets.

        None: its next reset chooses as the task says.
        """
        self._env.orchestrator.set_variant(env, variant)

    def snapshot(self) -> Snapshot:
        """All environments as they are now; from `restore` on they continue bit for bit as from here."""
        self._check_ready("snapshot")
        return self._env.orchestrator.snapshot()

    def restore(self, snapshot: Snapshot) -> NDArray[np.float32]:
        """Put all environments where `snapshot` found them; observations [B, O].

        Raises SnapshotError when it is one of another task or of another number of environments.
        """
        self._env.orchestrator.restore(snapshot)
        self._ready = True
        return self._env.obs.copy()

    def statistics(self) -> Statistics:
        """Of each environment: its running and its last episode, and how its episodes have ended."""
        return self._env.orchestrator.statistics()

    @property
    def divergences(self) -> int:
        """Environments that were reset because their physics diverged, since the start."""
        return self._env.divergences

    def close_extras(self, **kwargs: Any) -> None:
        self._env.close()

    def _check_ready(self, call: str) -> None:
        if not self._ready:
            raise RuntimeError(f"{call}: call reset() or set_state() first")

    def _controls(self, actions: ArrayLike) -> NDArray[np.float32]:
        """What the environments apply, [B, A]."""
        if self._table is not None:
            chosen, count = np.asarray(actions), len(self._table)
            whole = np.issubdtype(chosen.dtype, np.integer)
            if chosen.shape != (self.num_envs,) or not whole or not ((chosen >= 0) & (chosen < count)).all():
                raise ValueError(f"step: expected [{self.num_envs}] whole numbers from 0 to {count - 1}, got {chosen}")
            return self._table[chosen]
        controls = np.ascontiguousarray(actions, np.float32)
        expected = (self.num_envs, self._env.action_dim)
        if controls.shape != expected:
            raise ValueError(f"step: expected actions of shape {expected}, got {controls.shape}")
        if not np.isfinite(controls).all():
            env = int(np.argwhere(~np.isfinite(controls))[0, 0])
            raise ValueError(f"step: the action of environment {env} holds NaN or infinity")
        return controls

    def _step_info(self, step: Step) -> dict[str, Any]:
        everyone = np.ones(self.num_envs, bool)
        entries = {part.name: self._env.signals[part.name].copy() for part in self.task.signals if part.info}
        entries |= {name: term for name, term in step.terms.items() if not name.startswith("_")}
        return _with_masks(entries, everyone)

    def _reset_info(self, mask: NDArray[np.bool_]) -> dict[str, Any]:
        """Signals that have a value at the start of an episode, for rows of `mask`."""
        entries = {part.name: self._env.signals[part.name] for part in self.task.signals if part.info and not part.rate}
        return _masked(_with_masks(entries, mask), mask)


def make_vec(env: str | EnvSpec, *, num_envs: int = 1, seed: int = 0, **options: Any) -> WebsimVectorEnv:
    """A vector environment of a built-in task (`"HalfCheetah-v5"`) or of your own `EnvSpec`.

    options: those of the built-in task, which for `*-v5` are Gymnasium's: `make_vec("Ant-v5", ctrl_cost_weight=0.1)`.
    Raises ConfigError for an unknown task or option or a number out of range, ModelError for a bad model.
    """
    task = get_spec(env, **options)
    if task.agents:
        raise ConfigError(
            f"{task.name}: has {len(task.agents)} agents, which a gymnasium.vector.VectorEnv cannot tell apart; "
            "use websim.parallel_env, or websim.train"
        )
    whole_number("num_envs", num_envs, 1, MAX_NUM_ENVS)
    return WebsimVectorEnv(task, num_envs, whole_number("seed", seed, 0, MAX_INTEGER))


def _with_masks(entries: dict[str, NDArray], mask: NDArray[np.bool_]) -> dict[str, Any]:
    return entries | {f"_{name}": mask.copy() for name in entries}


def _masked(info: dict[str, Any], mask: NDArray[np.bool_]) -> dict[str, Any]:
    """`info` with rows outside `mask` zero, and their `_name` masks False."""
    out = {}
    for name, values in info.items():
        rows = mask.reshape(-1, *[1] * (values.ndim - 1))
        out[name] = values & mask if name.startswith("_") else np.where(rows, values, 0)
    return out


def _merged(info: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Two infos whose masks do not overlap, as one."""
    out = dict(info)
    for name, values in other.items():
        out[name] = out[name] | values if name.startswith("_") else out[name] + values
    return out
