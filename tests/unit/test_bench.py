"""Documents show what was measured, and a missed bar as missed."""

import pytest

from bars import BARS, Bar
from documents import documents, filled
from results import load_results
from rounds import paired_ratio, take_turns

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


def test_a_task_is_matched_from_equal_speed_on() -> None:
    figures = {"tasks": {task: {"ratio": ratio} for task, ratio in {"a": 1.0, "b": 0.99, "c": 1.2, "d": 0.9}.items()}}
    matched, slowest = (bar for bar in BARS if bar.part == "envs")
    assert matched.value(figures) == 2
    assert matched.met({"envs": {"figures": figures}}) is False
    assert slowest.value(figures) == 0.9
    assert slowest.met({"envs": {"figures": figures}}) is True


def test_sides_take_turns_and_are_compared_round_by_round() -> None:
    called: list[str] = []

    def side(name: str, values: list[float]) -> float:
        called.append(name)
        return values.pop(0)

    ours, theirs = [1.0, 4.0, 9.0], [2.0, 4.0, 3.0]
    rounds = take_turns({"ours": lambda: side("ours", ours), "theirs": lambda: side("theirs", theirs)}, 3)
    assert called == ["ours", "theirs", "theirs", "ours", "ours", "theirs"]
    # 1/2, 4/4, 9/3
    assert paired_ratio(rounds["ours"], rounds["theirs"]) == 1.0


def test_the_documents_are_those_of_the_results() -> None:
    """When this fails: `.venv/bin/python bench/run.py --tables`."""
    stale = [path.name for path, text in documents(load_results()).items() if path.read_text() != text]
    assert stale == []


def test_a_document_without_its_markers_is_refused() -> None:
    with pytest.raises(ValueError, match="bench:memory:start"):
        filled("<!-- bench:memory:end -->", "memory", "a table")
