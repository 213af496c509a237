"""The engine against Gymnasium's own environments, step by step from identical states."""

import gymnasium as gym
import mujoco
import numpy as np
import pytest

import websim
from websim.tasks import TASKS

COMPARED, STEPS = 2000, 50


@pytest.fixture(params=sorted(TASKS))
def pair(request):
    theirs = gym.make(request.param).unwrapped
    ours = websim.make_vec(request.param, num_envs=1, seed=0)
    yield theirs, ours
    ours.close()
    theirs.close()


def set_both(theirs, ours, rng):
    """The same random state near the start in both; the observations must agree at once."""
    qpos = theirs.init_qpos + rng.uniform(-0.15, 0.15, theirs.model.nq)
    qvel = theirs.init_qvel + rng.normal(0, 0.5, theirs.model.nv)
    mujoco.mj_resetData(theirs.model, theirs.data)
    theirs.set_state(qpos, qvel)
    np.testing.assert_allclose(ours.set_state(qpos[None], qvel[None])[0], theirs._get_obs(), rtol=1e-6, atol=1e-7)


def test_observations_rewards_flags_and_info_equal_gymnasiums(pair):
    theirs, ours = pair
    rng = np.random.default_rng(0)
    low, high = ours.single_action_space.low, ours.single_action_space.high
    compared = 0
    while compared < COMPARED:
        set_both(theirs, ours, rng)
        for _ in range(STEPS):
            action = rng.uniform(1.2 * low, 1.2 * high).astype(np.float32)
            obs, reward, terminated, _, info = theirs.step(action)
            our_obs, our_reward, our_terminated, our_truncated, our_info = ours.step(action[None])
            assert bool(our_terminated[0]) == terminated
            assert not our_truncated[0]
            if terminated:
                our_obs, our_info = our_info["final_obs"], our_info["final_info"]
            np.testing.assert_allclose(our_obs[0], obs, rtol=1e-6, atol=1e-6)
            assert our_reward[0] == pytest.approx(reward, rel=1e-6, abs=1e-6)
            for name, value in info.items():
                assert our_info[name][0] == pytest.approx(value, rel=1e-6, abs=1e-6), name
                assert our_info[f"_{name}"][0]
            compared += 1
            if terminated:
                break


def test_spaces_and_time_limit_equal_gymnasiums(pair):
    theirs, ours = pair
    assert ours.single_observation_space.shape == theirs.observation_space.shape
    np.testing.assert_array_equal(ours.single_action_space.low, theirs.action_space.low)
    np.testing.assert_array_equal(ours.single_action_space.high, theirs.action_space.high)
    assert ours.task.max_episode_steps == gym.spec(ours.task.name).max_episode_steps


def test_start_states_have_gymnasiums_distribution(pair):
    theirs, ours = pair
    name = ours.task.name
    envs = websim.make_vec(name, num_envs=4000, seed=5)
    envs.reset()
    qpos, qvel = envs.get_state()
    reference = []
    for seed in range(400):
        theirs.reset(seed=seed)
        reference.append(np.concatenate([theirs.data.qpos, theirs.data.qvel]))
    reference = np.array(reference)
    states = np.hstack([qpos, qvel])
    scale = reference.std(0)
    # Standard errors: of the mean 1/20 of the deviation, of the deviation about 1/28 of it.
    np.testing.assert_array_less(np.abs(states.mean(0) - reference.mean(0)), 0.25 * scale)
    np.testing.assert_allclose(states.std(0), scale, rtol=0.2)
    envs.close()
