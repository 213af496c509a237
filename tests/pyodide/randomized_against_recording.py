"""Runs in Pyodide: a task with every kind of randomisation against native steps; its environments taken in hand."""

from pathlib import Path

import numpy as np
import pytest

from websim.batch_env import BatchEnv
from websim.engine.browser import BrowserEngine
from websim.snapshot import Snapshot
from websim.spec import EnvSpec

DATA = Path("/host/data")
# Normal draws are float32 of short polynomials: their last digit may differ.
TOLERANCE = {"rtol": 1e-6, "atol": 1e-7}


@pytest.fixture
def recording():
    return dict(np.load(DATA / "recording.npz"))


@pytest.fixture
def env(recording):
    env = BatchEnv(EnvSpec.from_json((DATA / "spec.json").read_text()), recording["rows"].shape[1], seed=9, first_env=3)
    assert isinstance(env.engine, BrowserEngine)
    yield env
    env.close()


def drive(env, actions):
    """All that the steps [T, B, A] and the resets after them give."""
    seen = []
    for action in actions:
        step = env.step(np.ascontiguousarray(action))
        seen += [step.ended.copy(), env.obs.copy(), env.signals["speed"].copy(), env.engine.get_rows()]
        if step.any_ended:
            env.reset_ended(step.ended)
            seen += [env.obs.copy(), env.engine.get_rows()]
    return [*seen, *env.orchestrator.statistics()]


def assert_same(first, second):
    assert len(first) == len(second)
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a, b)


def test_the_program_is_the_same(env, recording):
    assert env.engine.program.data == recording["program"].tobytes()


def test_episodes_start_the_same(env, recording):
    for rows, obs in zip(recording["start_rows"], recording["start_obs"], strict=True):
        env.reset()
        np.testing.assert_allclose(env.engine.get_rows(), rows, **TOLERANCE)
        np.testing.assert_allclose(env.obs, obs, **TOLERANCE)


def test_steps_are_the_same(env, recording):
    for t, action in enumerate(recording["actions"]):
        env.engine.set_rows(recording["rows"][t])
        env.step(action)
        np.testing.assert_allclose(env.engine.get_rows(), recording["next_rows"][t], rtol=1e-6, atol=1e-6)
        np.testing.assert_allclose(env.obs, recording["obs"][t], rtol=1e-6, atol=1e-6)
        np.testing.assert_array_equal(env.engine.flags, recording["flags"][t])


def test_what_follows_a_snapshot_is_repeated_bit_for_bit(env, recording):
    drive(env, recording["actions"][:20])
    hands = env.orchestrator
    hands.set_action(1, [0.5, -0.5])
    hands.set_variant(2, 3)
    hands.set_randomization(0, {"body_mass": 1.5})
    data = hands.snapshot().to_bytes()
    first = drive(env, recording["actions"])
    hands.set_action(1, None)
    hands.set_variant(2, None)
    env.reset()
    hands.restore(Snapshot.from_bytes(data))
    assert_same(drive(env, recording["actions"]), first)


def test_a_reset_of_some_after_a_snapshot_leaves_the_others_observations(env, recording):
    hands = env.orchestrator
    drive(env, recording["actions"][:5])
    snapshot, obs, signals = hands.snapshot(), env.obs.copy(), env.signals["speed"].copy()
    drive(env, recording["actions"][5:10])
    hands.restore(snapshot)
    mask = np.arange(env.num_envs) == 1
    env.reset_rows(mask)
    np.testing.assert_array_equal(env.obs[~mask], obs[~mask])
    np.testing.assert_array_equal(env.signals["speed"][~mask], signals[~mask])
    assert not np.array_equal(env.obs[mask], obs[mask])


def test_a_state_and_what_is_drawn_are_set_for_one_environment(env, recording):
    hands = env.orchestrator
    drive(env, recording["actions"][:5])
    qpos, qvel = env.engine.get_state()
    for env_number in range(env.num_envs):
        assert_same(hands.get_state(env_number), (qpos[env_number], qvel[env_number]))
    qpos[2, 2] = 0.7
    hands.set_state(2, qpos[2], qvel[2])
    assert_same(env.engine.get_state(), (qpos, qvel))
    drawn = [hands.get_randomization(i) for i in range(env.num_envs)]
    hands.set_randomization(1, {"gravity": [1, 2, -5]})
    hands.set_variant(1, 2)
    env.reset()
    np.testing.assert_array_equal(hands.get_randomization(1)["gravity"], [1, 2, -5])
    assert hands.variants[1] == 2
    assert hands.get_randomization(0)["body_mass"] != drawn[0]["body_mass"]
