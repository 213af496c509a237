"""Time from Start until the mean return of the last 100 episodes reaches a threshold, in the page, by its clock."""

from typing import Any

from playwright.sync_api import Page

from lab import Lab

THRESHOLDS = {"InvertedPendulum-v5": 950.0, "HalfCheetah-v5": 1500.0}
RANKS = 2

#: Resolves at the first iteration that reaches the threshold, or at the end of the run.
_TRAIN_UNTIL = """async ({ request, threshold }) => {
    const started = performance.now();
    const run = await websim.train(request);
    const reached = await new Promise((resolve, reject) => {
        run.addEventListener('metrics', ({ detail }) => {
            if ((detail['charts/episodic_return'] ?? -Infinity) >= threshold) resolve(true);
        });
        run.done.then(() => resolve(false), reject);
    });
    const seconds = (performance.now() - started) / 1000;
    const { global_step: steps, 'charts/episodic_return': mean } = run.history.at(-1);
    await run.stop();
    return { reached, seconds, steps, return: mean, num_envs: run.config.num_envs };
}"""


def measure(lab: Lab) -> dict[str, Any]:
    """Seconds, environment steps and return at the threshold; `reached` is false when the run ended first."""
    with lab.ready_page() as page:
        return {"ranks": RANKS, "tasks": {env: _train(page, env, level) for env, level in THRESHOLDS.items()}}


def _train(page: Page, env: str, threshold: float) -> dict[str, Any]:
    request = {"env": env, "ranks": RANKS}
    result = page.evaluate(_TRAIN_UNTIL, {"request": request, "threshold": threshold})
    return {"threshold": threshold, **result}
