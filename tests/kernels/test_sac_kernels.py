"""SAC's kernels against numpy and finite differences. The same file runs in CPython and, in node, in Pyodide."""

import numpy as np
import pytest
from reference import normal_ref, squashed_ref

from websim.distributions import SquashedGaussian
from websim.kernels import TILE, address, bind, library, tiles

# Batches below, at and across the tile width; an odd number of actions, and those of a humanoid.
SHAPES = [(1, 1, 4), (63, 3, 11), (64, 6, 25), (200, 17, 40)]
SEED = 5 + (9 << 32)


def to_tiles(rows):
    rows = np.ascontiguousarray(rows, np.float32)
    out = tiles(*rows.shape)
    library().ws_gather_tiles(address(out), address(rows), None, *rows.shape)
    return out


def to_rows(tiled, count):
    return tiled.transpose(0, 2, 1).reshape(-1, tiled.shape[1])[:count]


def sample(outputs, numbers, features, stream=9, counter=3):
    """Actions, log-probabilities, noise and the batch whose last but one columns are the actions."""
    count, A = len(outputs), outputs.shape[1] // 2
    batch, log_prob, noise = tiles(count, features), tiles(count, 1), tiles(count, A)
    first = features - A - 1
    action = batch[:, first:]
    key = SEED & 0xFFFFFFFF, SEED >> 32, stream
    bind("sac_sample", action, log_prob, noise, to_tiles(outputs), numbers, *key, features, A)(counter, count)
    return to_rows(batch, count)[:, first:-1], log_prob.ravel()[:count], to_rows(noise, count), batch


@pytest.mark.parametrize(("count", "A", "features"), SHAPES)
def test_samples_equal_ref_and_lie_between_the_other_columns(count, A, features):
    rng = np.random.default_rng(count)
    outputs = rng.normal(0, 1.5, (count, 2 * A)).astype(np.float32)
    numbers = rng.permutation(1000)[:count].astype(np.int32)
    actions, log_prob, noise, batch = sample(outputs, numbers, features)
    expected = [[normal_ref(SEED, int(n), 3, a, stream=9) for a in range(A)] for n in numbers]
    np.testing.assert_allclose(noise, expected, rtol=1e-4, atol=2e-6)
    expected_actions, expected_log_prob = squashed_ref(outputs, noise.astype(float))
    np.testing.assert_allclose(actions, expected_actions, atol=1e-5)
    np.testing.assert_allclose(log_prob, expected_log_prob, rtol=2e-5, atol=2e-5 * A)
    others = np.delete(to_rows(batch, count), np.s_[features - A - 1 : features - 1], axis=1)
    assert not others.any()


def test_noise_depends_on_the_samples_number_and_not_on_its_place():
    outputs = np.tile(np.random.default_rng(0).normal(size=(1, 6)), (40, 1)).astype(np.float32)
    numbers = np.arange(40, dtype=np.int32)
    actions, *_ = sample(outputs, numbers, 9)
    part, *_ = sample(outputs[:11], numbers[29:].copy(), 9)
    np.testing.assert_array_equal(part, actions[29:])
    for other in ({"stream": 10}, {"counter": 4}):
        assert np.abs(sample(outputs, numbers, 9, **other)[0] - actions).max(axis=1).min() > 1e-4


def test_log_probability_stays_finite_where_tanh_saturates():
    outputs = np.array([[-300.0, 2.0], [12.0, -9.0], [60.0, 90.0]], np.float32)
    actions, log_prob, noise, _ = sample(outputs, np.arange(3, dtype=np.int32), 4)
    assert np.abs(actions).max() <= 1
    np.testing.assert_allclose(log_prob, squashed_ref(outputs, noise.astype(float))[1], rtol=1e-5)


def test_a_policys_samples_have_the_same_distribution():
    rng = np.random.default_rng(0)
    outputs, low, high = rng.normal(size=(50, 6)).astype(np.float32), np.float32([-2, -1, 0]), np.float32([4, 1, 1])
    actions = SquashedGaussian(low, high).actions(outputs, outputs[:0], np.random.default_rng(1))
    noise = np.random.default_rng(1).standard_normal((50, 3), np.float32)
    expected = low + (high - low) / 2 * (squashed_ref(outputs, noise)[0] + 1)
    np.testing.assert_allclose(actions, expected, atol=1e-5)


@pytest.mark.parametrize(("count", "A", "features"), SHAPES)
def test_gradient_at_the_outputs_equals_finite_differences(count, A, features):
    rng = np.random.default_rng(count)
    outputs = rng.normal(0, 0.8, (count, 2 * A)).astype(np.float32)
    weights, slope = rng.normal(size=(count, A)).astype(np.float32), 0.37
    _, _, noise, batch = sample(outputs, np.arange(count, dtype=np.int32), features)
    doutputs = tiles(count, 2 * A)
    doutputs[:] = np.nan
    daction = to_tiles(np.column_stack([np.full((count, 2), np.nan), weights]))
    arrays = doutputs, daction[:, 2:], batch[:, features - A - 1 :], to_tiles(noise), to_tiles(outputs)
    bind("sac_sample_backward", *arrays, 2 + A, features, A)(slope, count)

    def losses(at):
        actions, log_prob = squashed_ref(at, noise.astype(float))
        return (actions * weights).sum(1) + slope * log_prob

    step = 1e-5
    for column in range(2 * A):
        moved = np.zeros(2 * A)
        moved[column] = step
        expected = (losses(outputs + moved) - losses(outputs - moved)) / (2 * step)
        np.testing.assert_allclose(to_rows(doutputs, count)[:, column], expected, rtol=1e-3, atol=2e-4)
    beyond = to_rows(doutputs, doutputs.shape[0] * TILE)[count:]
    assert not beyond.any(), "lanes beyond the batch add nothing to the gradient of the actor"


@pytest.mark.parametrize("count", [1, 64, 150])
def test_critic_loss_equals_ref(count):
    rng = np.random.default_rng(count)
    q1, q2, next_q1, next_q2, next_log_prob, reward = rng.normal(size=(6, count)).astype(np.float32)
    goes_on = (rng.random(count) < 0.5).astype(np.float32)
    gamma, alpha, scale = 0.9, 0.3, 1 / 300
    batch = to_tiles(np.column_stack([np.full((count, 3), np.nan), reward, goes_on]))
    dq1, dq2, sums = tiles(count, 1), tiles(count, 1), np.ones(4)
    values = [to_tiles(x[:, None]) for x in (q1, q2, next_q1, next_q2, next_log_prob)]
    bind("sac_critic_loss", dq1, dq2, sums, *values, batch[:, 3:], 5)(gamma, alpha, scale, count)
    target = reward + gamma * goes_on * (np.minimum(next_q1, next_q2) - alpha * next_log_prob)
    for gradient, q in ((dq1, q1), (dq2, q2)):
        np.testing.assert_allclose(gradient.ravel()[:count], 2 * scale * (q - target), rtol=1e-4, atol=1e-7)
        assert not gradient.ravel()[count:].any()
    expected = [((q1 - target) ** 2).sum(), ((q2 - target) ** 2).sum(), q1.sum(), q2.sum()]
    np.testing.assert_allclose(sums, np.array(expected) + 1, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("count", [1, 64, 150])
def test_actor_loss_equals_ref(count):
    rng = np.random.default_rng(count)
    q1, q2, log_prob = rng.normal(size=(3, count)).astype(np.float32)
    alpha, scale = 0.3, 1 / 300
    dq1, dq2, sums = tiles(count, 1), tiles(count, 1), np.ones(2)
    values = [to_tiles(x[:, None]) for x in (q1, q2, log_prob)]
    bind("sac_actor_loss", dq1, dq2, sums, *values)(alpha, scale, count)
    np.testing.assert_allclose(dq1.ravel()[:count], np.where(q1 < q2, -scale, 0), rtol=1e-6)
    np.testing.assert_allclose(dq2.ravel()[:count], np.where(q1 < q2, 0, -scale), rtol=1e-6)
    assert not dq1.ravel()[count:].any()
    assert not dq2.ravel()[count:].any()
    loss = (alpha * log_prob - np.minimum(q1, q2)).sum()
    np.testing.assert_allclose(sums, [1 + loss, 1 + log_prob.sum()], rtol=1e-4, atol=1e-4)


def test_polyak_equals_ref():
    target, params = np.random.default_rng(0).normal(size=(2, 1001)).astype(np.float32)
    expected = 0.99 * target + 0.01 * params
    bind("sac_polyak", target, params, len(target))(0.01)
    np.testing.assert_allclose(target, expected, rtol=1e-5, atol=1e-6)
