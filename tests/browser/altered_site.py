"""The built site with some of its runtime files changed, as a broken host or a faulty program would have them."""

import hashlib
import json
import shutil
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

#: A file's new content from its old one; None removes the file.
Change = Callable[[bytes], bytes | None]


class AlteredSite:
    """A copy of `dist` in `folder`, made of links: what is not altered costs nothing."""

    def __init__(self, dist: Path, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(dist, folder, copy_function=lambda source, target: Path(target).symlink_to(source))

    def path(self, start: str) -> Path:
        """The file of the runtime asset whose name begins with `start`."""
        (entry,) = (entry for name, entry in self._manifest()["assets"].items() if name.startswith(start))
        return self.folder / "runtime" / entry["file"]

    def damage(self, path: Path, change: Change) -> None:
        """Change a file behind the manifest's back."""
        content = change(path.read_bytes())
        for file in (path, *path.parent.glob(f"{path.name}.*")):  # its compressed twins too
            file.unlink()
        if content is not None:
            path.write_bytes(content)

    def patch_package(self, changes: dict[str, Callable[[str], str]]) -> None:
        """Change files of the Python package that the ranks import, and give the manifest the new wheel's hash."""
        wheel = BytesIO()
        with zipfile.ZipFile(self.path("websim.whl")) as source, zipfile.ZipFile(wheel, "w") as target:
            for name in source.namelist():
                text = source.read(name)
                target.writestr(name, changes.pop(name)(text.decode()) if name in changes else text)
        assert not changes, f"the package has no {list(changes)}"

        manifest, content = self._manifest(), wheel.getvalue()
        (self.folder / "runtime/websim.patched.whl").write_bytes(content)
        manifest["assets"]["websim.whl"] |= {
            "file": "websim.patched.whl",
            "bytes": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
        }
        self.damage(self.folder / "runtime/assets.json", lambda _: json.dumps(manifest).encode())

    def _manifest(self) -> dict:
        return json.loads((self.folder / "runtime/assets.json").read_text())
