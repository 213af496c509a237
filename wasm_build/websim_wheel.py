"""The package `websim` for the page: a wheel without the native kernels, with the tasks' MJCF inside.

CPython reads the MJCF from the installed gymnasium; the page starts without gymnasium, so its wheel carries copies.
"""

import base64
import hashlib
import tomllib
import zipfile
from io import BytesIO
from pathlib import Path

from websim.models.mjcf import GYMNASIUM_MODELS, gymnasium_model_path

# A fixed time makes the same sources give the same bytes, so that browsers keep their copy.
TIME = (2020, 1, 1, 0, 0, 0)


def build_websim_wheel(repo: Path) -> bytes:
    package = repo / "py_src/websim"
    files = {
        f"websim/{path.relative_to(package)}": path.read_bytes()
        for path in sorted(package.rglob("*"))
        if path.is_file() and not {"_lib", "__pycache__"} & set(path.relative_to(package).parts)
    }
    files |= {f"websim/assets/{name}": gymnasium_model_path(name).read_bytes() for name in GYMNASIUM_MODELS}
    return _wheel("websim", _version(repo), files)


def _version(repo: Path) -> str:
    version: str = tomllib.loads((repo / "pyproject.toml").read_text())["project"]["version"]
    return version


def _wheel(name: str, version: str, files: dict[str, bytes]) -> bytes:
    """A pure-Python wheel as PEP 427 has it."""
    info = f"{name}-{version}.dist-info"
    files = files | {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: websim\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{path},sha256={_record_hash(data)},{len(data)}\n" for path, data in files.items())
    files[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n".encode()

    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path, data in files.items():
            archive.writestr(zipfile.ZipInfo(path, TIME), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _record_hash(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
