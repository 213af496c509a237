"""`EnvSpec`: a task as data. Only the reward is code."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from websim.errors import ModelError

Source = Literal["qpos", "qvel"]

#: Signals by name: [B], or [B, count].
Signals = Mapping[str, NDArray[np.float64]]
#: [B, A], in the task's units.
Actions = NDArray[np.float32]
#: [B]
Flags = NDArray[np.bool_]
#: Reward terms [B] by name. Their sum, in order, is the reward; each is an `info` entry.
Terms = dict[str, NDArray[np.float64]]
#: (signals, actions, terminated) -> terms, for all environments at once.
Reward = Callable[[Signals, Actions, Flags], Terms]


@dataclass(frozen=True)
class Observation:
    """`count` numbers of `source` from `start` on (None: to its end), clipped to [low, high]."""

    source: Source
    start: int = 0
    count: int | None = None
    low: float = -math.inf
    high: float = math.inf


@dataclass(frozen=True)
class Signal:
    """What a reward reads and `info` shows: value after the step, or its change per second.

    relative: less the model's initial value. rate: (after - before) / control period.
    """

    name: str
    source: Source
    start: int = 0
    count: int = 1
    rate: bool = False
    relative: bool = False


@dataclass(frozen=True)
class Bound:
    """The episode terminates unless low < x < high for each number x of the slice."""

    source: Source
    start: int = 0
    count: int | None = None
    low: float = -math.inf
    high: float = math.inf


@dataclass(frozen=True)
class Noise:
    """Added to the initial state at reset: uniform in [-scale, scale), or normal with deviation scale."""

    source: Source
    scale: float
    distribution: Literal["uniform", "normal"] = "uniform"
    start: int = 0
    count: int | None = None


@dataclass(frozen=True)
class EnvSpec:
    """A task: model, observation, signals, termination, reset noise; plain data but for `reward`.

    model: MJCF text, or the name of a bundled model (`"hopper.xml"`).
    frame_skip: physics steps per control step. max_episode_steps: truncation, in control steps.
    """

    name: str
    model: str
    frame_skip: int
    max_episode_steps: int
    observation: tuple[Observation, ...]
    signals: tuple[Signal, ...] = ()
    bounds: tuple[Bound, ...] = ()
    noise: tuple[Noise, ...] = ()
    reward: Reward | None = None

    def to_json(self) -> str:
        """The data part as JSON; infinities are written as the strings "inf" and "-inf"."""
        data = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "reward"}
        data |= {name: [asdict(part) for part in data[name]] for name in _PARTS}
        return json.dumps(_finite(data), indent=1)

    @classmethod
    def from_json(cls, text: str, *, reward: Reward | None = None) -> EnvSpec:
        """Inverse of `to_json`. Raises ModelError when a field is missing, unknown or malformed."""
        try:
            data = json.loads(text)
            parts: dict[str, Any] = {
                name: tuple(kind(**_floats(part)) for part in data.pop(name, ())) for name, kind in _PARTS.items()
            }
            return cls(**(data | parts), reward=reward)
        except (TypeError, ValueError, AttributeError) as error:
            raise ModelError(f"EnvSpec.from_json: not a task description: {error}") from error


_PARTS: dict[str, type] = {"observation": Observation, "signals": Signal, "bounds": Bound, "noise": Noise}


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_finite(item) for item in value]
    return str(value) if isinstance(value, float) and math.isinf(value) else value


def _floats(part: dict[str, Any]) -> dict[str, Any]:
    return {key: float(value) if value in ("inf", "-inf") else value for key, value in part.items()}
