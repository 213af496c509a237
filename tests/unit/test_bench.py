"""Documents show what was measured, and a missed bar as missed."""

import pytest

from bars import Bar
from documents import documents, filled
from results import load_results

RATIO = Bar("ratio", "physics", lambda figures: figures["ratio"], 0.8, "", at_least=True, digits=".2f")
SECONDS = Bar("time", "threshold", lambda figures: figures["seconds"], 30, "s")


@pytest.mark.parametrize(
    ("bar", "figures", "met"),
    [
        (RATIO, {"ratio": 0.80}, True),
        (RATIO, {"ratio": 0.79}, False),
        (SECONDS, {"seconds": 30}, True),
        (SECONDS, {"seconds": 30.1}, False),
        (SECONDS, {"seconds": None}, False),
    ],
)
def test_a_bar_is_met_or_missed(bar: Bar, figures: dict[str, float | None], met: bool) -> None:
    assert bar.met({bar.part: {"figures": figures}}) is met


def test_a_bar_without_a_figure_is_neither_met_nor_missed() -> None:
    assert RATIO.met({}) is None
    assert RATIO.measured({}) == "not measured"


def test_the_documents_are_those_of_the_results() -> None:
    """When this fails: `.venv/bin/python bench/run.py --tables`."""
    stale = [path.name for path, text in documents(load_results()).items() if path.read_text() != text]
    assert stale == []


def test_a_document_without_its_markers_is_refused() -> None:
    with pytest.raises(ValueError, match="bench:memory:start"):
        filled("<!-- bench:memory:end -->", "memory", "a table")
