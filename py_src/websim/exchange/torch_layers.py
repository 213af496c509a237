"""Linear layers of a state dict, by PyTorch's names."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from websim.errors import PolicyFileError
from websim.exchange.layers import Layer


def linear(tensors: Mapping[str, NDArray], key: str, *, name: str) -> Layer:
    """A `torch.nn.Linear`. Raises PolicyFileError when `key` is another kind of layer, or is missing."""
    weight, bias = tensors.get(f"{key}.weight"), tensors.get(f"{key}.bias")
    if weight is None or bias is None or weight.ndim != 2 or bias.shape != weight.shape[:1]:
        raise PolicyFileError(f"{name}: expected linear layers, got another one, or none, at {key}")
    return Layer(weight.astype(np.float32).T, bias.astype(np.float32))


def sequential(tensors: Mapping[str, NDArray], key: str, *, name: str) -> list[Layer]:
    """The linear layers of a `torch.nn.Sequential` of linear layers and activations."""
    numbers = {int(rest.split(".")[0]) for rest in _below(tensors, key)}
    return [linear(tensors, f"{key}.{number}", name=name) for number in sorted(numbers)]


def _below(tensors: Mapping[str, NDArray], key: str) -> list[str]:
    return [full.removeprefix(f"{key}.") for full in tensors if full.startswith(f"{key}.")]
