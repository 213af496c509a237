"""The archives of robots that the site's build makes."""

import struct
from pathlib import Path

import pytest

from robot_packages import build_robot_packages, compact_mesh


def test_a_build_without_robots_goes_on_and_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MENAGERIE_ROOT", str(tmp_path))
    packages, missing = build_robot_packages()
    assert packages == {}
    assert "'franka_emika_panda' not found under MENAGERIE_ROOT" in missing


def test_a_mesh_keeps_its_triangles_and_each_vertex_once() -> None:
    # Four corners, two of them at the same place; the last vertex is in no face.
    obj = b"v 0 0 0\nv 1 0 0\nv 0 1 0\nv 1 0 0\nv 9 9 9\nvn 0 0 1\nf 1/1/1 2/2/1 3/3/1\nf -3 -2 -5\n"
    mesh = compact_mesh(obj)
    assert mesh is not None
    # Vertices, normals, texture coordinates, faces.
    assert struct.unpack("<4i", mesh[:16]) == (3, 0, 0, 2)
    assert struct.unpack("<9f", mesh[16:52]) == (0, 0, 0, 1, 0, 0, 0, 1, 0)
    assert struct.unpack("<6i", mesh[52:]) == (0, 1, 2, 2, 1, 0)


def test_a_face_of_four_corners_is_left_to_mujoco() -> None:
    assert compact_mesh(b"v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\nf 1 2 3 4\n") is None
