"""The drawn robot: there, moving while it trains, and of the environment that was chosen."""

from collections.abc import Iterator

import imageio.v3 as iio
import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Browser, expect
from website import Website, opened

NUM_ENVS = 8


@pytest.fixture(scope="module")
def loaded(browser: Browser, site: str) -> Iterator[Website]:
    with opened(browser, site) as website:
        website.load()
        yield website


@pytest.fixture
def website(loaded: Website) -> Iterator[Website]:
    """The loaded page, with nothing running."""
    yield loaded
    loaded.stop()


def picture(website: Website) -> NDArray[np.int16]:
    """The canvas [height, width, RGB], without the bar of controls over its lower edge."""
    pixels = iio.imread(website.page.locator("websim-robot-view canvas").screenshot())
    return pixels[: -pixels.shape[0] // 5, :, :3].astype(np.int16)


def changed(before: NDArray[np.int16], after: NDArray[np.int16]) -> float:
    """Share of pixels that differ clearly."""
    return float((np.abs(after - before).max(axis=2) > 24).mean())


def still_picture(website: Website) -> NDArray[np.int16]:
    """The picture once nothing moves any more, for longer than a drawn frame may take on a busy machine."""
    last, equal = picture(website), 0
    for _ in range(60):
        website.page.wait_for_timeout(250)
        now = picture(website)
        equal = equal + 1 if changed(last, now) == 0 else 0
        if equal == 4:
            return now
        last = now
    pytest.fail("the robot does not come to rest")


@pytest.mark.parametrize("task", ["HalfCheetah-v5", "Hopper-v5", "InvertedPendulum-v5"])
def test_the_robot_at_rest_is_drawn(website: Website, task: str) -> None:
    website.page.get_by_label("Task").select_option(task)
    expect(website.page.get_by_text(f"{task} at rest")).to_be_visible()
    image = still_picture(website)
    assert len(np.unique(image.reshape(-1, 3), axis=0)) > 200
    height, width, _ = image.shape
    middle = image[height // 4 : -height // 4, width // 4 : -width // 4].reshape(-1, 3)
    assert middle.std(axis=0).max() > 10, "there is nothing in the middle"


def test_another_task_is_another_robot(website: Website) -> None:
    website.page.get_by_label("Task").select_option("HalfCheetah-v5")
    cheetah = still_picture(website)
    website.page.get_by_label("Task").select_option("Hopper-v5")
    expect(website.page.get_by_text("Hopper-v5 at rest")).to_be_visible()
    assert changed(cheetah, still_picture(website)) > 0.005


def test_the_robot_moves_while_it_trains_and_rests_while_paused(website: Website) -> None:
    website.start(env="HalfCheetah-v5", num_envs=NUM_ENVS, ranks=2, total_steps=10**8)
    website.wait_iterations(2)
    before = picture(website)
    website.page.wait_for_timeout(1000)
    assert changed(before, picture(website)) > 0.002

    website.button("Pause").click()
    expect(website.title).to_have_text("Paused")
    resting = still_picture(website)
    website.page.wait_for_timeout(1000)
    assert changed(resting, picture(website)) == 0


def test_the_picture_can_be_stopped_and_gone_through_step_by_step_while_training_goes_on(website: Website) -> None:
    website.start(env="HalfCheetah-v5", num_envs=NUM_ENVS, ranks=2, total_steps=10**8)
    website.wait_iterations(2)
    website.button("Stop the picture").click()
    held = still_picture(website)
    done = website.page.evaluate("websim.run.history.length")
    website.wait_iterations(done + 2)
    assert changed(held, picture(website)) == 0
    for _ in range(4):
        website.button("Next control step").click()
    stepped = still_picture(website)
    assert changed(held, stepped) > 0.001

    website.button("Stop the picture").click()
    expect(website.button("Next control step")).to_be_hidden()
    seen = website.page.evaluate("websim.run.frames.head")
    website.wait(f"websim.run.frames.head > {seen} + 50")
    assert changed(stepped, picture(website)) > 0.001


def test_the_chosen_environment_is_followed(website: Website) -> None:
    """Environments of both ranks are shown: frames go on arriving, and from another robot."""
    website.start(env="HalfCheetah-v5", num_envs=NUM_ENVS, ranks=2, total_steps=10**8)
    website.wait_iterations(1)
    view = website.page.locator("websim-robot-view")
    chosen = view.get_by_role("spinbutton", name="Environment")
    expect(chosen).to_have_value("0")
    expect(view.get_by_role("button", name="Previous environment")).to_be_disabled()

    poses = {0: newest_pose(website)}
    view.get_by_role("button", name="Next environment").click()
    expect(chosen).to_have_value("1")
    poses[1] = newest_pose(website)
    chosen.fill("7")
    chosen.press("Enter")
    expect(view.get_by_role("button", name="Next environment")).to_be_disabled()
    poses[7] = newest_pose(website)
    expect(view.get_by_role("img", name="The robot of environment 7.")).to_be_visible()
    for pose in poses.values():
        assert np.isfinite(pose).all()
        assert np.abs(pose).max() > 0
    assert not np.array_equal(poses[0], poses[7])


def test_an_environment_that_is_not_there_is_not_followed(website: Website) -> None:
    website.start(env="Hopper-v5", num_envs=NUM_ENVS, ranks=1, total_steps=10**8)
    website.wait_iterations(1)
    chosen = website.page.locator("websim-robot-view").get_by_role("spinbutton", name="Environment")
    chosen.fill("999")
    chosen.press("Enter")
    expect(chosen).to_have_value(str(NUM_ENVS - 1))
    refusal = website.page.evaluate("websim.run.focus(8).then(() => 'followed', (error) => error.message)")
    assert refusal == "env to follow: expected a whole number from 0 to 7, got 8"


def test_the_box_shows_the_environment_that_a_script_follows(website: Website) -> None:
    """Of a paused run it is drawn at once, too."""
    website.start(env="HalfCheetah-v5", num_envs=NUM_ENVS, ranks=2, total_steps=10**8)
    website.wait_iterations(1)
    view = website.page.locator("websim-robot-view")
    chosen = view.get_by_role("spinbutton", name="Environment")
    website.page.evaluate("websim.run.focus(5)")
    expect(chosen).to_have_value("5")
    expect(view.get_by_role("img", name="The robot of environment 5.")).to_be_visible()
    view.get_by_role("button", name="Next environment").click()
    expect(chosen).to_have_value("6")
    website.page.evaluate("websim.change({ num_envs: 4 })")
    expect(chosen).to_have_value("3")
    chosen.fill("999")
    chosen.press("Enter")
    expect(chosen).to_have_value("3")

    website.button("Pause").click()
    expect(website.title).to_have_text("Paused")
    resting = still_picture(website)
    website.page.evaluate("websim.run.focus(0)")
    expect(chosen).to_have_value("0")
    assert changed(resting, still_picture(website)) > 0.001


def newest_pose(website: Website) -> NDArray[np.float64]:
    """The next recorded pose [G, 12] of the followed environment, at least a rollout after the call."""
    seen = website.page.evaluate("websim.run.frames.head")
    website.wait(f"websim.run.frames.head > {seen} + 150")
    pose = website.page.evaluate(
        """() => {
            const { frames, scene } = websim.run;
            const out = new Float32Array(12 * scene.geoms.length);
            while (!frames.read(frames.head - 1, out));
            return Array.from(out);
        }"""
    )
    return np.array(pose).reshape(-1, 12)


def test_the_view_turns_and_comes_back(website: Website) -> None:
    website.page.get_by_label("Task").select_option("HalfCheetah-v5")
    start = still_picture(website)
    box = website.page.locator("websim-robot-view canvas").bounding_box()
    assert box
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    website.page.mouse.move(*middle)
    website.page.mouse.down()
    website.page.mouse.move(middle[0] + 200, middle[1], steps=8)
    website.page.mouse.up()
    assert changed(start, still_picture(website)) > 0.02
    website.button("Reset view").click()
    assert changed(start, still_picture(website)) < 0.002


def test_the_controls_over_the_robot_take_one_line(website: Website) -> None:
    website.start(env="HalfCheetah-v5", num_envs=NUM_ENVS, ranks=1, total_steps=10**8)
    bar = website.page.locator("websim-robot-view .bar")
    expect(website.button("All robots")).to_be_visible()
    for width in (1024, 1280):
        website.page.set_viewport_size({"width": width, "height": 900})
        box = bar.bounding_box()
        assert box
        assert box["height"] < 50, f"{width} px wide"
