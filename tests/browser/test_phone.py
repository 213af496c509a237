"""On a phone everything is within reach, and nothing sticks out at the side."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect
from website import Website, opened

WIDTH, HEIGHT = 360, 740


@pytest.fixture(scope="module")
def website(browser: Browser, site: str) -> Iterator[Website]:
    phone = {"viewport": {"width": WIDTH, "height": HEIGHT}, "is_mobile": True, "has_touch": True}
    with opened(browser, site, device_scale_factor=2, **phone) as website:
        website.load("ranks=1&num_envs=8")
        yield website


def assert_nothing_sticks_out(website: Website) -> None:
    widths = website.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert widths == [WIDTH, WIDTH]
    outside = website.page.evaluate(
        """(width) => {
            const elements = (root) => [...root.querySelectorAll('*')].flatMap(
                (element) => [element, ...(element.shadowRoot ? elements(element.shadowRoot) : [])]);
            return elements(document)
                .filter((element) => element.matches('button, input, select, summary, canvas, h1, h2, dd'))
                .filter((element) => element.checkVisibility())
                .filter((element) => {
                    const { left, right } = element.getBoundingClientRect();
                    return left < -0.5 || right > width + 0.5;
                })
                .map((element) => element.outerHTML.slice(0, 80));
        }""",
        WIDTH,
    )
    assert outside == []


def test_nothing_sticks_out_before_a_run(website: Website) -> None:
    assert_nothing_sticks_out(website)


def test_the_badge_explains_within_the_screen(browser: Browser, plain_site: str) -> None:
    viewport = {"width": WIDTH, "height": HEIGHT}
    with opened(browser, plain_site, viewport=viewport, service_workers="block", is_mobile=True) as website:
        website.open("ranks=1")
        website.page.get_by_text("One rank: why?").click()
        box = website.page.locator("websim-mode-badge .explanation").bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= WIDTH


def test_a_run_is_started_watched_and_stopped_by_touch(website: Website) -> None:
    website.button("Start").tap()
    expect(website.title).to_have_text("Training", timeout=30_000)
    website.wait_iterations(1)
    assert_nothing_sticks_out(website)
    next_button = website.page.get_by_role("button", name="Next environment")
    next_button.tap()
    expect(website.page.locator("websim-robot-view").get_by_role("spinbutton", name="Environment")).to_have_value("1")
    website.button("Stop").tap()
    expect(website.title).to_have_text("Stopped")
    website.page.get_by_role("button", name="Runs").tap()
    website.page.get_by_role("button", name="Notes about HalfCheetah-v5").tap()
    assert_nothing_sticks_out(website)


@pytest.mark.parametrize("name", ["Start", "Pause", "Stop", "Download", "Reset view"])
def test_buttons_are_large_enough_for_a_finger(website: Website, name: str) -> None:
    button = website.button(name)
    button.scroll_into_view_if_needed()
    expect(button).to_be_in_viewport(ratio=1)
    box = button.bounding_box()
    assert box
    assert box["height"] >= 24, "WCAG 2.2, target size"
    assert box["width"] >= 24
