"""A policy as an ONNX model: `obs` [batch, O] float32 -> `actions` [batch, A] float32 in the task's units.

Of discrete actions `actions` [batch] int64 are their numbers.
Source: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto (the numbers of the fields).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

import websim
from websim.distributions import Gaussian, SquashedGaussian
from websim.exchange import protobuf as pb
from websim.exchange.deployment import deployment_metadata
from websim.exchange.layers import Layer, actor_layers
from websim.policy import Policy

#: Read by every ONNX runtime since 2022, and what mjlab and Isaac Lab export.
OPSET, IR_VERSION = 18, 8
_FLOAT, _INT64 = 1, 7
_TYPES = {np.dtype(np.float32): _FLOAT, np.dtype(np.int64): _INT64}
_ATTRIBUTE_INT = 2


class _Graph:
    """Nodes and constants in the order in which they are added; each node has one output."""

    def __init__(self) -> None:
        self.nodes: list[bytes] = []
        self.constants: list[bytes] = []

    def constant(self, name: str, value: ArrayLike) -> str:
        array = np.asarray(value, np.float32)
        dims = b"".join(pb.integer(1, size) for size in array.shape)
        raw = array.astype("<f4").tobytes()
        self.constants.append(dims + pb.integer(2, _FLOAT) + pb.text(8, name) + pb.data(9, raw))
        return name

    def node(self, op: str, output: str, *inputs: str, **integers: int) -> str:
        attributes = [
            pb.data(5, pb.text(1, name) + pb.integer(3, value) + pb.integer(20, _ATTRIBUTE_INT))
            for name, value in integers.items()
        ]
        names = b"".join(pb.text(1, name) for name in inputs)
        self.nodes.append(names + pb.text(2, output) + pb.text(3, output) + pb.text(4, op) + b"".join(attributes))
        return output


def policy_to_onnx(policy: Policy) -> bytes:
    """The model's file. Its actions are those of `policy.predict(obs)`; what a controller needs is its metadata."""
    graph = _Graph()
    network, normalizer = policy.network, policy.normalizer
    x = graph.node("Sub", "obs_centered", "obs", graph.constant("obs_mean", normalizer.mean))
    x = graph.node("Mul", "obs_scaled", x, graph.constant("obs_inverse_std", normalizer.inverse_std))
    clip = graph.constant("obs_low", -normalizer.clip), graph.constant("obs_high", normalizer.clip)
    x = graph.node("Clip", "obs_normalized", x, *clip)
    layers, distribution = actor_layers(network), policy.distribution
    if isinstance(distribution, SquashedGaussian):
        # The other outputs are deviations, which the mean does not need.
        weight, bias = layers[-1]
        layers[-1] = Layer(weight[:, : len(policy.low)], bias[: len(policy.low)])
    for i, (weight, bias) in enumerate(layers):
        constants = graph.constant(f"actor.{i}.weight", weight), graph.constant(f"actor.{i}.bias", bias)
        x = graph.node("Gemm", f"actor.{i}", x, *constants)
        if i < len(layers) - 1:
            x = _activation(graph, network.actor.activation, x)
    float32 = np.dtype(np.float32)
    output = _value("actions", float32, len(policy.low))
    if isinstance(distribution, Gaussian):
        x = _scaled(graph, distribution, x, "actions_unclipped")
        x = graph.node("Max", "actions_clipped_below", x, graph.constant("low", policy.low))
        graph.node("Min", "actions", x, graph.constant("high", policy.high))
    elif isinstance(distribution, SquashedGaussian):
        _scaled(graph, distribution, graph.node("Tanh", "actions_squashed", x), "actions")
    else:
        graph.node("ArgMax", "actions", x, axis=1, keepdims=0)
        output = _value("actions", np.dtype(np.int64))
    return _model(graph, _value("obs", float32, network.obs_dim), output, deployment_metadata(policy))


def _scaled(graph: _Graph, distribution: Gaussian | SquashedGaussian, x: str, output: str) -> str:
    x = graph.node("Mul", "actions_scaled", x, graph.constant("scale", distribution.scale))
    return graph.node("Add", output, x, graph.constant("offset", distribution.offset))


def _activation(graph: _Graph, name: str, x: str) -> str:
    if name == "silu":
        return graph.node("Mul", f"{x}.silu", x, graph.node("Sigmoid", f"{x}.sigmoid", x))
    return graph.node(name.capitalize(), f"{x}.{name}", x)


def _value(name: str, dtype: np.dtype, width: int | None = None) -> bytes:
    """A ValueInfoProto of shape [batch, width], or [batch]."""
    dims = pb.data(1, pb.text(2, "batch"))
    if width is not None:
        dims += pb.data(1, pb.integer(1, width))
    tensor = pb.integer(1, _TYPES[dtype]) + pb.data(2, dims)
    return pb.text(1, name) + pb.data(2, pb.data(1, tensor))


def _model(graph: _Graph, obs: bytes, actions: bytes, metadata: Mapping[str, str]) -> bytes:
    parts = [pb.data(1, node) for node in graph.nodes] + [pb.text(2, "policy")]
    parts += [pb.data(5, constant) for constant in graph.constants] + [pb.data(11, obs), pb.data(12, actions)]
    properties = [pb.data(14, pb.text(1, key) + pb.text(2, value)) for key, value in metadata.items()]
    return b"".join(
        [
            pb.integer(1, IR_VERSION),
            pb.text(2, "websim"),
            pb.text(3, websim.__version__),
            pb.data(7, b"".join(parts)),
            pb.data(8, pb.text(1, "") + pb.integer(2, OPSET)),
            *properties,
        ]
    )
