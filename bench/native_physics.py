"""The same work natively: `mujoco.rollout`, and websim's own engine in threads."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import mujoco
import numpy as np
from mujoco import rollout
from numpy.typing import NDArray

from websim.engine.native import NativeEngine
from websim.mjcf import load_model
from websim.spec import EnvSpec

FULL, WARM_START = mujoco.mjtState.mjSTATE_FULLPHYSICS, mujoco.mjtState.mjSTATE_WARMSTART


@dataclass(frozen=True)
class Work:
    """Start states and actions of one rank's B environments, and the engine that they were drawn with.

    qpos [B, nq], qvel [B, nv] float64; actions [T, B, A] float32, each held for `frame_skip` physics steps.
    """

    spec: EnvSpec
    engine: NativeEngine
    qpos: NDArray[np.float64]
    qvel: NDArray[np.float64]
    actions: NDArray[np.float32]


def draw_work(spec: EnvSpec, num_envs: int, control_steps: int, rank: int) -> Work:
    """States as at reset, actions uniform in the controls' range."""
    engine = NativeEngine(spec, num_envs)
    everyone = np.ones(num_envs, np.uint8)
    engine.reset(everyone, np.zeros(num_envs, np.uint32), seed=0, first_env=rank * num_envs)
    qpos, qvel = engine.get_state()
    low, high = np.array(engine.model.ctrlrange).T
    shape = (control_steps, num_envs, engine.model.nu)
    actions = np.random.default_rng(rank).uniform(low, high, shape).astype(np.float32)
    return Work(spec, engine, qpos, qvel, actions)


def first_observations(work: Work) -> NDArray[np.float32]:
    """Observations [B, O] after the first control step, by our engine."""
    work.engine.set_state(work.qpos, work.qvel)
    work.engine.step(work.actions[0])
    return work.engine.obs.copy()


class EngineThreads:
    """Our engine, one thread a rank."""

    def __init__(self, works: list[Work]):
        self._works = works
        self._threads = ThreadPoolExecutor(len(works))
        self._rows = []
        for work in works:
            work.engine.set_state(work.qpos, work.qvel)
            self._rows.append(work.engine.get_rows())

    def steps_per_second(self, seconds: float) -> float:
        start = time.perf_counter()
        taken = sum(self._threads.map(lambda rank: self._run(rank, start + seconds), range(len(self._works))))
        return taken / (time.perf_counter() - start)

    def _run(self, rank: int, end: float) -> int:
        """Physics steps until `end`, from the start states and again from them after every T control steps."""
        work, taken = self._works[rank], 0
        while time.perf_counter() < end:
            t = taken % len(work.actions)
            if t == 0:
                work.engine.set_rows(self._rows[rank])
            work.engine.step(work.actions[t])
            taken += 1
        return taken * work.engine.num_envs * work.spec.frame_skip


class MujocoRollout:
    """`mujoco.rollout` as its authors advise: a pool that stays, one MjData a thread, outputs allocated once."""

    def __init__(self, works: list[Work]):
        spec = works[0].spec
        model = mujoco.MjModel.from_xml_string(load_model(spec.model).xml)
        threads = len(works)
        self._data = [mujoco.MjData(model) for _ in range(threads)]
        # With one thread there is no pool: the calling thread steps.
        self._rollout = rollout.Rollout(nthread=threads if threads > 1 else 0)
        self._state, self._warm_start = _start_states(model, works)
        actions = np.concatenate([work.actions.swapaxes(0, 1) for work in works])
        self._control = np.repeat(actions.astype(np.float64), spec.frame_skip, axis=1)
        batch, self._nstep, _ = self._control.shape
        self._models = [model] * batch
        self._states_out = np.zeros((batch, self._nstep, self._state.shape[1]))
        self._sensors_out = np.zeros((batch, self._nstep, model.nsensordata))
        self._frame_skip, self._nq = spec.frame_skip, model.nq

    def steps_per_second(self, seconds: float) -> float:
        start, taken = time.perf_counter(), 0
        while time.perf_counter() - start < seconds:
            self._run()
            taken += len(self._models) * self._nstep
        return taken / (time.perf_counter() - start)

    def first_positions(self) -> NDArray[np.float64]:
        """Positions [ranks * B, nq] after the first control step."""
        self._run()
        # A full state begins with the time.
        return self._states_out[:, self._frame_skip - 1, 1 : 1 + self._nq]

    def _run(self) -> None:
        self._rollout.rollout(
            self._models,
            self._data,
            self._state,
            self._control,
            skip_checks=True,
            nstep=self._nstep,
            initial_warmstart=self._warm_start,
            state=self._states_out,
            sensordata=self._sensors_out,
        )


def _start_states(model: mujoco.MjModel, works: list[Work]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Full physics states and warm starts, as our engine begins."""
    data = mujoco.MjData(model)
    state = np.zeros(mujoco.mj_stateSize(model, FULL))
    states, warm_starts = [], []
    for work in works:
        work.engine.set_state(work.qpos, work.qvel)
        for row in work.engine.get_rows():
            mujoco.mj_setState(model, data, row, FULL | WARM_START)
            mujoco.mj_getState(model, data, state, FULL)
            states.append(state.copy())
            warm_starts.append(data.qacc_warmstart.copy())
    return np.array(states), np.array(warm_starts)
