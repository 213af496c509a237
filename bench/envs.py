"""Whole environments, without learning: the page's ranks and websim natively, beside EnvPool on as many threads."""

from collections.abc import Callable, Hashable, Mapping
from functools import partial
from statistics import median
from typing import Any, Protocol, TypeVar

from playwright.sync_api import Page

from env_sides import RANKS, EnvPoolLoop, EnvPoolRates, PageLoops, ThreadLoops
from lab import Lab
from physics import PHYSICS_TASKS
from rounds import paired_ratio, take_turns

#: Environments over all ranks or threads: everybody has the number that serves it best.
SIZES = (32, 64, 256, 1024)
#: A third thread fills the cores while the caller's reads what came.
ENVPOOL_THREADS = (RANKS, RANKS + 1)
PROBE_SECONDS = 0.5
ROUNDS, SECONDS = 5, 1.2


class Side(Protocol):
    def steps_per_second(self, seconds: float) -> float: ...

    def close(self) -> None: ...


Key = TypeVar("Key", bound=Hashable)
SomeSide = TypeVar("SomeSide", bound=Side)


def measure(lab: Lab) -> dict[str, Any]:
    """Medians in environment steps/s by task, and the median over rounds of page / EnvPool."""
    with lab.measuring_page() as page:
        tasks = {task: _measure_task(page, task) for task in PHYSICS_TASKS}
    return {"ranks": RANKS, "rounds": ROUNDS, "seconds": SECONDS, "tasks": tasks}


def _measure_task(page: Page, task: str) -> dict[str, Any]:
    ours, our_size = _best({size: partial(PageLoops, page, task, size) for size in SIZES})
    native, native_size = _best({size: partial(ThreadLoops, task, size) for size in SIZES})
    pools = {(n, threads): partial(EnvPoolLoop, task, n, threads) for n in SIZES for threads in ENVPOOL_THREADS}
    pool, (pool_size, pool_threads) = _best(pools)
    sides: dict[str, Callable[[], Any]] = {
        "page": partial(ours.steps_per_second, SECONDS),
        "envpool": partial(pool.rates, SECONDS),
        "websim_native": partial(native.steps_per_second, SECONDS),
    }
    rounds = take_turns(sides, ROUNDS)
    for side in (ours, native, pool):
        side.close()
    envpool_rounds: list[EnvPoolRates] = rounds.pop("envpool")
    rates = {**rounds, "envpool": [r.steps for r in envpool_rounds], "envpool_calls": [r.calls for r in envpool_rounds]}
    return {
        **{side: median(values) for side, values in rates.items()},
        "ratio": paired_ratio(rates["page"], rates["envpool"]),
        "num_envs": {"page": our_size, "websim_native": native_size, "envpool": pool_size},
        "envpool_threads": pool_threads,
        "all_rounds": rates,
    }


def _best(candidates: Mapping[Key, Callable[[], SomeSide]]) -> tuple[SomeSide, Key]:
    """The fastest in a short probe, opened, and its key."""
    rates = {}
    for key, create in candidates.items():
        side = create()
        # The first steps of a size pay for what only they have to do.
        side.steps_per_second(PROBE_SECONDS / 5)
        rates[key] = side.steps_per_second(PROBE_SECONDS)
        side.close()
    best = max(rates, key=lambda key: rates[key])
    return candidates[best](), best
