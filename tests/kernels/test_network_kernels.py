"""The network kernels against their references. The same file runs in CPython and, in node, in Pyodide."""

import numpy as np
import pytest
import reference

from websim.distributions import Categorical, Gaussian
from websim.kernels import address, library, tiles
from websim.network import ACTIVATIONS, ActorCritic, Mlp

# Batches below, at and across the tile width; widths that are no multiple of a vector.
SHAPES = [
    (1, (3, 5, 1)),
    (16, (4, 8, 8, 2)),
    (63, (17, 64, 64, 6)),
    (64, (11, 33, 3)),
    (200, (17, 64, 64, 6)),
    (129, (2, 1, 7)),
    (80, (5, 3)),
    (100, (24, 256, 130, 2)),
]


def to_tiles(rows):
    rows = np.ascontiguousarray(rows, np.float32)
    out = tiles(*rows.shape)
    library().ws_gather_tiles(address(out), address(rows), None, *rows.shape)
    return out


def to_rows(tiled, count):
    out = np.empty((count, tiled.shape[1]), np.float32)
    library().ws_tiles_to_rows(address(out), address(tiled), count, tiled.shape[1])
    return out


def random_network(rng, widths, activation="tanh"):
    net = Mlp(widths, activation)
    return net, rng.normal(0, 0.5, net.size).astype(np.float32)


def forward(net, params, x):
    count = len(x)
    out, hidden, batch = tiles(count, int(net.widths[-1])), tiles(count, net.hidden), to_tiles(x)
    net.forward_pass(params, out, hidden, batch)(count)
    return out, hidden, batch


def backward(net, params, x, dout):
    """Gradients with respect to params and to x."""
    _, hidden, batch = forward(net, params, x)
    gradient, dx = np.zeros(net.size, np.float32), tiles(len(x), int(net.widths[0]))
    net.backward_pass(params, gradient, to_tiles(dout), hidden, batch, dx)(len(x))
    return gradient, to_rows(dx, len(x))


@pytest.mark.parametrize(("count", "features"), [(1, 1), (64, 3), (65, 20), (200, 26)])
def test_tiles_round_trip_and_gather_by_index(count, features):
    rows = np.random.default_rng(0).normal(size=(count, features)).astype(np.float32)
    tiled = to_tiles(rows)
    np.testing.assert_array_equal(to_rows(tiled, count), rows)
    assert not tiled.transpose(0, 2, 1).reshape(-1, features)[count:].any(), "lanes beyond the batch must be zero"

    order = np.random.default_rng(1).permutation(count).astype(np.int32)
    gathered = tiles(count, features)
    library().ws_gather_tiles(address(gathered), address(rows), address(order), count, features)
    np.testing.assert_array_equal(to_rows(gathered, count), rows[order])


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize(("count", "widths"), SHAPES)
def test_mlp_forward_equals_ref(count, widths, activation):
    rng = np.random.default_rng(count)
    net, params = random_network(rng, widths, activation)
    x = rng.normal(size=(count, widths[0])).astype(np.float32)
    out, _, _ = forward(net, params, x)
    expected, _ = reference.mlp_forward_ref(x, params, widths, activation)
    np.testing.assert_allclose(to_rows(out, count), expected, rtol=2e-5, atol=2e-6 * np.abs(expected).max() + 2e-5)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_activations_and_their_slopes_equal_ref_far_from_zero_too(activation):
    x = np.concatenate([np.linspace(-12, 12, 400), np.linspace(-100, 100, 21)]).astype(np.float32)[:, None]
    net, params = Mlp((1, 1, 1), activation), np.array([1, 0, 1, 0], np.float32)
    out, _, _ = forward(net, params, x)
    _, dx = backward(net, params, x, np.ones_like(x))
    function, derivative = reference.ACTIVATIONS[activation]
    np.testing.assert_allclose(to_rows(out, len(x)), function(x.astype(float)), rtol=1e-6, atol=2e-7)
    np.testing.assert_allclose(dx, derivative(x.astype(float)), rtol=1e-6, atol=1e-6)


def test_tanh_is_exact_to_a_few_ulp_and_saturates():
    x = np.concatenate([np.linspace(-12, 12, 4001), [0, 1e-6, -1e-6, 1e30, -1e30]]).astype(np.float32)[:, None]
    net = Mlp((1, 1, 1))
    params = np.array([1, 0, 1, 0], np.float32)
    _, hidden, _ = forward(net, params, x)
    np.testing.assert_allclose(to_rows(hidden, len(x)), np.tanh(x.astype(float)), rtol=5e-7, atol=0)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_a_number_that_is_none_stays_one(activation):
    net, params = Mlp((1, 1, 1), activation), np.array([1, 0, 1, 0], np.float32)
    assert np.isnan(to_rows(forward(net, params, np.full((3, 1), np.nan, np.float32))[0], 3)).all()


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize(("count", "widths"), SHAPES)
def test_mlp_backward_equals_ref(count, widths, activation):
    rng = np.random.default_rng(count)
    net, params = random_network(rng, widths, activation)
    x = rng.normal(size=(count, widths[0])).astype(np.float32)
    dout = rng.normal(size=(count, widths[-1])).astype(np.float32)
    for got, expected in zip(
        backward(net, params, x, dout), reference.mlp_backward_ref(x, params, widths, dout, activation), strict=True
    ):
        np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-4 * np.abs(expected).max())


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_mlp_gradients_equal_finite_differences(activation):
    rng = np.random.default_rng(3)
    widths = (4, 6, 5, 2)
    net, params = random_network(rng, widths, activation)
    x = rng.normal(size=(9, 4)).astype(np.float32)
    dout = rng.normal(size=(9, 2)).astype(np.float32)
    gradient, dx = backward(net, params, x, dout)

    def loss(values, x):
        return (reference.mlp_forward_ref(x, values, widths, activation)[0] * dout).sum()

    def difference(array, index):
        arrays, values = [params.astype(float), x.astype(float)], []
        for sign in (1, -1):
            arrays[array][index] += sign * 1e-6
            values.append(loss(*arrays))
            arrays[array][index] -= sign * 1e-6
        return (values[0] - values[1]) / 2e-6

    for i in range(net.size):
        assert gradient[i] == pytest.approx(difference(0, i), rel=1e-3, abs=1e-3), f"parameter {i}"
    for i in np.ndindex(dx.shape):
        assert dx[i] == pytest.approx(difference(1, i), rel=1e-3, abs=1e-3), f"input {i}"


def test_backward_gives_the_input_gradient_alone():
    rng = np.random.default_rng(9)
    net, params = random_network(rng, (5, 7, 2), "relu")
    # The tiles have more features than the network reads: an observation, then what goes with the sample.
    x, dout = rng.normal(size=(70, 8)).astype(np.float32), rng.normal(size=(70, 2)).astype(np.float32)
    _, hidden, batch = forward(net, params, x)
    dx = tiles(70, 5)
    net.backward_pass(params, None, to_tiles(dout), hidden, batch, dx)(70)
    expected = reference.mlp_backward_ref(x[:, :5], params, (5, 7, 2), dout, "relu")[1]
    np.testing.assert_allclose(to_rows(dx, 70), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("activation", ["relu", "silu", "elu"])
def test_initial_weights_are_orthogonal_and_keep_the_second_moment(activation):
    net = Mlp((5, 8, 3, 2), activation)
    params = net.initialize(np.random.default_rng(10), 0.01)
    first, second, last = params[:40].reshape(5, 8), params[48:72].reshape(8, 3), params[75:81].reshape(3, 2)
    z = np.random.default_rng(11).normal(size=1_000_000)
    square = 1 / (reference.ACTIVATIONS[activation][0](z) ** 2).mean()
    np.testing.assert_allclose(first @ first.T, square * np.eye(5), atol=0.01 * square)
    np.testing.assert_allclose(second.T @ second, square * np.eye(3), atol=0.01 * square)
    np.testing.assert_allclose(last.T @ last, 1e-4 * np.eye(2), atol=1e-9)
    assert not params[40:48].any()
    assert not params[-2:].any()


def test_backward_adds_to_the_gradient():
    rng = np.random.default_rng(4)
    network = ActorCritic(3, 2, (8,), features=3, capacity=5)
    network.initialize(rng)
    batch = to_tiles(rng.normal(size=(5, 3)))
    dmean, dvalue = to_tiles(rng.normal(size=(5, 2))), to_tiles(rng.normal(size=(5, 1)))
    once, twice = np.zeros((2, network.size), np.float32)
    network.actor_pass(batch)(5)
    network.critic_pass(batch)(5)
    network.backward_pass(once, dmean, dvalue, batch)(5)
    for _ in range(2):
        network.backward_pass(twice, dmean, dvalue, batch)(5)
    assert once.any()
    np.testing.assert_allclose(twice, 2 * once, rtol=1e-6)


COEFFICIENTS = (0.2, 0.5, 0.01)


@pytest.mark.parametrize("kind", ["gaussian", "categorical"])
@pytest.mark.parametrize("count", [1, 50, 64, 150])
def test_ppo_loss_equals_ref_and_its_finite_differences(count, kind):
    rng = np.random.default_rng(count)
    O, outputs = 3, 2 if kind == "gaussian" else 5
    arrays = {"outputs": rng.normal(0, 2, (count, outputs)), "value": rng.normal(size=(count, 1))}
    if kind == "gaussian":
        distribution, actions = Gaussian(-np.ones(2, np.float32), np.ones(2, np.float32)), rng.normal(size=(count, 2))
        arrays["log_std"] = rng.normal(0, 0.3, 2)
    else:
        distribution, actions = Categorical(np.zeros((5, 1), np.float32)), rng.integers(0, 5, (count, 1))
        arrays["log_std"] = np.zeros(0)

    def log_prob_and_entropy():
        if kind == "gaussian":
            return reference.gaussian_ref(actions, arrays["outputs"], arrays["log_std"])
        return reference.categorical_ref(actions[:, 0], arrays["outputs"])

    old_log_prob = log_prob_and_entropy()[0] + rng.normal(0, 0.3, count)
    advantages, returns = rng.normal(size=count), rng.normal(size=count)

    def loss():
        return reference.ppo_loss_ref(
            *log_prob_and_entropy(), old_log_prob, advantages, returns, arrays["value"][:, 0], *COEFFICIENTS
        )

    batch = to_tiles(np.column_stack([rng.normal(size=(count, O)), actions, old_log_prob, advantages, returns]))
    gradients = tiles(count, outputs), tiles(count, 1), np.zeros(arrays["log_std"].size, np.float32)
    sums, log_std = np.zeros(5), arrays["log_std"].astype(np.float32)
    passed = to_tiles(arrays["outputs"]), to_tiles(arrays["value"]), log_std
    distribution.ppo_loss(gradients, sums, batch, *passed, COEFFICIENTS, O)(1 / count, count)

    np.testing.assert_allclose(sums, loss()[1], rtol=1e-4, atol=1e-4)
    got = {"outputs": to_rows(gradients[0], count), "value": to_rows(gradients[1], count), "log_std": gradients[2]}
    for name, array in arrays.items():
        for index in list(np.ndindex(array.shape))[: 40 * outputs]:
            values = []
            for sign in (1, -1):
                array[index] += sign * 1e-6
                values.append(loss()[0])
                array[index] -= sign * 1e-6
            expected = (values[0] - values[1]) / 2e-6
            tolerance = 2e-4 if name == "log_std" else 2e-4 / count
            assert got[name][index] == pytest.approx(expected, rel=2e-3, abs=tolerance), f"{name} {index}"
    for gradient in gradients[:2]:
        beyond = gradient.transpose(0, 2, 1).reshape(-1, gradient.shape[1])[count:]
        assert not beyond.any(), "lanes beyond the batch must be zero"


@pytest.mark.parametrize("kind", ["gaussian", "categorical"])
@pytest.mark.parametrize("count", [50, 64, 150])
def test_ppo_gradient_is_that_of_its_parts(count, kind):
    """Samples that are taken by index and pass in parts of 64; the sums of all parts."""
    rng = np.random.default_rng(count)
    O, outputs, capacity = 3, 2 if kind == "gaussian" else 5, 64
    bounds = np.ones(2, np.float32)
    distribution = Gaussian(-bounds, bounds) if kind == "gaussian" else Categorical(np.zeros((5, 1), np.float32))
    actions = rng.normal(size=(200, 2)) if kind == "gaussian" else rng.integers(0, 5, (200, 1))
    rest = rng.normal(0, 0.3, (200, 3)) - [2, 0, 0]
    samples = np.column_stack([rng.normal(size=(200, O)), actions, rest]).astype(np.float32)
    features = samples.shape[1]
    network = ActorCritic(O, outputs, [8], discrete=kind == "categorical", features=features, capacity=capacity)
    network.params[:] = rng.normal(0, 0.5, network.size)
    index = rng.permutation(200)[:count].astype(np.int32)
    work = tiles(capacity, features), tiles(capacity, outputs), tiles(capacity, 1)

    got = np.full(network.size + 5, 7, np.float32)
    gradient_of = network.ppo_gradient(got, *work, samples, distribution.columns, COEFFICIENTS)
    gradient_of(address(index), 1 / count, count)

    expected, sums = np.zeros(network.size, np.float32), np.zeros(5)
    for first in range(0, count, capacity):
        batch = to_tiles(samples[index[first : first + capacity]])
        n = min(capacity, count - first)
        network.actor_pass(batch)(n)
        network.critic_pass(batch)(n)
        gradients = *work[1:], network.log_std_gradient(expected)
        passed = network.mean, network.value, network.log_std
        distribution.ppo_loss(gradients, sums, batch, *passed, COEFFICIENTS, O)(1 / count, n)
        network.backward_pass(expected, *work[1:], batch)(n)
    np.testing.assert_array_equal(got[: network.size], expected)
    np.testing.assert_array_equal(got[network.size :], sums.astype(np.float32))
    assert np.abs(expected).max() > 0.01


def run_gae(rewards, values, ended, bootstrap, gamma, lam):
    arrays = [np.ascontiguousarray(a, np.float32) for a in (rewards, values, bootstrap)]
    ended = np.ascontiguousarray(ended, np.uint8)
    T, B = arrays[0].shape
    advantages, returns = np.zeros((2, T, B), np.float32)
    library().ws_gae(
        address(advantages), address(returns), address(arrays[0]), address(arrays[1]), address(ended),
        address(arrays[2]), gamma, lam, T, B,
    )  # fmt: skip
    return advantages, returns


def test_gae_by_hand():
    # gamma 0.5, lambda 0.5; rewards 1, 2, 3; values 1, 1, 1 and 4 after the last step.
    # delta_2 = 3 + 0.5*4 - 1 = 4;   A_2 = 4
    # delta_1 = 2 + 0.5*1 - 1 = 1.5; A_1 = 1.5 + 0.25*4 = 2.5
    # delta_0 = 1 + 0.5*1 - 1 = 0.5; A_0 = 0.5 + 0.25*2.5 = 1.125
    values = [[1], [1], [1], [4]]
    advantages, returns = run_gae([[1], [2], [3]], values, np.zeros((3, 1)), np.zeros((3, 1)), 0.5, 0.5)
    np.testing.assert_allclose(advantages[:, 0], [1.125, 2.5, 4], rtol=1e-6)
    np.testing.assert_allclose(returns[:, 0], [2.125, 3.5, 5], rtol=1e-6)

    # The episode terminates with step 1: delta_1 = 2 + 0 - 1 = 1; A_1 = 1; A_0 = 0.5 + 0.25*1 = 0.75.
    advantages, _ = run_gae([[1], [2], [3]], values, [[0], [1], [0]], np.zeros((3, 1)), 0.5, 0.5)
    np.testing.assert_allclose(advantages[:, 0], [0.75, 1, 4], rtol=1e-6)

    # It is truncated there, the final observation worth 6: delta_1 = 2 + 0.5*6 - 1 = 4 = A_1; A_0 = 1.5.
    advantages, _ = run_gae([[1], [2], [3]], values, [[0], [1], [0]], [[0], [6], [0]], 0.5, 0.5)
    np.testing.assert_allclose(advantages[:, 0], [1.5, 4, 4], rtol=1e-6)


def test_gae_equals_ref():
    rng = np.random.default_rng(5)
    T, B = 20, 7
    rewards, bootstrap = rng.normal(size=(2, T, B)).astype(np.float32)
    values = rng.normal(size=(T + 1, B)).astype(np.float32)
    ended = rng.random((T, B)) < 0.15
    advantages, returns = run_gae(rewards, values, ended, bootstrap, 0.99, 0.95)
    expected = reference.gae_ref(rewards, values, ended, bootstrap, 0.99, 0.95)
    np.testing.assert_allclose(advantages, expected, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(returns, expected + values[:-1], rtol=1e-5, atol=1e-5)


def test_discounted_sums_by_hand_and_across_rollouts():
    # gamma 0.5, carry 4: 0.5*4 + 1 = 3; 0.5*3 + 2 = 3.5, where the episode ends; then 3; 0.5*3 + 4 = 5.5.
    rewards, ended = np.array([[1], [2], [3], [4]], np.float32), np.array([[0], [1], [0], [0]], np.uint8)
    sums, carry = np.zeros((4, 1), np.float32), np.array([4], np.float32)
    library().ws_discount(address(sums), address(carry), address(rewards), address(ended), 0.5, 4, 1)
    np.testing.assert_array_equal(sums[:, 0], [3, 3.5, 3, 5.5])
    assert carry[0] == 5.5


SEED = 7 | 3 << 32


def shuffled(samples, parts, iteration=0, epoch=0):
    """This rank's samples of each minibatch."""
    samples = np.array(samples, np.int32)
    order = np.zeros_like(samples)
    owned, ends = np.zeros((samples >= 0).sum(), np.int32), np.zeros(parts, np.int32)
    library().ws_shuffle(
        address(owned), address(ends), address(order), address(samples), SEED & 0xFFFFFFFF, SEED >> 32,
        len(samples), parts, iteration, epoch,
    )  # fmt: skip
    assert ends[-1] == len(owned)
    return np.split(owned, ends[:-1])


def test_shuffle_equals_ref():
    samples = np.arange(1003)
    [whole] = shuffled(samples, 1, iteration=5, epoch=2)
    np.testing.assert_array_equal(whole, reference.shuffle_ref(samples, SEED, 5, 2))


def test_shuffle_gives_each_rank_its_own_samples_of_the_same_minibatches():
    whole = shuffled(np.arange(90), 4)
    assert [len(part) for part in whole] == [22, 23, 22, 23]
    for rank in range(3):
        # Sample i is number i // 3 of rank i % 3.
        mine = np.arange(90) % 3 == rank
        parts = shuffled(np.where(mine, np.arange(90) // 3, -1), 4)
        for part, all_samples in zip(parts, whole, strict=True):
            np.testing.assert_array_equal(part, all_samples[all_samples % 3 == rank] // 3)


def test_shuffle_is_another_one_in_each_epoch_and_has_each_order_as_often():
    orders = [tuple(shuffled(range(4), 1, iteration, epoch)[0]) for iteration in range(600) for epoch in range(8)]
    counts = np.unique(orders, axis=0, return_counts=True)[1]
    # 24 orders, each 200 times in the mean with a deviation of 14.
    assert len(counts) == 24
    assert np.abs(counts - 200).max() < 60


@pytest.mark.parametrize("scale", [0.01, 100.0])
def test_adam_equals_ref_below_and_above_the_clipping_norm(scale):
    rng = np.random.default_rng(6)
    n = 37
    params, gradient = rng.normal(size=(2, n)).astype(np.float32)
    first, second = np.abs(rng.normal(size=(2, n))).astype(np.float32)
    gradient *= np.float32(scale)
    expected = reference.adam_ref(params, first, second, gradient, 1e-2, 3, 0.5)
    norm = library().ws_adam(
        address(params), address(first), address(second), address(gradient), 1e-2, 0.9, 0.999, 1e-5,
        1 - 0.9**3, 1 - 0.999**3, 0.5, n,
    )  # fmt: skip
    assert norm == pytest.approx(np.linalg.norm(gradient.astype(float)), rel=1e-6)
    for array, value in zip((params, first, second), expected, strict=True):
        np.testing.assert_allclose(array, value, rtol=1e-5, atol=1e-7)


def test_adam_changes_nothing_when_the_gradient_is_not_finite():
    params, first, second, gradient = np.ones((4, 8), np.float32)
    gradient[3] = np.nan
    norm = library().ws_adam(
        address(params), address(first), address(second), address(gradient), 1e-2, 0.9, 0.999, 1e-5, 0.1, 0.001, 0.5, 8
    )
    assert np.isnan(norm)
    assert (params == 1).all()
    assert (first == 1).all()


def test_moments_and_normalize_equal_ref():
    rng = np.random.default_rng(7)
    rows = (rng.normal(size=(101, 5)) * [1, 10, 1e-3, 1, 1] + [0, 1e4, 0, 5, 0]).astype(np.float32)
    mean, m2 = np.zeros((2, 5))
    for first, batch in ((0, rows[:1]), (1, rows[1:60]), (60, rows[60:])):
        library().ws_add_moments(address(mean), address(m2), address(batch), first, *batch.shape)
    np.testing.assert_allclose(mean, rows.astype(float).mean(0), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(m2, rows.astype(float).var(0) * 101, rtol=1e-9)

    out = np.full((101, 8), 9, np.float32)
    float_mean, inverse = mean.astype(np.float32), (1 / np.sqrt(m2 / 101)).astype(np.float32)
    library().ws_normalize(address(out), address(rows), address(float_mean), address(inverse), 1.5, 8, *rows.shape)
    np.testing.assert_allclose(out[:, :5], np.clip((rows - float_mean) * inverse, -1.5, 1.5), rtol=1e-5, atol=1e-6)
    assert (out[:, 5:] == 9).all(), "columns beyond the observation belong to the caller"


LOW, HIGH = np.float32([-1, -2, -np.inf]), np.float32([1, 3, np.inf])
OFFSET, SCALE = np.float32([0, 0.5, 0]), np.float32([1, 2.5, 1])


def sample(mean, log_std, seed, step, first_env):
    """Actions [B, 3], log-probabilities [B], controls [B, 3]."""
    count, A, stride = len(mean), 3, 5
    rows, control = np.full((count, stride), 9, np.float32), np.zeros((count, A), np.float32)
    mean_tiles = to_tiles(mean)
    library().ws_gaussian_sample(
        address(rows), address(control), address(mean_tiles), address(log_std), address(OFFSET), address(SCALE),
        address(LOW), address(HIGH), seed & 0xFFFFFFFF, seed >> 32, first_env, stride, A, count, step,
    )  # fmt: skip
    assert (rows[:, A + 1 :] == 9).all(), "the rest of a row belongs to the caller"
    return rows[:, :A], rows[:, A], control


def test_gaussian_sample_equals_ref():
    rng = np.random.default_rng(8)
    mean, log_std = rng.normal(size=(70, 3)).astype(np.float32), np.array([-1, 0, 0.5], np.float32)
    seed = 2**40 + 12345
    action, log_prob, control = sample(mean, log_std, seed, 9, 100)
    z = np.array([[reference.normal_ref(seed, 100 + b, 9, a) for a in range(3)] for b in range(70)])
    np.testing.assert_allclose(action, mean + np.exp(log_std) * z, rtol=2e-5, atol=2e-5)
    expected = (-0.5 * z**2 - log_std - 0.5 * np.log(2 * np.pi)).sum(1)
    np.testing.assert_allclose(log_prob, expected, rtol=1e-5, atol=2e-5)
    np.testing.assert_allclose(control, np.clip(OFFSET + SCALE * action, LOW, HIGH), rtol=1e-6, atol=1e-6)


def test_gaussian_sample_does_not_depend_on_how_environments_are_split():
    mean, log_std = np.zeros((100, 3), np.float32), np.zeros(3, np.float32)
    whole = sample(mean, log_std, 1, 2, 0)[0]
    parts = [sample(mean[:n], log_std, 1, 2, first)[0] for first, n in ((0, 30), (30, 70))]
    np.testing.assert_array_equal(whole, np.concatenate(parts))


def test_gaussian_sample_is_standard_normal():
    draws = np.concatenate(
        [sample(np.zeros((1000, 3), np.float32), np.zeros(3, np.float32), 3, t, 0)[0] for t in range(40)]
    )
    # 120,000 numbers: the standard error of the mean is 0.003, of the variance 0.004, of the kurtosis 0.014.
    assert abs(draws.mean()) < 0.012
    assert abs(draws.var() - 1) < 0.016
    assert abs((draws**4).mean() - 3) < 0.06
    assert np.abs(np.corrcoef(draws.T) - np.eye(3)).max() < 0.03


TABLE = np.float32([[-1, 0], [0, 0.5], [1, 1], [3, 3]])


def choose(logits, seed, step, first_env):
    """Choices [B], log-probabilities [B], controls [B, 2]."""
    rows, control = np.full((len(logits), 5), 9, np.float32), np.zeros((len(logits), 2), np.float32)
    call = Categorical(TABLE).sampling(
        rows[:, 1:], control, to_tiles(logits), np.zeros(0, np.float32), seed=seed, first_env=first_env
    )
    call(step)
    assert (rows[:, [0, 3, 4]] == 9).all(), "the rest of a row belongs to the caller"
    return rows[:, 1].astype(int), rows[:, 2], control


def test_categorical_sample_equals_ref():
    logits = np.random.default_rng(12).normal(0, 3, size=(200, 4)).astype(np.float32)
    seed = 2**40 + 12345
    number, log_prob, control = choose(logits, seed, 9, 100)
    p = np.exp(logits - logits.max(1, keepdims=True)).astype(float)
    cumulative = (p / p.sum(1, keepdims=True)).cumsum(1)
    uniform = np.array([reference.uniform_ref(seed, 100 + b, 9) for b in range(200)])
    expected = (cumulative[:, :3] <= uniform[:, None]).sum(1)
    assert len(set(expected)) == 4
    np.testing.assert_array_equal(number, expected)
    np.testing.assert_allclose(log_prob, reference.categorical_ref(expected, logits)[0], rtol=1e-5, atol=1e-5)
    np.testing.assert_array_equal(control, TABLE[expected])


def test_categorical_sample_does_not_depend_on_how_environments_are_split():
    logits = np.zeros((100, 4), np.float32)
    whole = choose(logits, 1, 2, 0)[0]
    parts = [choose(logits[:n], 1, 2, first)[0] for first, n in ((0, 30), (30, 70))]
    np.testing.assert_array_equal(whole, np.concatenate(parts))


def test_categorical_sample_has_the_probabilities_of_the_logits():
    p = np.array([0.1, 0.2, 0.3, 0.4])
    numbers = np.concatenate([choose(np.tile(np.log(p), (1000, 1)), 3, t, 0)[0] for t in range(40)])
    # 40,000 choices: the standard error is at most 0.0025.
    np.testing.assert_allclose(np.bincount(numbers, minlength=4) / len(numbers), p, atol=0.008)
