"""bench/results.json: the parts by name, each with its command, the conditions before it, and its figures."""

import json
from typing import Any

from lab import REPO

PATH = REPO / "bench/results.json"

Results = dict[str, dict[str, Any]]


def load_results() -> Results:
    return json.loads(PATH.read_text()) if PATH.exists() else {}


def save_part(part: str, conditions: dict[str, Any], figures: dict[str, Any]) -> None:
    """Put one part into the file; the others stay as they were measured."""
    command = f".venv/bin/python bench/run.py --only {part}"
    results = load_results() | {part: {"command": command, **conditions, "figures": _rounded(figures)}}
    PATH.write_text(json.dumps(results, indent=1) + "\n")


def save_task(part: str, conditions: dict[str, Any], task: str, figures: dict[str, Any]) -> None:
    """Put one task of a part into the file; `conditions` are then those of the part's latest task."""
    results = load_results()
    tasks = results[part]["figures"]["tasks"] if part in results else {}
    save_part(part, conditions, {"tasks": tasks | {task: figures}})


def _rounded(value: Any) -> Any:
    """Five digits: the machine's noise is in the third."""
    if isinstance(value, float):
        return float(f"{value:.5g}")
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    return [_rounded(item) for item in value] if isinstance(value, list) else value
