"""Terrains by name, of a size that suits robots of a dog's to a pony's height."""

from __future__ import annotations

from collections.abc import Sequence

from websim.errors import ConfigError
from websim.variants import Flat, Obstacles, Rough, Slope, Stairs, Variant

#: Half of a side of the square terrains, in metres: further than a robot gets in an episode.
RADIUS = 12.0

TERRAINS: dict[str, Variant] = {
    "flat": Flat(),
    "slope": Slope(angle=8.0),
    "rough": Rough(height=0.1, wavelength=0.8, radius=RADIUS, resolution=0.15),
    "stairs": Stairs(step_height=0.06, step_depth=0.5, radius=RADIUS),
    "obstacles": Obstacles(count=60, size=(0.25, 0.25, 0.04), clearance=1.2, radius=RADIUS / 2),
}


def terrain_variants(terrain: str | Sequence[str]) -> tuple[Variant, ...]:
    """The worlds of one terrain or of several; none for the model as it is. Raises ConfigError for an unknown name."""
    names = (terrain,) if isinstance(terrain, str) else tuple(terrain)
    unknown = [name for name in names if name not in TERRAINS]
    if unknown or not names:
        raise ConfigError(f"terrain: expected one or several of {', '.join(TERRAINS)}, got {terrain!r}")
    return () if names == ("flat",) else tuple(TERRAINS[name] for name in names)
