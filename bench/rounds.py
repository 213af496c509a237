"""Comparison in rounds: the sides take turns, so that a drift of the machine's speed favours nobody."""

from collections.abc import Callable, Mapping
from statistics import median
from typing import TypeVar

Measured = TypeVar("Measured")


def take_turns(sides: Mapping[str, Callable[[], Measured]], rounds: int) -> dict[str, list[Measured]]:
    """What each side measured in each round; who comes first changes from round to round."""
    results: dict[str, list[Measured]] = {name: [] for name in sides}
    for i in range(rounds):
        for name in list(sides)[:: 1 if i % 2 == 0 else -1]:
            results[name].append(sides[name]())
    return results


def paired_ratio(ours: list[float], theirs: list[float]) -> float:
    """Median of the rounds' ratios."""
    return median(mine / other for mine, other in zip(ours, theirs, strict=True))
