"""All robots at once: drawn, coloured by their returns, a click away from one of them."""

from collections.abc import Iterator

import imageio.v3 as iio
import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Browser, Locator, expect
from website import Website, opened

NUM_ENVS = 40
#: Seconds in which a busy machine writes, and draws, all robots anew.
SOON_S = 60


#: Counts the pictures from now on.
WATCH_FRAMES = """() => {
    const train = document.querySelector('websim-app').shadowRoot.querySelector('websim-train-view');
    window.drawn = 0;
    train.shadowRoot.querySelector('websim-robot-view').addEventListener('frame', () => window.drawn++);
}"""


@pytest.fixture(scope="module")
def loaded(browser: Browser, site: str) -> Iterator[Website]:
    with opened(browser, site) as website:
        website.load()
        website.start(env="HalfCheetah-v5", num_envs=NUM_ENVS, ranks=2, total_steps=10**8)
        yield website
        website.stop()
        assert website.complaints == []


@pytest.fixture
def crowd(loaded: Website) -> Website:
    """A page that trains on, and shows all robots."""
    if loaded.button("All robots").is_visible():
        loaded.button("All robots").click()
    return loaded


def canvas(website: Website) -> Locator:
    return website.page.locator("websim-robot-view canvas")


def colourful(website: Website) -> float:
    """Share of pixels above the bar that are more colourful than floor and sky."""
    pixels = iio.imread(canvas(website).screenshot())[:, :, :3].astype(int)
    pixels = pixels[: -pixels.shape[0] // 5]
    return float((pixels.max(axis=2) - pixels.min(axis=2) > 70).mean())


def poses(website: Website) -> NDArray[np.float64]:
    """Of all environments [B, G, 12], as the ranks wrote them last."""
    values = website.page.evaluate(
        """(envs) => {
            const { crowd, scene } = websim.run;
            return Array.from(crowd.poses.subarray(0, 12 * scene.geoms.length * envs));
        }""",
        NUM_ENVS,
    )
    return np.array(values).reshape(NUM_ENVS, -1, 12)


def test_environments_of_all_ranks_are_written_and_only_while_they_are_looked_at(crowd: Website) -> None:
    returns = f"Array.from(websim.run.crowd.returns).slice(0, {NUM_ENVS})"
    crowd.wait(f"{returns}.every((value) => !Number.isNaN(value))", SOON_S)
    moved = np.abs(poses(crowd) - np.array(crowd.page.evaluate("Array.from(websim.run.scene.poses)")).reshape(-1, 12))
    still = np.flatnonzero(moved.max(axis=(1, 2)) < 1e-3)
    assert len(still) == 0, f"environments {still} stand as they would before the first step"
    rotations = poses(crowd)[:, 1:, 3:].reshape(-1, 3, 3)
    products = rotations @ rotations.transpose(0, 2, 1)
    # A pose may be read while it is written; most are whole.
    assert np.mean(np.abs(products - np.eye(3)).max(axis=(1, 2)) < 1e-3) > 0.9

    crowd.button("One robot").click()
    crowd.page.wait_for_timeout(4000)
    before, iteration = poses(crowd), crowd.page.evaluate("websim.run.history.length")
    crowd.wait_iterations(iteration + 2)
    assert np.array_equal(before, poses(crowd))


def test_the_crowd_is_drawn_in_the_colours_of_its_legend(crowd: Website) -> None:
    expect(crowd.page.get_by_text(f"{NUM_ENVS} robots")).to_be_visible()
    expect(crowd.page.get_by_role("img", name="from dark violet to yellow")).to_be_visible(timeout=1000 * SOON_S)
    # The legend is there before the first picture in its colours.
    crowd.page.evaluate(WATCH_FRAMES)
    crowd.wait("window.drawn >= 2", SOON_S)
    assert colourful(crowd) > 0.01
    crowd.page.evaluate(WATCH_FRAMES)
    crowd.page.get_by_label("Arrangement").select_option("on one floor")
    crowd.wait("window.drawn >= 3", SOON_S)
    assert colourful(crowd) > 0.0005


def test_a_click_follows_a_robot_and_escape_comes_back(crowd: Website) -> None:
    crowd.page.get_by_label("Arrangement").select_option("apart")
    box = canvas(crowd).bounding_box()
    assert box
    chosen = crowd.page.get_by_role("spinbutton", name="Environment", exact=True)
    # Robots stand close to each other: one of a few points of a line is on one.
    for step in range(12):
        crowd.page.mouse.click(box["x"] + box["width"] * (0.4 + 0.02 * step), box["y"] + box["height"] * 0.5)
        crowd.page.wait_for_timeout(400)
        if chosen.is_visible():
            break
    assert 0 < int(chosen.input_value()) < NUM_ENVS
    assert crowd.page.evaluate("document.activeElement !== document.body")
    canvas(crowd).press("Escape")
    expect(crowd.button("One robot")).to_be_visible()
