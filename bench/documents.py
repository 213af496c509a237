"""Writes the generated sections of docs/benchmarks.md and of the README, between their markers."""

from pathlib import Path

import summary
import tables
from lab import REPO
from results import Results


def write_documents(results: Results) -> None:
    page = REPO / "docs/benchmarks.md"
    _fill(page, "bars", summary.bars(results))
    for part, table in tables.PARTS.items():
        if part in results:
            _fill(page, part, f"{table(results[part]['figures'])}\n\n{summary.source(results[part])}")
    _fill(page, "conditions", summary.conditions(results))
    _fill(REPO / "README.md", "", summary.readme_section(results))


def _fill(path: Path, name: str, text: str) -> None:
    """Replace what lies between `<!-- bench:NAME:start -->` and `<!-- bench:NAME:end -->`."""
    prefix = f"<!-- bench:{name}:" if name else "<!-- bench:"
    before, start, rest = path.read_text().partition(f"{prefix}start -->\n")
    _, end, after = rest.partition(f"{prefix}end -->")
    if not start or not end:
        raise RuntimeError(f"{path.name}: expected the lines `{prefix}start -->` and `{prefix}end -->`")
    path.write_text(before + start + text + "\n" + end + after)
