"""A trained robot moves while Python loads, and gives way to what the page is asked for."""

from collections.abc import Iterator

import imageio.v3 as iio
import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Route, expect
from website import Website, opened

#: Milliseconds in which two busy cores show a robot.
LOAD_MS = 60_000
PYTHON = "**/runtime/pyodide.asm.*.wasm"


class HeldPage(Website):
    """A page whose Python does not arrive before `release`."""

    def __init__(self, website: Website) -> None:
        super().__init__(website.page, website.address)
        self.requested: list[str] = []
        self._held: list[Route] = []
        self.page.route(PYTHON, lambda route: self._held.append(route))
        self.page.on("request", lambda request: self.requested.append(request.url))

    def release(self) -> None:
        for route in self._held:
            route.continue_()
        self._held.clear()

    @property
    def chip(self) -> Locator:
        return self.page.get_by_text("HalfCheetah-v5, trained earlier")

    @property
    def players(self) -> list[str]:
        return [worker.url for worker in self.page.workers if "/player.worker" in worker.url]

    def moves(self) -> bool:
        """Whether the middle of the stage, without what is written over it, changes between two looks."""
        box = self.page.locator("websim-robot-view .stage").bounding_box()
        assert box
        clip = {"x": box["x"], "y": box["y"] + 80, "width": box["width"], "height": box["height"] - 140}
        before, after = (iio.imread(self.page.screenshot(clip=clip)).astype(np.int16) for _ in range(2))
        return bool((np.abs(after - before).max(axis=2) > 24).mean() > 0.001)

    def wait_for_motion(self) -> None:
        for _ in range(200):
            if self.moves():
                return
            self.page.wait_for_timeout(100)
        pytest.fail("the robot does not move")


@pytest.fixture
def website(browser: Browser, site: str) -> Iterator[HeldPage]:
    with opened(browser, site) as website:
        held = HeldPage(website)
        yield held
        held.stop()
        assert held.complaints == []


def test_a_trained_robot_moves_until_the_task_is_there(website: HeldPage) -> None:
    website.open("env=Hopper-v5")
    expect(website.chip).to_be_visible(timeout=LOAD_MS)
    expect(website.page.locator("websim-robot-view[moving]")).to_be_visible(timeout=LOAD_MS)
    website.wait_for_motion()
    expect(website.page.locator("websim-load-progress")).to_be_visible()
    website.release()
    website.page.evaluate("websim.ready")
    expect(website.page.get_by_text("Hopper-v5 at rest")).to_be_visible(timeout=LOAD_MS)
    expect(website.chip).to_have_count(0)
    assert website.players == []
    # What the player is made of is what training needs, downloaded and compiled once.
    for name in ("mujoco", "physics"):
        assert len([url for url in website.requested if f"/{name}." in url and url.endswith(".wasm")]) == 1


def test_it_gives_way_to_a_run(website: HeldPage) -> None:
    website.open()
    expect(website.chip).to_be_visible(timeout=LOAD_MS)
    website.page.evaluate("void websim.train({ env: 'InvertedPendulum-v5', num_envs: 4, total_steps: 1e6 })")
    expect(website.chip).to_have_count(0)
    website.release()
    website.wait_iterations(2, seconds=60)
    assert website.players == []


def test_a_page_that_trains_at_once_shows_none(website: HeldPage) -> None:
    website.page.unroute(PYTHON)
    website.open("env=InvertedPendulum-v5&num_envs=4&total_steps=1000000&autostart=1")
    website.wait_iterations(1, seconds=60)
    assert not any("/player.worker" in url for url in website.requested)
