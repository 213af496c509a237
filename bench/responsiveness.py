"""How the page answers while it trains: the time that Stop takes, and the main thread's long tasks."""

from statistics import median
from typing import Any

from lab import Lab

STOPS = 7
WATCHED_S = 10
RUN = {"env": "HalfCheetah-v5", "ranks": 2}

#: Stops come at different moments of an iteration.
_STOPS = """async ({ request, stops }) => {
    const milliseconds = [];
    for (let i = 0; i < stops; i++) {
        const run = await websim.train(request);
        await new Promise((resolve) => run.addEventListener('metrics', resolve, { once: true }));
        await new Promise((resolve) => setTimeout(resolve, 300 + 97 * i));
        const asked = performance.now();
        await run.stop();
        milliseconds.push(performance.now() - asked);
    }
    return milliseconds;
}"""

#: Milliseconds after which somebody may press Start in a page that can train: none of its loading is left.
SETTLED = 1000

#: From before Start. Browsers report tasks of more than 50 ms.
_LONG_TASKS = """async ({ request, seconds, settled }) => {
    await new Promise((resolve) => setTimeout(resolve, settled));
    const tasks = [];
    const observer = new PerformanceObserver((list) => tasks.push(...list.getEntries().map((task) => task.duration)));
    observer.observe({ type: 'longtask' });
    const run = await websim.train(request);
    await new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
    await run.stop();
    tasks.push(...observer.takeRecords().map((task) => task.duration));
    return tasks;
}"""


def measure(lab: Lab) -> dict[str, Any]:
    """Milliseconds. `longest_task`: 0 when the browser reported none."""
    with lab.ready_page() as page:
        tasks = page.evaluate(_LONG_TASKS, {"request": RUN, "seconds": WATCHED_S, "settled": SETTLED})
        stops = page.evaluate(_STOPS, {"request": RUN, "stops": STOPS})
    return {
        "stops": STOPS,
        "stop_median": median(stops),
        "stop_longest": max(stops),
        "watched_seconds": WATCHED_S,
        "long_tasks": len(tasks),
        "longest_task": max(tasks, default=0),
    }
