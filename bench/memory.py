"""Memory of the page while it trains: what a rank adds, and what an environment adds with websim's own settings."""

from typing import Any

from lab import Lab, open_until_ready, stop_training, train_iterations
from resident import resident_bytes

ENV = "HalfCheetah-v5"
FEW, MANY = 64, 4096


def measure(lab: Lab) -> dict[str, Any]:
    """Bytes: a rank is the difference of two browsers; environments are compared in one, which is steadier."""
    (two,) = _resident(lab, 2, FEW)
    one, many = _resident(lab, 1, FEW, MANY)
    return {
        "num_envs": [FEW, MANY],
        "one_rank": one,
        "two_ranks": two,
        "one_rank_many": many,
        "per_rank": two - one,
        "per_env": (many - one) / (MANY - FEW),
    }


def _resident(lab: Lab, ranks: int, *sizes: int) -> list[float]:
    """In the second iteration of runs of these numbers of environments, one after the other.

    By then every buffer of a run has been written to. With the same rollout in samples for all, only what belongs to
    an environment would differ; but a user's environments come with their rollouts, so settings are websim's own.
    """
    resident = []
    with lab.browser() as browser:
        page = browser.new_page()
        open_until_ready(page, f"{lab.site}/?ranks={ranks}")
        for num_envs in sizes:
            train_iterations(page, {"env": ENV, "ranks": ranks, "num_envs": num_envs}, iterations=1)
            resident.append(resident_bytes(page))
            stop_training(page)
    return resident
