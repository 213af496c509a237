"""What a model is made of: MJCF text and the files that it names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class ModelFiles:
    """A model as MuJoCo reads it.

    xml: MJCF text, as its author wrote it. assets: bytes of each file, by the name under which MuJoCo looks for it.
    """

    xml: str
    assets: Mapping[str, bytes] = field(default_factory=dict)
