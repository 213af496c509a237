"""Where things are measured: the built site behind a server, and Chromium, fresh for each measurement."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from chromium import CHROMIUM_ARGS, chromium_path
from serve import SiteServer, serving

REPO = Path(__file__).resolve().parent.parent
#: Modules of this folder that ranks of the measuring page have.
RANK_MODULES = ("env_loop", "profile_loop", "profile_rank")

_READY = """async () => {
    while (!window.websim) await new Promise((resolve) => setTimeout(resolve, 1));
    await websim.ready;
    return performance.now() / 1000;
}"""


@dataclass(frozen=True)
class Lab:
    """`site`: address of the built site."""

    playwright: Playwright
    site: str

    @contextmanager
    def browser(self) -> Iterator[Browser]:
        """A new Chromium: no cache of an earlier one, no process of an earlier page."""
        browser = self.playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_ARGS)
        try:
            yield browser
        finally:
            browser.close()

    @contextmanager
    def ready_page(self, query: str = "") -> Iterator[Page]:
        """The site in a new Chromium, loaded and able to train."""
        with self.browser() as browser:
            page = browser.new_page()
            open_until_ready(page, f"{self.site}/{query}")
            yield page

    @contextmanager
    def measuring_page(self) -> Iterator[Page]:
        """bench/browser, built anew once a process, in a new Chromium."""
        with serving(SiteServer(_build_measuring_page())) as address, self.browser() as browser:
            page = browser.new_page()
            page.goto(address)
            texts = {name: (REPO / f"bench/{name}.py").read_text() for name in RANK_MODULES}
            page.evaluate("(texts) => python.define(texts)", texts)
            yield page


@contextmanager
def open_lab() -> Iterator[Lab]:
    with sync_playwright() as playwright, serving(SiteServer(REPO / "dist")) as site:
        yield Lab(playwright, site)


def open_until_ready(page: Page, address: str) -> float:
    """Open the site; seconds from the beginning of the navigation until it can train, by the page's clock."""
    page.goto(address, wait_until="commit")
    return page.evaluate(_READY)


def train_for(page: Page, request: dict[str, Any], seconds: float) -> list[dict[str, Any]]:
    """Train in a ready page, then stop; the history of metrics."""
    return page.evaluate(
        """async ({ request, seconds }) => {
            const run = await websim.train(request);
            const time = new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
            await Promise.race([time, run.done]);
            await run.stop();
            return run.history;
        }""",
        {"request": request, "seconds": seconds},
    )


def train_iterations(page: Page, request: dict[str, Any], iterations: int) -> list[dict[str, Any]]:
    """Train in a ready page until so many iterations are done; the history of metrics. The run goes on."""
    return page.evaluate(
        """async ({ request, iterations }) => {
            const run = await websim.train(request);
            await new Promise((resolve, reject) => {
                run.addEventListener('metrics', () => run.history.length >= iterations && resolve());
                run.done.catch(reject);
            });
            return run.history;
        }""",
        {"request": request, "iterations": iterations},
    )


def pause_training(page: Page) -> None:
    page.evaluate("websim.run.pause()")


def stop_training(page: Page) -> None:
    page.evaluate("websim.run.stop()")


@cache
def _build_measuring_page() -> Path:
    """The folder to serve."""
    subprocess.run(
        ["npx", "vite", "build", "--config", "bench/browser/vite.config.ts", "--logLevel", "warn"],
        cwd=REPO,
        check=True,
    )
    return REPO / "build/bench"
