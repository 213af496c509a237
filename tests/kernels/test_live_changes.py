"""A run that changes while it goes on: settings, reward and number of environments, on all ranks alike."""

import dataclasses
import threading

import numpy as np
import pytest

import websim
from websim.algorithms.ppo import PPOConfig
from websim.api import run
from websim.config import TrainConfig
from websim.dist import Communicator, run_ranks
from websim.errors import ConfigError, RewardError, SnapshotError
from websim.session import Session

SMALL = {"num_envs": 8, "num_steps": 8, "num_minibatches": 4, "update_epochs": 2, "eval_every": 0, "target_kl": 0.0}


def open_session(env="Hopper-v5", **settings):
    return Session(PPOConfig(env=env, **{**SMALL, **settings}), Communicator(), lambda: None)


def train(changes, *, iterations=4, env="Hopper-v5", **settings):
    """A run to which `changes` are made: by the iteration before."""
    config = PPOConfig(env=env, **{**SMALL, **settings}, total_steps=iterations * 64)
    return run(config, on_metrics=lambda metrics: changes.get(metrics["iteration"]))


def assert_equal_runs(one, two):
    np.testing.assert_allclose(two.policy.network.params, one.policy.network.params, rtol=0, atol=2e-6)
    for a, b in zip(one.history, two.history, strict=True):
        for name in a:
            if not name.startswith(("time/", "charts/SPS")) and a[name] is not None:
                assert a[name] == pytest.approx(b[name], rel=1e-3, abs=1e-6), name


def stand_still(signals, actions, unhealthy):
    return {"reward_still": -(signals["x_velocity"] ** 2)}


TEXT = """
def reward(signals, actions, unhealthy):
    return {"reward_back": -10 * signals["x_velocity"] - np.square(actions).sum(axis=1)}
"""


def test_a_setting_changes_from_the_next_iteration_on():
    result = train({2: {"learning_rate": 1e-4, "clip_coef": 0.1}}, anneal_lr=False, learning_rate=1e-3)
    assert [m["charts/learning_rate"] for m in result.history] == [1e-3, 1e-3, 1e-4, 1e-4]
    assert result.config.clip_coef == 0.1
    assert result.changes == [{"global_step": 128, "settings": {"learning_rate": 1e-4, "clip_coef": 0.1}}]


def test_every_live_setting_reaches_the_learner():
    # Each changes the second iteration's update, so the third's parameters differ from those without a change.
    unchanged = train({}).policy.network.params
    changes = {
        "gamma": 0.5,
        "gae_lambda": 0.5,
        "num_minibatches": 2,
        "update_epochs": 1,
        "clip_coef": 1e-3,
        "ent_coef": 0.1,
        "vf_coef": 0.01,
        "max_grad_norm": 1e-3,
        "target_kl": 1e-9,
        "anneal_lr": False,
        "total_steps": 1024,
    }
    live = {f.name for f in dataclasses.fields(PPOConfig) if f.metadata.get("live")}
    elsewhere = {"num_envs", "eval_every", "autosave_seconds", "learning_rate"}
    assert set(changes) == live - elsewhere
    for name, value in changes.items():
        changed = train({1: {name: value}, 3: {"total_steps": 256}})
        assert np.abs(changed.policy.network.params - unchanged).max() > 1e-7, name


def test_that_robots_were_pushed_is_recorded_and_saved_and_changes_nothing_else():
    session, unpushed = open_session(), open_session()
    assert session.request({"pushed": True}) == session.config
    assert not session.pushed
    for each in (session, unpushed):
        each.iterate()
    assert session.pushed
    assert session.changes == [{"global_step": 0, "settings": {}, "pushed": True}]
    assert session.learner.network.params.tobytes() == unpushed.learner.network.params.tobytes()
    resumed = open_session()
    resumed.load_state(session.state())
    assert resumed.pushed
    assert not unpushed.pushed


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"learning_rate": -1}, ConfigError, "learning_rate: expected a number from 1e-09 to 1, got -1"),
        ({"seed": 2}, ConfigError, "seed cannot change while a run goes on"),
        ({"num_envs": 0}, ConfigError, "num_envs: expected a whole number from 1 to 65536, got 0"),
        ({"total_steps": 64}, ConfigError, "total_steps: expected more than the 64 steps that are done, got 64"),
        ({"num_minibatches": 65}, ConfigError, "num_minibatches: expected at most num_envs"),
        ({"reward": 3}, RewardError, "reward: expected a function or its text, got 3"),
        ({"reward": "def reward(:"}, RewardError, "reward, line 1: invalid syntax"),
        ({"reward": "x = 1"}, RewardError, "reward: the text defines no function `reward"),
        ({"reward": "import nowhere"}, RewardError, "reward, line 1: ModuleNotFoundError"),
        (
            {"reward": TEXT.replace("x_velocity", "speed")},
            RewardError,
            "reward, line 3: there is no 'speed'",
        ),
        ({"reward": TEXT.replace("axis=1", "axis=0")}, RewardError, "reward, line 3: ValueError: operands could not"),
        ({"reward": "def reward(*_):\n  return {}"}, RewardError, "reward: expected at least one term, got none"),
        ({"reward": "def reward(*_):\n  return 1.0"}, RewardError, "expected a dict of terms by name, got float"),
        (
            {"reward": "def reward(*_):\n  return {'a': np.zeros(3)}"},
            RewardError,
            r"reward, line 2: term 'a': expected shape \(8,\), got \(3,\)",
        ),
        (
            {"reward": "def reward(*_):\n  return {'a': np.full(8, np.nan)}"},
            RewardError,
            "reward, line 2: term 'a': expected finite numbers, got nan",
        ),
        ({"reward": lambda signals, actions, unhealthy: {"a": signals["nope"]}}, RewardError, "line .*no 'nope'"),
    ],
)
def test_a_wrong_change_is_told_at_once_and_changes_nothing(changes, error, message):
    changed, unchanged = open_session(), open_session()
    for session in (changed, unchanged):
        session.iterate()
    with pytest.raises(error, match=message):
        changed.request(changes)
    for session in (changed, unchanged):
        session.iterate()
    assert changed.learner.network.params.tobytes() == unchanged.learner.network.params.tobytes()
    assert changed.changes == []


def test_a_change_is_checked_together_with_those_that_wait():
    session = open_session()
    session.request({"num_envs": 4})
    with pytest.raises(ConfigError, match=r"num_minibatches: expected at most num_envs \* num_steps = 32, got 64"):
        session.request({"num_minibatches": 64})


@pytest.mark.parametrize("reward", [stand_still, TEXT])
def test_a_new_reward_is_what_is_learned_from(reward):
    session = open_session()
    session.iterate()
    before = session.env.episode_return.copy()
    session.request({"reward": reward})
    session.iterate()
    assert session.notices == []
    assert (session.env.episode_return < before).any(), "Hopper's own reward is positive, the new one is not"
    kind = "text" if isinstance(reward, str) else "function"
    assert session.changes[0]["reward"][kind]


def test_a_reward_that_fails_in_another_rank_stays_out_of_all():
    def program(comm):
        session = Session(PPOConfig(env="Hopper-v5", ranks=2, **SMALL), comm, lambda: None, requests)
        old = session.env.spec.reward

        def fails_elsewhere(signals, actions, unhealthy):
            if threading.current_thread().name != "websim rank 0":
                raise ValueError("not here")
            return {"a": signals["x_velocity"]}

        if comm.rank == 0:
            session.request({"reward": fails_elsewhere})
        session.iterate()
        return session.env.spec.reward is old, session.notices, session.changes

    requests = websim.live.changes.Requests()
    (kept, notices, changes), (kept_too, own_notices, changes_too) = run_ranks(2, program)
    assert kept
    assert kept_too
    assert notices == ["The reward stays as it was: the new one fails in another rank"]
    assert "not here" in own_notices[0]
    assert changes == changes_too == [{"global_step": 0, "settings": {}}]


def test_a_reward_that_fails_later_ends_the_run_with_its_line():
    text = (
        "n = 0\ndef reward(signals, *_):\n  global n\n  n += 1\n  return {'a': signals['x_velocity'] / (n < 3 or None)}"
    )
    with pytest.raises(RewardError, match="reward, line 5: TypeError"):
        train({1: {"reward": text}})


CHANGES = {
    1: {"learning_rate": 1e-3, "num_envs": 12},
    2: {"reward": TEXT, "gamma": 0.9},
    3: {"num_envs": 4, "ent_coef": 0.01},
    4: {"reward": stand_still},
}


def test_two_ranks_equal_one_with_changes():
    one, two = (train(CHANGES, iterations=8, ranks=ranks) for ranks in (1, 2))
    assert one.config.num_envs == 4
    assert one.changes == two.changes
    assert len(one.changes) == 4
    assert_equal_runs(one, two)


@pytest.mark.parametrize("ranks", [1, 2])
@pytest.mark.parametrize("env", ["Hopper-v5", "Swarm", "InvertedPendulum-v5"])
def test_other_environments_keep_those_that_stay_bit_for_bit(env, ranks):
    def program(comm):
        config = PPOConfig(env=env, ranks=ranks, **SMALL)
        session = Session(config, comm, lambda: None, requests)
        session.iterate()
        states = [session.state()]
        for num_envs in (12, 6):
            changed = session.config.changed({"num_envs": num_envs})
            session.config = changed
            session._resize()
            states.append(session.state())
        return states

    requests = websim.live.changes.Requests()
    by_rank = run_ranks(ranks, program)
    before, more, fewer = (
        {name: np.concatenate([part.rows[name] for part in parts]) for name in parts[0].rows}
        for parts in zip(*by_rank, strict=True)
    )
    for name, rows in before.items():
        assert len(more[name]) == 12
        assert more[name][:8].tobytes() == rows.tobytes(), name
        if name != "environments/diverged":
            assert fewer[name].tobytes() == rows[:6].tobytes(), name
    for states in by_rank:
        for name, value in states[0].shared.items():
            assert repr(states[2].shared[name]) == repr(value), name
    assert len({row.tobytes() for row in more["environments/obs"]}) == 12, "new environments start elsewhere"


def test_divergences_of_environments_that_are_gone_still_count():
    session = open_session()
    session.env.diverged[:] = 1
    session.request({"num_envs": 4})
    assert session.iterate()["physics/divergences"] == 8


def test_exploration_never_repeats_its_random_numbers_after_a_resize():
    # The counter of action noise is the control step: with steps / environments as counter 4 more would repeat it.
    session = open_session()
    counters = []
    sample = session.learner._sample_actions
    session.learner._sample_actions = lambda counter: (counters.append(counter), sample(counter))
    session.iterate()
    session.request({"num_envs": 16})
    session._apply(session._take_requests()[0])
    sample_resized = session.learner._sample_actions
    session.learner._sample_actions = lambda counter: (counters.append(counter), sample_resized(counter))
    session.iterate()
    assert counters == list(range(16))


def test_a_state_continues_with_what_was_changed():
    first = open_session()
    first.request({"num_envs": 12, "reward": TEXT, "learning_rate": 1e-4})
    first.iterate()
    second = Session(first.config, Communicator(), lambda: None)
    second.load_state(first.state())
    assert second.changes == first.changes
    for session in (first, second):
        session.iterate()
    assert first.learner.network.params.tobytes() == second.learner.network.params.tobytes()
    assert first.env.episode_return.tobytes() == second.env.episode_return.tobytes()


def test_a_state_with_a_function_as_reward_asks_for_it():
    first = open_session()
    first.request({"reward": stand_still})
    first.iterate()
    second = open_session()
    with pytest.raises(SnapshotError, match=r"the run's reward was changed to the function test_live_changes\.stand_"):
        second.load_state(first.state())


def open_sac(**settings):
    small = {"env": "Hopper-v5", "algorithm": "sac", "num_envs": 4, "learning_starts": 32, "hidden": [16], "seed": 3}
    config = TrainConfig.from_mapping(small | {"eval_every": 0} | settings)
    return Session(config, Communicator(), lambda: None)


def test_environments_with_a_memory_stay_as_many():
    session = open_sac()
    session.iterate()
    with pytest.raises(ConfigError, match=r"num_envs: sac keeps a memory of each environment, so their number cannot"):
        session.request({"num_envs": 8})
    session.request({"num_envs": 4, "policy_lr": 1e-4})
    session.iterate()
    assert session.config.policy_lr == 1e-4


def test_evaluation_changes_nothing_in_sac_either():
    without, with_it = open_sac(), open_sac(eval_every=64, eval_episodes=2)
    for _ in range(4):
        without.iterate()
        metrics = with_it.iterate()
    assert metrics["time/evaluation"] > 0
    assert with_it.policies["policy"].to_bytes() == without.policies["policy"].to_bytes()


def test_a_saved_run_goes_on_with_what_was_changed(tmp_path):
    settings = {"env": "Hopper-v5", **SMALL, "total_steps": 1024, "eval_every": 256, "eval_episodes": 2}
    # A save of each iteration: what is stopped goes on from the newest.
    settings["autosave_seconds"] = 1e-3

    def changes(metrics):
        if metrics["iteration"] == 2:
            return {"num_envs": 16, "gamma": 0.9, "reward": TEXT}
        if metrics["iteration"] == 5:
            stop.set()
        return None

    stop = threading.Event()
    stopped = websim.train(**settings, on_metrics=changes, stop=stop, folder=tmp_path / "run")
    assert stopped.stopped
    resumed = websim.resume(tmp_path / "run")
    stop = threading.Event()
    whole = websim.train(**settings, on_metrics=lambda m: changes(m) if m["iteration"] == 2 else None)
    assert resumed.config == whole.config
    assert resumed.changes == whole.changes
    assert resumed.policy.to_bytes() == whole.policy.to_bytes()
    assert resumed.best == whole.best
    assert [m["global_step"] for m in resumed.history] == [m["global_step"] for m in whole.history]


def test_a_saved_run_takes_other_environments_only_once_it_goes_on(tmp_path):
    stop = threading.Event()
    websim.train("Hopper-v5", **SMALL, on_metrics=lambda metrics: stop.set(), stop=stop, folder=tmp_path / "run")
    with pytest.raises(ConfigError, match="num_envs: the run was saved with 8 environments, got 16; go on with those"):
        websim.resume(tmp_path / "run", num_envs=16)
