"""Recorded episodes are those that `evaluate` measures, step by step, and Minari reads them."""

import dataclasses
import io
import json

import gymnasium
import minari
import numpy as np
import pytest
from policies import random_policy

import websim
from websim.batch_env import BatchEnv
from websim.errors import ConfigError
from websim.evaluate import evaluate
from websim.exchange.minari_dataset import write_minari
from websim.exchange.trajectories import record
from websim.spec import Discrete
from websim.tasks import get_spec, register


@pytest.fixture(scope="module")
def policy():
    return random_policy("Hopper-v5")


def test_episodes_are_those_that_are_evaluated(policy):
    trajectories = record(policy, episodes=7, seed=3)
    returns, lengths = evaluate(policy, episodes=7, seed=3)
    assert [len(episode.rewards) for episode in trajectories.episodes] == lengths.tolist()
    np.testing.assert_allclose([episode.rewards.sum() for episode in trajectories.episodes], returns)
    assert len(set(returns.tolist())) == 7, "episodes differ"


def test_each_step_follows_from_the_one_before(policy):
    """A recorded state and action give the next observation and state, in an environment of their own."""
    episode = record(policy, episodes=3, seed=1).episodes[2]
    steps = len(episode.rewards)
    assert episode.observations.shape == (steps + 1, 11)
    assert (episode.qpos.shape, episode.qvel.shape) == ((steps + 1, 6), (steps + 1, 6))
    np.testing.assert_array_equal(episode.actions, policy.predict(episode.observations[:-1]))
    assert episode.terminations.tolist() == [False] * (steps - 1) + [True]
    assert not episode.truncations.any()
    env = BatchEnv(get_spec("Hopper-v5"), steps)
    env.set_state(episode.qpos[:-1], episode.qvel[:-1])
    step = env.step(episode.actions)
    np.testing.assert_allclose(env.obs, episode.observations[1:], atol=1e-5)
    np.testing.assert_allclose(step.reward, episode.rewards, atol=1e-6)
    env.close()


def test_an_episode_may_be_truncated():
    trajectories = record(random_policy("Reacher-v5"), episodes=2)
    for episode in trajectories.episodes:
        assert episode.truncations.tolist() == [False] * 49 + [True]
        assert not episode.terminations.any()


def test_samples_come_from_the_seed(policy):
    first, again, other = (record(policy, episodes=2, seed=seed, deterministic=False) for seed in (5, 5, 6))
    np.testing.assert_array_equal(first.episodes[0].actions, again.episodes[0].actions)
    assert first.episodes[0].actions[0].tolist() != other.episodes[0].actions[0].tolist()
    means = policy.predict(first.episodes[0].observations[:-1])
    assert np.abs(first.episodes[0].actions - means).mean() > 0.1


def test_the_archive_has_all_episodes_one_after_another(policy):
    trajectories = record(policy, episodes=4, seed=2)
    arrays = np.load(io.BytesIO(trajectories.to_npz()), allow_pickle=False)
    lengths = arrays["lengths"]
    assert json.loads(str(arrays["metadata"])) == {
        "task": "Hopper-v5",
        "task_options": {},
        "seed": 2,
        "deterministic": True,
    }
    steps = np.split(np.arange(lengths.sum()), np.cumsum(lengths)[:-1])
    states = np.split(np.arange((lengths + 1).sum()), np.cumsum(lengths + 1)[:-1])
    for i, episode in enumerate(trajectories.episodes):
        for name, array in dataclasses.asdict(episode).items():
            rows = states[i] if name in ("observations", "qpos", "qvel") else steps[i]
            np.testing.assert_array_equal(arrays[name][rows], array)


@pytest.mark.parametrize(
    ("task", "options", "message"),
    [
        ("Hopper-v5", {"episodes": 0}, "episodes: expected a whole number from 1 to 10000, got 0"),
        ("Hopper-v5", {"seed": -1}, "seed: expected a whole number of at least 0, got -1"),
        ("Swarm", {}, "Swarm: has several agents"),
        ("Ant-v5", {}, "the task has 105 observations and 8 controls, the policy 11 and 3"),
    ],
)
def test_what_cannot_be_recorded_is_told(policy, task, options, message):
    other = dataclasses.replace(policy, spec=get_spec(task))
    with pytest.raises(ConfigError, match=message):
        record(other, **options)


@pytest.fixture
def datasets(tmp_path, monkeypatch):
    monkeypatch.setenv("MINARI_DATASETS_PATH", str(tmp_path))
    return tmp_path


def test_minari_reads_the_data_set(policy, datasets):
    trajectories = record(policy, episodes=5, seed=4)
    folder = write_minari(trajectories, "hopper/websim-v0", author="Ada", description="Falls over.")
    assert folder == datasets / "hopper/websim-v0"
    dataset = minari.load_dataset("hopper/websim-v0")
    assert dataset.total_episodes == 5
    assert dataset.total_steps == sum(len(episode.rewards) for episode in trajectories.episodes)
    assert dataset.observation_space == gymnasium.spaces.Box(-np.inf, np.inf, (11,), np.float32)
    assert dataset.action_space == gymnasium.spaces.Box(-1, 1, (3,), np.float32)
    assert dataset.storage.metadata["author"] in ("Ada", ["Ada"], {"Ada"})
    assert dataset.storage.metadata["description"] == "Falls over."
    for read, episode in zip(dataset.iterate_episodes(), trajectories.episodes, strict=True):
        for name in ("observations", "actions", "rewards", "terminations", "truncations"):
            np.testing.assert_array_equal(getattr(read, name), getattr(episode, name))
        assert dataset.observation_space.contains(read.observations[0])
        assert dataset.action_space.contains(read.actions[0])
    with pytest.raises(ConfigError, match=r"Minari cannot write 'hopper/websim-v0': .*already exists"):
        write_minari(trajectories, "hopper/websim-v0")


def test_the_environment_of_a_data_set_is_gymnasiums_with_its_options(datasets):
    run = websim.train(
        "Hopper-v5", total_steps=256, num_envs=4, num_steps=32, env_options={"ctrl_cost_weight": 0.25}, seed=1
    )
    write_minari(record(run.policy, episodes=1), "hopper/options-v0")
    env = minari.load_dataset("hopper/options-v0").recover_environment()
    assert env.spec.id == "Hopper-v5"
    assert env.unwrapped._ctrl_cost_weight == 0.25
    env.close()
    assert gymnasium.spec("Hopper-v5").kwargs == {}, "Gymnasium's own registry is left alone"


def test_discrete_actions_are_recorded_as_numbers(datasets):
    policy = random_policy(choices=4)
    register("HopperChoice", lambda: dataclasses.replace(get_spec("Hopper-v5"), discrete=policy.spec.discrete))
    policy = dataclasses.replace(policy, spec=get_spec("HopperChoice"))
    assert isinstance(policy.spec.discrete, Discrete)
    trajectories = record(policy, episodes=3)
    write_minari(trajectories, "hopper/choice-v0")
    dataset = minari.load_dataset("hopper/choice-v0")
    assert dataset.action_space == gymnasium.spaces.Discrete(4)
    assert dataset.env_spec is None
    np.testing.assert_array_equal(dataset[0].actions, trajectories.episodes[0].actions)
    assert dataset[0].actions.dtype == np.int64
