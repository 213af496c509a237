"""The kernels of evolution strategies against their references, in CPython and, in node, in Pyodide."""

import numpy as np
import pytest
import reference

from websim.kernels import bind
from websim.network import ACTIVATIONS, Mlp

SEED = 5 << 32 | 7
KEY = (SEED & 0xFFFFFFFF, SEED >> 32)


def perturbed(params, scale, iteration, first_env=0):
    policies = np.zeros((len(scale), params.size), np.float32)
    scale = np.array(scale, np.float32)
    bind("perturb", policies, params, scale, *KEY, first_env, params.size, len(scale))(iteration)
    return policies


def noise(count, directions, iteration):
    """Of each direction, [directions, count]."""
    return perturbed(np.zeros(count, np.float32), np.ones(2 * directions), iteration)[::2]


# Numbers below, at and beyond a block of any vector width.
@pytest.mark.parametrize("count", [1, 6, 64, 102])
def test_noise_equals_ref(count):
    expected = [[reference.noise_ref(SEED, d, 9, p) for p in range(count)] for d in range(3)]
    np.testing.assert_allclose(noise(count, 3, 9), expected, rtol=1e-4, atol=2e-5)


def test_noise_is_standard_normal_and_differs_between_directions_and_iterations():
    first, later = noise(5000, 4, 0), noise(5000, 4, 1)
    samples = np.concatenate([first.ravel(), later.ravel()])  # 40,000: a standard error of 0.005
    assert abs(samples.mean()) < 0.02
    assert abs(samples.std() - 1) < 0.02
    correlations = np.corrcoef(np.concatenate([first, later]))
    assert np.abs(correlations - np.eye(8)).max() < 0.07  # 5 standard errors


def test_an_environments_policy_depends_on_its_number_in_the_run():
    params = np.random.default_rng(0).normal(size=30).astype(np.float32)
    scale = [0.1, -0.1, 0.1, -0.1, 0.1, 0]
    whole = perturbed(params, scale, 3)
    np.testing.assert_array_equal(perturbed(params, scale[3:], 3, first_env=3), whole[3:])
    np.testing.assert_allclose(whole[0] + whole[1], 2 * params, atol=1e-6)
    np.testing.assert_allclose(whole[2:4], params + np.outer([0.1, -0.1], noise(30, 2, 3)[1]), atol=1e-6)
    np.testing.assert_array_equal(whole[5], params)


def test_the_weighted_sum_is_of_the_same_noise():
    weights = np.array([0.5, 0, -2, 1], np.float32)
    total = np.full(77, np.nan, np.float32)
    bind("sum_noise", total, weights, *KEY, 77, 4)(12)
    np.testing.assert_allclose(total, weights @ noise(77, 4, 12), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("widths", [(17, 6), (1, 1), (4, 5, 2), (11, 64, 33, 70, 3)])
def test_each_rows_own_policy_equals_ref(widths, activation):
    rng = np.random.default_rng(1)
    net = Mlp(widths, activation)
    policies = rng.normal(0, 0.5, (9, net.size)).astype(np.float32)
    x, out = rng.normal(size=(9, widths[0])).astype(np.float32), np.zeros((9, widths[-1]), np.float32)
    net.forward_each(policies, out, x)()
    expected = [reference.mlp_forward_ref(x[i : i + 1], policies[i], widths, activation)[0][0] for i in range(9)]
    np.testing.assert_allclose(out, expected, rtol=2e-5, atol=2e-6 * np.abs(expected).max() + 2e-5)
