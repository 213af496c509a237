"""Which formats there are, and which one a file has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from websim.errors import ConfigError, PolicyFileError
from websim.exchange.cleanrl import read_cleanrl
from websim.exchange.imported import build_policy
from websim.exchange.observation_statistics import ObservationStatistics, read_statistics
from websim.exchange.onnx_file import policy_to_onnx
from websim.exchange.safetensors_file import policy_from_safetensors, policy_to_safetensors
from websim.exchange.stable_baselines3 import read_stable_baselines3, read_vec_normalize
from websim.exchange.torch_file import open_archive
from websim.policy import MAGIC, Policy
from websim.tasks import get_spec

#: What a policy can be written as; also the ending of the file's name.
WRITERS: dict[str, Callable[[Policy], bytes]] = {
    "websim": Policy.to_bytes,
    "onnx": policy_to_onnx,
    "safetensors": policy_to_safetensors,
}


def export_policy(policy: Policy, format: str) -> bytes:
    """The policy's file. format: "onnx", "safetensors" or "websim". Raises ConfigError for another one."""
    if format not in WRITERS:
        raise ConfigError(f"format: expected one of {', '.join(WRITERS)}, got {format!r}")
    return WRITERS[format](policy)


def open_policy(
    data: bytes,
    name: str = "policy",
    *,
    task: str | None = None,
    task_options: Mapping[str, Any] | None = None,
    normalizer: bytes | None = None,
) -> Policy:
    """Read a policy of any known format: websim, safetensors, Stable-Baselines3 (.zip) or CleanRL (.cleanrl_model).

    task, task_options: what a policy of another library was trained on, which its file does not say.
    normalizer: statistics of its observations: the file that `VecNormalize.save` wrote, or an `.npz` of `mean` and
    `var` [O], as of gymnasium's NormalizeObservation. name: of the file, for messages.
    Nothing in the files is run. Raises PolicyFileError or ConfigError, one sentence, when it cannot be read.
    """
    if data[:6] == MAGIC[:6]:
        return Policy.from_bytes(data, name=name)
    if data[8:9] == b"{":
        return policy_from_safetensors(data, name=name)
    if data[:2] != b"PK":
        raise PolicyFileError(
            f"{name}: expected a policy of websim, safetensors, Stable-Baselines3 or CleanRL, got a file that begins "
            f"with {data[:8]!r}"
        )
    if task is None:
        raise ConfigError(f"{name}: the file does not say which task it is for; name the task")
    spec = get_spec(task, **task_options or {})
    read = read_stable_baselines3 if "policy.pth" in open_archive(data, name=name).namelist() else read_cleanrl
    statistics = None if normalizer is None else _statistics(normalizer, name=name)
    return build_policy(read(data, name=name), spec, statistics, name=name)


def _statistics(data: bytes, *, name: str) -> ObservationStatistics | None:
    name = f"{name}: normalizer"
    return read_statistics(data, name=name) if data[:2] == b"PK" else read_vec_normalize(data, name=name)
