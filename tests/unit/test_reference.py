"""Everything that is written from the dataclasses is up to date, and every public name is documented."""

import pytest

import websim
from write_reference import FILES, REPO


@pytest.mark.parametrize("path", FILES)
def test_generated_files_are_current(path):
    assert (REPO / path).read_text() == FILES[path](), f"{path} is stale: run `python scripts/write_reference.py`"


def test_every_public_name_has_a_docstring_and_a_place_in_the_docs():
    api = (REPO / "docs/python.md").read_text()
    for name in websim.__all__:
        assert getattr(websim, name).__doc__, name
        assert f"`{name}" in api, f"docs/python.md does not mention {name}"
