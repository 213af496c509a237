"""The edited model is trained: in a run of its own, which goes on after a reload, and in the run that goes on."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect
from website import Website, opened

import websim
from websim.models.mjcf import load_model
from websim.models.packed_model import pack_model
from websim.saving.saved_run import read_run

BENCH = "document.querySelector('websim-app').renderRoot.querySelector('websim-scene-view').bench"
MODEL = """<mujoco model="two rods">
  <option timestep="0.01"/>
  <worldbody>
    <geom name="floor" type="plane" size="3 3 0.1"/>
    <body name="rod" pos="0 0 1.5">
      <joint name="turn" axis="0 1 0"/>
      <geom name="rod" type="capsule" fromto="0 0 0 0 0 -0.5" size="0.03" mass="1"/>
    </body>
  </worldbody>
  <actuator><motor joint="turn" gear="5" ctrlrange="-1 1"/></actuator>
</mujoco>"""
LONGER = MODEL.replace("-0.5", "-0.8").replace('mass="1"', 'mass="3"')
JOINTED = MODEL.replace("</body>", '<joint name="slide" type="slide" axis="1 0 0"/></body>')
REWARD = """
def reward(signals, actions, unhealthy):
    return {"reward_speed": np.abs(signals["qvel"][:, 0]) + 1000.0}
"""


@pytest.fixture(scope="module")
def website(browser: Browser, site: str) -> Iterator[Website]:
    with opened(browser, site) as website:
        website.load("view=scene&ranks=1")
        yield website


def outcome(website: Website) -> Locator:
    return website.page.locator("websim-scene-view .outcome")


def told(website: Website) -> Locator:
    return website.page.locator("websim-scene-training .told")


def write(website: Website, text: str) -> None:
    website.page.get_by_role("textbox", name="Model in MJCF").click()
    website.page.keyboard.press("Control+A")
    website.page.keyboard.insert_text(text)


def open_view(website: Website, name: str) -> None:
    website.page.get_by_role("navigation", name="Views").get_by_role("link", name=name).click()


def a_model_is_mended_and_trained(website: Website) -> None:
    write(website, MODEL.replace("<joint name", "<jointt name"))
    expect(outcome(website)).to_contain_text("unrecognized element; Element 'jointt', line 6")
    expect(website.button("Train this")).to_be_disabled()
    write(website, MODEL)
    expect(outcome(website)).to_contain_text("Positions: 1, degrees of freedom: 1, actuators: 1")
    website.page.get_by_label("Episode steps").fill("100")
    website.page.evaluate(f"() => {{ window.kept = {BENCH} }}")
    website.button("Train this").click()
    website.wait_iterations(2, 90)
    expect(website.page.get_by_label("Task")).to_have_value("OwnModel")
    expect(website.page.get_by_label("Task").locator("option:checked")).to_have_text("two rods")
    assert website.page.evaluate("websim.run.config.env_options.max_episode_steps") == 100
    assert website.page.evaluate("websim.run.scene.geoms.map(({name}) => name)") == ["floor", "rod"]
    website.wait("websim.run.history.at(-1)['charts/episodic_return'] !== null", 60)


def another_model_takes_its_place_in_the_run(website: Website) -> None:
    open_view(website, "Scene")
    assert website.page.evaluate(f"window.kept === {BENCH}"), "a view that was opened stays as it is"
    write(website, LONGER)
    website.wait(f"{BENCH}.taken?.xml.includes('mass=\"3\"')", 30)
    website.button("Use in the running training").click()
    expect(told(website)).to_have_text("The run goes on with this model from its next iteration on.")
    # Half of the drawn capsule's length.
    website.wait("Math.abs(websim.run.scene.geoms[1].size[1] - 0.4) < 1e-6", 60)
    assert 'mass="3"' in website.page.evaluate("websim.run.config.env_options.model.xml")
    before = website.step
    website.wait(f"websim.run.history.at(-1).global_step > {before}", 60)
    assert website.state == "running"


def a_model_of_another_size_is_asked_about(website: Website) -> None:
    write(website, JOINTED)
    website.wait(f"{BENCH}.taken?.xml.includes('slide')", 30)
    website.button("Use in the running training").click()
    question = website.page.get_by_role("alertdialog", name="Another run")
    expect(question).to_contain_text("The running training cannot go on with this model: 2 → 4 observations.")
    website.button("Leave the running one").click()
    expect(question).to_have_count(0)
    assert website.state == "running"
    refused = website.page.evaluate(
        "(xml) => websim.run.change({ model: { xml, files: {} } }).catch((error) => error.message)", JOINTED
    )
    assert refused == ("The run cannot go on with this model: 2 → 4 observations; start another run with it.")


def its_reward_is_shown_and_another_one_applied(website: Website) -> None:
    open_view(website, "Reward")
    expect(website.page.locator("websim-reward-view h2").first).to_contain_text("Reward of two rods")
    editor = website.page.get_by_role("textbox", name="Reward in Python")
    expect(editor).to_contain_text('"reward_height"')
    website.page.evaluate("(text) => websim.setReward(text)", REWARD)
    website.wait("websim.run.history.at(-1)['charts/episodic_return'] > 50_000", 90)


def the_run_goes_on_after_a_reload(website: Website) -> None:
    page = website.page
    open_view(website, "Train")
    page.evaluate("websim.run.pause()")
    step = website.step
    website.wait(f"websim.savedRuns().then(([newest]) => newest?.globalStep === {step})", 60)
    page.reload()
    page.evaluate("websim.ready")
    offer = page.get_by_role("region", name="Saved run")
    expect(offer).to_contain_text("Go on with two rods at")
    expect(offer).to_contain_text("It brings a reward as Python text")
    offer.get_by_role("button", name="Go on").click()
    website.wait(f"websim.run?.history.at(-1).global_step > {step}", 90)
    assert 'mass="3"' in page.evaluate("websim.run.config.env_options.model.xml")
    assert website.page.evaluate("websim.run.history.at(-1)['charts/episodic_return']") > 50_000
    page.get_by_role("button", name="Share").click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name="Run file").click()
    assert download.value.suggested_filename.startswith("two-rods-seed1-")


def test_a_model_is_trained_changed_and_goes_on_after_a_reload(website: Website) -> None:
    website.stop()
    open_view(website, "Scene")
    a_model_is_mended_and_trained(website)
    another_model_takes_its_place_in_the_run(website)
    a_model_of_another_size_is_asked_about(website)
    its_reward_is_shown_and_another_one_applied(website)
    the_run_goes_on_after_a_reload(website)


def test_a_run_from_a_terminal_brings_its_model_and_asks_for_its_reward(website: Website, tmp_path: Path) -> None:
    website.stop()
    (tmp_path / "model.xml").write_text(MODEL)
    packed = pack_model(load_model(tmp_path / "model.xml"))
    websim.train(
        "OwnModel",
        env_options={"model": packed},
        num_envs=4,
        total_steps=4_000,
        eval_every=0,
        folder=tmp_path / "run",
        on_metrics=lambda metrics: {"reward": REWARD} if metrics["iteration"] == 1 else None,
    )
    run = read_run(tmp_path / "run")
    config = {**run.manifest["config"], "total_steps": 10_000_000}
    honest, forged = (run._replace(manifest={**run.manifest, "config": config, "code": code}) for code in (True, False))
    offer = website.page.get_by_role("region", name="Saved run")
    open_view(website, "Train")
    for saved in (forged, honest):
        (tmp_path / "there.websim-run").write_bytes(saved.to_file())
        website.page.locator("websim-save-status input").set_input_files(tmp_path / "there.websim-run")
        expect(offer).to_contain_text("Go on with two rods")
        code = offer.get_by_text("It brings a reward as Python text")
        expect(code).to_have_count(1 if saved is honest else 0)
        offer.get_by_role("button", name="Go on").click()
        if saved is forged:
            expect(website.alert).to_contain_text("its reward is Python text, of which its manifest says nothing")
    website.wait("websim.run?.state === 'running'", 60)
    count = website.page.evaluate("websim.run.history.length")
    website.wait_iterations(count + 1, 60)
    website.stop()


def test_a_running_task_goes_on_with_its_edited_model(website: Website) -> None:
    website.stop()
    website.start(env="InvertedPendulum-v5", num_envs=8, ranks=1, total_steps=10_000_000, eval_every=0)
    open_view(website, "Scene")
    website.page.get_by_label("Begin with").select_option("InvertedPendulum-v5")
    expect(outcome(website)).to_contain_text("Positions: 2, degrees of freedom: 2, actuators: 1")
    website.button("Use in the running training").click()
    expect(told(website)).to_have_text("The run goes on with this model from its next iteration on.")
    website.wait("'model' in websim.run.config.env_options", 30)
    count = website.page.evaluate("websim.run.history.length")
    website.wait_iterations(count + 2, 60)
    website.stop()
    assert website.complaints == []
