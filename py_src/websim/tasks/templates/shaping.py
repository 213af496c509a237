"""Functions that turn errors into rewards."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray


def closeness(error: ArrayLike, margin: float) -> NDArray[np.float64]:
    """1 without an error, 0.1 at `margin`, a Gaussian between and beyond: dm_control's `tolerance`."""
    return np.exp(math.log(0.1) * np.square(np.asarray(error, np.float64) / margin))
