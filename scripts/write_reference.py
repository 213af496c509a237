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
from websim.algorithms import ALGORITHMS, settings
from websim.config import TrainConfig
from websim.configs import tuned
from websim.live.shown import ENV
from websim.metrics import METRICS
from websim.models import limits
from websim.tasks import TASKS

REPO = Path(__file__).resolve().parent.parent
_TYPESCRIPT = {
    "int": "number",
    "float": "number",
    "str": "string",
    "bool": "boolean",
    "dict[str, Any]": "Record<string, unknown>",
    "tuple[int, ...]": "number[]",
}


def schema() -> str:
    """workers/schema.ts"""
    common = [f.name for f in fields(TrainConfig)]
    lines = [
        "// Generated from websim's dataclasses by scripts/write_reference.py: do not edit.",
        "",
        f"export const ALGORITHMS = [{', '.join(repr(name) for name in ALGORITHMS)}] as const;",
        "",
        "/** A run's settings; those that only some algorithms have are optional. */",
        "export interface TrainConfig {",
    ]
    for name, by_algorithm in settings().items():
        f = next(iter(by_algorithm.values()))
        lines += [
            f"  /** {f.metadata['help']} */",
            f"  {name}{'' if name in common else '?'}: {_TYPESCRIPT[str(f.type)]};",
        ]
    lines += [
        "}",
        "",
        "/** What a caller may ask for: defaults fill in the rest, and Python checks it. */",
        "export type TrainRequest = { env: string } & { [field: string]: unknown };",
        "",
        "/** One setting: its default by algorithm (none: required), and its allowed range where it is a number. */",
        "export interface Setting {",
        "  name: keyof TrainConfig;",
        "  help: string;",
        "  defaults: Record<string, unknown>;",
        "  low: number | null;",
        "  high: number | null;",
        "  /** Whether it may change while a run goes on. */",
        "  live: boolean;",
        "}",
        "",
        "export const SETTINGS: readonly Setting[] = [",
    ]
    for name, by_algorithm in settings().items():
        f = next(iter(by_algorithm.values()))
        defaults = {algorithm: _default(field) for algorithm, field in by_algorithm.items()}
        given = {algorithm: default for algorithm, default in defaults.items() if default is not None}
        lines.append(
            f"  {{ name: '{name}', help: {json.dumps(f.metadata['help'])}, defaults: {json.dumps(given)}, "
            f"low: {_bound(f, 'low')}, high: {_bound(f, 'high')}, live: {json.dumps(f.metadata.get('live', False))} }},"
        )
    lines += ["];", "", "/** Settings of each task, by algorithm, that differ from the defaults. */"]
    lines.append("export const TUNED: Record<string, Record<string, Partial<TrainConfig>>> = {")
    for task in TASKS:
        differing = {name: tuned(task, name) for name in ALGORITHMS if tuned(task, name)}
        lines.append(f"  {json.dumps(task)}: {json.dumps(differing)},")
    lines += ["};", "", "/** Those without a value belong to other algorithms. */", "export interface Metrics {"]
    for metric in METRICS:
        name = metric.name if metric.name.isidentifier() else f"'{metric.name}'"
        name += "?" * bool(metric.algorithms)
        lines += [f"  /** {metric.formula} [{metric.unit}] */", f"  {name}: number{' | null' * metric.optional};"]
    lines += ["}", "", "/** The environment to follow for the policy that is shown: its global index. */"]
    lines += [f"export const SHOWN_ENV = {ENV};"]
    lines += [
        "",
        "/** What a model may ask for, as websim/models/limits.py says; attributes by element (none: any), name. */",
    ]
    lines.append("export const MODEL_LIMITS = {")
    for name in ("elements", "dofs", "cells", "pixels", "depth", "include_depth", "cable", "range_steps", "xml_bytes"):
        lines.append(f"  {name}: {getattr(limits, f'MAX_{name.upper()}')},")
    for kind, table in (("largest", limits.LARGEST), ("smallest", limits.SMALLEST)):
        bounds = {" ".join(key): value for key, value in table.items()}
        lines.append(f"  {kind}: {json.dumps(bounds)} as Record<string, number>,")
    lines += ["};", "", f"export const TASKS = [{', '.join(repr(name) for name in TASKS)}] as const;", ""]
    return "\n".join(lines)


def metrics_page() -> str:
    """docs/metrics.md"""
    rows = [f"| `{m.name}` | {m.formula} | {m.unit} | {', '.join(m.algorithms) or 'all'} |" for m in METRICS]
    head = [
        "# Metrics",
        "",
        "One dict per iteration, named as CleanRL names them.",
        "",
        "| name | formula | unit | algorithms |",
        "|---|---|---|---|",
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
        "Keyword arguments of `websim.train`, options of `websim train` (with dashes; `total_steps` is `--steps`) and",
        "fields of the page's `websim.train({...})`. What is not given is as the task was tuned for (in",
        "`websim/configs/`), and else the default. *Live* settings may change while a run goes on.",
        "",
        "| name | default | range | live | meaning |",
        "|---|---|---|---|---|",
    ]
    rows = []
    for name, by_algorithm in settings().items():
        f = next(iter(by_algorithm.values()))
        defaults = {algorithm: json.dumps(_default(field)) for algorithm, field in by_algorithm.items()}
        default = defaults["ppo"] if len(set(defaults.values())) == 1 and len(defaults) == len(ALGORITHMS) else ""
        default = default or ", ".join(f"{algorithm}: {value}" for algorithm, value in defaults.items())
        shown = "required" if default == "null" else "" if name == "algorithm" else f"`{default}`"
        low, high = _bound(f, "low"), _bound(f, "high")
        range_ = "" if low == "null" else f"{low} to {high}" if high != "null" else f"{low} or more"
        range_ = range_ or ", ".join(f.metadata.get("choices", "").split() if name != "algorithm" else ALGORITHMS)
        live = "yes" if f.metadata.get("live") else ""
        rows.append(f"| `{name}` | {shown} | {range_} | {live} | {f.metadata['help']} |")
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
