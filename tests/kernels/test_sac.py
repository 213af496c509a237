"""SAC as an SPMD program: it learns, N ranks equal one, a run is repeatable and continues bit for bit."""

import threading
import time
from dataclasses import replace

import numpy as np
import pytest

import websim
from websim.algorithms.sac import SACConfig
from websim.api import run
from websim.dist import Communicator, run_ranks
from websim.errors import ConfigError, TrainingDivergedError
from websim.evaluate import evaluate
from websim.metrics import metrics_of
from websim.policy import Policy
from websim.session import Session
from websim.spec import Discrete
from websim.tasks import get_spec

# Few steps and updates: contact physics doubles a rounding difference every few steps.
SMALL = {
    "algorithm": "sac",
    "num_envs": 8,
    "num_steps": 4,
    "learning_starts": 16,
    "utd": 1.0,
    "batch_size": 100,
    "hidden": (32, 32),
    "seed": 7,
    "eval_every": 0,
}


def train_small(env="Hopper-v5", iterations=3, **settings):
    settings = {**SMALL, **settings}
    return websim.train(env, total_steps=iterations * settings["num_envs"] * settings["num_steps"], **settings)


def session_of(env="Hopper-v5", comm=None, **settings):
    return Session(SACConfig(env=env, **{**SMALL, **settings}), comm or Communicator(), lambda: None)


def comparable(metrics):
    return {name: value for name, value in metrics.items() if not name.startswith(("time/", "charts/SPS"))}


def test_it_learns_to_balance():
    settings = {"num_envs": 4, "num_steps": 16, "learning_starts": 500, "hidden": (64, 64), "batch_size": 128}
    rates = {"q_lr": 2e-3, "policy_lr": 2e-3, "policy_frequency": 1, "tau": 0.02}
    result = websim.train(
        "InvertedPendulum-v5", algorithm="sac", total_steps=6000, seed=1, eval_every=0, **settings, **rates
    )
    first = next(m for m in result.history if m["charts/episodic_return"] is not None)
    assert first["charts/episodic_return"] < 20
    returns, _ = evaluate(result.policy, episodes=10)
    assert returns.mean() > 500


@pytest.mark.parametrize("env", ["InvertedPendulum-v5", "Hopper-v5", "HalfCheetah-v5"])
def test_two_ranks_equal_one(env):
    one, two = (train_small(env, ranks=ranks) for ranks in (1, 2))
    start = session_of(env)
    moved = np.abs(one.policy.network.params - start.learner.network.params).max()
    assert one.history[-1]["charts/updates"] == 88
    assert moved > 1e-3, "the updates move the parameters"
    np.testing.assert_allclose(two.policy.network.params, one.policy.network.params, rtol=0, atol=2e-5)
    for a, b in zip(one.history, two.history, strict=True):
        for name, value in comparable(a).items():
            assert b[name] == (None if value is None else pytest.approx(value, rel=2e-3, abs=1e-5)), name


@pytest.mark.parametrize("ranks", [1, 2])
def test_the_same_seed_gives_the_same_bytes(ranks):
    first, again, other = (train_small(ranks=ranks, seed=seed) for seed in (7, 7, 8))
    assert first.policy.to_bytes() == again.policy.to_bytes()
    assert first.policy.to_bytes() != other.policy.to_bytes()


@pytest.mark.parametrize("ranks", [1, 2])
def test_a_run_continues_bit_for_bit(ranks):
    """Episodes are short, so that some are cut off, and the replay wraps: it holds ten steps of each environment."""

    def program(comm):
        straight, first, second = (session_of(comm=comm, ranks=ranks, buffer_size=80) for _ in range(3))
        for session in (straight, first, second):
            session.env.spec = replace(session.env.spec, max_episode_steps=5)
        for _ in range(3):
            straight.iterate()
            first.iterate()
        second.iterate()
        second.load_state(first.state())
        expected = [comparable(straight.iterate()) for _ in range(3)]
        assert [comparable(second.iterate()) for _ in range(3)] == expected
        one, two = straight.learner, second.learner
        np.testing.assert_array_equal(two.critics, one.critics)
        np.testing.assert_array_equal(two.targets, one.targets)
        np.testing.assert_array_equal(two.network.params, one.network.params)
        logs = one.replay.logs()
        return logs["finals"].stop, logs["transitions"].start

    assert min(run_ranks(ranks, program)) > (0, 0), "episodes were cut off and transitions forgotten"


def test_a_saved_run_goes_on_from_its_folder_as_if_it_had_not_ended(tmp_path):
    settings = {**SMALL, "ranks": 2, "autosave_seconds": 0.1}
    websim.train("HalfCheetah-v5", total_steps=96, folder=tmp_path / "run", **settings)
    resumed = websim.resume(tmp_path / "run", total_steps=192)
    straight = websim.train("HalfCheetah-v5", total_steps=192, **settings)
    assert resumed.policy.to_bytes() == straight.policy.to_bytes()
    assert list(map(comparable, resumed.history)) == list(map(comparable, straight.history))


def test_every_metric_is_reported_and_finite():
    history = train_small(eval_every=50).history
    names = {m.name for m in metrics_of("sac")}
    for metrics in history:
        assert set(metrics) == names
        for metric in metrics_of("sac"):
            assert (metrics[metric.name] is None and metric.optional) or np.isfinite(metrics[metric.name])
    learned = [name for name in names if name.startswith("losses/")]
    assert all(history[-1][name] is not None for name in learned)
    assert [m["global_step"] for m in history] == [32, 64, 96]
    assert [m["charts/updates"] for m in history] == [24, 56, 88]
    half = train_small(utd=0.3).history
    assert [m["charts/updates"] for m in half] == [7, 16, 26], "0.3 updates a step"


def test_an_iteration_ends_after_enough_updates():
    session = session_of(num_steps=100, utd=1.5)
    assert [session.iterate()["charts/updates"] for _ in range(3)] == [72, 144, 216]
    assert session.learner.global_step == 56 + 48 + 48


def test_policies_have_the_whole_range_of_actions_and_survive_their_file():
    policy = train_small("InvertedPendulum-v5").policy
    policy.network.params[-2] = 50.0
    np.testing.assert_allclose(policy.predict(np.zeros(4)), [3.0])
    policy.network.params[-2] = 0.3
    loaded = Policy.from_bytes(policy.to_bytes())
    obs = np.random.default_rng(0).normal(size=(500, 4))
    np.testing.assert_array_equal(loaded.predict(obs), policy.predict(obs))
    assert np.abs(policy.predict(obs * 100)).max() <= 3
    samples = loaded.predict(np.zeros((500, 4)), deterministic=False, rng=np.random.default_rng(0))
    assert samples.std() > 0.1
    assert np.abs(samples).max() <= 3


def test_cut_off_episodes_are_remembered_with_what_they_saw_last():
    session = session_of("HalfCheetah-v5", num_steps=7)
    env = session.env
    env.spec = replace(env.spec, max_episode_steps=5)
    seen, step = [], env.step

    def spy(actions):
        result = step(actions)
        seen.append(env.obs.copy())
        return result

    env.step = spy
    session.learner.iterate()
    finals = session.learner.replay.logs()["finals"].read(0, 8)
    np.testing.assert_array_equal(finals[:, :2], [(4, b) for b in range(8)])
    np.testing.assert_array_equal(finals[:, 2:], seen[4])


def test_a_held_environment_is_remembered_with_the_action_that_it_took():
    session = session_of("InvertedPendulum-v5")
    session.env.orchestrator.set_action(2, [1.5])
    session.iterate()
    rows = session.learner.replay.logs()["transitions"].read(0, 4)
    np.testing.assert_array_equal(rows[:, 2, 4], 0.5)
    assert (rows[:, 1, 4] != 0.5).all()


def test_alpha_follows_the_target_entropy_or_stays():
    low, high = (train_small(iterations=6, target_entropy=target, alpha=0.3).history for target in (-3.0, 0.6))
    assert low[-1]["losses/alpha"] < 0.29
    assert high[-1]["losses/alpha"] > 0.31
    assert low[0]["losses/alpha"] == pytest.approx(0.3, rel=0.05)
    assert train_small(autotune=False, alpha=0.05).history[-1]["losses/alpha"] == 0.05


@pytest.mark.parametrize("ranks", [1, 2])
def test_stop_is_answered_within_200_ms_and_keeps_what_was_learned(ranks):
    stop = threading.Event()
    config = SACConfig(env="HalfCheetah-v5", ranks=ranks, total_steps=10**9, learning_starts=16, num_steps=4)
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


def test_a_diverging_learner_is_told():
    session = session_of()
    session.iterate()
    session.learner.critics[0, 5] = np.nan
    with pytest.raises(TrainingDivergedError, match="iteration 2: the gradient is not finite; start again with a q_lr"):
        session.iterate()


def test_choices_are_not_for_sac():
    spec = replace(
        get_spec("InvertedPendulum-v5"), name="PendulumChoices", discrete=Discrete(actions=((-1.0,), (1.0,)))
    )
    with pytest.raises(ConfigError, match="PendulumChoices: sac learns actions that are numbers, not choices; use ppo"):
        websim.train(spec, total_steps=100, algorithm="sac")
