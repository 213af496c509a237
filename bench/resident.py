"""Memory of a page's renderer process, which holds the page and all its workers."""

from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, Page

SAMPLES, INTERVAL_MS = 5, 200


def resident_bytes(page: Page) -> float:
    """Median PSS of a second."""
    browser = page.context.browser
    assert browser is not None
    samples = []
    for _ in range(SAMPLES):
        # Chromium keeps a spare renderer too; it has little.
        samples.append(max(map(_pss, _renderers(browser))))
        page.wait_for_timeout(INTERVAL_MS)
    return median(samples)


def _renderers(browser: Browser) -> list[int]:
    """Ids of the renderer processes."""
    processes = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    return [process["id"] for process in processes if process["type"] == "renderer"]


def _pss(process: int) -> int:
    """Bytes of a process, shared pages by their share, as Linux counts them."""
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    fields = dict(line.split(":", 1) for line in lines[1:])
    return 1024 * int(fields["Pss"].removesuffix("kB"))
