"""The optimiser Adam (Kingma and Ba 2015) with its authors' defaults, on the kernel."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from websim.kernels import bind

BETA1, BETA2 = 0.9, 0.999


class Adam:
    """Of one flat vector of parameters and its gradient, which are where they are for good."""

    def __init__(self, params: NDArray[np.float32], gradient: NDArray[np.float32], epsilon: float = 1e-8):
        self.first, self.second = np.zeros((2, params.size), np.float32)
        self.steps = 0
        self._optimize = bind("adam", params, self.first, self.second, gradient)
        self._epsilon, self._size = epsilon, params.size

    def step(self, learning_rate: float, max_norm: float = math.inf) -> float:
        """Move the parameters along the gradient, scaled down to `max_norm`; its own L2 norm. When that is not finite,
        they stay."""
        self.steps += 1
        correction = 1 - BETA1**self.steps, 1 - BETA2**self.steps
        norm: float = self._optimize(learning_rate, BETA1, BETA2, self._epsilon, *correction, max_norm, self._size)
        return norm

    def state(self) -> list[Any]:
        """What `load_state` takes: both moments and the number of steps."""
        return [self.first, self.second, self.steps]

    def load_state(self, state: list[Any]) -> None:
        """Continue from a state."""
        self.first[:], self.second[:], self.steps = state
