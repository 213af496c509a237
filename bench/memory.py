"""Memory of the page while it trains: what a rank adds, and what an environment adds with websim's own settings."""

from typing import Any

from lab import Lab, open_until_ready, pause_training, stop_training, train_iterations
from resident import Resident, resident

ENV = "HalfCheetah-v5"
FEW, MANY = 64, 4096
#: With many environments; with few there are as many more as make the same environment steps.
ITERATIONS = 1


def measure(lab: Lab) -> dict[str, Any]:
    """Bytes. An environment is the growth of the linear memories; the rest of the process varies by more than that."""
    (two,) = _residents(lab, 2, FEW)
    # After the first run there still is what starting Python has left behind.
    _, one, many = _residents(lab, 1, FEW, FEW, MANY)
    return {
        "num_envs": [FEW, MANY],
        "one_rank": one.process,
        "two_ranks": two.process,
        "one_rank_many": many.process,
        "per_rank": two.process - one.process,
        "per_env": (many.linear - one.linear) / (MANY - FEW),
    }


def _residents(lab: Lab, ranks: int, *sizes: int) -> list[Resident]:
    """After the first iteration of runs of these numbers of environments, one after the other.

    By then every buffer of a run has been written to. With the same rollout in samples for all, only what belongs to
    an environment would differ; but a user's environments come with their rollouts, so settings are websim's own.
    """
    residents = []
    with lab.browser() as browser:
        page = browser.new_page()
        open_until_ready(page, f"{lab.site}/?ranks={ranks}")
        for num_envs in sizes:
            train_iterations(
                page, {"env": ENV, "ranks": ranks, "num_envs": num_envs}, iterations=ITERATIONS * MANY // num_envs
            )
            pause_training(page)
            residents.append(resident(page))
            stop_training(page)
    return residents
