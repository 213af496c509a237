"""Evaluation beside training: what it measures, that it changes nothing, and the best policy that it keeps."""

import dataclasses
import math
import threading
import time

import numpy as np
import pytest

import websim
from websim.algorithms.ppo import PPOConfig
from websim.api import run
from websim.batch_env import BatchEnv
from websim.confidence import interval_of_mean, student_t
from websim.config import MAX_NUM_ENVS
from websim.dist import Communicator, run_ranks
from websim.errors import ConfigError
from websim.evaluation import FIRST_ENV, MAX_CHECKPOINTS, Evaluation
from websim.session import Session
from websim.tasks import get_spec

SMALL = {"num_envs": 8, "num_steps": 8, "num_minibatches": 4, "update_epochs": 2, "target_kl": 0.0}


def train(env="Hopper-v5", iterations=4, **settings):
    return run(PPOConfig(env=env, **{**SMALL, "total_steps": iterations * 64, **settings}))


def times(metrics):
    return {name for name in metrics if name.startswith("time/")} | {"charts/SPS"}


def open_evaluation(episodes=20, comm=None):
    return Evaluation(episodes, 1, comm or Communicator(), lambda: None)


@pytest.fixture(scope="module")
def trained():
    return train(eval_every=0)


@pytest.mark.parametrize("freedom", [1, 3, 9, 10, 19, 40, 1000])
def test_students_t(freedom):
    # 97.5 % of the density lie below; by the trapezoidal rule in y = arctan x, which has finite ends.
    def density(x):
        return math.exp(
            math.lgamma((freedom + 1) / 2)
            - math.lgamma(freedom / 2)
            - 0.5 * math.log(freedom * math.pi)
            - (freedom + 1) / 2 * np.log1p(x * x / freedom)
        )

    angles = np.linspace(0, math.atan(student_t(freedom)), 20_001)
    values = np.array([density(math.tan(y)) / math.cos(y) ** 2 for y in angles])
    assert np.trapezoid(values, angles) == pytest.approx(0.475, abs=2e-6)


def test_the_interval_of_a_mean():
    # Mean 2.5, deviation sqrt(5/3); t of 3 degrees of freedom 3.18245.
    assert interval_of_mean(np.array([1.0, 2.0, 3.0, 4.0])) == pytest.approx(3.18245 * math.sqrt(5 / 3) / 2)


@pytest.mark.parametrize("ranks", [1, 2])
def test_evaluation_changes_nothing_in_training(ranks):
    without, with_it = (train(ranks=ranks, eval_every=every) for every in (0, 64))
    assert with_it.policy.to_bytes() == without.policy.to_bytes()
    for a, b in zip(without.history, with_it.history, strict=True):
        assert a["time/evaluation"] == 0 < b["time/evaluation"]
        same = [name for name in a if name not in times(a) and not name.startswith("eval/")]
        assert {name: a[name] for name in same} == {name: b[name] for name in same}


def test_it_is_due_every_so_many_steps_and_at_the_end():
    history = train(iterations=7, eval_every=130, eval_episodes=2).history
    evaluated = [m["global_step"] for m in history if m["time/evaluation"]]
    assert evaluated == [192, 320, 448], "the first iterations at or after 130 and 260, and the last one, after 390"
    assert [m["eval/episodic_return"] is None for m in history] == [True, True, False, False, False, False, False]
    assert history[3]["eval/episodic_return"] == history[2]["eval/episodic_return"]


def test_without_evaluation_there_is_no_best_policy():
    result = train(eval_every=0)
    assert result.best is None
    assert result.history[-1]["eval/episodic_return"] is None
    with pytest.raises(ConfigError, match="Hopper-v5: the run was not evaluated: eval_every is 0"):
        _ = result.best_policy


def test_it_is_what_evaluating_by_hand_gives(trained):
    evaluation = open_evaluation(episodes=3)
    evaluation.evaluate(get_spec("Hopper-v5"), trained.policies, 64)
    env = BatchEnv(get_spec("Hopper-v5"), 3, seed=1, first_env=FIRST_ENV)
    returns, lengths, running = np.zeros(3), np.zeros(3), np.ones(3, bool)
    while running.any():
        step = env.step(trained.policy.predict(env.obs))
        returns += step.reward * running
        lengths += running
        running &= ~step.ended
        if step.any_ended:
            env.reset_ended(step.ended)
    metrics = evaluation.metrics
    assert metrics["eval/episodic_return"] == pytest.approx(returns.mean(), rel=1e-12)
    assert metrics["eval/interval"] == pytest.approx(4.30265 * returns.std(ddof=1) / math.sqrt(3))
    assert metrics["eval/episodic_length"] == lengths.mean()


@pytest.mark.parametrize("episodes", [2, 5, 20])
def test_ranks_share_the_episodes_and_agree(trained, episodes):
    def program(comm):
        evaluation = open_evaluation(episodes, comm)
        evaluation.evaluate(get_spec("Hopper-v5"), trained.policies, 64)
        return evaluation.last

    (one,) = run_ranks(1, program)
    for ranks in (2, 3):
        assert run_ranks(ranks, program) == [one] * ranks


def test_each_evaluation_starts_where_the_first_did_and_nowhere_else_does():
    evaluation = open_evaluation()
    session = Session(PPOConfig(env="Hopper-v5", **SMALL), Communicator(), lambda: None)
    first_obs = []
    for _ in range(2):
        evaluation.evaluate(session.env.spec, session.policies, 0)
        evaluation._env.episodes[:] = 0
        first_obs.append(evaluation._env.reset().copy())
    assert first_obs[0].tobytes() == first_obs[1].tobytes()
    assert len({row.tobytes() for row in [*first_obs[0], *session.env.obs]}) == 20 + 8
    assert FIRST_ENV > MAX_NUM_ENVS


def test_the_best_policy_is_the_best_evaluated_not_the_last():
    result = train(iterations=12, eval_every=64, eval_episodes=4, learning_rate=0.02)
    returns = [m["eval/episodic_return"] for m in result.history]
    best = int(np.argmax(returns))
    assert best < len(returns) - 1, "the best is not the last here, or this shows nothing"
    assert result.best.episodic_return == max(returns)
    assert result.best.global_step == (best + 1) * 64
    then = train(iterations=12, eval_every=0, learning_rate=0.02, eval_episodes=4)
    assert result.best_policy.to_bytes() != then.policy.to_bytes()
    evaluation = open_evaluation(episodes=4)
    evaluation.evaluate(get_spec("Hopper-v5"), result.best.policies, 0)
    assert evaluation.last.episodic_return == max(returns)


def test_a_few_checkpoints_are_kept_evenly_spread(trained):
    evaluation = open_evaluation(episodes=2)
    spec = dataclasses.replace(get_spec("Hopper-v5"), max_episode_steps=2)
    for step in range(1, 41):
        evaluation.evaluate(spec, trained.policies, 100 * step)
    steps = [checkpoint.global_step for checkpoint in evaluation.checkpoints]
    assert len(steps) == MAX_CHECKPOINTS
    assert steps[0] == 100
    assert steps[-1] == 4000
    assert max(np.diff(steps)) <= 800, "twice the even distance of 433, nearly"
    assert evaluation.checkpoints[3].policies["policy"].to_bytes() == trained.policy.to_bytes()


def test_a_new_reward_begins_a_new_comparison():
    session = Session(PPOConfig(env="Hopper-v5", **SMALL, eval_every=64, eval_episodes=2), Communicator(), lambda: None)
    assert session.iterate()["eval/episodic_return"] > 0
    worse = "def reward(signals, actions, unhealthy):\n  return {'a': np.full(len(unhealthy), -1.0)}"
    session.request({"reward": worse})
    metrics = session.iterate()
    assert metrics["eval/episodic_return"] == -metrics["eval/episodic_length"]
    assert session.evaluation.best is session.evaluation.last
    assert session.evaluation.checkpoints[0].episodic_return is None


def test_its_state_continues():
    settings = PPOConfig(env="Hopper-v5", **SMALL, eval_every=64, eval_episodes=2)
    first, second = (Session(settings, Communicator(), lambda: None) for _ in range(2))
    second.load_state(first.state())
    assert second.evaluation.best is None
    for _ in range(3):
        first.iterate()
    files = [name for name in first.state().shared if "/files/" in name]
    assert len(files) == 3, "each policy once, although one is the last and one the best too"
    second.load_state(first.state())
    assert second.evaluation.best == first.evaluation.best
    assert second.evaluation.last == first.evaluation.last
    assert second.evaluation.checkpoints == first.evaluation.checkpoints
    a, b = first.iterate(), second.iterate()
    assert {n: v for n, v in a.items() if n not in times(a)} == {n: v for n, v in b.items() if n not in times(a)}


def test_a_task_with_several_policies_keeps_the_best_of_all_together():
    result = websim.train(
        "AntSumo",
        env_options={"shared": False, "max_episode_steps": 20},
        num_envs=2,
        num_steps=4,
        total_steps=8,
        eval_episodes=2,
        num_minibatches=1,
    )
    assert set(result.best.policies) == set(result.policies)
    with pytest.raises(ConfigError, match=r"AntSumo: has policies .*: take one of `best\.policies`"):
        _ = result.best_policy


@pytest.mark.parametrize("ranks", [1, 2])
def test_stop_is_answered_during_an_evaluation(ranks):
    # A hundred episodes of 1000 steps of a cheetah take seconds.
    config = PPOConfig(env="HalfCheetah-v5", ranks=ranks, **SMALL, eval_every=64, eval_episodes=100)
    stop = threading.Event()
    ended = []

    def go():
        result = run(config, stop=stop)
        ended.append((time.perf_counter(), result))

    thread = threading.Thread(target=go)
    thread.start()
    time.sleep(1)
    asked = time.perf_counter()
    assert not ended
    stop.set()
    thread.join()
    at, result = ended[0]
    assert result.stopped
    assert at - asked < 0.2


def test_speed_is_that_of_training_alone():
    metrics = train(env="HalfCheetah-v5", iterations=1, eval_every=64).history[0]
    assert metrics["time/evaluation"] > 10 * (64 / metrics["charts/SPS"])
    assert metrics["time/elapsed"] > metrics["time/evaluation"]
