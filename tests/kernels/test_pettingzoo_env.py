"""PettingZoo's parallel API over tasks with several agents."""

import subprocess
import sys

import numpy as np
import pytest
from pettingzoo.test import parallel_api_test, parallel_seed_test

import websim
from websim.errors import ConfigError

TASKS = ["Swarm", "AntSumo"]


@pytest.mark.parametrize("task", TASKS)
def test_it_passes_pettingzoos_tests(task):
    parallel_api_test(websim.parallel_env(task, max_episode_steps=40), num_cycles=100)
    parallel_seed_test(lambda: websim.parallel_env(task), num_cycles=50)


def test_agents_see_and_drive_their_own_columns():
    env = websim.parallel_env("AntSumo")
    observations, infos = env.reset(seed=3)
    assert list(observations) == env.possible_agents == ["red", "blue"]
    assert infos == {"red": {}, "blue": {}}
    np.testing.assert_array_equal(np.concatenate(list(observations.values())), env.state())
    # Each ant sees its hips at these places; a torque on red's moves no joint of blue's in the first step.
    still, pushed = ({"red": np.full(8, torque), "blue": np.zeros(8)} for torque in (0.0, 1.0))
    without, _, _, _, _ = env.step(still)
    env.reset(seed=3)
    with_torque, rewards, terminated, truncated, infos = env.step(pushed)
    assert np.abs(with_torque["red"][12:20] - without["red"][12:20]).max() > 0.1
    np.testing.assert_array_equal(with_torque["blue"][12:20], without["blue"][12:20])
    assert terminated == truncated == {"red": False, "blue": False}
    for name in env.agents:
        assert rewards[name] == pytest.approx(sum(infos[name].values()))
    assert infos["blue"]["reward_ctrl"] == 0 > infos["red"]["reward_ctrl"]


def test_agents_leave_together_at_the_end():
    env = websim.parallel_env("Swarm", max_episode_steps=3, num_agents=4)
    env.reset()
    actions = {name: np.zeros(2, np.float32) for name in env.agents}
    for step in range(3):
        _, _, terminated, truncated, _ = env.step(actions)
        assert not any(terminated.values())
        assert all(truncated.values()) == any(truncated.values()) == (step == 2)
    assert env.agents == []
    with pytest.raises(RuntimeError, match=r"step: the episode has ended, or has not begun; call reset\(\) first"):
        env.step(actions)
    env.reset()
    assert len(env.agents) == 4


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda a: a.pop("blue"), "step: expected an action of each of red, blue, got red"),
        (lambda a: a.update(red=np.zeros(3)), r"step: expected the action of 'red' of shape \(8,\), got \(3,\)"),
        (lambda a: a.update(red=np.full(8, np.nan)), "step: the action of 'red' holds NaN or infinity"),
    ],
)
def test_wrong_actions_are_told(change, message):
    env = websim.parallel_env("AntSumo")
    env.reset()
    actions = {name: np.zeros(8, np.float32) for name in env.agents}
    change(actions)
    with pytest.raises(ValueError, match=message):
        env.step(actions)


def test_a_missing_package_is_told():
    code = "import sys; sys.modules['pettingzoo'] = None; import websim; websim.parallel_env"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "parallel_env needs the package pettingzoo: `pip install pettingzoo`" in result.stderr


def test_wrong_tasks_are_told():
    with pytest.raises(ConfigError, match=r"Hopper-v5: has no agents; use websim\.make_vec"):
        websim.parallel_env("Hopper-v5")
    with pytest.raises(ConfigError, match=r"Swarm: has 8 agents, .* use websim\.parallel_env, or websim\.train"):
        websim.make_vec("Swarm")
    with pytest.raises(ConfigError, match=r"Swarm: the options .* num_agents: expected 2 to 16, got 1"):
        websim.parallel_env("Swarm", num_agents=1)
    with pytest.raises(ConfigError, match="seed: expected a whole number from 0"):
        websim.parallel_env("Swarm", seed=-1)
