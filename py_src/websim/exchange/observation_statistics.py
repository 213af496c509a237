"""How another library normalised observations."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from numpy.typing import NDArray

from websim.errors import PolicyFileError


@dataclass(frozen=True)
class ObservationStatistics:
    """Observations become (obs - mean) / sqrt(var + epsilon), clipped to +-clip. mean, var [O].

    epsilon, clip: as gymnasium's NormalizeObservation has it and as its users clip.
    """

    mean: NDArray
    var: NDArray
    epsilon: float = 1e-8
    clip: float = 10.0


def read_statistics(data: bytes, *, name: str) -> ObservationStatistics:
    """Of an `.npz` with arrays `mean` and `var` [O]. Raises PolicyFileError for anything else."""
    try:
        with np.load(BytesIO(data), allow_pickle=False) as arrays:
            return ObservationStatistics(arrays["mean"].astype(float), arrays["var"].astype(float))
    except (KeyError, ValueError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise PolicyFileError(f"{name}: expected an .npz with arrays mean and var: {error}") from error
