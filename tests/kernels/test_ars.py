"""ARS and OpenAI-ES as an SPMD program: they learn, N ranks equal one, and a run is repeatable and goes on exactly."""

import threading
import time
from dataclasses import replace

import numpy as np
import pytest

import websim
from websim.algorithms.ars import ARSConfig
from websim.api import run
from websim.config import TrainConfig
from websim.dist import Communicator, run_ranks
from websim.errors import ConfigError, TrainingDivergedError
from websim.evaluate import evaluate
from websim.metrics import metrics_of
from websim.policy import Policy
from websim.session import Session
from websim.spec import Discrete
from websim.tasks import get_spec, register

# Few steps of contact physics, which doubles a rounding difference every few of them.
CHEETAH = replace(get_spec("HalfCheetah-v5"), name="ShortCheetah", max_episode_steps=12)
register(CHEETAH.name, lambda: CHEETAH)
# They fall at different times, so that ranks idle for different times.
HOPPER = replace(get_spec("Hopper-v5"), name="ShortHopper", max_episode_steps=80)
register(HOPPER.name, lambda: HOPPER)
PENDULUM = replace(get_spec("InvertedPendulum-v5"), name="ShortPendulum", max_episode_steps=200)


def config(**settings):
    return ARSConfig(
        **{"env": CHEETAH.name, "num_envs": 12, "seed": 7, "total_steps": 3 * 12 * 12, "eval_every": 0, **settings}
    )


def iterated(iterations, **settings):
    """Policy and metrics of that many iterations."""

    def program(comm):
        session = Session(config(**settings), comm, lambda: None)
        return session.policies["policy"], [session.iterate() for _ in range(iterations)]

    return run_ranks(settings.get("ranks", 1), program)[0]


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"fitness": "ranks", "hidden": [8], "sigma": 0.2, "learning_rate": 0.1, "top_fraction": 1},
    ],
)
def test_it_learns_to_balance(settings):
    result = websim.train(PENDULUM, algorithm="ars", total_steps=25_000, seed=1, **settings)
    assert result.history[0]["charts/episodic_return"] < 60
    returns, _ = evaluate(result.policy, episodes=20)
    assert returns.mean() > 180


def test_it_learns_to_choose_actions():
    actions = Discrete(actions=((-2.0,), (-0.5,), (0.0,), (0.5,), (2.0,)))
    task = replace(PENDULUM, name="DiscretePendulumOfARS", discrete=actions)
    result = websim.train(task, algorithm="ars", total_steps=25_000, num_envs=16, sigma=0.1, seed=1)
    assert result.history[0]["charts/episodic_return"] < 60
    returns, _ = evaluate(result.policy, episodes=20)
    assert returns.mean() > 180


@pytest.mark.parametrize(
    "settings", [{}, {"num_envs": 14, "fitness": "ranks", "hidden": (8,)}, {"num_envs": 10, "env": HOPPER.name}]
)
def test_two_ranks_equal_one(settings):
    (one, one_history), (two, two_history) = (iterated(3, **settings, ranks=ranks) for ranks in (1, 2))
    start, _ = iterated(2, **settings)
    assert np.abs(one.network.params - start.network.params).max() > 1e-3, "the last step moves the parameters"
    np.testing.assert_allclose(two.network.params, one.network.params, rtol=0, atol=1e-6)
    np.testing.assert_allclose(two.normalizer.mean, one.normalizer.mean, rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(two.normalizer.var, one.normalizer.var, rtol=1e-6, atol=1e-7)
    for a, b in zip(one_history, two_history, strict=True):
        for name in a:
            if not name.startswith(("time/", "charts/SPS")) and a[name] is not None:
                assert a[name] == pytest.approx(b[name], rel=1e-5), name


@pytest.mark.parametrize("ranks", [1, 2])
def test_the_same_seed_gives_the_same_bytes(ranks):
    first, again, other = (run(config(ranks=ranks, seed=seed)) for seed in (7, 7, 8))
    assert first.policy.to_bytes() == again.policy.to_bytes()
    assert first.policy.to_bytes() != other.policy.to_bytes()


@pytest.mark.parametrize("fitness", ["returns", "ranks"])
def test_it_goes_on_from_a_state_bit_for_bit(fitness):
    whole, begun, continued = (Session(config(fitness=fitness), Communicator(), lambda: None) for _ in range(3))
    for _ in range(4):
        expected = whole.iterate()
    begun.iterate()
    begun.iterate()
    continued.load_state(begun.state())
    for _ in range(2):
        metrics = continued.iterate()
    assert continued.policies["policy"].to_bytes() == whole.policies["policy"].to_bytes()
    for name in metrics:
        assert name.startswith(("time/", "charts/SPS")) or metrics[name] == expected[name], name


def test_every_metric_is_reported_and_finite():
    history = run(config()).history
    for metrics in history:
        assert set(metrics) == {m.name for m in metrics_of("ars")}
        for metric in metrics_of("ars"):
            assert (metrics[metric.name] is None and metric.optional) or np.isfinite(metrics[metric.name])
    assert [m["global_step"] for m in history] == [144, 288, 432]
    assert [m["charts/episodes"] for m in history] == [12, 24, 36]


def test_an_episode_counts_once_and_what_idles_afterwards_does_not():
    session = Session(config(env=HOPPER.name, num_envs=9), Communicator(), lambda: None)
    metrics, lengths = session.iterate(), session.learner.played[:8, 1]
    assert lengths.min() < lengths.max() <= 80
    assert metrics["charts/episodes"] == 8, "the last of an odd number of environments plays nothing"
    assert metrics["global_step"] == pytest.approx(8 * metrics["charts/episodic_length"])


def test_directions_are_weighed_by_the_best_returns_over_their_deviation():
    learner = Session(config(num_envs=8, top_fraction=0.5), Communicator(), lambda: None).learner
    # Directions 1 and 2 have the best returns: 4, 2 and 0, 6, of which the deviation is 5^0.5.
    deviation = learner.weigh(np.array([[1.0, 3], [4, 2], [0, 6], [-9, -9]]))
    assert deviation == pytest.approx(5**0.5)
    np.testing.assert_allclose(learner.weights, np.array([0, 2, -6, 0]) / 2 / 5**0.5, rtol=1e-6)
    assert learner.weigh(np.full((4, 2), 3.0)) == 0
    assert not learner.weights.any(), "returns that are all the same say nothing"


def test_ranks_weigh_directions_whatever_the_returns_scale():
    learner = Session(config(num_envs=4, top_fraction=1.0, fitness="ranks"), Communicator(), lambda: None).learner
    learner.weigh(np.array([[1000.0, 0], [1, 2]]))
    # Centred ranks: 1/2, -1/2 and -1/6, 1/6; the gradient is their differences over the number of returns.
    np.testing.assert_allclose(learner.weights, [1 / 4, -1 / 12], rtol=1e-6)
    learner.weigh(np.full((2, 2), 3.0))
    assert not learner.weights.any(), "returns that are all the same say nothing"


def test_a_survival_bonus_does_not_count_but_is_reported():
    session = Session(config(env="Hopper-v5", survival_bonus=1, top_fraction=1), Communicator(), lambda: None)
    metrics, (returns, lengths) = session.iterate(), session.learner.played.T
    assert metrics["charts/episodic_return"] == pytest.approx(returns.mean())
    assert metrics["losses/return_deviation"] == pytest.approx((returns - lengths).std())
    assert metrics["losses/return_deviation"] != pytest.approx(returns.std(), rel=0.1)


def test_settings_change_while_the_run_goes_on():
    session = Session(config(), Communicator(), lambda: None)
    first = session.iterate()
    session.learner.change(session.config.changed({"learning_rate": 0.002}))
    second = session.iterate()
    assert second["charts/learning_rate"] == 0.002
    assert second["losses/update_norm"] < first["losses/update_norm"] / 5


@pytest.mark.parametrize("num_envs", [4, 21])
def test_the_number_of_environments_changes_while_the_run_goes_on(num_envs):
    session = Session(config(), Communicator(), lambda: None)
    session.iterate()
    before = session.policies["policy"].network.params.copy()
    session.request({"num_envs": num_envs})
    metrics = session.iterate()
    assert metrics["charts/episodes"] == 12 + num_envs // 2 * 2
    moved = np.linalg.norm(session.policies["policy"].network.params - before)
    assert moved == pytest.approx(metrics["losses/update_norm"], rel=1e-5), (
        "the parameters went on from where they were"
    )


def test_the_policy_has_no_noise_and_survives_its_file():
    policy = run(config(hidden=(8, 8), activation="relu")).policy
    obs = np.random.default_rng(0).normal(size=(5, 17))
    drawn = policy.predict(obs, deterministic=False, rng=np.random.default_rng(0))
    np.testing.assert_allclose(drawn, policy.predict(obs), atol=1e-6)
    np.testing.assert_array_equal(Policy.from_bytes(policy.to_bytes()).predict(obs), policy.predict(obs))


@pytest.mark.parametrize("ranks", [1, 2])
def test_stop_is_answered_within_200_ms_and_keeps_what_was_learned(ranks):
    stop = threading.Event()
    asked = []

    def on_metrics(metrics):
        # In the middle of the second iteration, which takes longer.
        threading.Timer(0.05, lambda: (asked.append(time.perf_counter()), stop.set())).start()

    settings = ARSConfig(env="HalfCheetah-v5", num_envs=16, ranks=ranks, total_steps=10**9)
    result = run(settings, on_metrics=on_metrics, stop=stop)
    assert time.perf_counter() - asked[0] < 0.2
    assert result.stopped
    assert len(result.history) == 1
    assert result.policy.predict(np.zeros(17)).shape == (6,)


def test_a_diverging_learner_is_told():
    session = Session(config(), Communicator(), lambda: None)
    session.learner.network.params[5] = np.inf
    with pytest.raises(TrainingDivergedError, match="iteration 1: the parameters are not finite; start again with a l"):
        session.iterate()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"num_envs": 1}, "num_envs: expected a whole number from 2 to 65536, got 1"),
        ({"fitness": "rank"}, "fitness: expected returns or ranks, got 'rank'"),
        ({"sigma": 0}, "sigma: expected a number from 1e-09 to 10, got 0"),
        ({"gamma": 0.9}, "unknown setting 'gamma': expected one of env, "),
        ({"env": "AntSumo"}, "AntSumo: several agents learn with ppo, got ars"),
    ],
)
def test_wrong_settings_are_told(settings, message):
    with pytest.raises(ConfigError) as error:
        run(TrainConfig.from_mapping({"env": "Hopper-v5", "algorithm": "ars", **settings}))
    assert str(error.value).startswith(message)
