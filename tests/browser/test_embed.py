"""The player and training in frames of another site, which sends no headers."""

from collections.abc import Iterator

import pytest
from other_site import OtherSite, framed, moves, other_site
from playwright.sync_api import Browser, expect
from shared_agents import fragment
from website import Website, opened


@pytest.fixture(scope="module")
def other() -> Iterator[OtherSite]:
    with other_site() as site:
        yield site


@pytest.fixture
def website(browser: Browser, site: str) -> Iterator[Website]:
    with opened(browser, site) as website:
        yield website
        assert [text for text in website.complaints if "favicon" not in text and "404" not in text] == []


def test_a_plain_frame_plays_an_agent(website: Website, other: OtherSite, site: str) -> None:
    frame = f'<iframe src="{site}/embed.html{fragment()}" width="480" height="300" title="robot"></iframe>'
    website.page.goto(other.show(frame))
    moves(website)
    expect(framed(website).get_by_role("button")).to_have_count(0)


def test_the_element_plays_an_agent_with_controls(website: Website, other: OtherSite, site: str) -> None:
    element = f'<websim-agent src="{site}/agent.html{fragment()}" controls></websim-agent>'
    website.page.goto(other.show(f'<script src="{site}/websim-agent.js" async></script>{element}'))
    moves(website)
    frame = framed(website)
    frame.get_by_role("button", name="Pause").click()
    expect(frame.get_by_role("button", name="Play")).to_be_visible()
    frame.get_by_role("button", name="Restart").click()
    with website.page.expect_popup() as popup:
        frame.get_by_role("link", name="Open in WebSim").click()
    expect(popup.value.get_by_role("region", name="The agent")).to_contain_text("HalfCheetah-v5")
    popup.value.close()


def test_a_restart_is_seen_while_the_robot_is_paused(website: Website, other: OtherSite, site: str) -> None:
    element = f'<websim-agent src="{site}/agent.html{fragment()}" controls></websim-agent>'
    website.page.goto(other.show(f'<script src="{site}/websim-agent.js" async></script>{element}'))
    moves(website)
    frame = framed(website)
    canvas = frame.locator("websim-player canvas")
    frame.get_by_role("button", name="Pause").click()
    restart = frame.get_by_role("button", name="Restart")
    # It lies over the canvas, and looks the same before and after its click.
    restart.hover()
    resting, last = canvas.screenshot(), b""
    while resting != last:
        website.page.wait_for_timeout(1000)
        resting, last = canvas.screenshot(), resting
    restart.dispatch_event("click")
    website.page.wait_for_timeout(2000)
    assert canvas.screenshot() != resting
    expect(frame.get_by_role("button", name="Play")).to_be_visible()


def test_the_element_plays_a_file_of_another_site(website: Website, other: OtherSite, site: str) -> None:
    element = '<websim-agent src="cheetah.websim"></websim-agent>'
    website.page.goto(other.show(f'<script src="{site}/websim-agent.js"></script>{element}'))
    moves(website)


def test_another_agent_replaces_the_one_before(website: Website, other: OtherSite, site: str) -> None:
    element = f'<websim-agent src="{site}/agent.html#AQ"></websim-agent>'
    website.page.goto(other.show(f'<script src="{site}/websim-agent.js"></script>{element}'))
    expect(framed(website).get_by_role("alert")).to_contain_text("too short")
    website.page.evaluate("(hash) => { document.querySelector('websim-agent').setAttribute('src', hash); }", fragment())
    moves(website)
    expect(website.page.locator("iframe")).to_have_count(1)


def test_training_in_a_frame_has_all_ranks_where_the_browser_isolates_frames(
    website: Website, other: OtherSite, site: str
) -> None:
    attributes = 'env="InvertedPendulum-v5" num_envs="8" ranks="2" seed="1" total_steps="4096" autostart="1"'
    element = f"<websim-train {attributes}></websim-train>"
    website.page.goto(other.show(f'<script src="{site}/websim-agent.js"></script>{element}'))
    frame = framed(website)
    expect(frame.locator("websim-run-status h2")).to_have_text("Finished", timeout=90_000)
    (training,) = [frame for frame in website.page.frames if "train.html" in frame.url]
    assert training.evaluate("[websim.isolated, websim.run.config.ranks]") == [True, 2]
