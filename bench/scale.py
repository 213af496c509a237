"""Thousands of environments in a tab: how their speed and memory compare with those of a few, bare and in training."""

from functools import partial
from statistics import median
from typing import Any

from playwright.sync_api import Page

from env_sides import RANKS, PageLoops
from lab import Lab, pause_training, stop_training, train_iterations
from resident import Resident, resident
from rounds import paired_ratio, take_turns

#: (few, many) environments over all ranks.
SIZES = {"HalfCheetah-v5": (256, 4096), "Humanoid-v5": (64, 1024)}
#: Control steps of a rollout. With thousands of environments short ones are usual: 16 make batches of 65,536.
NUM_STEPS = 16
BARE_ROUNDS, BARE_SECONDS = 5, 2.0
#: Iterations with many environments; with few there are as many more as make the same environment steps.
TRAINING_ROUNDS, ITERATIONS = 3, 2


def measure(lab: Lab) -> dict[str, Any]:
    """Rates in environment steps/s with their median ratio many / few; bytes an environment."""
    rates: dict[str, dict[str, Any]] = {}
    with lab.measuring_page() as page:
        rates["bare"] = {task: _bare_rates(page, task) for task in SIZES}
    with lab.ready_page() as page:
        rates["training"] = {task: _training_rates(page, task) for task in SIZES}
    memory = {
        "bare": {task: _bare_bytes(lab, task) for task in SIZES},
        "training": {task: _training_bytes(lab, task) for task in SIZES},
    }
    return {
        "ranks": RANKS,
        "num_steps": NUM_STEPS,
        "num_envs": {task: list(sizes) for task, sizes in SIZES.items()},
        "rates": rates,
        "bytes": memory,
    }


def _bare_rates(page: Page, task: str) -> dict[str, Any]:
    few, many = (PageLoops(page, task, num_envs) for num_envs in SIZES[task])
    sides = {
        "few": partial(few.steps_per_second, BARE_SECONDS),
        "many": partial(many.steps_per_second, BARE_SECONDS),
    }
    rates = _compared(take_turns(sides, BARE_ROUNDS))
    for loops in (few, many):
        loops.close()
    return rates


def _training_rates(page: Page, task: str) -> dict[str, Any]:
    few, many = SIZES[task]
    sides = {
        "few": partial(_training_rate, page, task, few, ITERATIONS * many // few),
        "many": partial(_training_rate, page, task, many, ITERATIONS),
    }
    return _compared(take_turns(sides, TRAINING_ROUNDS))


def _compared(rounds: dict[str, list[float]]) -> dict[str, Any]:
    medians = {side: median(rates) for side, rates in rounds.items()}
    return {**medians, "ratio": paired_ratio(rounds["many"], rounds["few"]), "all_rounds": rounds}


def _training_rate(page: Page, task: str, num_envs: int, iterations: int) -> float:
    """Environment steps/s, learning included, after a first iteration that is left out."""
    history = train_iterations(page, _request(task, num_envs), 1 + iterations)
    stop_training(page)
    first, last = history[0], history[iterations]
    return (last["global_step"] - first["global_step"]) / (last["time/elapsed"] - first["time/elapsed"])


def _request(task: str, num_envs: int) -> dict[str, Any]:
    """Endless, and without an early stop: every iteration does the same work."""
    settings = {"num_steps": NUM_STEPS, "target_kl": 0, "total_steps": 10**9}
    return {"env": task, "ranks": RANKS, "num_envs": num_envs, **settings}


def _bare_bytes(lab: Lab, task: str) -> dict[str, Any]:
    """In one page, the many beside the few."""
    few, many = SIZES[task]
    with lab.measuring_page() as page:
        PageLoops(page, task, few).steps_per_second(BARE_SECONDS)
        before = resident(page)
        PageLoops(page, task, many).steps_per_second(BARE_SECONDS)
        return _growth(before, resident(page), many)


def _training_bytes(lab: Lab, task: str) -> dict[str, Any]:
    """In one page, the many after the few, whose memory they take over.

    The few run twice: after the first time there still is what starting Python has left behind, and then no longer.
    """
    few, many = SIZES[task]
    with lab.ready_page() as page:
        for _ in range(2):
            before = _training_resident(page, task, few, ITERATIONS * many // few)
        after = _training_resident(page, task, many, ITERATIONS)
    return _growth(before, after, many - few)


def _training_resident(page: Page, task: str, num_envs: int, iterations: int) -> Resident:
    train_iterations(page, _request(task, num_envs), iterations)
    pause_training(page)
    paused = resident(page)
    stop_training(page)
    return paused


def _growth(before: Resident, after: Resident, added: int) -> dict[str, Any]:
    """per_env: growth of the linear memories; the rest of the process varies by more than environments weigh."""
    return {"few": before._asdict(), "many": after._asdict(), "per_env": (after.linear - before.linear) / added}
