"""The same work natively: `mujoco.rollout`, and websim's own engine in threads."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

import mujoco
import numpy as np
from mujoco import rollout
from numpy.typing import NDArray

from websim.engine.native import NativeEngine
from websim.models.mjcf import compile_native, load_model
from websim.spec import EnvSpec, Observation
from websim.tasks import get_spec

FULL = mujoco.mjtState.mjSTATE_FULLPHYSICS
#: MuJoCo's part of a state row; `ROW_SIGNATURE` of wasm_build/kernels/row.h.
ROW_SIGNATURE = (
    FULL | mujoco.mjtState.mjSTATE_WARMSTART | mujoco.mjtState.mjSTATE_MOCAP_POS | mujoco.mjtState.mjSTATE_MOCAP_QUAT
)


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


def physics_spec(task: str) -> EnvSpec:
    """The task's model and start states; it observes positions and velocities, because rollout computes no more."""
    state = (Observation("qpos"), Observation("qvel"))
    return replace(get_spec(task), observation=state, signals=(), bounds=(), reward=None, termination=None)


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

    def run(self, passes: int) -> float:
        """Each rank from the start states through all actions, `passes` times; seconds until the last was done."""
        start = time.perf_counter()
        list(self._threads.map(partial(self._run, passes), range(len(self._works))))
        return time.perf_counter() - start

    def _run(self, passes: int, rank: int) -> None:
        work = self._works[rank]
        for _ in range(passes):
            work.engine.set_rows(self._rows[rank])
            for actions in work.actions:
                work.engine.step(actions)


class MujocoRollout:
    """`mujoco.rollout` as its authors advise: a pool that stays, one MjData a thread, outputs allocated once."""

    def __init__(self, works: list[Work]):
        spec = works[0].spec
        model = compile_native(load_model(spec.model))
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

    def run(self, passes: int) -> float:
        """From the start states through all actions, `passes` times; seconds."""
        start = time.perf_counter()
        for _ in range(passes):
            self._run()
        return time.perf_counter() - start

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
        for row in work.engine.get_rows()[:, work.engine.program.layout.state]:
            mujoco.mj_setState(model, data, row, ROW_SIGNATURE)
            mujoco.mj_getState(model, data, state, FULL)
            states.append(state.copy())
            warm_starts.append(data.qacc_warmstart.copy())
    return np.array(states), np.array(warm_starts)
