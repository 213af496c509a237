"""The kernels in plain numpy, double precision: what the C is held to."""

from itertools import pairwise

import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


#: Activations and their derivatives.
ACTIVATIONS = {
    "tanh": (np.tanh, lambda x: 1 - np.tanh(x) ** 2),
    "relu": (lambda x: np.maximum(x, 0), lambda x: (x > 0).astype(float)),
    "silu": (lambda x: x * sigmoid(x), lambda x: sigmoid(x) * (1 + x * (1 - sigmoid(x)))),
    "elu": (lambda x: np.where(x > 0, x, np.expm1(x)), lambda x: np.where(x > 0, 1, np.exp(x))),
}


def mlp_forward_ref(x, params, widths, activation="tanh"):
    """Outputs [N, widths[-1]] and what the hidden activations are taken of, a list of [N, H]."""
    before, offset = [], 0
    for layer, (rows, columns) in enumerate(pairwise(widths)):
        weights = params[offset : offset + rows * columns].reshape(rows, columns).astype(float)
        offset += rows * columns
        x = x @ weights + params[offset : offset + columns]
        offset += columns
        if layer < len(widths) - 2:
            before.append(x)
            x = ACTIVATIONS[activation][0](x)
    return x, before


def mlp_backward_ref(x, params, widths, dout, activation="tanh"):
    """Gradient of sum(out * dout) with respect to params and to x [N, widths[0]]."""
    function, derivative = ACTIVATIONS[activation]
    _, before = mlp_forward_ref(x, params, widths, activation)
    inputs = [x, *map(function, before)]
    gradient = np.zeros(len(params))
    offset = len(params)
    for layer in range(len(widths) - 2, -1, -1):
        rows, columns = widths[layer], widths[layer + 1]
        offset -= rows * columns + columns
        weights = params[offset : offset + rows * columns].reshape(rows, columns).astype(float)
        gradient[offset : offset + rows * columns] = (inputs[layer].T @ dout).ravel()
        gradient[offset + rows * columns : offset + rows * columns + columns] = dout.sum(0)
        dout = dout @ weights.T
        if layer > 0:
            dout = dout * derivative(before[layer - 1])
    return gradient, dout


def ppo_loss_ref(log_prob, entropy, old_log_prob, advantages, returns, value, clip, value_coef, entropy_coef):
    """Mean loss, and sums of policy loss, value loss, KL estimate, clipped samples, entropy."""
    log_ratio = log_prob - old_log_prob
    ratio = np.exp(log_ratio)
    gain = np.minimum(ratio * advantages, np.clip(ratio, 1 - clip, 1 + clip) * advantages)
    square = 0.5 * (value - returns) ** 2
    loss = -gain.mean() + value_coef * square.mean() - entropy_coef * entropy.mean()
    clipped = (np.abs(ratio - 1) > clip).sum()
    return loss, np.array([-gain.sum(), square.sum(), (ratio - 1 - log_ratio).sum(), clipped, entropy.sum()])


def gaussian_ref(actions, mean, log_std):
    """Log-probabilities and entropies [N] of a diagonal Gaussian."""
    z = (actions - mean) / np.exp(log_std)
    entropy = (log_std + 0.5 * np.log(2 * np.pi * np.e)).sum()
    return (-0.5 * z**2 - log_std - 0.5 * np.log(2 * np.pi)).sum(1), np.full(len(actions), entropy)


def categorical_ref(choices, logits):
    """Log-probabilities and entropies [N] of choices [N] with logits [N, K]."""
    log_p = logits - np.log(np.exp(logits - logits.max(1, keepdims=True)).sum(1, keepdims=True))
    log_p -= logits.max(1, keepdims=True)
    return log_p[np.arange(len(choices)), choices], -(np.exp(log_p) * log_p).sum(1)


def gae_ref(rewards, values, ended, bootstrap, gamma, lam):
    """Advantages [T, B] as the discounted sum of temporal-difference errors, written out."""
    T, B = rewards.shape
    advantages = np.zeros((T, B))
    for b in range(B):
        for t in range(T):
            weight = 1.0
            for k in range(t, T):
                following = bootstrap[k, b] if ended[k, b] else values[k + 1, b]
                advantages[t, b] += weight * (rewards[k, b] + gamma * following - values[k, b])
                if ended[k, b]:
                    break
                weight *= gamma * lam
    return advantages


def adam_ref(params, first, second, gradient, lr, step, max_norm, betas=(0.9, 0.999), epsilon=1e-5):
    """Parameters and both moments after one step."""
    norm = np.sqrt((gradient.astype(float) ** 2).sum())
    g = gradient * min(1.0, max_norm / (norm + 1e-6))
    first = betas[0] * first + (1 - betas[0]) * g
    second = betas[1] * second + (1 - betas[1]) * g**2
    unbiased = first / (1 - betas[0] ** step), second / (1 - betas[1] ** step)
    return params - lr * unbiased[0] / (np.sqrt(unbiased[1]) + epsilon), first, second


def philox_ref(key, counter):
    """Philox 4x32-10 with Python's integers: four 32-bit words."""
    mask = 0xFFFFFFFF
    k0, k1 = key
    c0, c1, c2, c3 = counter
    for _ in range(10):
        p0, p1 = 0xD2511F53 * c0, 0xCD9E8D57 * c2
        c0, c1, c2, c3 = (p1 >> 32) ^ c1 ^ k0, p1 & mask, (p0 >> 32) ^ c3 ^ k1, p0 & mask
        k0, k1 = (k0 + 0x9E3779B9) & mask, (k1 + 0xBB67AE85) & mask
    return c0, c1, c2, c3


def uniform_ref(seed, env, step):
    """The uniform number that `categorical_sample` compares cumulative probabilities with."""
    return (philox_ref((seed & 0xFFFFFFFF, seed >> 32), (env, step, 0, 2))[0] >> 8) / 2**24


def normal_ref(seed, env, step, dimension, stream=2):
    """The standard normal that kernels draw for one number; stream 2 is that of actions."""
    words = philox_ref((seed & 0xFFFFFFFF, seed >> 32), (env, step, dimension // 2, stream))
    return normal_pair_ref(*words[:2])[dimension % 2]


def noise_ref(seed, direction, iteration, parameter):
    """The standard normal with which `perturb` moves one parameter."""
    words = philox_ref((seed & 0xFFFFFFFF, seed >> 32), (direction, iteration, parameter // 4, 11))
    pair = parameter % 4 // 2
    return normal_pair_ref(*words[2 * pair : 2 * pair + 2])[parameter % 2]


def shuffle_ref(samples, seed, iteration, epoch):
    """`samples` as `shuffle` orders them: Fisher and Yates, from the last to the first."""
    order = list(samples)
    for drawn, i in enumerate(range(len(order) - 1, 0, -1)):
        word = philox_ref((seed & 0xFFFFFFFF, seed >> 32), (drawn // 4, epoch, iteration, 12))[drawn % 4]
        j = word * (i + 1) >> 32
        order[i], order[j] = order[j], order[i]
    return order


def normal_pair_ref(word0, word1):
    """Two standard normals from two random words (Box and Muller)."""
    u0, u1 = ((word0 >> 8) + 1) / 2**24, (word1 >> 8) / 2**24
    turn = 2 * np.pi * u1
    return np.sqrt(-2 * np.log(u0)) * np.array([np.cos(turn), np.sin(turn)])


def squashed_ref(outputs, noise):
    """Actions of SAC [N, A] and their log-probabilities [N] for the actor's outputs [N, 2 A] and noise [N, A]."""
    mean, raw = np.split(outputs.astype(float), 2, axis=1)
    log_std = -5 + 3.5 * (np.tanh(raw) + 1)
    u = mean + np.exp(log_std) * noise
    log_slope = 2 * (np.log(2) - u - np.logaddexp(0, -2 * u))
    log_prob = -0.5 * noise**2 - log_std - 0.5 * np.log(2 * np.pi) - log_slope
    return np.tanh(u), log_prob.sum(1)
