"""The browser's engine with every kind of randomisation against the native one, and the hands on its environments."""

import sys
from pathlib import Path

import numpy as np
from pyodide_pytest import run_in_pyodide

from websim.batch_env import BatchEnv

HERE = Path(__file__).parent
sys.path.append(str(HERE.parent / "kernels"))

from random_robot import EVERYTHING  # noqa: E402

B, STEPS = 6, 150


def record() -> dict[str, np.ndarray]:
    """start_* [10, B, ...]: after resets; rows, next_rows [T, B, N], obs, flags: before and after each random step."""
    env = BatchEnv(EVERYTHING, B, seed=9, first_env=3)
    columns: dict[str, list[np.ndarray]] = {}

    def note(**arrays: np.ndarray) -> None:
        for name, array in arrays.items():
            columns.setdefault(name, []).append(array.copy())

    for _ in range(10):
        env.reset()
        note(start_rows=env.engine.get_rows(), start_obs=env.obs)
    for actions in np.random.default_rng(0).uniform(-1, 1, (STEPS, B, 2)).astype(np.float32):
        note(rows=env.engine.get_rows(), actions=actions)
        step = env.step(actions)
        note(next_rows=env.engine.get_rows(), obs=env.obs, flags=env.engine.flags)
        if step.any_ended:
            env.reset_ended(step.ended)
    assert env.counters.finished.min() >= STEPS // 25
    return {name: np.array(arrays) for name, arrays in columns.items()} | {
        "program": np.frombuffer(env.engine.program.data, np.uint8)
    }


def test_randomised_environments_are_the_native_ones(runtime: Path, tmp_path: Path) -> None:
    np.savez(tmp_path / "recording.npz", **record())
    (tmp_path / "spec.json").write_text(EVERYTHING.to_json())
    assert run_in_pyodide(HERE / "randomized_against_recording.py", runtime, tmp_path) == 6
