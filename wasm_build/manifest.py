"""`runtime/`: every file that the page loads, under a name that holds its content's hash, and `assets.json`."""

import json
from collections.abc import Mapping
from pathlib import Path, PurePath

from cache import sha256


def write_runtime(folder: Path, assets: Mapping[str, bytes], later: frozenset[str]) -> str:
    """Write `assets` (name -> bytes) and drop files of earlier builds; `later` are not needed to start training.

    Returns the version: a hash of all assets.
    """
    folder.mkdir(parents=True, exist_ok=True)
    entries = {}
    for name, data in sorted(assets.items()):
        digest = sha256(data)
        path = PurePath(name)
        file = f"{path.stem}.{digest[:12]}{path.suffix}"
        (folder / file).write_bytes(data)
        entries[name] = {"file": file, "bytes": len(data), "sha256": digest, "first": name not in later}
    version = sha256(json.dumps(entries).encode())[:12]
    manifest = json.dumps({"version": version, "assets": entries}, indent=2)

    keep = {entry["file"] for entry in entries.values()}
    for path in folder.iterdir():
        if path.name not in keep:
            path.unlink()
    (folder / "assets.json").write_text(manifest + "\n")
    return version
