"""Pyodide as static files: the loader's files from npm, and the compiled packages that its lock file names.

Packages come from Pyodide's own release or, for machines that reach package registries only, from a PyPI wheel that
carries the same files; the lock's SHA-256 decides either way.
"""

import json
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterable, Set
from pathlib import Path
from typing import Any

from downloads import fetch_checked, pip_download
from errors import BuildError

VERSION = "314.0.3"
RELEASE_URL = f"https://cdn.jsdelivr.net/pyodide/v{VERSION}/full"
RELEASE_TIMEOUT_S = 5.0

# Open WebUI serves Pyodide itself, so its wheel holds the release's files as they are.
CARRIER = "open-webui==0.12.4"
CARRIER_FOLDER = "open_webui/frontend/pyodide"

LOADER_FILES = ("pyodide.asm.wasm", "pyodide.asm.mjs", "python_stdlib.zip")
PACKAGES = ("numpy", "micropip", "matplotlib")

Lock = dict[str, Any]


def read_lock(npm_folder: Path) -> Lock:
    version = json.loads((npm_folder / "package.json").read_text())["version"]
    if version != VERSION:
        raise BuildError(
            f"node_modules/pyodide: expected version {VERSION}, got {version}; run `npm ci`, "
            "or set VERSION in wasm_build/pyodide_files.py to the new release"
        )
    lock: Lock = json.loads((npm_folder / "pyodide-lock.json").read_text())
    return lock


def pruned(lock: Lock, names: Iterable[str]) -> Lock:
    """The lock with `names` and all that they need, and nothing else."""
    todo, kept = list(names), set[str]()
    while todo:
        name = todo.pop()
        if name not in kept:
            kept.add(name)
            todo.extend(lock["packages"][name]["depends"])
    return {**lock, "packages": {name: lock["packages"][name] for name in sorted(kept)}}


def fetch_packages(lock: Lock) -> dict[str, bytes]:
    """File name -> bytes of each package in the lock."""
    expected = {package["file_name"]: package["sha256"] for package in lock["packages"].values()}
    return fetch_checked(expected, [(RELEASE_URL, _from_release), (CARRIER, _from_carrier)])


def _from_release(names: Set[str]) -> dict[str, bytes]:
    files = {}
    for name in sorted(names):
        try:
            with urllib.request.urlopen(f"{RELEASE_URL}/{name}", timeout=RELEASE_TIMEOUT_S) as response:
                files[name] = response.read()
        except (urllib.error.URLError, TimeoutError):
            # The next file would wait just as long, and the carrier has them all.
            break
    return files


def _from_carrier(names: Set[str]) -> dict[str, bytes]:
    print(f"    downloading {CARRIER} (106 MB, once), which carries {', '.join(sorted(names))}", flush=True)

    def read(path: Path) -> dict[str, bytes]:
        with zipfile.ZipFile(path) as wheel:
            members = {name: f"{CARRIER_FOLDER}/{name}" for name in names}
            carried = set(wheel.namelist())
            return {name: wheel.read(member) for name, member in members.items() if member in carried}

    return pip_download(CARRIER, read)
