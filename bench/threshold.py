"""Time from Start until the mean return of the last 100 episodes reaches a threshold, in the page, by its clock."""

from statistics import median
from typing import Any

from playwright.sync_api import Page

from lab import Lab

#: Each with the settings that the task is tuned for.
THRESHOLDS = {
    "InvertedPendulum-v5": [950.0],
    "InvertedDoublePendulum-v5": [9000.0],
    "Hopper-v5": [2500.0],
    "HalfCheetah-v5": [1500.0, 3000.0],
    "Walker2d-v5": [2500.0],
}
SEEDS = (1, 2, 3)
RANKS = 2

#: Seconds and steps at the first iteration that reaches each threshold; stops at the last one, or with the run's end.
_TRAIN_UNTIL = """async ({ request, thresholds }) => {
    const started = performance.now();
    const run = await websim.train(request);
    const levels = thresholds.map((threshold) => ({ threshold, reached: false }));
    await new Promise((resolve, reject) => {
        run.addEventListener('metrics', ({ detail }) => {
            for (const level of levels) {
                if (level.reached || !((detail['charts/episodic_return'] ?? -Infinity) >= level.threshold)) continue;
                level.reached = true;
                level.seconds = (performance.now() - started) / 1000;
                level.steps = detail.global_step;
            }
            if (levels.every(({ reached }) => reached)) resolve();
        });
        run.done.then(resolve, reject);
    });
    await run.stop();
    return levels;
}"""


def measure(lab: Lab) -> dict[str, Any]:
    """Of each task and threshold: seconds and steps with each seed, and the median of the seconds.

    A run that ended before has `reached` false; where most have, the median is None.
    """
    with lab.ready_page() as page:
        tasks = {env: _levels(page, env, thresholds) for env, thresholds in THRESHOLDS.items()}
    return {"ranks": RANKS, "seeds": SEEDS, "tasks": tasks}


def _levels(page: Page, env: str, thresholds: list[float]) -> list[dict[str, Any]]:
    requests = [{"env": env, "ranks": RANKS, "seed": seed} for seed in SEEDS]
    runs = [page.evaluate(_TRAIN_UNTIL, {"request": request, "thresholds": thresholds}) for request in requests]
    return [
        {"threshold": threshold, "seeds": list(seeds), "median_seconds": median_seconds(seeds)}
        for threshold, *seeds in zip(thresholds, *runs, strict=True)
    ]


def median_seconds(seeds: list[dict[str, Any]]) -> float | None:
    middle = median(seed["seconds"] if seed["reached"] else float("inf") for seed in seeds)
    return middle if middle < float("inf") else None
