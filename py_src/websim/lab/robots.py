"""Robots of MuJoCo Menagerie that a cell's text names: in the page their archives come before the cell runs."""

from __future__ import annotations

import re

from websim.models.mjcf import robots_of
from websim.tasks import TASKS, get_spec


def robots_named(source: str) -> list[str]:
    """Those of the built-in tasks that the text names, and those that it includes by their path."""
    tasks = [task for task in TASKS if task in source]
    of_tasks = {robot for task in tasks for robot in robots_of(get_spec(task).model)}
    return sorted(of_tasks | set(re.findall(r"menagerie/(\w+)/", source)))
