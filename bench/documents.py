"""The generated sections of docs/benchmarks.md and of the README, between their markers."""

from pathlib import Path

import summary
import tables
from lab import REPO
from results import Results

PAGE, README = REPO / "docs/benchmarks.md", REPO / "README.md"


def documents(results: Results) -> dict[Path, str]:
    """Each document's text with what the results say in it; sections of parts that were not measured stay."""
    page = filled(PAGE.read_text(), "bars", summary.bars(results))
    for part, table in tables.PARTS.items():
        if part in results:
            page = filled(page, part, f"{table(results[part]['figures'])}\n\n{summary.source(results[part])}")
    page = filled(page, "conditions", summary.conditions(results))
    return {PAGE: page, README: filled(README.read_text(), "", summary.readme_section(results))}


def filled(text: str, name: str, section: str) -> str:
    """`text` with `section` between `<!-- bench:NAME:start -->` and `<!-- bench:NAME:end -->`; no name, no `NAME:`."""
    prefix = f"<!-- bench:{name}:" if name else "<!-- bench:"
    before, start, rest = text.partition(f"{prefix}start -->\n")
    _, end, after = rest.partition(f"{prefix}end -->")
    if not start or not end:
        raise ValueError(f"expected the lines `{prefix}start -->` and `{prefix}end -->`")
    return f"{before}{start}{section}\n{end}{after}"
