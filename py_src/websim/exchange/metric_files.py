"""A run's metrics as tables: CSV and JSON. docs/metrics.md says what each is."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

from websim.errors import ConfigError

History = Sequence[Mapping[str, Any]]


def metrics_csv(history: History) -> str:
    """A header and a line for each iteration; a metric that has no value yet is empty."""
    names = list(dict.fromkeys(name for metrics in history for name in metrics))
    out = io.StringIO()
    writer = csv.DictWriter(out, names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(history)
    return out.getvalue()


def metrics_json(history: History) -> str:
    """A list of one object for each iteration; a metric that has no value yet is null."""
    return "[\n" + ",\n".join(json.dumps(metrics) for metrics in history) + "\n]\n"


WRITERS = {"csv": metrics_csv, "json": metrics_json}


def export_metrics(history: History, format: str) -> str:
    """format: "csv" or "json". Raises ConfigError for another one."""
    if format not in WRITERS:
        raise ConfigError(f"format: expected one of {', '.join(WRITERS)}, got {format!r}")
    return WRITERS[format](history)


def read_history(text: str, *, name: str) -> list[dict[str, Any]]:
    """Of a run's `metrics.jsonl`. Raises ConfigError when it is not one."""
    try:
        history = [json.loads(line) for line in text.splitlines()]
    except ValueError as error:
        raise ConfigError(f"{name}: expected one JSON object a line: {error}") from error
    if not all(isinstance(metrics, dict) for metrics in history):
        raise ConfigError(f"{name}: expected one JSON object a line")
    return history
