"""A trained policy and its file.

A `.websim` file: 8 bytes magic, uint32 header length, JSON header, float32 parameters, uint32 CRC-32
of all before it; little-endian. It holds data only: loading one runs nothing.
"""

from __future__ import annotations

import json
import struct
import zlib
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from websim.agents import SINGLE
from websim.distributions import Categorical, Gaussian, SquashedGaussian, action_distribution
from websim.errors import ModelError, PolicyFileError
from websim.kernels import TILE, address, library, tiles
from websim.network import ACTIVATIONS, ActorCritic
from websim.normalizer import RunningMoments
from websim.spec import EnvSpec

MAGIC = b"WEBSIM\x00\x01"
MAX_BYTES = 64 * 2**20
_MAX_WIDTH = 4096


@dataclass
class Policy:
    """A deterministic or sampled mapping from observations to actions in the task's units.

    network: actor and critic; normalizer: of observations; low, high [A]: the controls' bounds.
    hidden: widths of the network's hidden layers. name: `Agent.policy` of the agents that it is for.
    squash: actions are tanh of the actor's first half of outputs, as SAC's, and not outputs clipped to the bounds.
    """

    spec: EnvSpec
    network: ActorCritic
    normalizer: RunningMoments
    low: NDArray[np.float32]
    high: NDArray[np.float32]
    hidden: tuple[int, ...]
    name: str = SINGLE
    squash: bool = False

    def __post_init__(self) -> None:
        self.distribution: Gaussian | SquashedGaussian | Categorical = (
            SquashedGaussian(self.low, self.high)
            if self.squash
            else action_distribution(self.spec, self.low, self.high)
        )

    def predict(
        self, obs: ArrayLike, *, deterministic: bool = True, rng: np.random.Generator | None = None
    ) -> NDArray[np.float32] | NDArray[np.int64]:
        """Actions [A] or [B, A] float32 for observations [O] or [B, O], clipped to the controls' bounds.

        Of a task with discrete actions it is their numbers, int64: one, or [B].
        Raises ValueError when the last dimension is not O or a number is not finite.
        """
        rows = np.ascontiguousarray(obs, np.float32)
        obs_dim = self.network.obs_dim
        if rows.ndim not in (1, 2) or rows.shape[-1] != obs_dim:
            raise ValueError(f"predict: expected observations [{obs_dim}] or [B, {obs_dim}], got shape {rows.shape}")
        if not np.isfinite(rows).all():
            raise ValueError("predict: observations hold NaN or infinity")
        batch = np.atleast_2d(rows)
        outputs = np.concatenate(
            [self._outputs(batch[i : i + TILE]) for i in range(0, len(batch), TILE)] or [self._outputs(batch)]
        )
        random = None if deterministic else rng or np.random.default_rng()
        actions = self.distribution.actions(outputs, self.network.log_std, random)
        return actions[0] if rows.ndim == 1 else actions

    def controls(self, obs: ArrayLike) -> NDArray[np.float32]:
        """What an environment applies for the deterministic actions: [A] or [B, A] float32, as `predict` takes them."""
        return self.distribution.controls(self.predict(obs))

    def save(self, path: str | PathLike[str]) -> None:
        """Write the policy file, replacing `path` in one step."""
        target = Path(path)
        temporary = target.with_name(target.name + ".part")
        temporary.write_bytes(self.to_bytes())
        temporary.replace(target)

    @property
    def header(self) -> dict[str, Any]:
        """All but the parameters, of JSON's types: the policy file's header."""
        return {
            "spec": json.loads(self.spec.to_json()),
            "policy": self.name,
            "obs_dim": self.network.obs_dim,
            "action_dim": self.network.action_dim,
            "hidden": list(self.hidden),
            "activation": self.network.actor.activation,
            "critic": self.network.critic.layers > 0,
            "squash": self.squash,
            "low": [_number(x) for x in self.low],
            "high": [_number(x) for x in self.high],
            "obs_clip": _number(self.normalizer.clip),
            "obs_count": self.normalizer.count,
            "obs_mean": self.normalizer.mean.tolist(),
            "obs_var": self.normalizer.var.tolist(),
        }

    def to_bytes(self) -> bytes:
        """The policy file's content."""
        text = json.dumps(self.header).encode()
        body = MAGIC + struct.pack("<I", len(text)) + text + self.network.params.astype("<f4").tobytes()
        return body + struct.pack("<I", zlib.crc32(body))

    @classmethod
    def from_bytes(cls, data: bytes, *, name: str = "policy") -> Policy:
        """Read a policy file. Raises PolicyFileError, one sentence, when it is not one."""
        if len(data) > MAX_BYTES:
            raise PolicyFileError(f"{name}: a policy file has at most {MAX_BYTES} bytes, got {len(data)}")
        if data[:6] != MAGIC[:6]:
            raise PolicyFileError(f"{name}: not a websim policy file (it does not begin with WEBSIM)")
        if len(data) >= len(MAGIC) and data[:8] != MAGIC:
            raise PolicyFileError(f"{name}: policy file of version {data[7]}, expected 1; update websim")
        if len(data) < 16 or struct.unpack("<I", data[-4:])[0] != zlib.crc32(data[:-4]):
            raise PolicyFileError(f"{name}: the policy file is damaged or cut off (checksum); fetch it again")
        (length,) = struct.unpack_from("<I", data, 8)
        try:
            header = json.loads(data[12 : 12 + length])
            return cls.from_header(header, np.frombuffer(data[12 + length : -4], "<f4"))
        except (KeyError, TypeError, ValueError, AttributeError, ModelError) as error:
            raise PolicyFileError(f"{name}: the policy file's header does not fit its content: {error}") from error

    @classmethod
    def from_header(cls, header: dict[str, Any], params: NDArray) -> Policy:
        """Inverse of `header` and the network's `params`. Raises KeyError, ValueError and the like."""
        obs_dim, action_dim = int(header["obs_dim"]), int(header["action_dim"])
        hidden = tuple(int(width) for width in header["hidden"])
        if not all(1 <= width <= _MAX_WIDTH for width in (obs_dim, action_dim, *hidden)):
            raise ValueError(f"widths {obs_dim}, {list(hidden)}, {action_dim} are not within 1 to {_MAX_WIDTH}")
        activation = header["activation"]
        if activation not in ACTIVATIONS:
            raise ValueError(f"activation: expected one of {', '.join(ACTIVATIONS)}, got {activation!r}")
        spec, name = EnvSpec.from_json(json.dumps(header["spec"])), str(header.get("policy", SINGLE))
        discrete, squash = spec.discrete is not None, bool(header.get("squash", False))
        network = ActorCritic(
            obs_dim,
            action_dim,
            hidden,
            activation=activation,
            discrete=discrete or squash,
            critic=bool(header.get("critic", True)),
            features=obs_dim,
            capacity=TILE,
        )
        if params.size != network.size:
            raise ValueError(f"expected {network.size} parameters, got {params.size}")
        if not np.isfinite(params).all():
            raise ValueError("a parameter is NaN or infinite")
        network.params[:] = params
        normalizer = RunningMoments(obs_dim)
        mean, var = np.array(header["obs_mean"], float), np.array(header["obs_var"], float)
        if mean.shape != (obs_dim,) or var.shape != (obs_dim,) or not (np.isfinite(mean).all() and (var >= 0).all()):
            raise ValueError(f"expected {obs_dim} means and variances")
        normalizer.load(float(header["obs_count"]), mean, var)
        normalizer.clip = float(header["obs_clip"])
        if not normalizer.clip > 0:
            raise ValueError(f"expected to clip observations to more than 0, got {normalizer.clip}")
        low, high = np.array(header["low"], np.float32), np.array(header["high"], np.float32)
        choices, controls = (0, action_dim) if spec.discrete is None else np.shape(spec.discrete.actions)
        if squash:
            controls = action_dim // 2
        if low.shape != (controls,) or high.shape != (controls,) or not (low <= high).all():
            raise ValueError(f"expected {controls} lower and upper action bounds")
        if discrete and choices != action_dim:
            raise ValueError(f"expected outputs for {choices} discrete actions, got {action_dim}")
        if squash and (discrete or action_dim != 2 * controls):
            raise ValueError(f"expected means and deviations of {controls} actions, got {action_dim} outputs")
        return cls(spec, network, normalizer, low, high, hidden, name, squash)

    def _outputs(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Network outputs [n, A] for n <= 64 observations."""
        count, features = len(rows), self.network.features
        normalized = np.zeros((count, features), np.float32)
        self.normalizer.normalization(rows, normalized)()
        batch = tiles(count, features)
        library().ws_gather_tiles(address(batch), address(normalized), None, count, features)
        self.network.actor_pass(batch)(count)
        out = np.empty((count, self.network.action_dim), np.float32)
        library().ws_tiles_to_rows(address(out), address(self.network.mean), count, self.network.action_dim)
        return out


def _number(x: float | np.float32) -> float | str:
    return float(x) if np.isfinite(x) else str(float(x))


def load_policy(path: str | PathLike[str]) -> Policy:
    """Read a `.websim` file. Raises PolicyFileError when it is missing, broken or foreign."""
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise PolicyFileError(f"{path}: cannot read the policy file: {error.strerror}") from error
    return Policy.from_bytes(data, name=str(path))
