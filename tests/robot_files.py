"""The robots of MuJoCo Menagerie that tests use: from MENAGERIE_ROOT, or from shared/menagerie beside the checkout."""

import os

import pytest

from conftest import REPO
from websim.tasks import TASKS, get_spec

_BESIDE = REPO.parent / "shared/menagerie"
if "MENAGERIE_ROOT" not in os.environ and _BESIDE.is_dir():
    # Subprocesses of tests inherit it.
    os.environ["MENAGERIE_ROOT"] = str(_BESIDE)

needs_robots = pytest.mark.skipif(
    "MENAGERIE_ROOT" not in os.environ,
    reason=f"the robots' files are not there: set MENAGERIE_ROOT, or put them into {_BESIDE}",
)

#: Tasks whose models come with the package or with gymnasium.
BUNDLED_TASKS = [name for name in TASKS if "menagerie/" not in str(get_spec(name).model)]
