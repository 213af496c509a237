"""How a network's outputs become actions: a diagonal Gaussian, one squashed to the bounds, or a choice among a task's
discrete actions.

A sample has `columns` numbers for the action and then its log-probability; `outputs` is what the network gives.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from websim.kernels import Tiles, bind
from websim.spec import EnvSpec

Rows = NDArray[np.float32]


def action_scale(low: NDArray, high: NDArray) -> tuple[Rows, Rows]:
    """(offset, scale) [A] that take a network output in [-1, 1] to a control in [low, high]; 0, 1 if unlimited."""
    limited = np.isfinite(low) & np.isfinite(high)
    with np.errstate(invalid="ignore"):
        offset, scale = np.where(limited, (high + low) / 2, 0), np.where(limited, (high - low) / 2, 1)
    return offset.astype(np.float32), scale.astype(np.float32)


class Gaussian:
    """Independent normals around the outputs [A] with deviations exp(log_std); low, high [A]: the controls' bounds."""

    def __init__(self, low: Rows, high: Rows):
        self.low, self.high = low, high
        self.offset, self.scale = action_scale(low, high)
        self.outputs = self.columns = len(low)

    def sampling(
        self, actions: Rows, controls: Rows, outputs: Tiles, log_std: Rows, *, seed: int, first_env: int
    ) -> Callable[[int], None]:
        """A call that takes a step's number and writes actions with their log-probability, and controls [B, A].

        actions: the last columns of rows [B, F], from the first action on.
        """
        bounds = self.offset, self.scale, self.low, self.high
        sizes = first_env, actions.strides[0] // 4, self.outputs, len(controls)
        key = seed & 0xFFFFFFFF, seed >> 32
        return bind("gaussian_sample", actions, controls, outputs, log_std, *bounds, *key, *sizes)

    def ppo_loss(
        self,
        gradients: tuple[Tiles, Tiles, Rows],
        sums: NDArray[np.float64],
        batch: Tiles,
        outputs: Tiles,
        value: Tiles,
        log_std: Rows,
        coefficients: tuple[float, float, float],
        obs_dim: int,
    ) -> Callable[[float, int], None]:
        """A call that takes 1 / samples of the whole minibatch and a count, and writes the loss's gradients.

        gradients: at outputs and value, and with respect to log_std (added to). sums [5], added to: policy loss, value
        loss, KL, clipped samples, entropy. coefficients: clipping range, weights of value loss and entropy.
        """
        arrays = *gradients, sums, batch, outputs, value, log_std
        return bind("ppo_loss_gaussian", *arrays, *coefficients, obs_dim, self.outputs)

    def actions(self, outputs: Rows, log_std: Rows, rng: np.random.Generator | None) -> Rows:
        """Controls [B, A] within the bounds for outputs [B, A]: the mean, or a sample drawn with `rng`."""
        noise = 0 if rng is None else np.exp(log_std) * rng.standard_normal(outputs.shape, np.float32)
        return np.clip(self.offset + self.scale * (outputs + noise), self.low, self.high)

    def controls(self, actions: NDArray[Any]) -> Rows:
        """What an environment applies for `actions`: the same."""
        return actions


class SquashedGaussian:
    """tanh of independent normals, which the outputs [2 A] give: means, and what tanh takes to their ln deviation, in
    [LOG_STD_MIN, LOG_STD_MAX]. low, high [A]: the controls' bounds, whose whole range the actions have; of SAC."""

    LOG_STD_MIN, LOG_STD_MAX = -5.0, 2.0

    def __init__(self, low: Rows, high: Rows):
        self.offset, self.scale = action_scale(low, high)
        self.outputs = 2 * len(low)

    def log_std(self, outputs: Rows) -> Rows:
        """[B, A] for outputs [B, 2 A]."""
        raw = outputs[:, outputs.shape[1] // 2 :]
        half = np.float32((self.LOG_STD_MAX - self.LOG_STD_MIN) / 2)
        return np.float32(self.LOG_STD_MIN) + half * (np.tanh(raw) + np.float32(1))

    def actions(self, outputs: Rows, log_std: Rows, rng: np.random.Generator | None) -> Rows:
        """As of `Gaussian`; log_std is empty."""
        mean = outputs[:, : self.outputs // 2]
        noise = 0 if rng is None else np.exp(self.log_std(outputs)) * rng.standard_normal(mean.shape, np.float32)
        return self.offset + self.scale * np.tanh(mean + noise)

    def controls(self, actions: Any) -> Rows:
        """What an environment applies for `actions`: the same."""
        return actions


class Categorical:
    """One of K actions, whose controls are the rows of `table` [K, A]; the outputs are their logits."""

    columns = 1

    def __init__(self, table: Rows):
        self.table = table
        self.outputs = len(table)

    def sampling(
        self, actions: Rows, controls: Rows, outputs: Tiles, log_std: Rows, *, seed: int, first_env: int
    ) -> Callable[[int], None]:
        """As of `Gaussian`; an action is the number of the choice."""
        sizes = first_env, actions.strides[0] // 4, *self.table.shape, len(controls)
        key = seed & 0xFFFFFFFF, seed >> 32
        return bind("categorical_sample", actions, controls, outputs, self.table, *key, *sizes)

    def ppo_loss(
        self,
        gradients: tuple[Tiles, Tiles, Rows],
        sums: NDArray[np.float64],
        batch: Tiles,
        outputs: Tiles,
        value: Tiles,
        log_std: Rows,
        coefficients: tuple[float, float, float],
        obs_dim: int,
    ) -> Callable[[float, int], None]:
        """As of `Gaussian`."""
        arrays = *gradients[:2], sums, batch, outputs, value
        return bind("ppo_loss_categorical", *arrays, *coefficients, obs_dim, self.outputs)

    def actions(self, outputs: Rows, log_std: Rows, rng: np.random.Generator | None) -> NDArray[np.int64]:
        """Numbers of the choices [B] for logits [B, K]: the likeliest, or drawn with `rng` (Gumbel's way)."""
        noise = 0 if rng is None else rng.gumbel(size=outputs.shape)
        return (outputs + noise).argmax(axis=1)

    def controls(self, actions: NDArray[Any]) -> Rows:
        """What an environment applies for `actions` [B]: their rows of the table [B, A]."""
        return self.table[actions]


def action_distribution(spec: EnvSpec, low: Rows, high: Rows) -> Gaussian | Categorical:
    """What a policy of the task draws from; low, high [A]: the controls' bounds."""
    if spec.discrete is None:
        return Gaussian(low, high)
    return Categorical(np.array(spec.discrete.actions, np.float32))
