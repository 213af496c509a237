"""A policy as a safetensors file: tensors by PyTorch's names, and the policy's header as metadata.

`actor.0.weight` [out, in], `actor.0.bias`, `actor.2.weight` ... as `torch.nn.Sequential` numbers layers with an
activation between them, `critic.*` alike, `log_std` [A], `obs_mean` and `obs_var` [O].
Source: https://huggingface.co/docs/safetensors (the format; own code, because the package is compiled and not in
the page).
"""

from __future__ import annotations

import json
import math
import struct
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from websim.errors import ModelError, PolicyFileError
from websim.exchange.deployment import deployment_metadata
from websim.exchange.layers import Layer, actor_layers, critic_layers
from websim.policy import MAX_BYTES, Policy

_TYPES: dict[str, np.dtype] = {"F32": np.dtype("<f4"), "F64": np.dtype("<f8")}
_NAMES = {dtype: name for name, dtype in _TYPES.items()}
#: Of the metadata's entry that holds the policy file's header.
_HEADER = "websim"


def policy_to_safetensors(policy: Policy) -> bytes:
    """The file's content."""
    network, normalizer = policy.network, policy.normalizer
    tensors: dict[str, NDArray] = _named("actor", actor_layers(network)) | {"log_std": network.log_std}
    tensors |= _named("critic", critic_layers(network))
    tensors |= {"obs_mean": normalizer.mean, "obs_var": normalizer.var}
    metadata = deployment_metadata(policy) | {_HEADER: json.dumps(policy.header)}
    return _write({name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}, metadata)


def policy_from_safetensors(data: bytes, *, name: str = "policy") -> Policy:
    """Inverse of `policy_to_safetensors`. Raises PolicyFileError, one sentence, for a file that is not of a policy."""
    if len(data) > MAX_BYTES:
        raise PolicyFileError(f"{name}: a policy file has at most {MAX_BYTES} bytes, got {len(data)}")
    try:
        tensors, metadata = _read(data)
        if _HEADER not in metadata:
            raise ValueError(f"its metadata has no entry {_HEADER!r}, so that it is not of websim")
        header = json.loads(metadata[_HEADER])
        header |= {"obs_mean": tensors["obs_mean"].tolist(), "obs_var": tensors["obs_var"].tolist()}
        widths = [header["obs_dim"], *header["hidden"]]
        actor = _flat("actor", tensors, [*widths, header["action_dim"]])
        critic = _flat("critic", tensors, [*widths, 1] if header["critic"] else [])
        params = np.concatenate([actor, tensors["log_std"], critic])
        return Policy.from_header(header, params)
    except (KeyError, TypeError, ValueError, AttributeError, struct.error, ModelError) as error:
        raise PolicyFileError(f"{name}: not a safetensors file of a websim policy: {error}") from error


def _named(prefix: str, layers: list[Layer]) -> dict[str, NDArray]:
    tensors: dict[str, NDArray] = {}
    for i, (weight, bias) in enumerate(layers):
        tensors |= {f"{prefix}.{2 * i}.weight": weight.T, f"{prefix}.{2 * i}.bias": bias}
    return tensors


def _flat(prefix: str, tensors: dict[str, NDArray], widths: list[int]) -> NDArray:
    """A perceptron's parameters as `websim.network` lays them out."""
    parts = [np.zeros(0, np.float32)]
    for i, (inputs, outputs) in enumerate(pairwise(widths)):
        name = f"{prefix}.{2 * i}"
        weight, bias = tensors[f"{name}.weight"], tensors[f"{name}.bias"]
        if weight.shape != (outputs, inputs) or bias.shape != (outputs,):
            raise ValueError(f"{name}: expected {outputs} x {inputs} weights, got {weight.shape} and {bias.shape}")
        parts += [weight.T.ravel(), bias]
    return np.concatenate(parts)


def _write(tensors: dict[str, NDArray], metadata: dict[str, str]) -> bytes:
    header: dict[str, object] = {"__metadata__": metadata}
    at = 0
    for name, tensor in tensors.items():
        end = at + tensor.nbytes
        header[name] = {"dtype": _NAMES[tensor.dtype], "shape": tensor.shape, "data_offsets": [at, end]}
        at = end
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + b"".join(tensor.tobytes() for tensor in tensors.values())


def _read(data: bytes) -> tuple[dict[str, NDArray], dict[str, str]]:
    (length,) = struct.unpack_from("<Q", data)
    header = json.loads(data[8 : 8 + length])
    body = data[8 + length :]
    metadata = header.pop("__metadata__", {})
    tensors: dict[str, NDArray] = {}
    for name, entry in header.items():
        dtype, shape = _TYPES[entry["dtype"]], entry["shape"]
        start, end = entry["data_offsets"]
        if not 0 <= start <= end <= len(body) or end - start != dtype.itemsize * math.prod(shape):
            raise ValueError(f"tensor {name!r}: {shape} {entry['dtype']} do not lie in bytes {start} to {end}")
        tensors[name] = np.frombuffer(body[start:end], dtype).reshape(shape)
    return tensors, metadata
