"""Memory of the page's renderer process, which holds the page and all its ranks, while it trains."""

from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Browser

from lab import Lab, open_until_ready

ENV = "HalfCheetah-v5"
FEW, MANY = 64, 4096
SAMPLES, INTERVAL_MS = 5, 200

_ITERATE = """async ({ request, iterations }) => {
    const run = await websim.train(request);
    await new Promise((resolve, reject) => {
        run.addEventListener('metrics', () => run.history.length >= iterations && resolve());
        run.done.catch(reject);
    });
}"""


def measure(lab: Lab) -> dict[str, Any]:
    """Bytes: differences between three runs, each in a new browser."""
    one, two = _resident(lab, ranks=1, num_envs=FEW), _resident(lab, ranks=2, num_envs=FEW)
    many = _resident(lab, ranks=1, num_envs=MANY)
    return {
        "num_envs": [FEW, MANY],
        "one_rank": one,
        "two_ranks": two,
        "one_rank_many": many,
        "per_rank": two - one,
        "per_env": (many - one) / (MANY - FEW),
    }


def _resident(lab: Lab, ranks: int, num_envs: int) -> float:
    """Median PSS in the second iteration: by then every buffer of a run has been written to."""
    # With the same rollout in samples for both, only what belongs to an environment would differ; but a user's
    # environments come with their rollouts, so settings are websim's own.
    request = {"env": ENV, "ranks": ranks, "num_envs": num_envs}
    with lab.browser() as browser:
        page = browser.new_page()
        open_until_ready(page, f"{lab.site}/?ranks={ranks}&num_envs={num_envs}")
        page.evaluate(_ITERATE, {"request": request, "iterations": 1})
        samples = []
        for _ in range(SAMPLES):
            samples.append(max(map(_pss, _renderers(browser))))
            page.wait_for_timeout(INTERVAL_MS)
    return median(samples)


def _renderers(browser: Browser) -> list[int]:
    """Ids of the renderer processes: the page's, and a spare one that Chromium keeps."""
    processes = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    return [process["id"] for process in processes if process["type"] == "renderer"]


def _pss(process: int) -> int:
    """Bytes of a process, shared pages by their share, as Linux counts them."""
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    fields = dict(line.split(":", 1) for line in lines[1:])
    return 1024 * int(fields["Pss"].removesuffix("kB"))
