"""Policies of Stable-Baselines3: the zip that `PPO.save` or `A2C.save` writes, and the pickle of `VecNormalize.save`.

Neither Stable-Baselines3 nor PyTorch is needed, and nothing in the files is run.
Source: https://stable-baselines3.readthedocs.io/en/master/guide/save_format.html
"""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

from websim.errors import PolicyFileError
from websim.exchange.imported import ForeignPolicy
from websim.exchange.observation_statistics import ObservationStatistics
from websim.exchange.safe_pickle import Array, Record, SafeUnpickler, safe_load
from websim.exchange.torch_file import load_tensors, open_archive, read_member
from websim.exchange.torch_layers import linear, sequential

#: Classes of activations in `torch.nn`.
_ACTIVATIONS = {"Tanh": "tanh", "ReLU": "relu", "ELU": "elu", "SiLU": "silu"}
_RANDOM = "numpy.random"
_RECORDS = (
    "stable_baselines3.common.vec_env.vec_normalize VecNormalize",
    "stable_baselines3.common.running_mean_std RunningMeanStd",
    "gymnasium.spaces.box Box",
    "gymnasium.spaces.discrete Discrete",
    # A space that was seeded holds its random numbers.
    f"{_RANDOM}._pickle __generator_ctor",
    f"{_RANDOM}._pickle __bit_generator_ctor",
    f"{_RANDOM}._pcg64 PCG64",
    f"{_RANDOM}.bit_generator SeedSequence",
    f"{_RANDOM}.bit_generator __pyx_unpickle_SeedSequence",
)


def read_stable_baselines3(data: bytes, *, name: str) -> ForeignPolicy:
    """An `MlpPolicy` of PPO or A2C. Raises PolicyFileError, one sentence, for anything else."""
    archive = open_archive(data, name=name)
    tensors = load_tensors(read_member(archive, "policy.pth", name=name), name=f"{name}/policy.pth")
    try:
        settings = json.loads(read_member(archive, "data", name=name))
        kwargs, space = settings["policy_kwargs"], settings["action_space"]
        pickled = base64.b64decode(space[":serialized:"])
        squashed = settings.get("use_sde") or kwargs.get("squash_output")
        activation = _activation(str(kwargs.get("activation_fn", "Tanh")))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise PolicyFileError(f"{name}: its settings are not those of Stable-Baselines3: {error}") from error
    if squashed:
        raise PolicyFileError(f"{name}: trained with use_sde or squash_output, which are not read; train it without")
    missing = [key for key in ("action_net.weight", "value_net.weight") if key not in tensors]
    foreign = [key for key in tensors if not key.startswith(("mlp_extractor.policy_net.", "mlp_extractor.value_net."))]
    foreign = [key for key in foreign if key.split(".")[0] not in ("action_net", "value_net", "log_std")]
    if missing or foreign:
        raise PolicyFileError(
            f"{name}: expected an MlpPolicy of PPO or A2C, got {f'no {missing[0]}' if missing else foreign[0]}"
        )
    space = safe_load(pickled, SafeUnpickler, name=f"{name}/action_space", records=_RECORDS)
    low, high = (_optional_numbers(space, key, name=f"{name}/action_space") for key in ("low", "high"))
    return ForeignPolicy(
        actor=[
            *sequential(tensors, "mlp_extractor.policy_net", name=name),
            linear(tensors, "action_net", name=name),
        ],
        critic=[*sequential(tensors, "mlp_extractor.value_net", name=name), linear(tensors, "value_net", name=name)],
        log_std=tensors.get("log_std", np.zeros(0)),
        activation=activation,
        discrete="log_std" not in tensors,
        low=low,
        high=high,
    )


def read_vec_normalize(data: bytes, *, name: str) -> ObservationStatistics | None:
    """What `VecNormalize.save` wrote; None when it leaves observations alone. Raises PolicyFileError."""
    saved = safe_load(data, SafeUnpickler, name=name, records=_RECORDS)
    if not isinstance(saved, Record) or not hasattr(saved, "norm_obs"):
        raise PolicyFileError(f"{name}: expected what VecNormalize.save writes, got {type(saved).__name__}")
    if not saved.norm_obs:
        return None
    moments = getattr(saved, "obs_rms", None)
    if not isinstance(moments, Record):
        raise PolicyFileError(f"{name}: expected observations of one array, got a VecNormalize of several")
    mean, var = (_numbers(getattr(moments, key, None), name=name) for key in ("mean", "var"))
    return ObservationStatistics(
        mean, var, float(getattr(saved, "epsilon", 1e-8)), float(getattr(saved, "clip_obs", 10))
    )


def _optional_numbers(space: Any, key: str, *, name: str) -> NDArray | None:
    return _numbers(getattr(space, key), name=name) if hasattr(space, key) else None


def _numbers(value: Any, *, name: str) -> NDArray:
    array = value.values if isinstance(value, Array) else value
    if not isinstance(array, np.ndarray):
        raise PolicyFileError(f"{name}: expected an array, got {type(array).__name__}")
    return array


def _activation(text: str) -> str:
    """`<class 'torch.nn.modules.activation.ReLU'>` -> relu; an unknown one as it is."""
    last = text.strip("<>'").split(".")[-1]
    return _ACTIVATIONS.get(last, last)
