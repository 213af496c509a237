"""Archives of MuJoCo Menagerie's robots for the page, a tenth of the size of their folders, with the same physics.

The page draws no textures and flat faces, so textures are left out (their mean colour becomes the material's), and OBJ
meshes become MuJoCo's binary format without normals, texture coordinates and repeated vertices.
"""

import posixpath
import struct
import xml.etree.ElementTree as ET
import zipfile
from functools import partial
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cache import cached
from websim.errors import ModelError
from websim.models.files import ModelFiles
from websim.models.mjcf import compile_native, load_model

# Robot -> its models, which tasks include as `menagerie/<robot>/<model>`.
ROBOTS = {
    "franka_emika_panda": ("panda.xml", "panda_nohand.xml"),
    "universal_robots_ur5e": ("ur5e.xml",),
    "anybotics_anymal_c": ("anymal_c.xml",),
}
# A fixed time makes the same sources give the same bytes, so that browsers keep their copy.
TIME = (2020, 1, 1, 0, 0, 0)


def build_robot_packages() -> tuple[dict[str, bytes], str]:
    """Asset name -> zip of each robot that can be had, and why another cannot (empty: all are there)."""
    packages: dict[str, bytes] = {}
    for robot, models in ROBOTS.items():
        try:
            folder = _folder(robot)
        except ModelError as error:
            return packages, str(error)
        inputs = [*sorted(path for path in folder.rglob("*") if path.is_file()), Path(__file__)]
        name = f"{robot}.zip"
        packages[name] = cached(name, inputs, partial(_write_robot_package, folder, models)).read_bytes()
    return packages, ""


def _write_robot_package(folder: Path, models: tuple[str, ...], output: Path) -> None:
    output.write_bytes(build_robot_package(folder, models))


def build_robot_package(folder: Path, models: tuple[str, ...]) -> bytes:
    """A zip of a robot's models, the files that they need, and its licence."""
    files = {"LICENSE": (folder / "LICENSE").read_bytes()}
    for model in models:
        loaded = load_model(folder / model)
        root = ET.fromstring(loaded.xml)
        _paint(root, loaded)
        compiler = root.find("compiler")
        directory = compiler.get("meshdir", "") if compiler is not None else ""
        for mesh in root.iterfind("asset/mesh"):
            path = posixpath.normpath(posixpath.join(directory, mesh.attrib["file"]))
            data = loaded.assets[path]
            small = compact_mesh(data) if path.lower().endswith(".obj") else None
            if small:
                path, data = posixpath.splitext(path)[0] + ".msh", small
                mesh.set("file", posixpath.splitext(mesh.attrib["file"])[0] + ".msh")
            files[path] = data
        files[model] = ET.tostring(root)

    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path, data in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(path, TIME), data, zipfile.ZIP_DEFLATED, 9)
    return buffer.getvalue()


def _paint(root: ET.Element, loaded: ModelFiles) -> None:
    """Leave textures out: a material has its texture's mean colour instead."""
    if root.find("asset/texture") is None:
        return
    model = compile_native(loaded)
    for asset in root.findall("asset"):
        for material in asset.findall("material"):
            if name := material.attrib.pop("texture", ""):
                pixels = model.texture(name)
                start = pixels.adr[0]
                size = pixels.width[0] * pixels.height[0] * pixels.nchannel[0]
                colour = model.tex_data[start : start + size].reshape(-1, pixels.nchannel[0])[:, :3].mean(0) / 255
                material.set("rgba", " ".join(f"{value:.3g}" for value in (*colour, 1)))
        for texture in asset.findall("texture"):
            asset.remove(texture)


def _folder(robot: str) -> Path:
    """Where the robot is; downloaded with a checksum when `MENAGERIE_ROOT` names no folder."""
    try:
        import mujoco_menagerie as menagerie
    except ImportError as error:
        raise ModelError("the package mujoco-menagerie is not installed") from error
    try:
        return Path(menagerie.get(robot).path(progress=None))
    except menagerie.MenagerieError as error:
        raise ModelError(str(error)) from error


def compact_mesh(obj: bytes) -> bytes | None:
    """MuJoCo's binary mesh of the same triangles; None when a face is not one, which MuJoCo splits in its own way."""
    vertices, faces = [], []
    for line in obj.decode().splitlines():
        kind, *words = line.split() or [""]
        if kind == "v":
            vertices.append([float(word) for word in words[:3]])
        elif kind == "f":
            if len(words) != 3:
                return None
            faces.append([int(word.partition("/")[0]) for word in words])
    positions = np.array(vertices, np.float32)
    corners = np.array(faces)
    corners = np.where(corners > 0, corners - 1, corners + len(positions)).ravel()
    _, first, same = np.unique(positions[corners], axis=0, return_index=True, return_inverse=True)
    # In the order of their first use, which packs better than any order by value.
    order = np.argsort(first)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    kept: NDArray[np.float32] = positions[corners][first[order]]
    triangles = rank[same.ravel()].astype("<i4")
    header = struct.pack("<4i", len(kept), 0, 0, len(triangles) // 3)
    return header + kept.astype("<f4").tobytes() + triangles.tobytes()
