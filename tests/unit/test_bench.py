"""Documents show what was measured, and a missed bar as missed."""

import pytest

from bars import BARS, Bar
from documents import documents, filled
from results import load_results, save_task
from rounds import paired_ratio, take_turns
from threshold import median_seconds
from training_ratios import best_other, scaling, to_best_other

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


def test_training_is_compared_with_the_fastest_other_trainer_and_with_one_rank() -> None:
    rates = {"page_2": 20.0, "page_1": 12.5, "websim_2": 40.0, "websim_1": 20.0}
    others = {"sb3_own": 7.0, "sb3_one": 8.0, "sbx_own": 10.0, "sbx_one": 9.0}
    trainers = {name: {"rate": rate} for name, rate in (rates | others).items()}
    assert best_other(trainers) == "sbx_own"
    assert to_best_other(trainers, "page_2") == 2.0
    assert to_best_other(trainers, "websim_2") == 4.0
    assert scaling(trainers, "page") == 1.6
    figures = {
        "works": {"envs_16": {"trainers": trainers}, "envs_64": {"trainers": trainers}},
        "default": {"page_2": {"rate": 24.0}, "sb3_one": {"rate": 3.0}},
    }
    verdicts = [bar.met({"training": {"figures": figures}}) for bar in BARS if bar.part == "training"]
    # 24 steps/s; 20 / 10; 40 / 10; 24 / 3; 20 / 12.5; 40 / 20.
    assert verdicts == [False, True, True, True, False, True]


def test_a_threshold_that_most_seeds_missed_is_not_reached() -> None:
    reached, missed = {"reached": True, "seconds": 9.0}, {"reached": False}
    medians = [median_seconds(seeds) for seeds in ([reached, missed, reached], [missed, reached, missed])]
    assert medians == [9.0, None]
    bar = next(bar for bar in BARS if bar.part == "threshold")
    levels = [{"tasks": {"InvertedPendulum-v5": [{"threshold": 950, "median_seconds": value}]}} for value in medians]
    assert [bar.met({"threshold": {"figures": figures}}) for figures in levels] == [True, False]
    assert bar.measured({"threshold": {"figures": levels[1]}}) == "not reached"


def test_tasks_of_a_long_part_are_kept_when_another_is_measured(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("results.PATH", tmp_path / "results.json")
    for task, seconds in (("Hopper-v5", 1.0), ("HalfCheetah-v5", 2.0), ("Hopper-v5", 3.0)):
        save_task("zoo", {"load": 0.0}, task, {"seconds": seconds})
    assert load_results()["zoo"]["figures"] == {
        "tasks": {"Hopper-v5": {"seconds": 3.0}, "HalfCheetah-v5": {"seconds": 2.0}}
    }


def test_the_documents_are_those_of_the_results() -> None:
    """When this fails: `.venv/bin/python bench/run.py --tables`."""
    stale = [path.name for path, text in documents(load_results()).items() if path.read_text() != text]
    assert stale == []


def test_a_document_without_its_markers_is_refused() -> None:
    with pytest.raises(ValueError, match="bench:memory:start"):
        filled("<!-- bench:memory:end -->", "memory", "a table")
