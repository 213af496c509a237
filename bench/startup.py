"""Start-up on this machine's own server: opening the page, and the first update of a run."""

from statistics import median
from typing import Any

from playwright.sync_api import Page

from lab import Lab, open_until_ready

ROUNDS = 3
RUN = {"env": "HalfCheetah-v5", "ranks": 2}

_FIRST_METRICS = """async (request) => {
    const started = performance.now();
    const run = await websim.train(request);
    await new Promise((resolve) => run.addEventListener('metrics', resolve, { once: true }));
    const seconds = (performance.now() - started) / 1000;
    await run.stop();
    return seconds;
}"""

#: Like the next one from the navigation's beginning, which is where the page's clock starts.
_FIRST_MOTION = """async () => {
    const inside = (root, name) => root?.shadowRoot?.querySelector(name);
    const moving = () => inside(inside(document.querySelector('websim-app'), 'websim-train-view'), '[moving]');
    while (!moving()) await new Promise((resolve) => setTimeout(resolve, 1));
    return performance.now() / 1000;
}"""

_FIRST_METRICS_OF_AUTOSTART = """async () => {
    while (!window.websim?.run?.history.length) await new Promise((resolve) => setTimeout(resolve, 1));
    return performance.now() / 1000;
}"""


def measure(lab: Lab) -> dict[str, Any]:
    """Medians in seconds."""
    rounds = [
        {"open_to_motion": _first_motion(lab), **_visits(lab), "open_to_first_update": _autostart(lab)}
        for _ in range(ROUNDS)
    ]
    return {"rounds": ROUNDS, "seconds": {name: median(r[name] for r in rounds) for name in rounds[0]}}


def _first_motion(lab: Lab) -> float:
    with lab.browser() as browser:
        page = browser.new_page()
        page.goto(lab.site, wait_until="commit")
        return page.evaluate(_FIRST_MOTION)


def _visits(lab: Lab) -> dict[str, float]:
    with lab.browser() as browser:
        context = browser.new_context()
        first = context.new_page()
        first_visit = open_until_ready(first, lab.site)
        first_update = first.evaluate(_FIRST_METRICS, RUN)
        first.close()
        second_visit = open_until_ready(context.new_page(), lab.site)
    return {"open_to_ready": first_visit, "open_to_ready_again": second_visit, "start_to_first_update": first_update}


def first_update_of_autostart(page: Page, site: str) -> float:
    """Open the site so that it trains at once; seconds from the beginning of the navigation to the first update."""
    query = "&".join(f"{name}={value}" for name, value in RUN.items())
    page.goto(f"{site}/?{query}&autostart=1", wait_until="commit")
    return page.evaluate(_FIRST_METRICS_OF_AUTOSTART)


def _autostart(lab: Lab) -> float:
    with lab.browser() as browser:
        return first_update_of_autostart(browser.new_page(), lab.site)
