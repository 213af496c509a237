"""The editor of models: what is typed or given is checked, drawn and stepped beside the text."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, expect
from website import Website, opened

BENCH = "document.querySelector('websim-app').renderRoot.querySelector('websim-scene-view').bench"
TETRAHEDRON = b"v 0 0 0\nv 0.2 0 0\nv 0 0.2 0\nv 0 0 0.2\nf 1 3 2\nf 1 2 4\nf 1 4 3\nf 2 3 4\n"
MESH_MODEL = b"""<mujoco>
<compiler meshdir="shapes"/>
<asset><mesh name="stone" file="stone.obj"/></asset>
<worldbody><body pos="0 0 1"><freejoint/><geom type="mesh" mesh="stone"/></body></worldbody>
</mujoco>"""


@pytest.fixture(scope="module")
def loaded(browser: Browser, site: str) -> Iterator[Website]:
    with opened(browser, site) as website:
        website.load("view=scene")
        yield website


@pytest.fixture
def website(loaded: Website) -> Website:
    """The first model to learn with, playing."""
    begin_with(loaded, "Pendulum with a motor")
    loaded.wait(f"!{BENCH}.checking", 20)
    expect(outcome(loaded)).to_contain_text("Positions: 1, degrees of freedom: 1")
    loaded.wait(f"{BENCH}.state?.joints.length === 1", 20)
    return loaded


def begin_with(website: Website, name: str) -> None:
    website.page.get_by_label("Begin with").select_option(name)


def outcome(website: Website) -> Locator:
    return website.page.locator("websim-scene-view .outcome")


def write(website: Website, text: str) -> None:
    website.page.get_by_role("textbox", name="Model in MJCF").click()
    website.page.keyboard.press("Control+A")
    website.page.keyboard.insert_text(text)


def test_a_model_plays_and_is_moved(website: Website) -> None:
    page = website.page
    if website.button("Play").count():
        website.button("Play").click()
    website.wait(f"{BENCH}.state.time > 0.3")
    page.get_by_label("motor").fill("1")
    website.wait(f"{BENCH}.state.controls[0] === 1 && Math.abs({BENCH}.state.joints[0]) > 0.2")
    website.button("Pause").click()
    page.get_by_label("Keyframe").select_option("raised")
    website.wait(f"Math.abs({BENCH}.state.joints[0] - 2.6) < 1e-6")
    page.get_by_label("hinge").fill("0")
    website.wait(f"Math.abs({BENCH}.state.joints[0]) < 0.05")
    website.button("Play").click()
    website.button(
        "Reset",
    ).click()
    website.wait(f"{BENCH}.state.controls[0] === 0")
    assert website.complaints == []


def test_a_mistake_is_told_at_its_line_and_the_model_before_stays(website: Website) -> None:
    write(website, "<mujoco>\n  <worldbody>\n    <body>\n      <jointt/>\n    </body>\n  </worldbody>\n</mujoco>")
    expect(outcome(website)).to_contain_text("unrecognized element; Element 'jointt', line 4")
    expect(website.page.locator("websim-scene-view .cm-lintRange-error")).to_have_count(1)
    expect(website.page.get_by_label("motor")).to_be_visible()


def test_a_model_beyond_the_limits_does_not_reach_mujoco(website: Website) -> None:
    write(website, '<mujoco><asset><hfield name="h" nrow="65536" ncol="65536" size="1 1 1 1"/></asset></mujoco>')
    expect(outcome(website)).to_contain_text("cells of height fields in a model")
    expect(outcome(website)).to_have_attribute("role", "alert")


def test_a_tasks_model_and_files_can_be_opened(website: Website) -> None:
    begin_with(website, "Hopper-v5")
    expect(outcome(website)).to_contain_text("Positions: 6, degrees of freedom: 6, actuators: 3")
    files = [("model.xml", "text/xml", MESH_MODEL), ("stone.obj", "text/plain", TETRAHEDRON)]
    website.page.get_by_label("Open…").set_input_files(
        [{"name": name, "mimeType": kind, "buffer": data} for name, kind, data in files]
    )
    expect(outcome(website)).to_contain_text("Positions: 7, degrees of freedom: 6, actuators: 0")
    assert website.page.evaluate(f"{BENCH}.model.scene.meshes.length") == 1
    assert website.complaints == []
