"""`runtime/` and its `assets.json`: the contract between the build and the page."""

import json
from hashlib import sha256
from pathlib import Path

from manifest import write_runtime


def test_files_are_named_by_content_and_listed(tmp_path: Path) -> None:
    version = write_runtime(tmp_path, {"a.b.wasm": b"wasm", "late.whl": b"wheel"}, frozenset({"late.whl"}))
    digest = sha256(b"wasm").hexdigest()
    manifest = json.loads((tmp_path / "assets.json").read_text())
    assert manifest["version"] == version
    assert manifest["assets"]["a.b.wasm"] == {
        "file": f"a.b.{digest[:12]}.wasm",
        "bytes": 4,
        "sha256": digest,
        "first": True,
    }
    assert manifest["assets"]["late.whl"]["first"] is False
    assert (tmp_path / f"a.b.{digest[:12]}.wasm").read_bytes() == b"wasm"


def test_a_new_build_drops_old_files_and_has_another_version(tmp_path: Path) -> None:
    first = write_runtime(tmp_path, {"a.wasm": b"old"}, frozenset())
    second = write_runtime(tmp_path, {"a.wasm": b"new"}, frozenset())
    assert first != second
    assert len(list(tmp_path.iterdir())) == 2
