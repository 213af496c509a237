"""What is drawn over a robot, and pulling at it, in the views of training and of models."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect
from website import Website, opened

SCENE = "document.querySelector('websim-app').renderRoot.querySelector('websim-scene-view')"
LISTEN = """(path) => {
    let element = document.querySelector('websim-app');
    for (const name of path) element = element.shadowRoot.querySelector(name);
    element.addEventListener('frame', ({ detail }) => (window.picture = detail));
}"""
#: Height of the torso in the newest frame of the followed environment, and the greatest of the others'.
HEIGHT = """(() => {
    const { frames, scene } = websim.run;
    const out = new Float32Array(12 * scene.geoms.length);
    return frames.read(frames.head - 1, out) ? out[12 * scene.trackedGeom + 2] : 0;
})()"""
OTHERS = """(() => {
    const { crowd, scene, config } = websim.run;
    const floats = 12 * scene.geoms.length;
    const height = (env) => crowd.poses[env * floats + 12 * scene.trackedGeom + 2];
    return Math.max(...Array.from({ length: config.num_envs - 1 }, (_, i) => height(i + 1)));
})()"""
#: Whether the newest frame of the followed environment has an overlay.
OVERLAY = """(() => {
    const { frames, scene } = websim.run;
    const [out, overlay] = [12 * scene.geoms.length, scene.overlayFloats].map((n) => new Float32Array(n));
    return frames.read(frames.head - 1, out, overlay) && overlay[0] === 1;
})()"""
TORSO = "websim.run.scene.trackedGeom"
#: A robot of 14 kg.
LIFT = 400


@pytest.fixture(scope="module")
def loaded(browser: Browser, site: str) -> Iterator[Website]:
    with opened(browser, site) as website:
        website.load()
        website.page.evaluate(LISTEN, ["websim-train-view", "websim-robot-view"])
        yield website


@pytest.fixture
def website(loaded: Website) -> Iterator[Website]:
    """Robots that run on, whatever happens to them."""
    loaded.start(env="HalfCheetah-v5", num_envs=4, ranks=2, total_steps=10**8)
    loaded.wait_iterations(1)
    yield loaded
    loaded.stop()


def drag(website: Website, stage: str, *, above: int = 0, up: int = 0, right: int = 0) -> None:
    """From the middle of a stage, or pixels above it, where the robot is; the button stays down."""
    box = website.page.locator(f"{stage} canvas").bounding_box()
    assert box
    mouse, x, y = website.page.mouse, box["x"] + box["width"] / 2, box["y"] + box["height"] / 2 - above
    mouse.move(x, y)
    mouse.down()
    mouse.move(x + right, y - up, steps=4)


def holds_within(website: Website, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if website.page.evaluate("picture.reach"):
            return True
        website.page.wait_for_timeout(50)
    return False


def test_contacts_are_drawn_while_they_are_asked_for(website: Website) -> None:
    website.wait("window.picture?.contacts === 0", 30)
    website.button("Overlays").click()
    forces = website.page.get_by_role("menuitemcheckbox", name="Contact forces")
    forces.click()
    expect(forces).to_have_attribute("aria-checked", "true")
    website.wait("picture.contacts > 0", 30)
    website.page.keyboard.press("Escape")
    expect(forces).to_be_hidden()

    website.page.locator("websim-robot-view canvas").focus()
    website.page.keyboard.press("f")
    website.wait("picture.contacts === 0", 30)
    website.page.keyboard.press("m")
    assert website.page.evaluate("localStorage.getItem('websim overlays')") == "centreOfMass"
    website.page.keyboard.press("m")
    assert website.complaints == []


def test_a_force_lifts_the_followed_robot_and_no_other(website: Website) -> None:
    """The others are looked at as the view of all robots does; the force ends when the run is told so."""
    website.page.evaluate(f"websim.run.pull({{ geom: {TORSO}, point: [0, 0, 0], force: [0, 0, {LIFT}] }})")
    website.wait(f"{HEIGHT} > 4", 30)
    website.page.evaluate("websim.run.pull(null)")
    website.wait(f"websim.run.crowd.look() || {OTHERS} > 0", 30)
    assert website.page.evaluate(OTHERS) < 3
    website.wait(f"{HEIGHT} < 2", 30)
    assert website.page.evaluate("websim.run.pushed")
    expect(website.page.get_by_text("this run cannot be repeated")).to_be_visible()


def test_dragging_the_robot_pushes_it(website: Website) -> None:
    assert not website.page.evaluate("websim.run.pushed")
    website.button("Push").click()
    expect(website.button("Push")).to_have_attribute("aria-pressed", "true")
    for above in 4 * (15, 35, 0):
        # While it moves, the robot may be missed; then the drag has turned the view.
        drag(website, "websim-robot-view", above=above, up=120)
        if holds_within(website, 3):
            break
        website.page.mouse.up()
        website.button("Reset view").click()
    website.wait("websim.run.pushed", 20)
    website.wait(f"{HEIGHT} > 1.5", 30)
    website.page.mouse.up()
    website.wait("picture.reach === null", 20)
    website.button("Push").click()


def test_a_paused_robot_is_not_pushed_and_shows_overlays_at_once(website: Website) -> None:
    website.button("Pause").click()
    expect(website.title).to_have_text("Paused")
    website.page.locator("websim-robot-view canvas").focus()
    website.page.keyboard.press("m")
    website.wait(OVERLAY, 20)
    # Rank 0 has environments 0 and 1, and answers messages; rank 1 waits for it.
    frames = website.page.evaluate("websim.run.frames.head")
    website.page.evaluate("websim.run.focus(3)")
    website.wait(f"websim.run.frames.head > {frames} && {OVERLAY}", 20)
    website.page.keyboard.press("m")
    website.wait(f"!{OVERLAY}", 20)
    website.page.keyboard.down("Control")
    drag(website, "websim-robot-view", up=80)
    assert not holds_within(website, 1)
    website.page.mouse.up()
    website.page.keyboard.up("Control")
    assert not website.page.evaluate("websim.run.pushed")
    website.button("Reset view").click()


def test_a_picture_that_was_stopped_without_overlays_says_so(website: Website) -> None:
    stop = website.button("Stop the picture")
    why = website.page.get_by_text("This moment was recorded without overlays")
    stop.click()
    website.button("Overlays").click()
    website.page.get_by_role("menuitemcheckbox", name="Contact forces").click()
    expect(why).to_be_visible()
    stop.click()
    website.wait("picture.contacts > 0", 30)
    stop.click()
    website.button("Overlays").click()
    website.page.get_by_role("menuitemcheckbox", name="Contact forces").click()
    expect(why).to_be_hidden()
    assert website.complaints == []


def test_the_last_moment_of_a_run_has_overlays(website: Website) -> None:
    """Also of a robot of rank 1, and although none were asked for while it trained."""
    website.page.evaluate("websim.run.focus(3)")
    website.stop()
    website.wait(OVERLAY, 20)
    canvas = website.page.locator("websim-robot-view canvas")
    canvas.focus()
    resting, last = canvas.screenshot(), b""
    while resting != last:
        website.page.wait_for_timeout(1000)
        resting, last = canvas.screenshot(), resting
    website.page.keyboard.press("m")
    website.page.wait_for_timeout(1000)
    assert canvas.screenshot() != resting
    website.page.keyboard.press("m")


def test_a_model_is_pulled_and_shows_its_joints(loaded: Website) -> None:
    website, bench = loaded, f"{SCENE}.bench"
    website.page.get_by_role("link", name="Scene").click()
    website.page.get_by_label("Begin with").select_option("Pendulum with a motor")
    website.wait(f"{bench}?.state?.joints.length === 1 && !{bench}.checking", 30)
    website.page.evaluate(LISTEN, ["websim-scene-view", "websim-scene-stage"])
    website.page.locator("websim-scene-stage canvas").focus()
    website.page.keyboard.press("j")
    website.wait(f"{bench}.state.overlay?.[0] === 1", 20)
    website.page.evaluate("window.picture = null")
    website.wait("window.picture", 30)
    website.page.keyboard.down("Control")
    drag(website, "websim-scene-stage", up=0, right=150)
    website.wait("picture.reach", 20)
    website.wait(f"Math.abs({bench}.state.joints[0]) > 0.2", 20)
    website.page.mouse.up()
    website.page.keyboard.up("Control")
    website.wait("picture.reach === null", 20)
    website.page.keyboard.press("j")
    website.wait(f"{bench}.state.overlay === null", 20)
    assert website.complaints == []
