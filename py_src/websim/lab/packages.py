"""Packages for cells: those of the site, and wheels that the user brings. No other host is asked for any."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Collection
from email.message import Message
from email.parser import HeaderParser
from importlib import metadata
from pathlib import Path

from websim.errors import PackageError

_LOCAL = ("emfs:", "file:", "/", "./")
_PURE_WHEEL = re.compile(r"[\w.]+-[\w.!+]+(-\d\w*)?-[\w.]+-none-any\.whl")


def project(requirement: str) -> str:
    """The normalised project name at the beginning of a requirement: "Foo_Bar[x]>=1" -> "foo-bar"."""
    name = re.match(r"[\w.-]*", requirement.strip())
    return re.sub(r"[-_.]+", "-", name[0] if name else "").lower()


def refusal(requirement: str, shipped: Collection[str], origin: str) -> str | None:
    """Why micropip cannot have it here, in a sentence; None: it can. origin: of the site, as "https://host"."""
    requirement = requirement.strip()
    if requirement.startswith(_LOCAL):
        return None
    if "://" in requirement:
        if requirement.startswith(f"{origin}/"):
            return None
        return (
            f"{requirement} is on another host, and this page asks none: download the wheel, "
            "a file that ends in -none-any.whl, and drop it into the Lab"
        )
    name = project(requirement)
    if name in shipped or _is_installed(name):
        return None
    return (
        f"{name or requirement!r} is not part of this site, and the page asks no other host for packages: download its "
        "wheel, a file that ends in -none-any.whl, and drop it into the Lab"
    )


def read_wheel(path: Path) -> Message:
    """A wheel's metadata. Raises PackageError unless it is of Python alone."""
    if not _PURE_WHEEL.fullmatch(path.name):
        raise PackageError(
            f"{path.name} cannot be installed in the page: expected a wheel of Python alone, "
            "whose name ends in -none-any.whl; look for that one among the project's files"
        )
    try:
        with zipfile.ZipFile(path) as wheel:
            name = next(name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
            return HeaderParser().parsestr(wheel.read(name).decode())
    except (zipfile.BadZipFile, StopIteration, UnicodeDecodeError) as error:
        raise PackageError(f"{path.name} is damaged or not a wheel; download it again") from error


def missing(wheel: Message, applies: Callable[[str], bool]) -> list[str]:
    """Projects that the wheel needs and Python does not have. applies: whether a requirement's marker holds here."""
    needed = [project(line) for line in wheel.get_all("Requires-Dist", []) if applies(line)]
    return [name for name in needed if not _is_installed(name)]


def _is_installed(name: str) -> bool:
    try:
        metadata.version(name)
    except (metadata.PackageNotFoundError, ValueError):
        return False
    return True
