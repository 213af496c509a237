"""What a model may cost, checked before MuJoCo sees it: a few characters of MJCF can ask for any amount of memory.

Each limit is well above the robots that people train and below what makes MuJoCo run out of memory, compile for ever or
crash (a height field of 65536 x 65536 does). The same limits hold natively and in the page, so that what trains in one
loads in the other; the page's memory is the smaller, 2 GB for each rank.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from websim.errors import ModelError
from websim.models.elements import Element

#: Menagerie's largest robots have 100 MB of meshes. All files of a model lie in memory twice while it compiles.
MAX_FILE_BYTES = 64_000_000
MAX_TOTAL_BYTES = 256_000_000
MAX_FILES = 2_000
#: Text of one XML file. Meshes and height fields may be written out in it.
MAX_XML_BYTES = 16_000_000
#: Nested elements, includes counted. MuJoCo recurses into them; the wasm build's stack ends below 140 bodies.
MAX_DEPTH = 100
MAX_INCLUDE_DEPTH = 16
#: Elements after `replicate` has multiplied them; MuJoCo's time to replicate grows with the square: 2 s at 10,000.
MAX_ELEMENTS = 20_000
#: MuJoCo's working memory grows with the square of the degrees of freedom: 0.5 GB at 3,000.
MAX_DOFS = 3_000
#: A cable of 300 takes 0.7 s to compile, one of 1,000 minutes.
MAX_CABLE = 500
#: A soft body of a file has three degrees of freedom for each point in it.
MAX_FLEX_BYTES = 256_000
#: Cells of all height fields, and pixels of all textures.
MAX_CELLS = 2**22
MAX_PIXELS = 2**27
#: Steps of the simulations by which MuJoCo finds the actuators' length ranges while it compiles: 1 s each 40,000.
MAX_RANGE_STEPS = 100_000
#: Bytes of the compiled model, and of the working memory of one environment.
MAX_MODEL_BYTES = 512 * 2**20
MAX_ARENA_BYTES = 512 * 2**20

_SUFFIXES = {"K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40, "P": 2**50, "E": 2**60}

#: The largest value of attributes, by element ("": any) and name. None of them needs to be larger in a real model.
LARGEST: Mapping[tuple[str, str], float] = {
    ("size", "memory"): MAX_ARENA_BYTES,
    ("size", "nstack"): MAX_ARENA_BYTES / 8,
    ("size", "njmax"): 20_000,
    ("size", "nconmax"): 10_000,
    ("size", "nuserdata"): 1_000_000,
    ("size", "nkey"): 10_000,
    **{("size", f"nuser_{kind}"): 1_000 for kind in ("actuator", "body", "cam", "geom", "jnt", "sensor", "site")},
    ("size", "nuser_tendon"): 1_000,
    **{("option", f"{kind}iterations"): 10_000 for kind in ("", "ls_", "noslip_", "ccd_", "sdf_")},
    ("option", "sdf_initpoints"): 10_000,
    ("numeric", "size"): 500,
    ("", "nsample"): 10_000,
    ("", "actdim"): 1_000,
    ("user", "dim"): 100_000,
    ("contact", "num"): 10_000,
    ("mesh", "params"): 200,
    ("camera", "resolution"): 4_096,
    ("flexcomp", "cellcount"): 100,
    ("skin", "subgrid"): 10,
}

#: The smallest value of attributes whose smaller ones crash MuJoCo.
SMALLEST: Mapping[tuple[str, str], float] = {("contact", "activelayers"): 1, ("texture", "nchannel"): 1}


def megabytes(nbytes: float) -> str:
    """For messages: "1.5 MB"."""
    return f"{nbytes / 1e6:,.1f} MB"


def numbers(element: Element, name: str) -> list[float]:
    """The numbers of an attribute, with MuJoCo's suffixes; those that are none are MuJoCo's to refuse."""
    found = []
    for word in element.attributes.get(name, "").split():
        scale = _SUFFIXES.get(word[-1].upper(), 1)
        try:
            found.append(float(word if scale == 1 else word[:-1]) * scale)
        except (ValueError, OverflowError):
            continue
    return [number for number in found if not math.isnan(number)]


def _product(element: Element, *names: str) -> float:
    return math.prod(max(number, 1) for name in names for number in numbers(element, name))


@dataclass(slots=True)
class _Total:
    what: str
    limit: float
    used: float = 0


class Budget:
    """Adds up what the elements of a model ask for."""

    def __init__(self) -> None:
        self._totals = {
            "elements": _Total("elements, replicated ones counted", MAX_ELEMENTS),
            "dofs": _Total("degrees of freedom", MAX_DOFS),
            "cells": _Total("cells of height fields", MAX_CELLS),
            "pixels": _Total("pixels of textures", MAX_PIXELS),
            "bytes": _Total("bytes of files", MAX_TOTAL_BYTES),
            "files": _Total("files", MAX_FILES),
        }

    def add(self, kind: str, amount: float, where: Callable[[], str]) -> None:
        """Raises ModelError, saying `where` it became too much."""
        total = self._totals[kind]
        total.used += amount
        if total.used > total.limit:
            raise ModelError(
                f"{where()}: expected at most {total.limit:,.0f} {total.what} in a model, "
                f"got {total.used:,.0f} up to here; make the model smaller"
            )

    def element(self, element: Element, weight: float, where: Callable[[], str]) -> None:
        """Count an element that the model has `weight` times."""
        self.add("elements", weight, where)
        _check_values(element, where)
        dofs = _DOFS.get(element.tag)
        if dofs:
            self.add("dofs", weight * dofs(element), where)
        if element.tag == "hfield":
            self.add("cells", _product(element, "nrow", "ncol"), where)
        elif element.tag == "texture" and "builtin" in element.attributes:
            self.add("pixels", 6 * _product(element, "width", "height"), where)
        elif element.tag == "composite" and _product(element, "count") > MAX_CABLE:
            count = _product(element, "count")
            raise ModelError(f"{where()}: expected a count of at most {MAX_CABLE}, got {count:,.0f}")
        elif element.tag == "lengthrange":
            steps = max([*numbers(element, "inttotal"), 10]) / max(min([*numbers(element, "timestep"), 0.01]), 1e-9)
            if steps > MAX_RANGE_STEPS:
                raise ModelError(
                    f"{where()}: expected inttotal / timestep of at most {MAX_RANGE_STEPS:,} steps, got {steps:,.0f}"
                )


def replicated(element: Element) -> float:
    """How many times an element has its children."""
    return _product(element, "count") if element.tag == "replicate" else 1


def _check_values(element: Element, where: Callable[[], str]) -> None:
    for name in element.attributes:
        limit = LARGEST.get((element.tag, name)) or LARGEST.get(("", name))
        if limit and (largest := max(map(abs, numbers(element, name)), default=0)) > limit:
            raise ModelError(f"{where()}: {name}: expected at most {limit:,.0f}, got {largest:,.0f}")
        least = SMALLEST.get((element.tag, name))
        if least is not None and (smallest := min(numbers(element, name), default=least)) < least:
            raise ModelError(f"{where()}: {name}: expected at least {least:,.0f}, got {smallest:,.0f}")


def _joint_dofs(element: Element) -> float:
    return {"free": 6, "ball": 3}.get(element.attributes.get("type", ""), 1)


def _flex_dofs(element: Element) -> float:
    """`full` has three for each point; a rigid one has none, and others a few for the whole body."""
    points = _product(element, "count")
    rigid = element.attributes.get("rigid") == "true"
    moving = not rigid and element.attributes.get("dof", "full") in ("full", "2d", "radial")
    # Points count as well where they do not move: 30,000 of them take 3 s to compile.
    return 3 * points if moving else points / 10


_DOFS: Mapping[str, Callable[[Element], float]] = {
    "joint": _joint_dofs,
    "freejoint": lambda element: 6,
    "composite": lambda element: 3 * _product(element, "count"),
    "flexcomp": _flex_dofs,
}
