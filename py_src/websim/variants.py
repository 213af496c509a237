"""Worlds as data: terrains and obstacle layouts that a task's environments are spread over.

Each variant rewrites the task's MJCF and is a model of its own; all have the same state, so that an environment can
change from one to another.
"""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from websim.errors import ModelError

#: Name of the ground that a terrain takes the place of.
FLOOR = "floor"
#: Name of a terrain's height field.
TERRAIN = "terrain"
#: How far a height field's base reaches below its lowest point, in metres.
_BASE = 0.1


@dataclass(frozen=True)
class Flat:
    """The model as it is."""


@dataclass(frozen=True)
class Slope:
    """A plane that rises along +x; angle in degrees."""

    angle: float


@dataclass(frozen=True)
class Rough:
    """Smooth random hills up to `height` metres, about `wavelength` metres apart, on a square of 2 * radius.

    The middle is flat, so that a robot starts on its feet. resolution: metres between two heights.
    """

    height: float = 0.1
    wavelength: float = 0.8
    radius: float = 10.0
    resolution: float = 0.2
    seed: int = 0


@dataclass(frozen=True)
class Stairs:
    """Square rings of steps around a flat middle: step_height metres up (negative: down) every step_depth metres."""

    step_height: float = 0.08
    step_depth: float = 0.4
    radius: float = 10.0
    resolution: float = 0.1


@dataclass(frozen=True)
class Obstacles:
    """`count` boxes at drawn places outside a circle of `clearance` metres, within `radius`; half-sizes in metres."""

    count: int = 20
    size: tuple[float, float, float] = (0.2, 0.2, 0.1)
    clearance: float = 1.0
    radius: float = 6.0
    seed: int = 0


#: What each number may be: beyond it a world would be no ground to stand on, or fill the memory.
_LIMITS: dict[str, tuple[float, float]] = {
    "angle": (-60.0, 60.0),
    "height": (0.0, 100.0),
    "wavelength": (0.01, 1000.0),
    "step_height": (-10.0, 10.0),
    "step_depth": (0.01, 1000.0),
    "radius": (0.1, 1000.0),
    "resolution": (0.001, 100.0),
    "count": (0, 1000),
    "size": (0.001, 100.0),
    "clearance": (0.0, 1000.0),
    "seed": (0, 2**63 - 1),
}
#: Points along one side of a height field.
_MAX_POINTS = 1001

Variant = Flat | Slope | Rough | Stairs | Obstacles

VARIANT_TYPES: dict[str, type[Variant]] = {kind.__name__: kind for kind in (Flat, Slope, Rough, Stairs, Obstacles)}


def variant_xml(xml: str, variant: Variant) -> str:
    """MJCF text of the variant. Raises ModelError when a terrain has no floor to take the place of."""
    if isinstance(variant, Flat):
        return xml
    _check(variant)
    what = f"variant {type(variant).__name__}"
    try:
        root = ET.fromstring(xml)
    except ET.ParseError as error:
        raise ModelError(f"{what}: the model's text is not well-formed XML ({error}); correct it there") from error
    floor = root.find(f"worldbody/geom[@name='{FLOOR}']")
    if isinstance(variant, Obstacles):
        _add_obstacles(ET.SubElement(root, "worldbody"), variant, 0.0 if floor is None else _position(floor)[2])
    elif floor is None:
        raise ModelError(
            f"{what}: the model has no geom named {FLOOR!r} in its worldbody; name its ground plane so, "
            "in the model's own text rather than in a file that it includes"
        )
    elif isinstance(variant, Slope):
        for attribute in ("euler", "axisangle", "xyaxes", "zaxis"):
            floor.attrib.pop(attribute, None)
        half = math.radians(variant.angle) / 2
        floor.set("quat", f"{math.cos(half):.17g} 0 {-math.sin(half):.17g} 0")
    else:
        _make_height_field(root, floor, _heights(variant), variant.radius)
    return ET.tostring(root, encoding="unicode")


def _position(geom: ET.Element) -> tuple[float, float, float]:
    x, y, z = map(float, geom.get("pos", "0 0 0").split())
    return x, y, z


def _check(variant: Variant) -> None:
    what = f"variant {type(variant).__name__}"
    for name, value in asdict(variant).items():
        low, high = _LIMITS[name]
        for number in value if isinstance(value, tuple) else (value,):
            if isinstance(number, bool) or not isinstance(number, int | float) or not low <= number <= high:
                raise ModelError(f"{what}: {name}: expected {low} to {high}, got {value!r}")
    if isinstance(variant, Rough | Stairs) and 2 * variant.radius / variant.resolution >= _MAX_POINTS:
        raise ModelError(f"{what}: expected at most {_MAX_POINTS} points a side; make the resolution coarser")
    if isinstance(variant, Obstacles) and variant.clearance > variant.radius:
        raise ModelError(f"{what}: expected a clearance within the radius, got {variant.clearance}")


def _heights(variant: Rough | Stairs) -> NDArray[np.float64]:
    """Heights [n, n] in metres on a grid over the square, rows along y."""
    cells = max(2, round(2 * variant.radius / variant.resolution))
    axis = np.linspace(-variant.radius, variant.radius, cells + 1)
    x, y = np.meshgrid(axis, axis)
    if isinstance(variant, Stairs):
        ring = np.floor(np.maximum(np.abs(x), np.abs(y)) / variant.step_depth + 1e-9)
        return np.maximum(ring - 1, 0) * variant.step_height
    return _hills(variant, x, y)


def _hills(variant: Rough, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """A sum of waves of drawn directions and phases, in [0, height], that begins half a metre from the middle."""
    rng = np.random.default_rng(variant.seed)
    heights = np.zeros_like(x)
    waves = 12
    for _ in range(waves):
        direction, phase = rng.uniform(0, 2 * math.pi, 2)
        wavelength = variant.wavelength * rng.uniform(0.7, 1.6)
        along = x * math.cos(direction) + y * math.sin(direction)
        heights += np.sin(2 * math.pi * along / wavelength + phase)
    # The rare extremes of the sum are cut off at two deviations, or all other hills would be low.
    heights = np.clip(0.5 + heights / (4 * heights.std()), 0, 1) * variant.height
    return heights * np.clip(np.hypot(x, y) - 0.5, 0, 1)


def _make_height_field(root: ET.Element, floor: ET.Element, heights: NDArray[np.float64], radius: float) -> None:
    """Turn the floor into a height field. MuJoCo scales elevations to [0, 1]."""
    low, span = float(heights.min()), float(np.ptp(heights))
    elevation = (heights - low) / span if span > 0 else heights * 0
    rows, columns = heights.shape
    ET.SubElement(
        ET.SubElement(root, "asset"),
        "hfield",
        name=TERRAIN,
        nrow=str(rows),
        ncol=str(columns),
        size=f"{radius} {radius} {max(span, 1e-3)} {_BASE}",
        elevation=" ".join(f"{value:.6g}" for value in elevation.ravel()),
    )
    x, y, z = _position(floor)
    floor.set("type", "hfield")
    floor.set("hfield", TERRAIN)
    floor.set("pos", f"{x:.17g} {y:.17g} {z + low:.17g}")
    floor.attrib.pop("size", None)


def _add_obstacles(world: ET.Element, variant: Obstacles, ground: float) -> None:
    rng = np.random.default_rng(variant.seed)
    for i in range(variant.count):
        distance = math.sqrt(rng.uniform(variant.clearance**2, variant.radius**2))
        direction, yaw = rng.uniform(0, 2 * math.pi, 2)
        position = (distance * math.cos(direction), distance * math.sin(direction), ground + variant.size[2])
        ET.SubElement(
            world,
            "geom",
            name=f"obstacle_{i}",
            type="box",
            size=" ".join(map(str, variant.size)),
            pos=" ".join(f"{x:.6g}" for x in position),
            quat=f"{math.cos(yaw / 2):.6g} 0 0 {math.sin(yaw / 2):.6g}",
            rgba="0.45 0.4 0.35 1",
        )
