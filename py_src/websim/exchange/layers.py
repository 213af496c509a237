"""A policy's networks layer by layer."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from websim.network import ActorCritic, Mlp


class Layer(NamedTuple):
    """weight [in, out] and bias [out] float32: out = in @ weight + bias."""

    weight: NDArray[np.float32]
    bias: NDArray[np.float32]


def actor_layers(network: ActorCritic) -> list[Layer]:
    """From the observation to the actions; views of the network's parameters."""
    return _layers(network.actor, network.params[: network.actor.size])


def critic_layers(network: ActorCritic) -> list[Layer]:
    """From the observation to the value; views of the network's parameters."""
    return _layers(network.critic, network.params[network.size - network.critic.size :])


def write_layers(target: Iterable[Layer], source: Iterable[Layer]) -> None:
    """Copy parameters; the surplus units of a wider target stay 0 and change nothing."""
    for to, layer in zip(target, source, strict=True):
        inputs, outputs = layer.weight.shape
        to.weight[:inputs, :outputs] = layer.weight
        to.bias[:outputs] = layer.bias


def _layers(net: Mlp, params: NDArray[np.float32]) -> list[Layer]:
    layers, at = [], 0
    for inputs, outputs in pairwise(net.widths.tolist()):
        end = at + inputs * outputs
        layers.append(Layer(params[at:end].reshape(inputs, outputs), params[end : end + outputs]))
        at = end + outputs
    return layers
