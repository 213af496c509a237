"""Light and dark: as the system says, or as was chosen, and then kept; charts and the robot's view follow."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect
from website import Website, opened

DARK, LIGHT = "rgb(11, 13, 19)", "rgb(243, 245, 249)"
PAGE = "getComputedStyle(document.body).backgroundColor"
CHART = (
    "document.querySelector('websim-app').shadowRoot.querySelector('websim-train-view').shadowRoot"
    ".querySelector('websim-metric-charts').shadowRoot.querySelector('websim-line-chart').shadowRoot"
)
#: Whether the first chart's grid has this colour.
HAS = f"""((red, green, blue) => {{
    const canvas = {CHART}.querySelector('canvas');
    const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
    for (let i = 0; i < data.length; i += 4) {{
        if (data[i] === red && data[i + 1] === green && data[i + 2] === blue) return true;
    }}
    return false;
}})"""


@pytest.fixture(scope="module")
def loaded(browser: Browser, site: str) -> Iterator[Website]:
    with opened(browser, site, color_scheme="dark") as website:
        website.load("ranks=1&num_envs=8")
        yield website


@pytest.fixture
def website(loaded: Website) -> Iterator[Website]:
    """The page on a dark system, where nothing was chosen."""
    yield loaded
    loaded.page.emulate_media(color_scheme="dark")
    loaded.page.evaluate(
        """() => {
            const app = document.querySelector('websim-app').shadowRoot;
            const button = app.querySelector('websim-theme-switch').shadowRoot.querySelector('button');
            while (localStorage.getItem('websim theme') !== 'system') button.click();
        }"""
    )
    expect(loaded.button("Theme: as the system")).to_be_visible()


def test_it_follows_the_system_until_something_is_chosen(website: Website) -> None:
    assert website.page.evaluate(PAGE) == DARK
    website.page.emulate_media(color_scheme="light")
    website.wait(f"{PAGE} === '{LIGHT}'")

    website.button("Theme: as the system").click()
    website.button("Theme: light").click()
    expect(website.button("Theme: dark")).to_be_visible()
    website.wait(f"{PAGE} === '{DARK}'")


def test_the_charts_follow(website: Website) -> None:
    website.train(env="InvertedPendulum-v5", num_envs=8, ranks=1, total_steps=4096)
    website.wait(f"{HAS}(0x1f, 0x24, 0x32)", 20)
    website.button("Theme: as the system").click()
    website.wait(f"{HAS}(0xe8, 0xeb, 0xf2)", 20)


def test_the_robots_view_is_told(website: Website) -> None:
    website.page.evaluate(
        """() => {
            window.posted = [];
            const post = Worker.prototype.postMessage;
            Worker.prototype.postMessage = function (message, ...rest) {
                posted.push(message);
                return post.call(this, message, ...rest);
            };
        }"""
    )
    website.button("Theme: as the system").click()
    website.wait("posted.some(({ type, theme }) => type === 'theme' && theme.groundLight === '#e9edf5')")


def test_a_choice_is_kept_over_a_reload(website: Website) -> None:
    website.button("Theme: as the system").click()
    website.wait(f"{PAGE} === '{LIGHT}'")
    website.page.reload()
    website.wait(f"document.readyState === 'complete' && {PAGE} === '{LIGHT}'")
    expect(website.button("Theme: light")).to_be_visible()
