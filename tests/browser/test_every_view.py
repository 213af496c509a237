"""Every view and page in both themes on a desktop and a phone: seen, silent, asking no other host, and quick."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import imageio.v3 as imageio
import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect
from shared_agents import fragment
from website import Website, opened

from conftest import REPO

VIEWS = dict(re.findall(r"view: '(\w+)', title: '([^']+)'", (REPO / "webapp/control/views.ts").read_text()))
MAIN = "document.querySelector('websim-app').renderRoot.querySelector('main')"
SCREENS = {"desktop": {"width": 1280, "height": 800}, "phone": {"width": 390, "height": 844}}
GROUNDS = {"dark": "rgb(11, 13, 19)", "light": "rgb(243, 245, 249)"}
#: Of the page's main thread, in milliseconds.
OBSERVE = """() => {
    window.longTasks = [];
    new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) window.longTasks.push(duration);
    }).observe({ type: 'longtask' });
}"""
RUN = {"env": "HalfCheetah-v5", "num_envs": 256, "ranks": 2, "total_steps": 10**8, "autosave_seconds": 0}


@dataclass
class Visit:
    """The training page, and what all pages of its browser context asked for."""

    website: Website
    requested: list[str]

    def assert_quiet(self, website: Website) -> None:
        assert website.complaints == []
        elsewhere = [url for url in self.requested if not url.startswith((website.address, "blob:", "data:"))]
        assert elsewhere == []


@pytest.fixture(scope="module")
def visit(browser: Browser, site: str) -> Iterator[Visit]:
    """The page while it trains."""
    with opened(browser, site, reduced_motion="reduce") as website:
        requested: list[str] = []
        website.page.context.on("request", lambda request: requested.append(request.url))
        website.load()
        website.page.evaluate(OBSERVE)
        website.start(**RUN)
        website.wait_iterations(2)
        yield Visit(website, requested)


def assert_seen_on_all_screens(page: Page) -> None:
    for screen in SCREENS.values():
        page.set_viewport_size(screen)  # type: ignore[arg-type]
        for scheme, ground in GROUNDS.items():
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            expect(page.locator("body")).to_have_css("background-color", ground)
            picture = imageio.imread(page.screenshot())[::3, ::3, :3].astype(np.int64) @ (1 << 16, 1 << 8, 1)
            assert len(np.unique(picture)) > 60, f"{screen} {scheme}: nothing but its ground"
            # A third of the lines have something on them, whatever is below the header.
            assert (picture != picture[:, :1]).any(axis=1).mean() > 0.3
        assert page.evaluate("document.documentElement.scrollWidth") <= screen["width"]
    page.set_viewport_size(SCREENS["desktop"])  # type: ignore[arg-type]


def assert_training_leaves_the_page_free(website: Website, iterations: int) -> None:
    """In one of five windows of some seconds, in each of which `iterations` more are done."""
    windows: list[list[float]] = []
    for _ in range(5):
        website.page.wait_for_timeout(300)
        website.page.evaluate("longTasks.length = 0")
        done = website.page.evaluate("websim.run.history.length")
        website.page.wait_for_timeout(2500)
        website.wait_iterations(done + iterations)
        windows.append(website.page.evaluate("longTasks"))
        # `make bench` reports the strict figure, none over 50 ms; here other programs take the processor too.
        if sum(duration > 50 for duration in windows[-1]) <= 1 and max(windows[-1], default=0) <= 100:
            return
    pytest.fail(f"tasks of the page's main thread, in ms: {windows}", pytrace=False)


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_is_seen_silent_and_quick_while_it_trains(visit: Visit, view: str) -> None:
    website = visit.website
    website.page.get_by_role("navigation").get_by_role("link", name=VIEWS[view], exact=True).click()
    opened_view = f"[...{MAIN}.children].find((child) => child.localName === 'websim-{view}-view')"
    website.wait(f"{opened_view}?.hidden === false && {opened_view}.renderRoot.childElementCount > 0", 30)
    assert_seen_on_all_screens(website.page)
    frames = website.page.evaluate("websim.run.frames.head")
    assert_training_leaves_the_page_free(website, 2)
    assert website.page.evaluate("websim.run.frames.head") > frames
    visit.assert_quiet(website)


def test_pause_resume_and_stop_are_silent(visit: Visit) -> None:
    website = visit.website
    website.page.get_by_role("navigation").get_by_role("link", name=VIEWS["train"], exact=True).click()
    for command, title in (("Pause", "Paused"), ("Resume", "Training"), ("Stop", "Stopped")):
        website.button(command).click()
        expect(website.title).to_have_text(title)
    visit.assert_quiet(website)


def test_long_tasks_are_seen(visit: Visit) -> None:
    visit.website.page.evaluate(
        "setTimeout(() => { const end = performance.now() + 120; while (performance.now() < end); })"
    )
    visit.website.wait("longTasks.some((duration) => duration >= 120)")


@pytest.mark.parametrize("name", ["agent.html", "embed.html", "train.html"])
def test_a_page_is_seen_and_silent(visit: Visit, name: str) -> None:
    website = Website(visit.website.page.context.new_page(), visit.website.address)
    if name == "train.html":
        website.page.goto(f"{website.address}/{name}?env=InvertedPendulum-v5&ranks=1&num_envs=8&autostart=1")
        website.wait("window.websim?.run?.history.length > 0", 60)
    else:
        website.page.goto(f"{website.address}/{name}{fragment()}")
        expect(website.page.locator("websim-player[moving]")).to_be_visible(timeout=40_000)
    assert_seen_on_all_screens(website.page)
    visit.assert_quiet(website)
    website.page.close(run_before_unload=False)
