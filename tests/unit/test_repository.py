"""What the documents and the scripts say of each other."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from conftest import REPO

DOCUMENTS = [REPO / "README.md", *sorted((REPO / "docs").glob("*.md"))]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_to_files(document: Path) -> None:
    text = document.read_text()
    targets = [target for target in re.findall(r"\]\(([^)#\s]+)", text) if "://" not in target]
    missing = [target for target in targets if not (document.parent / target).exists()]
    assert missing == []


def test_every_target_is_one_script() -> None:
    text = (REPO / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z]+):.*##", text, re.MULTILINE)) - {"help"}
    assert targets == {"run", "test", "bench", "lint", "build", "clean"}
    for target in targets:
        assert f"scripts/{target}" in text
        assert (REPO / "scripts" / target).stat().st_mode & 0o111, f"scripts/{target} is not executable"


def test_the_container_builds_with_the_scripts_of_make_build() -> None:
    recipe = re.search(r"^build:.*\n((?:\t.*\n)+)", (REPO / "Makefile").read_text(), re.MULTILINE)
    assert recipe
    run = re.findall(r"^RUN (scripts/.*)$", (REPO / "Dockerfile.wasm").read_text(), re.MULTILINE)
    assert run == re.findall(r"@(scripts/.*)", recipe[1])


def test_every_dependency_is_pinned_and_documented() -> None:
    project = tomllib.loads((REPO / "pyproject.toml").read_text())["project"]
    extras = [requirement for group in project["optional-dependencies"].values() for requirement in group]
    python = [*project["dependencies"], *extras]
    package = json.loads((REPO / "package.json").read_text())
    npm = {**package["dependencies"], **package["devDependencies"]}

    # numpy alone has a range: the page's version is Pyodide's choice.
    assert [requirement for requirement in python if "==" not in requirement] == ["numpy>=2.3,<2.5"]
    assert [f"{name} {version}" for name, version in npm.items() if not version[0].isdigit()] == []

    text = (REPO / "docs/dependencies.md").read_text()
    names = [*npm, *(re.split(r"[=<>]", requirement)[0] for requirement in python)]
    assert [name for name in names if f"`{name}`" not in text] == []
