"""Rewards on trial: what they give on real states, and what is told of those that fail."""

import json

import numpy as np
import pytest

import websim
from websim.errors import RewardError
from websim.live.reward_source import reward_source
from websim.live.reward_trial import NUM_ENVS, STEPS, try_on_states
from websim.tasks import TASKS, get_spec


def reward_text(*lines):
    return "\n".join(["def reward(signals, actions, unhealthy):", *(f"    {line}" for line in lines)])


@pytest.mark.parametrize("task", ["HalfCheetah-v5", "InvertedPendulum-v5", "Swarm", "PandaReach"])
def test_a_tasks_own_reward_is_tried(task):
    spec = get_spec(task)
    trial = try_on_states(spec, reward_source(spec), {})
    json.dumps(trial, allow_nan=False)
    assert trial["random"]
    assert trial["num_envs"] == NUM_ENVS
    total = trial["total"]
    assert len(total["values"]) == STEPS
    np.testing.assert_allclose(np.sum([term["values"] for term in trial["terms"].values()], axis=0), total["values"])
    assert total["low"] <= total["mean"] <= total["high"]
    assert total["low"] < total["high"]


def test_episodes_that_end_are_marked():
    trial = try_on_states(get_spec("InvertedPendulum-v5"), reward_text('return {"a": 1.0 * unhealthy}'), {})
    assert trial["ends"]
    assert [step for step, value in enumerate(trial["total"]["values"]) if value == 1.0] == trial["ends"]


def test_a_policy_can_act():
    run = websim.train("InvertedPendulum-v5", total_steps=20_000, num_envs=16, seed=1)
    text = reward_text('return {"alive": np.where(unhealthy, 0.0, 1.0)}')
    spec = get_spec("InvertedPendulum-v5")
    trained = try_on_states(spec, text, {run.policy.name: run.policy})
    assert not trained["random"]
    assert trained["total"]["mean"] > try_on_states(spec, text, {})["total"]["mean"]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["return {'a': actions}"], r"reward, line 2: term 'a': expected shape \(8,\), got \(8, 1\), at step 0"),
        (["return {'a': 1.0}"], r"reward, line 2: term 'a': expected shape \(8,\), got \(\), at step 0"),
        (["x = np.where(unhealthy, np.inf, 0)", "return {'a': x}"], "reward, line 3: term 'a': .* got inf, at step"),
        (["if unhealthy.any():", "    1 / 0", "return {'a': 0 * unhealthy}"], "reward, line 3: ZeroDivisionError"),
        (["return {'a': signals['x']}"], "reward, line 2: there is no 'x', at step 0"),
    ],
)
def test_what_fails_is_told_with_line_and_step(lines, message):
    with pytest.raises(RewardError, match=message):
        try_on_states(get_spec("InvertedPendulum-v5"), reward_text(*lines), {})


@pytest.mark.parametrize("task", TASKS)
def test_every_task_is_tried_with_finite_actions_of_its_range(task):
    spec = get_spec(task)
    agents = f"np.ones((len(actions), {len(spec.agents)}))" if spec.agents else "np.ones(len(actions))"
    text = reward_text(f"return {{'finite': np.isfinite(actions).all() * {agents}, 'zero': 0 * {agents}}}")
    trial = try_on_states(spec, text, {})
    assert trial["total"]["low"] == 1.0
