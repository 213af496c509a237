"""Measures and writes bench/results.json, the tables of docs/benchmarks.md and the README's summary.

usage: python bench/run.py [--only physics,envs,...] [--tables]
"""

import argparse
import importlib
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

REPO = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPO / "scripts"))

from bars import BARS  # noqa: E402
from conditions import conditions  # noqa: E402
from documents import documents  # noqa: E402
from lab import Lab, open_lab  # noqa: E402
from results import load_results, save_part  # noqa: E402
from tables import PARTS  # noqa: E402


def measurement(part: str) -> Callable[[Lab], dict[str, Any]]:
    """`measure` of the module of that name, imported when it is needed: torch takes seconds."""
    return importlib.import_module(part).measure


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure, and write the results and their tables.")
    parser.add_argument("--only", default=",".join(PARTS), help=f"comma-separated parts: {', '.join(PARTS)}")
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
                before = conditions(lab)
                save_part(part, before, measurement(part)(lab))
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
