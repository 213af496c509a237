"""`EnvSpec`: a task as data. Only its reward (and a termination beyond bounds) is code."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from os import PathLike
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from websim.errors import ModelError
from websim.models.files import ModelFiles
from websim.randomization import Push, Randomize
from websim.sources import Source
from websim.variants import Variant

#: Signals by name: [B], or [B, count].
Signals = Mapping[str, NDArray[np.float64]]
#: [B, A], in the task's units.
Actions = NDArray[np.float32]
#: [B]
Flags = NDArray[np.bool_]
#: Reward terms [B] (with agents [B, K]) by name. Their sum, in order, is the reward; each is an `info` entry, but for
#: those whose name begins with "_".
Terms = dict[str, NDArray[np.float64]]
#: (signals, actions, unhealthy) -> terms, for all environments at once; unhealthy: outside of the task's bounds.
Reward = Callable[[Signals, Actions, Flags], Terms]
#: signals -> whether each episode terminates, beside the bounds.
Termination = Callable[[Signals], Flags]


@dataclass(frozen=True)
class Observation:
    """`count` numbers of `source` from `start` on (None: to its end), clipped to [low, high].

    of: name of a body, joint, site ...: start and count are then within its numbers.
    minus: name of another one, whose numbers are subtracted.
    frame: name of the body into whose frame three numbers are rotated.
    function: taken of each number. noise: deviation of normal noise that is added in each step.
    """

    source: Source
    start: int = 0
    count: int | None = None
    low: float = -math.inf
    high: float = math.inf
    of: str | None = None
    minus: str | None = None
    frame: str | None = None
    function: Literal["identity", "sin", "cos"] = "identity"
    noise: float = 0.0


@dataclass(frozen=True)
class Signal:
    """What a reward reads and `info` shows: `count` numbers (None: all) after the step, or their change per second.

    Slices, of, minus and frame are those of Observation. relative: less the model's initial value (qpos only).
    low, high: clipped to. rate: (after - before) / control period. reduce: one number instead of `count`.
    info: whether `info` shows it.
    """

    name: str
    source: Source
    start: int = 0
    count: int | None = 1
    rate: bool = False
    relative: bool = False
    low: float = -math.inf
    high: float = math.inf
    of: str | None = None
    minus: str | None = None
    frame: str | None = None
    reduce: Literal["", "norm", "sum_squares"] = ""
    info: bool = True


@dataclass(frozen=True)
class Bound:
    """An environment is healthy while low < x < high for each number x of the slice (inclusive: <=)."""

    source: Source
    start: int = 0
    count: int | None = None
    low: float = -math.inf
    high: float = math.inf
    of: str | None = None
    inclusive: bool = False


@dataclass(frozen=True)
class Noise:
    """Added to the initial state at reset: uniform in [-scale, scale), or normal with deviation scale."""

    source: Source
    scale: float
    distribution: Literal["uniform", "normal"] = "uniform"
    start: int = 0
    count: int | None = None
    of: str | None = None


@dataclass(frozen=True)
class Placement:
    """Up to three numbers that are set at reset, after the noise, uniformly in the box [low, high).

    distance: drawn again until their distance from `center` is within (least, most).
    """

    source: Source
    low: tuple[float, ...]
    high: tuple[float, ...]
    start: int = 0
    of: str | None = None
    distance: tuple[float, float] = (-math.inf, math.inf)
    center: tuple[float, ...] = (0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Command:
    """What the agent is told to do: numbers drawn uniformly in [low, high] at reset, read as source "command".

    every: drawn anew after that many control steps (0: only at reset).
    """

    name: str
    low: tuple[float, ...]
    high: tuple[float, ...]
    every: int = 0


@dataclass(frozen=True)
class Control:
    """Actions in [-1, 1] become controls `offset + scale * action`, clipped to the controls' ranges.

    scale: of all actuators, or of each; None: half of each range. offset: the middle of each range, or the
    controls of the task's keyframe.
    """

    scale: float | tuple[float, ...] | None = None
    offset: Literal["range", "keyframe"] = "range"


@dataclass(frozen=True)
class Discrete:
    """The agent chooses one of n >= 2 actions [n, A], each what the task's actions would be without this."""

    actions: tuple[tuple[float, ...], ...]

    def __post_init__(self) -> None:
        widths = {len(action) for action in self.actions}
        if len(self.actions) < 2 or len(widths) != 1:
            raise ModelError(f"discrete: expected two actions or more of one length, got {self.actions}")
        if not all(math.isfinite(number) for action in self.actions for number in action):
            raise ModelError(f"discrete: expected finite numbers, got {self.actions}")


@dataclass(frozen=True)
class Success:
    """An episode has succeeded once low <= signal <= high after a step; all of a task's have to hold at once."""

    signal: str
    low: float = -math.inf
    high: float = math.inf


@dataclass(frozen=True)
class Agent:
    """One of K agents of a scene: what it sees, and the actuators (by name) that it drives.

    Agents that name the same policy share it; they have as many observations and actuators.
    """

    name: str
    observation: tuple[Observation, ...]
    actuators: tuple[str, ...]
    policy: str = "shared"


@dataclass(frozen=True)
class EnvSpec:
    """A task: model, observation, signals, termination, reset, randomisation; plain data but for two functions.

    model: MJCF text, a file (.xml, or .zip with assets), a bundled model's name, or `ModelFiles`.
    observation: empty means all of qpos, qvel and sensordata.
    frame_skip: physics steps per control step. max_episode_steps: truncation, in control steps.
    control: None means that actions are the controls, as in Gymnasium.
    discrete: None means that actions are numbers of a range; else the agent chooses among these.
    keyframe: name of the one that episodes start from; None: the model's initial state.
    terminate_when_unhealthy: whether leaving `bounds` ends the episode.
    variants: worlds that environments are spread over (by `variant_per`), all with the model's state.
    agents: several agents in one scene; `observation` is then theirs.
    options: how a task's factory was called, for the record.
    """

    model: str | PathLike[str] | ModelFiles
    name: str = "custom"
    frame_skip: int = 5
    max_episode_steps: int = 1000
    observation: tuple[Observation, ...] = ()
    signals: tuple[Signal, ...] = ()
    bounds: tuple[Bound, ...] = ()
    terminate_when_unhealthy: bool = True
    noise: tuple[Noise, ...] = ()
    placements: tuple[Placement, ...] = ()
    commands: tuple[Command, ...] = ()
    control: Control | None = None
    discrete: Discrete | None = None
    keyframe: str | None = None
    randomize: tuple[Randomize, ...] = ()
    pushes: tuple[Push, ...] = ()
    variants: tuple[Variant, ...] = ()
    variant_per: Literal["environment", "episode"] = "environment"
    agents: tuple[Agent, ...] = ()
    success: tuple[Success, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    reward: Reward | None = None
    termination: Termination | None = None

    def to_json(self) -> str:
        """The data part as JSON; infinities are written as the strings "inf" and "-inf"."""
        from websim.spec_json import spec_to_json

        return spec_to_json(self)

    @classmethod
    def from_json(cls, text: str, *, reward: Reward | None = None, termination: Termination | None = None) -> EnvSpec:
        """Inverse of `to_json`. Raises ModelError when a field is missing, unknown or malformed."""
        from websim.spec_json import spec_from_json

        return spec_from_json(text, reward=reward, termination=termination)
