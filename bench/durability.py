"""How little is lost when the tab is reloaded again and again, and what saving costs."""

import base64
import random
from statistics import median
from typing import Any

from playwright.sync_api import Page

from lab import Lab, open_until_ready, train_for

RELOADS = 20
ITERATIONS = 100
STEPS = 64 * 64
RUN = {
    "env": "HalfCheetah-v5",
    "num_envs": 64,
    "num_steps": 64,
    # Few collectives: they are slow on busy machines.
    "num_minibatches": 2,
    "update_epochs": 2,
    "ranks": 2,
    "seed": 1,
    "total_steps": ITERATIONS * STEPS,
    "eval_every": 0,
    "autosave_seconds": 1,
}
ROUNDS = 5
ROUND_S = 12
SPEED_RUN = {"env": "HalfCheetah-v5", "ranks": 2, "eval_every": 0, "total_steps": 10**9}

_KEEPER = "document.querySelector('websim-app').store.keeper"

_UNTIL = """async (iterations) => {
    while (websim.run.history.length < iterations) await new Promise((resolve) => setTimeout(resolve, 5));
}"""

#: Seconds of training until now and since the last save, by the page's clock.
_NOW = f"""() => [
    websim.run.history.at(-1)['time/elapsed'],
    (Date.now() - ({_KEEPER}.saver.last?.at ?? performance.timeOrigin)) / 1000,
]"""

_GO_ON = f"""async () => {{
    await {_KEEPER}.ready;
    await websim.goOn({_KEEPER}.offer.id);
    return websim.run.history.at(-1)['time/elapsed'];
}}"""

_END = """async () => {
    const { history, policy } = await websim.run.done;
    const returns = history.map((metrics) => metrics['charts/episodic_return']);
    return [btoa(Array.from(policy, (byte) => String.fromCharCode(byte)).join('')), returns];
}"""

#: Milliseconds that each rank's training waited for each of its saves, and long tasks of the main thread.
_SAVES = """async ({ request, seconds }) => {
    const tasks = [], milliseconds = [], bytes = [];
    const observer = new PerformanceObserver((list) => tasks.push(...list.getEntries().map((task) => task.duration)));
    const run = await websim.train(request);
    observer.observe({ type: 'longtask' });
    run.addEventListener('share', ({ detail }) => {
        milliseconds.push(1000 * detail.seconds);
        bytes.push(detail.data.length);
    });
    await new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
    tasks.push(...observer.takeRecords().map((task) => task.duration));
    await run.stop();
    return { tasks, milliseconds, bytes };
}"""


def measure(lab: Lab) -> dict[str, Any]:
    """lost: seconds of training that each reload cost; since_save: those that had passed since the last save."""
    with lab.ready_page() as page:
        page.evaluate("(request) => websim.train(request).then(() => {})", RUN | {"autosave_seconds": 0})
        policy, returns = page.evaluate(_END)
    with lab.ready_page() as page:
        lost, since_save = _reloaded(page, lab.site)
        again, returns_again = page.evaluate(_END)
    return {
        "reloads": RELOADS,
        "autosave_seconds": RUN["autosave_seconds"],
        "total_steps": RUN["total_steps"],
        "lost": lost,
        "since_save": since_save,
        "same_policy": again == policy and len(base64.b64decode(policy)) > 0,
        "same_curve": returns_again == returns,
        **_cost(lab),
    }


def _reloaded(page: Page, site: str) -> tuple[list[float], list[float]]:
    moments = random.Random(1)
    page.evaluate("(request) => websim.train(request).then(() => {})", RUN)
    lost, since_save = [], []
    # Before the eighth iteration there may be no save.
    for iteration in sorted(moments.sample(range(8, ITERATIONS - 2), RELOADS)):
        page.evaluate(_UNTIL, iteration)
        page.wait_for_timeout(moments.uniform(0, 500))
        elapsed, waited = page.evaluate(_NOW)
        open_until_ready(page, site)
        lost.append(elapsed - page.evaluate(_GO_ON))
        since_save.append(waited)
    return lost, since_save


def _cost(lab: Lab) -> dict[str, Any]:
    """Speed with and without saves by turns, and what single saves take."""
    speeds: dict[float, list[float]] = {0: [], 5: []}
    with lab.ready_page() as page:
        for _ in range(ROUNDS):
            for seconds, found in speeds.items():
                history = train_for(page, SPEED_RUN | {"autosave_seconds": seconds}, ROUND_S)
                found.append(median(metrics["charts/SPS"] for metrics in history))
        saves = page.evaluate(_SAVES, {"request": SPEED_RUN | {"autosave_seconds": 0.5}, "seconds": ROUND_S})
    return {
        "rounds": ROUNDS,
        "speed_without": median(speeds[0]),
        "speed_with": median(speeds[5]),
        "speed_ratio": median(b / a for a, b in zip(speeds[0], speeds[5], strict=True)),
        "save_milliseconds": median(saves["milliseconds"]),
        # The page has passed on, and no longer has, what made a save complete.
        "save_bytes": 2 * max(saves["bytes"]),
        "saves": len(saves["bytes"]) // 2,
        "long_tasks": len(saves["tasks"]),
    }
