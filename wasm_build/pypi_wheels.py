"""Pure-Python packages for the page, as PyPI has them, and their entries in Pyodide's lock."""

import zipfile
from collections.abc import Set
from email.parser import HeaderParser
from io import BytesIO
from typing import Any

from cache import sha256
from downloads import fetch_checked, pip_download

# Wheel -> SHA-256. `pip hash FILE` prints one for a new version.
WHEELS = {
    "gymnasium-1.4.0-py3-none-any.whl": "1cb947c59e7c72d8eabb2c2274c00cd20948e69f8452a9ef4092223be24fdf0e",
    "cloudpickle-3.1.2-py3-none-any.whl": "9acb47f6afd73f60dc1df93bb801b472f05ff42fa6c84167d25cb206be1fbf4a",
    "farama_notifications-0.0.6-py3-none-any.whl": "f84839188efa1ce5bb361c2a84881b2dc2c0d0d7fb661ff00421820170930935",
    "typing_extensions-4.16.0-py3-none-any.whl": "481caa481374e813c1b176ada14e97f1f67a4539ce9cfeb3f350d78d6370c2e8",
}
DEPENDS = {"gymnasium": ["numpy", "cloudpickle", "farama-notifications", "typing-extensions"]}


def fetch_wheels() -> dict[str, bytes]:
    return fetch_checked(WHEELS, [("PyPI", _from_pypi)])


def _from_pypi(names: Set[str]) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for name in sorted(names):
        project, version = name.split("-")[:2]
        files |= pip_download(f"{project}=={version}", lambda path: {path.name: path.read_bytes()})
    return files


def lock_entry(file_name: str, data: bytes) -> dict[str, Any]:
    """What Pyodide's `loadPackage` needs to know of a pure-Python wheel."""
    with zipfile.ZipFile(BytesIO(data)) as wheel:
        names = wheel.namelist()
        metadata = HeaderParser().parsestr(
            wheel.read(next(name for name in names if name.endswith(".dist-info/METADATA"))).decode()
        )
    top_level = {name.split("/")[0].removesuffix(".py") for name in names if ".dist-info/" not in name}
    project = metadata["Name"].lower().replace("_", "-")
    return {
        "name": project,
        "version": metadata["Version"],
        "file_name": file_name,
        "install_dir": "site",
        "sha256": sha256(data),
        "package_type": "package",
        "imports": sorted(top_level),
        "depends": DEPENDS.get(project, []),
        "unvendored_tests": False,
    }
