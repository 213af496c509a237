"""The data part of an `EnvSpec` as JSON, and back."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, fields, is_dataclass
from typing import Any

from websim.errors import ModelError
from websim.models.files import ModelFiles
from websim.randomization import Push, Randomize
from websim.spec import (
    Agent,
    Bound,
    Command,
    Control,
    Discrete,
    EnvSpec,
    Noise,
    Observation,
    Placement,
    Reward,
    Signal,
    Success,
    Termination,
)
from websim.variants import VARIANT_TYPES

_CODE = ("reward", "termination")
_PARTS: dict[str, type] = {
    "observation": Observation,
    "signals": Signal,
    "bounds": Bound,
    "noise": Noise,
    "placements": Placement,
    "commands": Command,
    "randomize": Randomize,
    "pushes": Push,
    "success": Success,
}


def spec_to_json(spec: EnvSpec) -> str:
    """All fields but the functions. Of `ModelFiles` the MJCF text is written and the files beside it are not."""
    data = {field.name: getattr(spec, field.name) for field in fields(spec) if field.name not in _CODE}
    data["model"] = spec.model.xml if isinstance(spec.model, ModelFiles) else str(spec.model)
    data["variants"] = [{"type": type(variant).__name__, **asdict(variant)} for variant in spec.variants]
    return json.dumps(_plain(data), indent=1)


def spec_from_json(text: str, *, reward: Reward | None = None, termination: Termination | None = None) -> EnvSpec:
    """Inverse of `spec_to_json`. Raises ModelError when a field is missing, unknown or malformed."""
    try:
        data = _values(json.loads(text))
        data |= {name: tuple(kind(**part) for part in data.get(name, ())) for name, kind in _PARTS.items()}
        data["agents"] = tuple(_agent(part) for part in data.get("agents", ()))
        data["variants"] = tuple(VARIANT_TYPES[part.pop("type")](**part) for part in data.get("variants", ()))
        if data.get("control") is not None:
            data["control"] = Control(**data["control"])
        if data.get("discrete") is not None:
            data["discrete"] = Discrete(**data["discrete"])
        return EnvSpec(**data, reward=reward, termination=termination)
    except (TypeError, ValueError, AttributeError, KeyError) as error:
        raise ModelError(f"EnvSpec.from_json: not a task description: {error}") from error


def _agent(part: dict[str, Any]) -> Agent:
    return Agent(**part | {"observation": tuple(Observation(**slice_) for slice_ in part["observation"])})


def _plain(value: Any) -> Any:
    """`value` of JSON's types, infinities as text."""
    if is_dataclass(value) and not isinstance(value, type):
        value = asdict(value)
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, float) and math.isinf(value) else value


def _values(value: Any) -> Any:
    """Inverse of `_plain`: lists become tuples."""
    if isinstance(value, dict):
        return {key: _values(item) for key, item in value.items()}
    if isinstance(value, list):
        return tuple(_values(item) for item in value)
    return float(value) if value in ("inf", "-inf") else value
