"""Runs in Pyodide: the browser's engine against steps that the native one has recorded, each from the same state."""

from pathlib import Path

import numpy as np
import pytest

from websim.engine import open_engine
from websim.engine.browser import BrowserEngine
from websim.tasks import get_spec

# Observations are float32: a last digit of libm's moves one by up to 1.2e-7 of itself.
TOLERANCE = {"rtol": 1e-6, "atol": 1e-9}


@pytest.fixture(params=sorted(path.stem for path in Path("/host/data").glob("*.npz")))
def recorded(request):
    """The task's engine, and arrays by name: [T, B, ...], those of `test_engine_in_pyodide.record`."""
    recording = dict(np.load(Path("/host/data") / f"{request.param}.npz"))
    engine = open_engine(get_spec(request.param), recording["actions"].shape[1])
    assert isinstance(engine, BrowserEngine)
    yield engine, recording
    engine.close()


def test_the_model_is_the_same(recorded):
    engine, recording = recorded
    assert engine.program.data == recording["program"].tobytes()
    assert engine.program.layout.size == recording["rows"].shape[2]


def test_every_step_is_the_same(recorded):
    engine, recording = recorded
    for t in range(len(recording["actions"])):
        engine.set_rows(recording["rows"][t])
        engine.push(1, recording["wrench"][t])
        engine.step(recording["actions"][t])
        np.testing.assert_allclose(engine.obs, recording["obs"][t], **TOLERANCE)
        np.testing.assert_allclose(engine.signals, recording["signals"][t], **TOLERANCE)
        np.testing.assert_array_equal(engine.flags, recording["flags"][t])
        # Measured: 7e-13 of itself, in accelerations of hundreds.
        np.testing.assert_allclose(engine.get_rows(), recording["next_rows"][t], rtol=1e-10, atol=1e-9)


def test_a_state_that_is_set_is_seen_the_same(recorded):
    engine, recording = recorded
    names = ("rows", "qpos", "qvel", "obs", "signals")
    for rows, qpos, qvel, obs, signals in zip(*(recording[f"set_{name}"] for name in names), strict=True):
        # Mocap bodies stay where the row has them.
        engine.set_rows(rows)
        engine.set_state(qpos, qvel)
        np.testing.assert_allclose(engine.obs, obs, **TOLERANCE)
        np.testing.assert_allclose(engine.signals, signals, **TOLERANCE)
        np.testing.assert_array_equal(engine.get_state()[0], qpos)
        np.testing.assert_array_equal(engine.get_state()[1], qvel)


def test_every_episode_starts_the_same(recorded):
    engine, recording = recorded
    mask = np.ones(engine.num_envs, np.uint8)
    starts = zip(recording["start_obs"], recording["start_signals"], strict=True)
    for episode, (obs, signals) in enumerate(starts):
        engine.reset(mask, np.full(engine.num_envs, episode, np.uint32), 2**40 + 7, 1000)
        np.testing.assert_allclose(engine.obs, obs, **TOLERANCE)
        np.testing.assert_allclose(engine.signals, signals, **TOLERANCE)


def test_one_environments_row_and_state_are_set_alone(recorded):
    engine, recording = recorded
    rows = recording["rows"][0].copy()
    engine.set_rows(rows)
    rows[2] = recording["rows"][7, 0]
    engine.set_rows(rows[2:3], first=2)
    np.testing.assert_array_equal(engine.get_rows(), rows)
    np.testing.assert_array_equal(engine.get_rows(1, 2), rows[1:3])
    obs, qpos = engine.obs.copy(), engine.get_state()[0]
    engine.set_state(recording["set_qpos"][3, 1:2], recording["set_qvel"][3, 1:2], first=1)
    obs[1], qpos[1] = recording["set_obs"][3, 1], recording["set_qpos"][3, 1]
    np.testing.assert_allclose(engine.obs, obs, **TOLERANCE)
    np.testing.assert_array_equal(engine.get_state()[0], qpos)
