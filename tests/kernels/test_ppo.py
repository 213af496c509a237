"""PPO as an SPMD program: it learns, N ranks equal one, and a run is repeatable."""

import threading
import time

import numpy as np
import pytest

import websim
from websim.algorithms.ppo import PPOConfig
from websim.api import run
from websim.dist import Communicator
from websim.errors import TrainingDivergedError
from websim.evaluate import evaluate
from websim.metrics import metrics_of
from websim.session import Session

# Short rollouts: contact physics doubles a rounding difference every few steps.
SMALL = {"num_envs": 32, "num_steps": 8, "num_minibatches": 4, "update_epochs": 3, "seed": 7, "eval_every": 0}


def train_small(env="Hopper-v5", iterations=2, **settings):
    settings = {**SMALL, **settings}
    return websim.train(env, total_steps=iterations * settings["num_envs"] * settings["num_steps"], **settings)


def test_it_learns_to_balance():
    result = websim.train("InvertedPendulum-v5", total_steps=100_000, num_envs=32, num_steps=64, seed=1)
    assert result.history[0]["charts/episodic_return"] < 100
    assert result.history[-1]["charts/episodic_return"] > 500
    returns, _ = evaluate(result.policy, episodes=10)
    assert returns.mean() > 900


@pytest.mark.parametrize("env", ["InvertedPendulum-v5", "Hopper-v5", "HalfCheetah-v5"])
def test_two_ranks_equal_one(env):
    one, two = (train_small(env, ranks=ranks, target_kl=0.0) for ranks in (1, 2))
    start = train_small(env, iterations=1).policy.network.params
    assert np.abs(one.policy.network.params - start).max() > 1e-3, "the second update moves the parameters"
    np.testing.assert_allclose(two.policy.network.params, one.policy.network.params, rtol=0, atol=2e-6)
    # In deviations: observations are float32, and a mean near zero says nothing about their size.
    apart = two.policy.normalizer.mean - one.policy.normalizer.mean
    np.testing.assert_allclose(apart / np.sqrt(one.policy.normalizer.var), 0, atol=1e-6)
    np.testing.assert_allclose(two.policy.normalizer.var, one.policy.normalizer.var, rtol=1e-6, atol=1e-7)
    for a, b in zip(one.history, two.history, strict=True):
        for name in a:
            if not name.startswith(("time/", "charts/SPS")) and a[name] is not None:
                assert a[name] == pytest.approx(b[name], rel=1e-3, abs=1e-6), name


def test_advantages_are_normalised_but_the_noise_of_robots_that_all_succeed_is_not_blown_up():
    learner = Session(PPOConfig(env="Hopper-v5", num_envs=32), Communicator(), lambda: None).learner
    for scale, deviation in ((1.0, 1.0), (1e-4, 0.01)):
        learner.rewards[:] = 0
        learner.values[:] = scale * np.random.default_rng(1).normal(size=learner.values.shape)
        learner.estimate_advantages()
        advantages = learner.samples[:, :, -2]
        assert abs(advantages.mean()) < 1e-4
        assert deviation == pytest.approx(advantages.std(), rel=0.2)


@pytest.mark.parametrize("ranks", [1, 2])
def test_the_same_seed_gives_the_same_bytes(ranks):
    first, again, other = (train_small(ranks=ranks, seed=seed) for seed in (7, 7, 8))
    assert first.policy.to_bytes() == again.policy.to_bytes()
    assert first.policy.to_bytes() != other.policy.to_bytes()


@pytest.mark.parametrize("env", ["Reacher-v5", "HalfCheetah-v5", "Humanoid-v5"])
def test_every_actuator_gets_the_action_that_was_sampled(env):
    """Every one of several: all bounds are read, not the first one's over and over."""
    session = Session(PPOConfig(env=env, num_envs=64), Communicator(), lambda: None)
    learner = session.learner
    learner.act(0)
    O, A = session.env.obs_dim, session.env.action_dim
    low, high = session.env.action_bounds
    expected = np.clip((high + low) / 2 + (high - low) / 2 * learner.samples[0, :, O : O + A], low, high)
    np.testing.assert_allclose(learner.controls, expected, rtol=0, atol=1e-6)
    assert (np.ptp(learner.controls, axis=0) > 0.5 * (high - low)).all()
    session.close()


def test_actions_start_with_the_deviation_that_was_asked_for():
    session = Session(PPOConfig(env="HalfCheetah-v5", num_envs=512, init_log_std=-1.0), Communicator(), lambda: None)
    learner = session.learner
    learner.act(0)
    O, A = session.env.obs_dim, session.env.action_dim
    # The last layer starts small: the means are about 0.
    assert learner.samples[0, :, O : O + A].std(axis=0) == pytest.approx(np.full(A, np.exp(-1.0)), rel=0.15)
    session.close()


def test_every_metric_is_reported_and_finite():
    history = train_small().history
    for metrics in history:
        assert set(metrics) == {m.name for m in metrics_of("ppo")}
        for metric in metrics_of("ppo"):
            assert (metrics[metric.name] is None and metric.optional) or np.isfinite(metrics[metric.name])
    assert [m["global_step"] for m in history] == [256, 512]


@pytest.mark.parametrize("ranks", [1, 2])
def test_stop_is_answered_within_200_ms_and_keeps_what_was_learned(ranks):
    stop = threading.Event()
    config = PPOConfig(env="HalfCheetah-v5", num_envs=256, ranks=ranks, total_steps=10**9)
    asked = []

    def on_metrics(metrics):
        if metrics["iteration"] == 2:
            asked.append(time.perf_counter())
            stop.set()

    result = run(config, on_metrics=on_metrics, stop=stop)
    assert time.perf_counter() - asked[0] < 0.2
    assert result.stopped
    assert len(result.history) == 2
    assert result.policy.predict(np.zeros(17)).shape == (6,)


def test_a_failing_rank_ends_the_run_on_all():
    def on_metrics(metrics):
        raise RuntimeError("the disk is full")

    with pytest.raises(RuntimeError, match="the disk is full"):
        run(PPOConfig(env="Hopper-v5", ranks=2, **SMALL), on_metrics=on_metrics)


def test_a_diverging_learner_is_told():
    session = Session(PPOConfig(env="HalfCheetah-v5", **SMALL), Communicator(), lambda: None)
    session.iterate()
    session.learner.network.params[5] = np.nan
    with pytest.raises(
        TrainingDivergedError, match="iteration 2: the gradient is not finite; start again with a learning_rate below"
    ):
        session.iterate()
