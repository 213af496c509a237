"""Measures and writes bench/results.json, the tables of docs/benchmarks.md and the README's summary.

usage: python bench/run.py [--only physics,envs,...] [--tasks HalfCheetah-v5,...] [--tables]

Parts that take hours are measured only when they are named, task by task: each is written as soon as it is there.
"""

import argparse
import importlib
import sys
import time
from collections.abc import Sequence
from pathlib import Path

REPO = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPO / "scripts"))

from bars import BARS  # noqa: E402
from conditions import conditions  # noqa: E402
from documents import documents  # noqa: E402
from lab import Lab, open_lab  # noqa: E402
from results import load_results, save_part, save_task  # noqa: E402
from tables import PARTS  # noqa: E402

#: Parts that are measured only when they are named.
LONG_PARTS = ("zoo", "returns")


def measure(part: str, lab: Lab, tasks: Sequence[str]) -> None:
    """Run the module of that name and write what it measures. It is imported when it is needed: torch takes seconds.

    tasks: those of a long part; none: all of them.
    """
    before, module = conditions(lab), importlib.import_module(part)
    if part not in LONG_PARTS:
        save_part(part, before, module.measure(lab))
        return
    unknown = [task for task in tasks if task not in module.TASKS]
    if unknown:
        raise SystemExit(f"bench: --tasks {unknown[0]}: expected one or more of {', '.join(module.TASKS)}")
    for task, figures in module.measure(tasks or module.TASKS):
        save_task(part, before, task, figures)
        print(task, end=" ", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure, and write the results and their tables.")
    usual = ",".join(part for part in PARTS if part not in LONG_PARTS)
    parser.add_argument("--only", default=usual, help=f"comma-separated parts: {', '.join(PARTS)}")
    parser.add_argument(
        "--tasks", default="", help=f"comma-separated tasks of {' or '.join(LONG_PARTS)}; all unless given"
    )
    parser.add_argument("--tables", action="store_true", help="measure nothing, write the tables again")
    options = parser.parse_args()
    parts = [] if options.tables else options.only.split(",")
    unknown = [part for part in parts if part not in PARTS]
    if unknown:
        print(f"bench: --only {unknown[0]}: expected one or more of {', '.join(PARTS)}", file=sys.stderr)
        return 2
    if not (REPO / "dist/index.html").exists():
        print("bench: dist/index.html is not there; run `make build` first", file=sys.stderr)
        return 2
    if parts:
        with open_lab() as lab:
            for part in parts:
                start = time.perf_counter()
                print(f"bench: {part}", end=" ", flush=True)
                measure(part, lab, [task for task in options.tasks.split(",") if task])
                print(f"{time.perf_counter() - start:.0f} s", flush=True)
    results = load_results()
    for path, text in documents(results).items():
        path.write_text(text)
    for bar in BARS:
        print(f"  {bar.what}: {bar.measured(results)} ({bar.asked}{bar.verdict(results)})")
    print("wrote bench/results.json, docs/benchmarks.md and the README's section; raw rounds are in the first")
    return 0


if __name__ == "__main__":
    sys.exit(main())
