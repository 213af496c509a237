"""Tasks whose actions are a choice: spaces, steps, the policy and its file, and that PPO learns one."""

from dataclasses import replace

import numpy as np
import pytest
from gymnasium import spaces

import websim
from websim import Discrete, EnvSpec
from websim.errors import ModelError
from websim.evaluate import evaluate
from websim.policy import Policy
from websim.tasks import get_spec

FORCES = (-2.0, -0.5, 0.0, 0.5, 2.0)


def pendulum() -> EnvSpec:
    """Cart and pole, pushed with one of five forces."""
    actions = Discrete(actions=tuple((force,) for force in FORCES))
    return replace(get_spec("InvertedPendulum-v5"), name="DiscretePendulum", discrete=actions)


def train(steps, **settings):
    return websim.train(pendulum(), total_steps=steps, **{"num_envs": 32, "num_steps": 32, "seed": 1} | settings)


@pytest.fixture(scope="module")
def policy():
    return train(2048).policy


def test_it_learns_to_balance():
    result = train(60_000, num_minibatches=4, eval_every=0)
    assert result.history[0]["charts/episodic_return"] < 60
    assert result.history[-1]["charts/episodic_return"] > 200
    assert 1.5 < result.history[0]["losses/entropy"] < np.log(len(FORCES))
    returns, _ = evaluate(result.policy, episodes=10)
    assert returns.mean() > 700


def test_two_ranks_equal_one():
    # Few samples and epochs: a rounding difference now and then moves a ratio across PPO's clipping edge.
    small = {"num_steps": 8, "num_minibatches": 4, "update_epochs": 3, "target_kl": 0.0, "ent_coef": 0.01}
    one, two = (train(512, ranks=ranks, **small) for ranks in (1, 2))
    start = train(256, **small).policy.network.params
    assert np.abs(one.policy.network.params - start).max() > 1e-3, "the second update moves the parameters"
    np.testing.assert_allclose(two.policy.network.params, one.policy.network.params, rtol=0, atol=2e-6)


def test_spaces_are_discrete_and_a_choice_applies_its_controls():
    discrete = websim.make_vec(pendulum(), num_envs=5, seed=3)
    plain = websim.make_vec("InvertedPendulum-v5", num_envs=5, seed=3)
    assert discrete.single_action_space == spaces.Discrete(5)
    assert discrete.action_space == spaces.MultiDiscrete([5] * 5)
    np.testing.assert_array_equal(discrete.reset()[0], plain.reset()[0])
    choices = np.array([4, 0, 1, 2, 3])
    ours, theirs = discrete.step(choices), plain.step(np.float32(FORCES)[choices][:, None])
    np.testing.assert_array_equal(ours[0], theirs[0])
    assert discrete.action_space.contains(discrete.action_space.sample())


@pytest.mark.parametrize("actions", [[0, 1, 2, 3, 5], [0, 1, 2, 3, -1], [0, 1, 2, 3], [0.0, 1.0, 2.0, 3.0, 4.0]])
def test_choices_that_are_none_are_told(actions):
    envs = websim.make_vec(pendulum(), num_envs=5)
    envs.reset()
    with pytest.raises(ValueError, match=r"step: expected \[5\] whole numbers from 0 to 4, got"):
        envs.step(np.array(actions))


def test_tables_that_do_not_fit_are_told():
    for actions in ((), ((1.0,),), ((1.0,), (1.0, 2.0))):
        with pytest.raises(ModelError, match="discrete: expected two actions or more of one length"):
            Discrete(actions=actions)
    with pytest.raises(ModelError, match="discrete: expected finite numbers"):
        Discrete(actions=((np.nan,), (1.0,)))
    wide = replace(pendulum(), discrete=Discrete(actions=((0.0, 1.0), (1.0, 0.0))))
    with pytest.raises(ModelError, match="discrete: each action has 2 numbers, the task has 1 actuators"):
        websim.make_vec(wide)
    team = replace(get_spec("Swarm"), name="DiscreteSwarm", discrete=Discrete(actions=((0.0,), (1.0,))))
    with pytest.raises(ModelError, match="discrete: a task with agents has no discrete actions"):
        websim.train(team, total_steps=64)


def test_the_policy_gives_numbers_of_choices(policy, tmp_path):
    obs = np.random.default_rng(0).normal(size=(200, 4))
    numbers = policy.predict(obs)
    assert numbers.dtype == np.int64
    assert numbers.shape == (200,)
    assert policy.predict(obs[7]) == numbers[7]
    np.testing.assert_array_equal(policy.controls(obs), np.float32(FORCES)[numbers][:, None])

    # As often as the logits say, within four deviations of so many draws.
    drawn = policy.predict(np.zeros((5000, 4)), deterministic=False, rng=np.random.default_rng(1))
    weights = np.exp(policy._outputs(np.zeros((1, 4), np.float32))[0].astype(float))
    expected = 5000 * weights / weights.sum()
    assert (np.abs(np.bincount(drawn, minlength=5) - expected) < 4 * np.sqrt(expected)).all()

    policy.save(tmp_path / "p.websim")
    loaded = websim.load_policy(tmp_path / "p.websim")
    np.testing.assert_array_equal(loaded.predict(obs), numbers)
    assert loaded.spec.discrete == pendulum().discrete


def test_a_file_of_another_table_is_told(policy):
    header = policy.header
    header["spec"]["discrete"]["actions"] = [[-1.0], [1.0]]
    with pytest.raises(ValueError, match="expected outputs for 2 discrete actions, got 5"):
        Policy.from_header(header, policy.network.params)
