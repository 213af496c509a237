"""What is asked of the figures. A missed bar is shown as missed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from results import Results
from training_ratios import DEFAULT_SIZE, MAIN_WORK, scaling, to_best_other, to_default


@dataclass(frozen=True)
class Bar:
    """`value`: the figure from its part's figures; None when there is none, which misses the bar."""

    what: str
    part: str
    value: Callable[[dict[str, Any]], float | None]
    limit: float
    unit: str
    at_least: bool = False
    #: printf-style format of figure and limit.
    digits: str = ",.0f"

    @property
    def asked(self) -> str:
        return f"{'≥' if self.at_least else '≤'} {self._text(self.limit)}"

    def measured(self, results: Results) -> str:
        if self.part not in results:
            return "not measured"
        value = self.value(results[self.part]["figures"])
        return "not reached" if value is None else self._text(value)

    def met(self, results: Results) -> bool | None:
        """None when the part was not measured."""
        if self.part not in results:
            return None
        value = self.value(results[self.part]["figures"])
        if value is None:
            return False
        return value >= self.limit if self.at_least else value <= self.limit

    def verdict(self, results: Results) -> str:
        """What follows the bar in a line of text."""
        return {True: ", met", False: ", MISSED", None: ""}[self.met(results)]

    def _text(self, value: float) -> str:
        return f"{value:{self.digits}} {self.unit}".rstrip()


def _seconds_to(task: str, threshold: float) -> Callable[[dict[str, Any]], float | None]:
    """Median over the seeds; None when most of them did not reach it."""

    def value(figures: dict[str, Any]) -> float | None:
        return next(level["median_seconds"] for level in figures["tasks"][task] if level["threshold"] == threshold)

    return value


def _trainers(figures: dict[str, Any], work: str = MAIN_WORK) -> dict[str, Any]:
    return figures["works"][work]["trainers"]


def _slowest(figures: dict[str, Any]) -> float:
    return min(task["ratio"] for task in figures["threads_2"]["tasks"].values())


def _matched(figures: dict[str, Any]) -> float:
    """Tasks in which the page is as fast as EnvPool, or faster."""
    return sum(task["ratio"] >= 1 for task in figures["tasks"].values())


def _per_env(work: str, task: str) -> Callable[[dict[str, Any]], float]:
    """Kilobytes."""
    return lambda figures: figures["bytes"][work][task]["per_env"] / 1e3


def _at_scale(work: str) -> Callable[[dict[str, Any]], float]:
    return lambda figures: figures["rates"][work]["HalfCheetah-v5"]["ratio"]


BARS = (
    Bar(
        "Physics, browser / native `mujoco.rollout`, 2 threads, geometric mean of the tasks",
        "physics",
        lambda figures: figures["threads_2"]["ratio"],
        0.90,
        "",
        at_least=True,
        digits=".2f",
    ),
    Bar("The same, slowest of the tasks", "physics", _slowest, 0.80, "", at_least=True, digits=".2f"),
    Bar(
        "Tasks of 5 in which the page steps environments as fast as EnvPool, 2 threads",
        "envs",
        _matched,
        3,
        "",
        at_least=True,
    ),
    Bar(
        "Environment steps, page / EnvPool, slowest of 5 tasks",
        "envs",
        lambda figures: min(task["ratio"] for task in figures["tasks"].values()),
        0.85,
        "",
        at_least=True,
        digits=".2f",
    ),
    Bar(
        "Speed of 4,096 HalfCheetahs / of 256, environments alone",
        "scale",
        _at_scale("bare"),
        0.90,
        "",
        at_least=True,
        digits=".2f",
    ),
    Bar(
        "Speed of 4,096 HalfCheetahs / of 256, training with PPO",
        "scale",
        _at_scale("training"),
        0.90,
        "",
        at_least=True,
        digits=".2f",
    ),
    Bar("Memory of a HalfCheetah", "scale", _per_env("bare", "HalfCheetah-v5"), 16, "KB", digits=".1f"),
    Bar("The same with PPO's rollout", "scale", _per_env("training", "HalfCheetah-v5"), 16, "KB", digits=".1f"),
    Bar("Memory of a Humanoid", "scale", _per_env("bare", "Humanoid-v5"), 64, "KB", digits=".1f"),
    Bar("The same with PPO's rollout", "scale", _per_env("training", "Humanoid-v5"), 64, "KB", digits=".1f"),
    Bar(
        "PPO on HalfCheetah in the page, learning included",
        "training",
        lambda figures: figures["default"]["page_2"]["rate"],
        15_000,
        "steps/s",
        at_least=True,
    ),
    Bar(
        "PPO at the same settings: the page / the faster of Stable-Baselines3 and sbx natively",
        "training",
        lambda figures: to_best_other(_trainers(figures), "page_2"),
        2,
        "",
        at_least=True,
        digits=".2f",
    ),
    Bar(
        "The same, websim natively",
        "training",
        lambda figures: to_best_other(_trainers(figures), "websim_2"),
        3,
        "",
        at_least=True,
        digits=".2f",
    ),
    Bar(
        "PPO as it comes: the page / Stable-Baselines3 natively",
        "training",
        to_default,
        8,
        "",
        at_least=True,
        digits=".2f",
    ),
    Bar(
        "PPO in the page with 64 environments: speed of 2 ranks / of 1",
        "training",
        lambda figures: scaling(_trainers(figures, DEFAULT_SIZE), "page"),
        1.85,
        "",
        at_least=True,
        digits=".2f",
    ),
    Bar(
        "The same, websim natively",
        "training",
        lambda figures: scaling(_trainers(figures, DEFAULT_SIZE), "websim"),
        1.85,
        "",
        at_least=True,
        digits=".2f",
    ),
    Bar(
        "InvertedPendulum from Start to a mean return of 950",
        "threshold",
        _seconds_to("InvertedPendulum-v5", 950),
        10,
        "s",
        digits=".1f",
    ),
    Bar(
        "InvertedDoublePendulum from Start to a mean return of 9,000",
        "threshold",
        _seconds_to("InvertedDoublePendulum-v5", 9_000),
        30,
        "s",
        digits=".1f",
    ),
    Bar(
        "Hopper from Start to a mean return of 2,500",
        "threshold",
        _seconds_to("Hopper-v5", 2_500),
        90,
        "s",
        digits=".1f",
    ),
    Bar(
        "HalfCheetah from Start to a mean return of 3,000",
        "threshold",
        _seconds_to("HalfCheetah-v5", 3_000),
        120,
        "s",
        digits=".1f",
    ),
    Bar(
        "Walker2d from Start to a mean return of 2,500",
        "threshold",
        _seconds_to("Walker2d-v5", 2_500),
        120,
        "s",
        digits=".1f",
    ),
    Bar(
        "Start to the first update",
        "startup",
        lambda figures: figures["seconds"]["start_to_first_update"],
        5,
        "s",
        digits=".2f",
    ),
    Bar("Stop, median", "responsiveness", lambda figures: figures["stop_median"], 200, "ms"),
    Bar(
        "Tasks over 50 ms of the page's main thread in 10 s from Start",
        "responsiveness",
        lambda figures: figures["long_tasks"],
        0,
        "",
    ),
    Bar(
        "JavaScript of a picture of all robots, 1,024 HalfCheetahs or 256 Humanoids, median",
        "crowd",
        lambda figures: max(task["script"] for task in figures["tasks"].values()),
        6,
        "ms",
        digits=".1f",
    ),
    Bar(
        "Speed of training with all robots shown / with one, slower of the two",
        "crowd",
        lambda figures: min(task["ratio"] for task in figures["tasks"].values()),
        0.90,
        "",
        at_least=True,
        digits=".2f",
    ),
    Bar(
        "First visit, compressed with gzip",
        "transfer",
        lambda figures: figures["gzip"]["bytes"] / 1e6,
        12,
        "MB",
        digits=".1f",
    ),
    Bar(
        "An agent's link to a robot in motion, first visit",
        "player",
        lambda figures: figures["seconds"]["first"],
        1.5,
        "s",
        digits=".2f",
    ),
    Bar(
        "What that loads, compressed with gzip",
        "player",
        lambda figures: figures["bytes"]["gzip"] / 1e6,
        2,
        "MB",
        digits=".2f",
    ),
    Bar("The link of a HalfCheetah, 64-64 units", "player", lambda figures: figures["link"], 9000, "characters"),
)
