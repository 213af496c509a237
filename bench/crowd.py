"""All robots at once: the time in JavaScript for a picture, and the speed of training beside the view of one robot."""

from statistics import median
from typing import Any

from playwright.sync_api import Page

from lab import Lab

#: Short iterations, so that a round has many.
WORKS: dict[str, dict[str, Any]] = {
    "HalfCheetah-v5": {"num_envs": 1024, "num_steps": 8},
    "Humanoid-v5": {"num_envs": 256, "num_steps": 8},
}
RUN = {"ranks": 2, "total_steps": 10**9, "eval_every": 0, "target_kl": 0}
ROUNDS, SECONDS = 5, 6.0
PICTURES = 40

#: Keeps what the viewer says of each picture.
_WATCH = """() => {
    const train = document.querySelector('websim-app').shadowRoot.querySelector('websim-train-view');
    const view = train.shadowRoot.querySelector('websim-robot-view');
    window.pictures = [];
    view.addEventListener('frame', (event) => window.pictures.push(event.detail));
}"""

#: Steps a second from one end of an iteration to another.
_RATE = """async (seconds) => {
    const { run } = websim;
    const iteration = () => new Promise((resolve) => run.addEventListener('metrics', resolve, { once: true }));
    const mark = () => ({ time: performance.now() / 1000, steps: run.history.at(-1).global_step });
    await iteration();
    const from = mark();
    await new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
    await iteration();
    const to = mark();
    return (to.steps - from.steps) / (to.time - from.time);
}"""


def measure(lab: Lab) -> dict[str, Any]:
    """Milliseconds of a picture of the crowd, and medians of rates [steps/s] of rounds that took turns."""
    return {"rounds": ROUNDS, "seconds": SECONDS, "tasks": {task: _task(lab, task) for task in WORKS}}


def _task(lab: Lab, task: str) -> dict[str, Any]:
    with lab.ready_page() as page:
        page.evaluate("(request) => websim.train(request).then(() => {})", {"env": task, **RUN, **WORKS[task]})
        page.evaluate(_WATCH)
        rates: dict[str, list[float]] = {"one": [], "all": []}
        for _ in range(ROUNDS):
            for view, button in (("all", "All robots"), ("one", "One robot")):
                page.get_by_role("button", name=button, exact=True).click()
                rates[view].append(page.evaluate(_RATE, SECONDS))
        pictures = _pictures(page)
    ratios = [all_ / one for all_, one in zip(rates["all"], rates["one"], strict=True)]
    return {
        "num_envs": WORKS[task]["num_envs"],
        "script": median(picture["script"] for picture in pictures),
        "longest_script": max(picture["script"] for picture in pictures),
        "whole": median(picture["milliseconds"] for picture in pictures),
        "rates": rates,
        "ratio": median(ratios),
    }


def _pictures(page: Page) -> list[dict[str, Any]]:
    """Of the crowd while it is turned, with nothing else to do."""
    page.get_by_role("button", name="All robots", exact=True).click()
    page.evaluate("websim.run.pause()")
    page.wait_for_timeout(3000)
    page.evaluate("window.pictures.length = 0")
    canvas = page.locator("websim-robot-view canvas")
    while len(pictures := page.evaluate("window.pictures")) < PICTURES:
        canvas.press("ArrowLeft")
        page.wait_for_timeout(30)
    return pictures
