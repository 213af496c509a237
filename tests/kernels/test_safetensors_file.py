"""What is exported as safetensors is what its library reads, and comes back as the same policy."""

import json
import struct

import numpy as np
import pytest
import safetensors
import safetensors.numpy
from policies import random_observations, random_policy

from websim.errors import PolicyFileError
from websim.exchange.formats import export_policy, open_policy
from websim.network import ACTIVATIONS

FORWARD = {
    "tanh": np.tanh,
    "relu": lambda x: np.maximum(x, 0),
    "silu": lambda x: x / (1 + np.exp(-x)),
    "elu": lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))),
}


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_library_reads_tensors_by_name(activation, tmp_path):
    policy = random_policy("HalfCheetah-v5", hidden=(32, 16), activation=activation)
    path = tmp_path / "policy.safetensors"
    path.write_bytes(export_policy(policy, "safetensors"))
    tensors = safetensors.numpy.load_file(path)
    shapes = {name: tensor.shape for name, tensor in tensors.items()}
    assert shapes == {
        **{"actor.0.weight": (32, 17), "actor.0.bias": (32,), "actor.2.weight": (16, 32), "actor.2.bias": (16,)},
        **{"actor.4.weight": (6, 16), "actor.4.bias": (6,), "log_std": (6,)},
        **{"critic.0.weight": (32, 17), "critic.0.bias": (32,), "critic.2.weight": (16, 32), "critic.2.bias": (16,)},
        **{"critic.4.weight": (1, 16), "critic.4.bias": (1,), "obs_mean": (17,), "obs_var": (17,)},
    }
    # By hand, as one would in PyTorch.
    obs = random_observations(policy)
    x = np.clip((obs - tensors["obs_mean"]) / np.sqrt(tensors["obs_var"] + 1e-8), -10, 10)
    for i in (0, 2, 4):
        x = x @ tensors[f"actor.{i}.weight"].T + tensors[f"actor.{i}.bias"]
        x = x if i == 4 else FORWARD[activation](x)
    np.testing.assert_allclose(np.clip(x, -1, 1), policy.predict(obs), rtol=0, atol=1e-5)
    with safetensors.safe_open(path, "numpy") as file:
        data = file.metadata()
    assert data["task"] == "HalfCheetah-v5"
    assert json.loads(data["websim"])["activation"] == activation


@pytest.mark.parametrize("kind", [{}, {"choices": 4}, {"squash": True}], ids=str)
@pytest.mark.parametrize("hidden", [(32, 16), (7,), ()], ids=str)
def test_it_comes_back_as_the_same_policy(hidden, kind):
    policy = random_policy(hidden=hidden, activation="elu", **kind)
    again = open_policy(export_policy(policy, "safetensors"))
    assert again.to_bytes() == policy.to_bytes()


def changed(change):
    """The file with its tensors or metadata changed, written by the library."""
    data = export_policy(random_policy(), "safetensors")
    tensors, (length,) = safetensors.numpy.load(data), struct.unpack_from("<Q", data)
    metadata = json.loads(data[8 : 8 + length])["__metadata__"]
    change(tensors, metadata)
    return safetensors.numpy.save({name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}, metadata)


def test_a_file_that_the_library_wrote_is_read():
    data = changed(lambda tensors, metadata: tensors.update(log_std=np.full(3, -1, np.float32)))
    np.testing.assert_array_equal(open_policy(data).network.log_std, -1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t, m: m.pop("websim"), "its metadata has no entry 'websim'"),
        (lambda t, m: t.pop("actor.2.bias"), "'actor.2.bias'"),
        (lambda t, m: t.update({"actor.2.weight": t["actor.2.weight"].T}), "actor.2: expected 16 x 32 weights"),
        (lambda t, m: t.update({"actor.0.weight": t["actor.0.weight"] * np.nan}), "a parameter is NaN or infinite"),
        (lambda t, m: t.update(log_std=np.zeros(9, np.float32)), "expected .* parameters, got"),
        (lambda t, m: t.update(obs_var=np.zeros(2)), "expected 11 means and variances"),
    ],
)
def test_what_does_not_fit_is_told(change, message):
    with pytest.raises(
        PolicyFileError, match=f"^a.safetensors: not a safetensors file of a websim policy: .*{message}"
    ):
        open_policy(changed(change), "a.safetensors")


def test_damaged_files_are_told():
    data = export_policy(random_policy(), "safetensors")
    for broken in (data[:-1], data[:100], struct.pack("<Q", 2**60) + data[8:], data[:8] + b"{" + bytes(100)):
        with pytest.raises(PolicyFileError, match="not a safetensors file"):
            open_policy(broken)
