"""Agents to share: the trained HalfCheetah of tests/data, as a link's fragment."""

import json
import subprocess
from functools import cache
from typing import Any

from conftest import REPO

TRAINED = REPO / "tests/data/half_cheetah.websim"


@cache
def fragment(facts: str = "{}") -> str:
    """With its #. facts: JSON of what the link is to tell otherwise."""
    script = REPO / "tests/browser/write_link.mjs"
    return subprocess.run(["node", script, TRAINED, facts], check=True, capture_output=True, text=True).stdout


def link(page: str, **facts: Any) -> str:
    return f"{page}{fragment(json.dumps(facts))}"
