"""What environments draw: how it is distributed, and that only seed, environment and episode decide it."""

import dataclasses

import numpy as np
import pytest
from random_robot import EVERYTHING, ROBOT

import websim
from websim.batch_env import BatchEnv
from websim.randomization import Randomize

N = 4000
#: Quantiles of a standard normal.
NORMAL = {0.0013: -3, 0.0228: -2, 0.1587: -1, 0.5: 0, 0.8413: 1, 0.9772: 2}


def drawn(entry, seed=0, episodes=1, num_envs=N):
    """Draws [episodes, N], or [episodes, N, n] where they are not shared."""
    env = BatchEnv(dataclasses.replace(ROBOT, randomize=(entry,)), num_envs, seed=seed)
    numbers = []
    for _ in range(episodes):
        part = env.engine.program.layout.draws
        numbers.append(env.engine.get_rows()[:, part])
        env.reset()
    env.close()
    numbers = np.array(numbers)
    return numbers[..., 0] if entry.shared else numbers


def standard_error_of_quantile(q, density, n=N):
    return np.sqrt(q * (1 - q) / n) / density


def test_uniform_draws():
    numbers = drawn(Randomize("body_mass", 0.5, 2))[0]
    assert numbers.min() >= 0.5
    assert numbers.max() < 2
    assert numbers.mean() == pytest.approx(1.25, abs=4 * 1.5 / np.sqrt(12 * N))
    for q in (0.05, 0.25, 0.5, 0.75, 0.95):
        assert np.quantile(numbers, q) == pytest.approx(0.5 + 1.5 * q, abs=4 * standard_error_of_quantile(q, 1 / 1.5))


def test_log_uniform_draws():
    numbers = np.log(drawn(Randomize("body_mass", 0.1, 10, distribution="log_uniform"))[0]) / np.log(10)
    assert numbers.min() >= -1
    assert numbers.max() < 1
    for q in (0.05, 0.25, 0.5, 0.75, 0.95):
        assert np.quantile(numbers, q) == pytest.approx(-1 + 2 * q, abs=4 * standard_error_of_quantile(q, 1 / 2))


def test_normal_draws():
    z = (drawn(Randomize("gravity", 3, 0.5, distribution="normal", operation="add", component=2))[0] - 3) / 0.5
    assert abs(z.mean()) < 4 / np.sqrt(N)
    assert abs(z.std() - 1) < 4 / np.sqrt(2 * N)
    for q, expected in NORMAL.items():
        density = np.exp(-(expected**2) / 2) / np.sqrt(2 * np.pi)
        assert np.quantile(z, q) == pytest.approx(expected, abs=4 * standard_error_of_quantile(q, density))


def test_choices_are_equally_likely():
    numbers = drawn(Randomize("body_mass", distribution="choice", choices=(0.5, 1, 4)))[0]
    values, counts = np.unique(numbers, return_counts=True)
    assert values.tolist() == [0.5, 1, 4]
    assert np.abs(counts - N / 3).max() < 4 * np.sqrt(N * 2 / 9)


def test_separate_draws_of_environments_and_episodes_are_independent():
    numbers = drawn(Randomize("body_mass", 0, 1, shared=False), episodes=2)
    assert numbers.shape == (2, N, 5), "world, trunk, thigh, shin, target"
    columns = np.hstack([numbers[0], numbers[1]])
    limit = 4.5 / np.sqrt(N)
    assert np.abs(np.corrcoef(columns.T) - np.eye(10)).max() < limit
    centred = numbers - 0.5
    assert abs((centred[:, 1:] * centred[:, :-1]).mean()) * 12 < limit, "environments that are neighbours"
    assert len(np.unique(columns)) == columns.size


def test_an_environments_own_draw_stays_over_its_episodes():
    per_environment = drawn(Randomize("body_mass", 0, 1, per="environment"), episodes=3, num_envs=64)
    np.testing.assert_array_equal(per_environment[1], per_environment[0])
    np.testing.assert_array_equal(per_environment[2], per_environment[0])
    assert len(np.unique(per_environment[0])) == 64
    per_episode = drawn(Randomize("body_mass", 0, 1), episodes=3, num_envs=64)
    assert len(np.unique(per_episode)) == 3 * 64


def test_draws_follow_the_seed():
    entry = Randomize("body_mass", 0, 1)
    first, again, other = (drawn(entry, seed=seed, episodes=2, num_envs=64) for seed in (3, 3, 2**40 + 3))
    np.testing.assert_array_equal(first, again)
    assert not np.isin(first, other).any()


def record(env, actions):
    """Rows, observations, rewards and ends of each step [T, B, ...], with the resets that follow."""
    seen = [[env.engine.get_rows(), env.obs.copy()]]
    for action in actions:
        step = env.step(np.ascontiguousarray(action))
        seen.append([step.reward.copy(), step.ended.copy(), env.final_obs[step.ended].copy()])
        if step.any_ended:
            env.reset_ended(step.ended)
        seen[-1] += [env.engine.get_rows(), env.obs.copy()]
    return seen


def actions_of(num_envs, steps=80):
    return np.random.default_rng(4).uniform(-1, 1, (steps, num_envs, 2)).astype(np.float32)


def test_two_halves_equal_the_whole_with_everything_on():
    actions = actions_of(16)
    whole = record(BatchEnv(EVERYTHING, 16, seed=9), actions)
    low, high = (
        record(BatchEnv(EVERYTHING, 8, seed=9, first_env=first), actions[:, first : first + 8]) for first in (0, 8)
    )
    ends = 0
    for all_, first, second in zip(whole, low, high, strict=True):
        for a, b, c in zip(all_, first, second, strict=True):
            np.testing.assert_array_equal(a, np.concatenate([b, c]))
        ends += all_[1].sum() if len(all_) == 5 else 0
    assert ends >= 16 * 3, "the steps meet resets"


def test_an_environment_alone_does_what_it_does_among_others():
    actions = actions_of(5)
    together = record(BatchEnv(EVERYTHING, 5, seed=9, first_env=20), actions)
    for b in range(5):
        alone = record(BatchEnv(EVERYTHING, 1, seed=9, first_env=20 + b), actions[:, b : b + 1])
        for among, own in zip(together, alone, strict=True):
            # The last two of each record are rows and observations.
            np.testing.assert_array_equal(among[-2][b], own[-2][0])
            np.testing.assert_array_equal(among[-1][b], own[-1][0])


def test_environments_may_be_stepped_in_any_order():
    actions, order = actions_of(8, steps=15), np.random.default_rng(1).permutation(8)
    ordered, shuffled = BatchEnv(EVERYTHING, 8, seed=9), BatchEnv(EVERYTHING, 8, seed=9)
    shuffled.engine.set_rows(shuffled.engine.get_rows()[order])
    for action in actions:
        ordered.step(action)
        shuffled.step(np.ascontiguousarray(action[order]))
        np.testing.assert_array_equal(shuffled.engine.get_rows(), ordered.engine.get_rows()[order])
        np.testing.assert_array_equal(shuffled.obs, ordered.obs[order])


def test_extreme_neighbours_leave_no_trace():
    actions = actions_of(4)
    plain, extreme = BatchEnv(EVERYTHING, 4, seed=9), BatchEnv(EVERYTHING, 4, seed=9)
    for env in (0, 2):
        extreme.orchestrator.set_randomization(
            env, {"body_mass": 50, "body_inertia": 100, "geom_friction": 0, "gravity": [30, -30, 90], "action_delay": 3}
        )
        extreme.orchestrator.set_action(env, [1, -1])
        extreme.orchestrator.set_variant(env, 3)
    extreme.orchestrator.set_state(2, extreme.model.qpos0, np.full(extreme.model.nv, 1e9))
    apart = False
    for a, b in zip(record(plain, actions), record(extreme, actions), strict=True):
        for part in (-2, -1):
            np.testing.assert_array_equal(a[part][[1, 3]], b[part][[1, 3]])
        apart |= not np.array_equal(a[-1][[0, 2]], b[-1][[0, 2]])
    assert apart
    assert extreme.divergences >= 1


def test_two_ranks_learn_as_one_with_everything_on():
    settings = {"num_envs": 32, "num_steps": 8, "num_minibatches": 4, "update_epochs": 3, "seed": 7, "target_kl": 0.0}
    settings["eval_every"] = 0
    one, two = (websim.train(EVERYTHING, total_steps=2 * 256, ranks=ranks, **settings) for ranks in (1, 2))
    start = websim.train(EVERYTHING, total_steps=256, **settings).policy.network.params
    assert np.abs(one.policy.network.params - start).max() > 1e-3, "the second update moves the parameters"
    np.testing.assert_allclose(two.policy.network.params, one.policy.network.params, rtol=0, atol=2e-6)
    np.testing.assert_allclose(two.policy.normalizer.mean, one.policy.normalizer.mean, rtol=1e-6, atol=1e-7)
    for a, b in zip(one.history, two.history, strict=True):
        for name in a:
            if not name.startswith(("time/", "charts/SPS")) and a[name] is not None:
                assert a[name] == pytest.approx(b[name], rel=1e-3, abs=1e-6), name
