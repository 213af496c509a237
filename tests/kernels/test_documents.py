"""The Python that the documents show runs as it is shown, and the tasks are as they say."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import REPO
from robot_files import needs_robots
from write_reference import COMPILED_FILES

PAGES = ("agents", "durable_runs", "exchange", "python", "tasks", "tasks_howto")
BLOCKS = [
    pytest.param(block, id=f"{document.name}-{number}")
    for document in [
        REPO / "README.md",
        *(REPO / f"docs/{name}.md" for name in PAGES),
    ]
    for number, block in enumerate(re.findall(r"```python\n(.*?)```", document.read_text(), re.DOTALL))
]


@pytest.mark.parametrize("block", BLOCKS)
def test_it_runs(block: str, tmp_path: Path) -> None:
    # A process of its own: blocks write files, and train on all cores.
    result = subprocess.run([sys.executable, "-W", "error", "-c", block], cwd=tmp_path, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr


@needs_robots
@pytest.mark.parametrize("path", COMPILED_FILES)
def test_generated_files_are_current(path: str) -> None:
    text = COMPILED_FILES[path]()
    assert (REPO / path).read_text() == text, f"{path} is stale: run `python scripts/write_reference.py`"
