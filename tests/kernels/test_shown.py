"""The shown policy: one environment beside training, in real time where that costs little."""

import numpy as np
import pytest

import websim
from websim.algorithms.ppo import PPOConfig
from websim.config import MAX_NUM_ENVS
from websim.dist import Communicator
from websim.errors import ConfigError
from websim.evaluation import FIRST_ENV
from websim.live.shown import ENV, MOST_STEPS, Shown, policies_of
from websim.session import Session
from websim.tasks import get_spec

SMALL = {"num_envs": 8, "num_steps": 8, "num_minibatches": 4, "update_epochs": 2}


class Clock:
    """Seconds, which pass when the test says so, and `cost` of them whenever it is read."""

    def __init__(self, cost=0.0):
        self.now, self.cost = 0.0, cost

    def __call__(self):
        self.now += self.cost
        return self.now


def open_shown(env="Hopper-v5", cost=0.0):
    policies = websim.train(env, total_steps=64, eval_every=0, **SMALL).policies
    clock = Clock()
    shown = Shown(get_spec(env), 1, policies, clock=clock)
    clock.cost = cost
    return shown, clock


@pytest.fixture
def session():
    return Session(PPOConfig(env="Hopper-v5", **SMALL, eval_every=64, eval_episodes=2), Communicator(), lambda: None)


def test_it_moves_in_real_time():
    shown, clock = open_shown()
    steps = 0
    for _ in range(10):
        clock.now += 0.0305
        steps += shown.advance()
    assert shown.period == 0.008
    assert steps == int(0.305 / 0.008)


def test_it_takes_no_more_than_its_share_of_the_time():
    # As the clock is read once a step, a step takes 1 ms: 4 % of 105 ms leave 4.2 of them.
    shown, clock = open_shown(cost=0.001)
    clock.now += 0.104
    assert shown.advance() == 4
    clock.now += 0.095
    assert shown.advance(share=0.5) <= 100 / 8 + 1, "what was left out is not made up for"


def test_a_long_iteration_does_not_overrun_the_viewer():
    shown, clock = open_shown()
    clock.now += 60
    assert shown.advance() == MOST_STEPS
    clock.now += 0.0165
    assert shown.advance() == 2


def test_it_acts_deterministically_and_begins_episodes_anew():
    shown, clock = open_shown()
    again, its_clock = open_shown()
    for _ in range(40):
        clock.now += 0.1
        its_clock.now += 0.1
        shown.advance()
        again.advance()
    assert shown._env.obs.tobytes() == again._env.obs.tobytes()
    assert shown._env.episodes[0] > 2, "an untrained hopper falls within a second"
    assert MAX_NUM_ENVS < ENV < FIRST_ENV


def test_it_changes_nothing_in_training(session):
    alone = Session(session.config, Communicator(), lambda: None)
    clock = Clock()
    shown = Shown(session.env.spec, session.config.seed, session.policies, clock=clock)
    for _ in range(3):
        session.iterate()
        alone.iterate()
        clock.now += 1
        assert shown.advance() > 100
    assert session.learner.network.params.tobytes() == alone.learner.network.params.tobytes()
    assert session.env.obs.tobytes() == alone.env.obs.tobytes()


def test_the_policies_of_a_run(session):
    with pytest.raises(ConfigError, match="best: there is no best policy before the first evaluation"):
        policies_of(session, "best")
    with pytest.raises(ConfigError, match=r"checkpoint: .* kept \(none, before the first evaluation\), got 64"):
        policies_of(session, {"checkpoint": 64})
    first = {}
    for _ in range(2):
        session.iterate()
        first = first or policies_of(session, "latest")["policy"].to_bytes()
    assert policies_of(session, {"checkpoint": 64})["policy"].to_bytes() == first
    assert policies_of(session, "latest")["policy"].to_bytes() != first
    best = session.evaluation.best.global_step
    assert (
        policies_of(session, "best")["policy"].to_bytes()
        == policies_of(session, {"checkpoint": best})["policy"].to_bytes()
    )
    for wrong in ({"checkpoint": 65}, {}, "newest", None):
        with pytest.raises(ConfigError, match=r"checkpoint: expected the steps of one that is kept \(64, 128\), got"):
            policies_of(session, wrong)


def test_a_policy_of_another_task_is_refused_and_the_old_one_stays():
    shown, clock = open_shown()
    other = websim.train("HalfCheetah-v5", total_steps=64, eval_every=0, **SMALL)
    with pytest.raises(ConfigError, match="Hopper-v5: the task has 11 observations and 3 actions, the policy 17 and 6"):
        shown.watch(other.policies)
    clock.now += 0.1
    assert shown.advance() == 12
    with pytest.raises(ConfigError, match="the policy 17 and 6"):
        Shown(get_spec("Hopper-v5"), 1, other.policies)


def test_several_policies_act_in_one_scene():
    spec = get_spec("AntSumo", shared=False)
    run = websim.train("AntSumo", env_options={"shared": False}, total_steps=64, eval_every=0, **SMALL)
    clock = Clock()
    shown = Shown(spec, 1, run.policies, clock=clock)
    clock.now += 0.2
    assert shown.advance() > 0
    assert np.abs(shown._actions).min() > 0, "every actuator is driven"
