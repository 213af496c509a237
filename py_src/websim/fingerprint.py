"""What tells one task from another: its data and its model, whatever it is called and where its files are."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from typing import Any

from websim.models.files import ModelFiles
from websim.models.mjcf import load_model
from websim.spec import EnvSpec

#: Not of the task as data.
_APART = ("model", "name", "options", "reward", "termination")


def fingerprint(spec: EnvSpec) -> str:
    """16 hexadecimal digits. Fields that have their default are left out, so that a new one changes no fingerprint.

    Of files only those count that the spec brings: those of MuJoCo Menagerie differ between the page and a terminal.
    """
    files = spec.model.assets if isinstance(spec.model, ModelFiles) else {}
    data = {
        "task": {name: value for name, value in _said(spec).items() if name not in _APART},
        "xml": load_model(spec.model).xml,
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
    }
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()[:16]


def _said(value: Any) -> Any:
    """`value` of JSON's types, without what is as by default; functions are not taken."""
    if is_dataclass(value) and not isinstance(value, type):
        own = ((field, getattr(value, field.name)) for field in fields(value) if field.name not in _APART)
        said = {field.name: _said(part) for field, part in own if field.default is MISSING or part != field.default}
        return {"type": type(value).__name__, **said}
    if isinstance(value, Mapping):
        return {str(name): _said(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_said(part) for part in value]
    return value if isinstance(value, str | int | float | bool | None) else repr(value)
