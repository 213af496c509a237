"""The browser's engine (Python, ranks/host.ts, physics.wasm) against the native one, each step from equal states."""

from pathlib import Path

import numpy as np
from pyodide_pytest import run_in_pyodide

from robot_files import BUNDLED_TASKS
from websim.engine.native import NativeEngine
from websim.tasks import get_spec

B, STEPS = 4, 300


def record(task: str) -> dict[str, np.ndarray]:
    """Random steps of B environments, with the state before each; environments that ended start again.

    rows, next_rows [T, B, N]: the state before and after; wrench [T, 11]: what acts on environment 1;
    set_*: of `set_state`; start_*: after `reset`.
    """
    engine = NativeEngine(get_spec(task), B)
    rng = np.random.default_rng(0)
    low, high = np.array(engine.model.ctrlrange, np.float32).T
    columns: dict[str, list[np.ndarray]] = {}

    def note(**arrays: np.ndarray) -> None:
        for name, array in arrays.items():
            columns.setdefault(name, []).append(array.copy())

    def reset(mask: np.ndarray, episode: int) -> None:
        engine.reset(mask, np.full(B, episode, np.uint32), 2**40 + 7, 1000)

    for episode in range(20):
        reset(np.ones(B, np.uint8), episode)
        note(start_obs=engine.obs, start_signals=engine.signals)
    for step in range(STEPS):
        actions = rng.uniform(1.2 * low, 1.2 * high, (B, len(low))).astype(np.float32)
        # A force and a torque at a point of one body after the other; gentle, for a hard impact magnifies last digits.
        wrench = np.array([1 + step % (engine.model.nbody - 1), 1, *rng.uniform(-0.1, 0.1, 9)])
        engine.push(1, wrench)
        note(rows=engine.get_rows(), actions=actions, wrench=wrench)
        engine.step(actions)
        note(obs=engine.obs, signals=engine.signals, flags=engine.flags, next_rows=engine.get_rows())
        qpos, qvel = engine.get_state()
        if step % 20 == 0:
            rows = engine.get_rows()
            engine.set_state(qpos, qvel)
            note(set_rows=rows, set_qpos=qpos, set_qvel=qvel, set_obs=engine.obs, set_signals=engine.signals)
            engine.set_rows(rows)
        reset((engine.flags != 0).astype(np.uint8), 100 + step)
    return {name: np.array(arrays) for name, arrays in columns.items()} | {
        "program": np.frombuffer(engine.program.data, np.uint8)
    }


def test_the_browsers_engine_steps_like_the_native_one(runtime: Path, tmp_path: Path) -> None:
    for task in BUNDLED_TASKS:
        recording = record(task)
        assert np.prod(recording["actions"].shape[:2]) >= 1000
        assert recording["flags"].any() == bool(get_spec(task).bounds), "some episodes end, where the task has an end"
        np.savez(tmp_path / f"{task}.npz", **recording)
    passed = run_in_pyodide(Path(__file__).parent / "engine_against_recording.py", runtime, tmp_path)
    assert passed == 5 * len(BUNDLED_TASKS)
