"""How sure a mean is: its 95 % confidence interval (Student 1908)."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

#: 97.5 % points of Student's t with 1, 2 ... degrees of freedom, where the series below is not exact enough.
_FEW = (12.70620, 4.30265, 3.18245, 2.77645, 2.57058, 2.44691, 2.36462, 2.30600, 2.26216)
_NORMAL = 1.959964


def student_t(freedom: int) -> float:
    """The 97.5 % point of Student's t, to 1e-5 (Abramowitz and Stegun 1964, 26.7.5)."""
    if freedom <= len(_FEW):
        return _FEW[freedom - 1]
    z = _NORMAL
    return (
        z
        + (z**3 + z) / (4 * freedom)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * freedom**3)
        + (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / (92160 * freedom**4)
    )


def interval_of_mean(samples: NDArray[np.float64]) -> float:
    """Half the width of the 95 % confidence interval of the mean of n >= 2 samples."""
    count = len(samples)
    return student_t(count - 1) * float(samples.std(ddof=1)) / math.sqrt(count)
