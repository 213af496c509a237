"""Packages in the page: what micropip is told where it would ask another host, and which wheels can be installed."""

import zipfile
from pathlib import Path

import pytest

from websim.errors import PackageError
from websim.lab.packages import missing, project, read_wheel, refusal
from websim.lab.robots import robots_named

SITE = "https://robots.example"


@pytest.mark.parametrize(
    "requirement", ["matplotlib", "Matplotlib>=3", "numpy", "emfs:/wheels/a.whl", f"{SITE}/a-1-py3-none-any.whl"]
)
def test_what_the_site_has_is_not_refused(requirement: str) -> None:
    assert refusal(requirement, {"matplotlib"}, SITE) is None


@pytest.mark.parametrize("requirement", ["no-such-thing", "https://elsewhere.example/a.whl", f"{SITE}.evil/a.whl"])
def test_what_another_host_has_is_refused_with_the_next_step(requirement: str) -> None:
    sentence = refusal(requirement, {"matplotlib"}, SITE)
    assert sentence
    assert sentence.startswith(requirement.join("''") if "://" not in requirement else requirement)
    assert sentence.endswith("a file that ends in -none-any.whl, and drop it into the Lab")


def test_projects_are_named_as_the_registry_names_them() -> None:
    assert [project(text) for text in ("Foo_Bar[x]>=1.0", "a.b ; python_version > '3'", "")] == ["foo-bar", "a-b", ""]


def write_wheel(folder: Path, name: str) -> Path:
    path = folder / name
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr("toy.py", "answer = 42")
        text = "Name: toy\nVersion: 1.0\nRequires-Dist: numpy>1\nRequires-Dist: Absent_Thing\nRequires-Dist: extra\n"
        wheel.writestr("toy-1.0.dist-info/METADATA", text)
    return path


def test_a_pure_wheel_is_read_and_what_it_lacks_is_named(tmp_path: Path) -> None:
    wheel = read_wheel(write_wheel(tmp_path, "toy-1.0-py3-none-any.whl"))
    assert (wheel["Name"], wheel["Version"]) == ("toy", "1.0")
    assert missing(wheel, lambda line: line != "extra") == ["absent-thing"]


def test_other_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(PackageError, match="expected a wheel of Python alone"):
        read_wheel(write_wheel(tmp_path, "toy-1.0-cp312-cp312-manylinux_2_17_x86_64.whl"))
    broken = tmp_path / "toy-1.0-py2.py3-none-any.whl"
    broken.write_bytes(b"PK but no more")
    with pytest.raises(PackageError, match=r"toy-1\.0-py2\.py3-none-any\.whl is damaged"):
        read_wheel(broken)


def test_robots_are_found_by_task_and_by_path() -> None:
    assert robots_named("envs = websim.make_vec('PandaReach')") == ["franka_emika_panda"]
    assert robots_named("<include file='menagerie/unitree_go2/go2.xml'/>") == ["unitree_go2"]
    assert robots_named("websim.make_vec('Hopper-v5')") == []
