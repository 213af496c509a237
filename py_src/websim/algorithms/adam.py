"""The optimiser Adam (Kingma and Ba 2015) with the defaults of its authors, on the kernel."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from websim.kernels import bind

BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8


class Adam:
    """Of one flat vector of parameters and its gradient, which are where they are for good."""

    def __init__(self, params: NDArray[np.float32], gradient: NDArray[np.float32]):
        self.first, self.second = np.zeros((2, params.size), np.float32)
        self.steps = 0
        self._optimize = bind("adam", params, self.first, self.second, gradient)
        self._size = params.size

    def step(self, learning_rate: float) -> float:
        """Move the parameters; the gradient's L2 norm. When it is not finite, they stay."""
        self.steps += 1
        correction = 1 - BETA1**self.steps, 1 - BETA2**self.steps
        norm: float = self._optimize(learning_rate, BETA1, BETA2, EPSILON, *correction, math.inf, self._size)
        return norm

    def state(self) -> list[Any]:
        """What `load_state` takes: both moments and the number of steps."""
        return [self.first, self.second, self.steps]

    def load_state(self, state: list[Any]) -> None:
        """Continue from a state."""
        self.first[:], self.second[:], self.steps = state
