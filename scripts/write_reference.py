"""Writes what is derived from websim's dataclasses: the page's types and the reference pages.

`python scripts/write_reference.py` rewrites them; tests fail when one is stale.
"""

from __future__ import annotations

import json
import math
from dataclasses import MISSING, Field, fields
from pathlib import Path
from typing import Any

from task_page import tasks_page
from websim.config import TrainConfig
from websim.metrics import METRICS
from websim.tasks import TASKS

REPO = Path(__file__).resolve().parent.parent
_TYPESCRIPT = {
    "int": "number",
    "float": "number",
    "str": "string",
    "bool": "boolean",
    "dict[str, Any]": "Record<string, unknown>",
}


def schema() -> str:
    """workers/schema.ts"""
    lines = [
        "// Generated from websim's dataclasses by scripts/write_reference.py: do not edit.",
        "",
        "export interface TrainConfig {",
    ]
    for f in fields(TrainConfig):
        lines += [f"  /** {f.metadata['help']} */", f"  {f.name}: {_TYPESCRIPT[str(f.type)]};"]
    lines += [
        "}",
        "",
        "/** What a caller may ask for: defaults fill in the rest, and Python checks it. */",
        "export type TrainRequest = { env: string } & { [field: string]: unknown };",
        "",
        "/** One setting: its default (null: required), and its allowed range where it is a number. */",
        "export interface Setting {",
        "  name: keyof TrainConfig;",
        "  help: string;",
        "  default: number | string | boolean | object | null;",
        "  low: number | null;",
        "  high: number | null;",
        "}",
        "",
        "export const SETTINGS: readonly Setting[] = [",
    ]
    for f in fields(TrainConfig):
        default = _default(f)
        lines.append(
            f"  {{ name: '{f.name}', help: {json.dumps(f.metadata['help'])}, default: {json.dumps(default)}, "
            f"low: {_bound(f, 'low')}, high: {_bound(f, 'high')} }},"
        )
    lines += ["];", "", "export interface Metrics {"]
    for metric in METRICS:
        name = metric.name if metric.name.isidentifier() else f"'{metric.name}'"
        lines += [f"  /** {metric.formula} [{metric.unit}] */", f"  {name}: number{' | null' * metric.optional};"]
    lines += ["}", "", f"export const TASKS = [{', '.join(repr(name) for name in TASKS)}] as const;", ""]
    return "\n".join(lines)


def metrics_page() -> str:
    """docs/metrics.md"""
    rows = [f"| `{m.name}` | {m.formula} | {m.unit} |" for m in METRICS]
    head = [
        "# Metrics",
        "",
        "One dict per iteration, named as CleanRL names them.",
        "",
        "| name | formula | unit |",
        "|---|---|---|",
    ]
    of_policy = ", ".join(f"`{m.name}`" for m in METRICS if m.of_policy)
    tail = [
        "",
        "A run with several policies reports these of each policy too, as `name/policy`; the plain names are those of",
        f"the first: {of_policy}.",
    ]
    return "\n".join([*head, *rows, *tail, ""])


def settings_page() -> str:
    """docs/settings.md"""
    head = [
        "# Settings of a run",
        "",
        "The fields of `websim.TrainConfig`: keyword arguments of `websim.train`, options of `websim train` (with",
        "dashes; `total_steps` is `--steps`) and fields of the page's `websim.train({...})`.",
        "",
        "| name | default | range | meaning |",
        "|---|---|---|---|",
    ]
    rows = []
    for f in fields(TrainConfig):
        default = _default(f)
        default = "required" if default is None else f"`{json.dumps(default)}`"
        low, high = _bound(f, "low"), _bound(f, "high")
        range_ = "" if low == "null" else f"{low} to {high}" if high != "null" else f"{low} or more"
        rows.append(f"| `{f.name}` | {default} | {range_} | {f.metadata['help']} |")
    return "\n".join([*head, *rows, ""])


def _default(f: Field[Any]) -> Any:
    """The field's default; None when it is required."""
    if f.default_factory is not MISSING:
        return f.default_factory()
    return None if f.default is MISSING else f.default


def _bound(f: Field[Any], end: str) -> str:
    value = f.metadata.get(end, math.inf)
    return json.dumps(value) if math.isfinite(value) else "null"


FILES = {"workers/schema.ts": schema, "docs/metrics.md": metrics_page, "docs/settings.md": settings_page}
#: Those that need the compiled kernels.
COMPILED_FILES = {"docs/tasks.md": tasks_page}

if __name__ == "__main__":
    for path, text in (FILES | COMPILED_FILES).items():
        (REPO / path).write_text(text())
        print(f"wrote {path}")
