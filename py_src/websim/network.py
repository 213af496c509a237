"""An actor and a critic, both multi-layer perceptrons, on the kernels.

All parameters are one flat float32 vector, so that a gradient is one all-reduce:
[actor layers | log_std [A] | critic layers], a layer being W [in, out] row-major, then b [out].
Of discrete actions the actor's outputs are logits, and log_std is empty.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from websim.kernels import TILE, Tiles, bind, tiles

#: Activations of hidden layers, numbered as the kernels number them (`wasm_build/kernels/activation.h`). The gain of
#: a layer's initial weights keeps the second moment of what follows it: 1 / E[f(z)^2]^0.5 of a normal z (He et al.
#: 2015, eq. 10); for tanh it is CleanRL's.
ACTIVATIONS = ("tanh", "relu", "silu", "elu")
_GAINS = {"tanh": 2**0.5, "relu": 2**0.5, "silu": 1.6765, "elu": 1.2453}


class Mlp:
    """Layout and passes of one perceptron: `widths` from input to output; without hidden ones it is linear, and of
    its input alone it is nothing.

    `hidden` is the number of features that the forward pass leaves for the backward pass.
    """

    def __init__(self, widths: Sequence[int], activation: str = "tanh"):
        self.widths = np.array(widths, np.int32)
        self.layers = len(widths) - 1
        self.activation = activation
        # SiLU's output does not determine its slope, which is stored beside it.
        self.hidden = int(self.widths[1:-1].sum()) * (2 if activation == "silu" else 1)
        self.widest = int(self.widths.max())
        self.size = sum(i * o + o for i, o in pairwise(widths))
        self.scratch = np.zeros(2 * self.widest * TILE, np.float32)

    def initialize(self, rng: np.random.Generator, output_gain: float) -> NDArray[np.float32]:
        """Orthogonal weights (the activation's gain; `output_gain` for the last layer) and zero biases."""
        parts = [np.zeros(0)]
        for layer, (rows, columns) in enumerate(pairwise(self.widths)):
            gain = output_gain if layer == self.layers - 1 else _GAINS[self.activation]
            parts += [gain * _orthogonal(rng, rows, columns).ravel(), np.zeros(columns)]
        return np.concatenate(parts).astype(np.float32)

    def forward_pass(self, params: NDArray[np.float32], out: Tiles, hidden: Tiles, x: Tiles) -> Callable[[int], None]:
        """A call that takes a count of samples in `x`, whose first features are the input, and writes `out`.

        params [size]; hidden: tiles of `self.hidden` features.
        """
        return bind("mlp_forward", out, hidden, x, params, self.widths, self.layers, self.activation_number, x.shape[1])

    def backward_pass(
        self,
        params: NDArray[np.float32],
        gradient: NDArray[np.float32] | None,
        dout: Tiles,
        hidden: Tiles,
        x: Tiles,
        dx: Tiles | None = None,
    ) -> Callable[[int], None]:
        """A call that takes a count and, after the forward pass, adds to `gradient` [size] that of sum(out * dout).

        dx: tiles of as many features as the input, set to the gradient with respect to it. Either may be None.
        """
        return bind(
            "mlp_backward",
            gradient,
            dx,
            self.scratch,
            dout,
            hidden,
            x,
            params,
            self.widths,
            self.layers,
            self.activation_number,
            x.shape[1],
        )

    def forward_each(
        self, policies: NDArray[np.float32], out: NDArray[np.float32], x: NDArray[np.float32]
    ) -> Callable[[], None]:
        """A call that writes `out` [B, outputs] for x [B, inputs], each row with parameters of its own [B, size]."""
        width = self.widest + 16
        scratch = np.zeros(3 * width, np.float32)
        return bind(
            "forward_each", out, scratch, x, policies, self.widths, self.layers, self.activation_number, width, len(x)
        )

    @property
    def activation_number(self) -> int:
        return ACTIVATIONS.index(self.activation)


def _orthogonal(rng: np.random.Generator, rows: int, columns: int) -> NDArray[np.float64]:
    tall = rng.standard_normal((max(rows, columns), min(rows, columns)))
    q, r = np.linalg.qr(tall)
    q *= np.sign(np.diag(r))
    return q if rows >= columns else q.T


class ActorCritic:
    """Parameters and passes. `features`: width of the packed samples, whose first `obs_dim` are the input.

    action_dim: the actor's outputs: actions, `discrete` choices or what else a distribution makes of them, which then
    needs no log_std. critic: whether it has one. capacity: most samples of a pass.
    """

    def __init__(
        self,
        obs_dim: int,
        action_dim: int,
        hidden: Sequence[int],
        *,
        activation: str = "tanh",
        discrete: bool = False,
        critic: bool = True,
        features: int,
        capacity: int,
    ):
        self.obs_dim, self.action_dim, self.features = obs_dim, action_dim, features
        self.actor = Mlp([obs_dim, *hidden, action_dim], activation)
        self.critic = Mlp([obs_dim, *hidden, 1] if critic else [obs_dim], activation)
        self._log_std_at = self.actor.size
        self._critic_at = self.actor.size + (0 if discrete else action_dim)
        self.size = self._critic_at + self.critic.size
        self.params = np.zeros(self.size, np.float32)
        self.mean, self.value = tiles(capacity, action_dim), tiles(capacity, 1)
        self._actor_hidden, self._critic_hidden = (tiles(capacity, net.hidden) for net in (self.actor, self.critic))

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
        return self.actor.forward_pass(self._actor_params, self.mean, self._actor_hidden, batch)

    def critic_pass(self, batch: Tiles) -> Callable[[int], None]:
        """A call that takes a count of samples in `batch` and writes their values into `value`.

        `value` has one feature: flat, its first `count` numbers are the values in order.
        """
        return self.critic.forward_pass(self._critic_params, self.value, self._critic_hidden, batch)

    def backward_pass(
        self, gradient: NDArray[np.float32], dmean: Tiles, dvalue: Tiles, batch: Tiles
    ) -> Callable[[int], None]:
        """A call that takes a count and adds both networks' gradients, after both passes on `batch`."""
        actor = self.actor.backward_pass(
            self._actor_params, gradient[: self.actor.size], dmean, self._actor_hidden, batch
        )
        critic = self.critic.backward_pass(
            self._critic_params, gradient[self._critic_at : self.size], dvalue, self._critic_hidden, batch
        )

        def backward(count: int) -> None:
            actor(count)
            critic(count)

        return backward

    def ppo_gradient(
        self,
        gradient: NDArray[np.float32],
        batch: Tiles,
        doutputs: Tiles,
        dvalue: Tiles,
        samples: NDArray[np.float32],
        columns: int,
        coefficients: tuple[float, float, float],
    ) -> Callable[[int, float, int], None]:
        """A call that takes the address of the indices of samples, 1 / samples of the whole minibatch and a count.

        It sets `gradient` [size + 5]: of PPO's loss, then the sums of `ppo_loss` in `distributions.py`.
        samples: rows of `features`; columns: those of an action. batch, doutputs, dvalue: tiles of `capacity` samples
        to work in.
        """
        arrays = gradient, batch, self.mean, self.value, self._actor_hidden, self._critic_hidden, doutputs, dvalue
        wider = max(self.actor, self.critic, key=lambda net: net.widest)
        networks = wider.scratch, samples, self.params, self.actor.widths, self.critic.widths
        layout = self.actor.layers, self.actor.activation_number, self._log_std_at, self._critic_at, self.size, columns
        return bind("ppo_gradient", *arrays, *networks, *layout, len(batch) * TILE, *coefficients)

    @property
    def _actor_params(self) -> NDArray[np.float32]:
        return self.params[: self.actor.size]

    @property
    def _critic_params(self) -> NDArray[np.float32]:
        return self.params[self._critic_at :]
