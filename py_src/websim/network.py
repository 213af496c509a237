"""A Gaussian actor and a critic, both multi-layer perceptrons with tanh, on the kernels.

All parameters are one flat float32 vector, so that a gradient is one all-reduce:
[actor layers | log_std [A] | critic layers], a layer being W [in, out] row-major, then b [out].
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from websim.kernels import TILE, bind, tiles

Tiles = NDArray[np.float32]


class Mlp:
    """Layout of one perceptron: `widths` from input to output."""

    def __init__(self, widths: Sequence[int]):
        self.widths = np.array(widths, np.int32)
        self.layers = len(widths) - 1
        self.hidden = int(self.widths[1:-1].sum())
        self.widest = int(self.widths.max())
        self.size = sum(i * o + o for i, o in pairwise(widths))

    def initialize(self, rng: np.random.Generator, output_gain: float) -> NDArray[np.float32]:
        """Orthogonal weights (gain sqrt 2; `output_gain` for the last layer) and zero biases."""
        parts = []
        for layer, (rows, columns) in enumerate(pairwise(self.widths)):
            gain = output_gain if layer == self.layers - 1 else np.sqrt(2)
            parts += [gain * _orthogonal(rng, rows, columns).ravel(), np.zeros(columns)]
        return np.concatenate(parts).astype(np.float32)


def _orthogonal(rng: np.random.Generator, rows: int, columns: int) -> NDArray[np.float64]:
    tall = rng.standard_normal((max(rows, columns), min(rows, columns)))
    q, r = np.linalg.qr(tall)
    q *= np.sign(np.diag(r))
    return q if rows >= columns else q.T


class ActorCritic:
    """Parameters and passes. `features`: width of the packed samples, whose first `obs_dim` are the input."""

    def __init__(self, obs_dim: int, action_dim: int, hidden: Sequence[int], features: int, capacity: int):
        self.obs_dim, self.action_dim, self.features = obs_dim, action_dim, features
        self.actor, self.critic = Mlp([obs_dim, *hidden, action_dim]), Mlp([obs_dim, *hidden, 1])
        self._log_std_at = self.actor.size
        self._critic_at = self.actor.size + action_dim
        self.size = self._critic_at + self.critic.size
        self.params = np.zeros(self.size, np.float32)
        self.mean, self.value = tiles(capacity, action_dim), tiles(capacity, 1)
        self._actor_hidden, self._critic_hidden = (tiles(capacity, net.hidden) for net in (self.actor, self.critic))
        self._scratch = np.zeros(2 * max(self.actor.widest, self.critic.widest) * TILE, np.float32)

    def initialize(self, rng: np.random.Generator) -> None:
        """CleanRL's initialisation: a small last layer for the actor, log_std 0."""
        self.params[: self._log_std_at] = self.actor.initialize(rng, 0.01)
        self.params[self._log_std_at : self._critic_at] = 0
        self.params[self._critic_at :] = self.critic.initialize(rng, 1.0)

    @property
    def log_std(self) -> NDArray[np.float32]:
        return self.params[self._log_std_at : self._critic_at]

    def log_std_gradient(self, gradient: NDArray[np.float32]) -> NDArray[np.float32]:
        """The slice of a flat gradient that belongs to log_std."""
        return gradient[self._log_std_at : self._critic_at]

    def actor_pass(self, batch: Tiles) -> Callable[[int], None]:
        """A call that takes a count of samples in `batch` and writes their means into `mean`."""
        return self._forward(self.actor, 0, self.mean, self._actor_hidden, batch)

    def critic_pass(self, batch: Tiles) -> Callable[[int], None]:
        """A call that takes a count of samples in `batch` and writes their values into `value`.

        `value` has one feature: flat, its first `count` numbers are the values in order.
        """
        return self._forward(self.critic, self._critic_at, self.value, self._critic_hidden, batch)

    def backward_pass(
        self, gradient: NDArray[np.float32], dmean: Tiles, dvalue: Tiles, batch: Tiles
    ) -> Callable[[int], None]:
        """A call that takes a count and adds both networks' gradients, after both passes on `batch`."""
        actor = self._backward(self.actor, 0, gradient, dmean, self._actor_hidden, batch)
        critic = self._backward(self.critic, self._critic_at, gradient, dvalue, self._critic_hidden, batch)

        def backward(count: int) -> None:
            actor(count)
            critic(count)

        return backward

    def _forward(self, net: Mlp, at: int, out: Tiles, hidden: Tiles, batch: Tiles) -> Callable[[int], None]:
        params = self.params[at : at + net.size]
        return bind("mlp_forward", out, hidden, batch, params, net.widths, net.layers, self.features)

    def _backward(
        self, net: Mlp, at: int, gradient: NDArray[np.float32], dout: Tiles, hidden: Tiles, batch: Tiles
    ) -> Callable[[int], None]:
        part, params = gradient[at : at + net.size], self.params[at : at + net.size]
        return bind(
            "mlp_backward", part, self._scratch, dout, hidden, batch, params, net.widths, net.layers, self.features
        )
