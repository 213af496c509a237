"""A run that is changed, evaluated and watched in the page while it goes on."""

import base64
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, expect
from website import Website

BACKWARDS = """
def reward(signals, actions, unhealthy):
    return {"reward_back": np.full(len(unhealthy), -1000.0)}
"""


@pytest.fixture(params=[1, 2])
def ranks(request: pytest.FixtureRequest) -> int:
    return request.param


@pytest.fixture
def website(common_page: Website) -> Iterator[Website]:
    """The loaded page, with nothing running."""
    yield common_page
    common_page.stop()


def start(website: Website, **request: Any) -> None:
    website.start(**{"env": "InvertedPendulum-v5", "num_envs": 16, "total_steps": 10**8, "eval_every": 0} | request)
    website.wait_iterations(1)


def refusal(website: Website, call: str) -> str:
    return website.page.evaluate(f"{call}.then(() => 'accepted', (error) => error.message)")


def live_field(website: Website, name: str) -> Locator:
    return website.page.locator("websim-live-settings").get_by_label(name, exact=True)


def pose(website: Website) -> list[float]:
    """The newest frame that the viewer can show."""
    return website.page.evaluate(
        """() => {
            const { frames, scene } = websim.run;
            const out = new Float32Array(12 * scene.geoms.length);
            frames.read(frames.head - 1, out);
            return Array.from(out);
        }"""
    )


def assert_moves(website: Website) -> None:
    head = website.page.evaluate("websim.run.frames.head")
    website.wait(f"websim.run.frames.head > {head} + 10")


def test_a_setting_of_the_panel_is_followed_by_the_run(website: Website, ranks: int) -> None:
    start(website, ranks=ranks, anneal_lr=False)
    learning_rate = live_field(website, "Learning rate")
    expect(learning_rate).to_have_value("0.002")
    learning_rate.fill("0.0005")
    learning_rate.press("Enter")
    website.wait("websim.run.history.at(-1)['charts/learning_rate'] === 0.0005")
    panel = website.page.locator("websim-live-settings")
    expect(panel.get_by_role("status")).to_have_text("Learning rate is 0.0005 from the next iteration on.")

    learning_rate.fill("-1")
    learning_rate.press("Enter")
    expect(panel.get_by_role("alert")).to_have_text("learning_rate: expected a number from 1e-09 to 1, got -1")
    expect(learning_rate).to_have_value("0.0005")
    assert website.page.evaluate("websim.run.config.learning_rate") == 0.0005

    learning_rate.fill("0.1")
    website.wait_iterations(website.page.evaluate("websim.run.history.length") + 2)
    expect(learning_rate).to_have_value("0.1")


def test_the_keyboard_reaches_what_is_behind_more(website: Website) -> None:
    start(website)
    website.page.get_by_text("More settings", exact=True).first.focus()
    website.page.keyboard.press("Enter")
    anneal = live_field(website, "Anneal lr")
    anneal.focus()
    website.page.keyboard.press("Space")
    website.wait("websim.run.config.anneal_lr === false")
    expect(anneal).not_to_be_checked()


def test_scripts_change_several_settings_at_once(website: Website) -> None:
    start(website)
    config = website.page.evaluate("websim.change({ gamma: 0.9, ent_coef: 0.01 })")
    assert (config["gamma"], config["ent_coef"]) == (0.9, 0.01)
    assert refusal(website, "websim.change({ seed: 3 })").startswith("seed cannot change while a run goes on")
    expect(live_field(website, "Gamma")).to_have_value("0.9")


def test_environments_come_and_go(website: Website, ranks: int) -> None:
    start(website, ranks=ranks, num_steps=32)
    website.page.evaluate("websim.run.focus(15)")
    for count in (32, 8):
        field = live_field(website, "Environments")
        field.fill(str(count))
        field.press("Enter")
        website.wait(
            f"(() => {{ const [a, b] = websim.run.history.slice(-2).map((m) => m.global_step);"
            f" return b - a === {32 * count}; }})()"
        )
    assert_moves(website)
    expect(website.page.get_by_role("spinbutton", name="Environment", exact=True)).to_have_attribute("max", "7")
    told = refusal(website, "websim.change({ num_envs: 0 })")
    assert told == "num_envs: expected a whole number from 1 to 65536, got 0"


def test_a_new_reward_is_what_episodes_return(website: Website, ranks: int) -> None:
    start(website, ranks=ranks)
    website.wait("websim.run.history.at(-1)['charts/episodic_return'] > 0")
    website.page.evaluate("(text) => websim.setReward(text)", BACKWARDS)
    website.wait("websim.run.history.at(-1)['charts/episodic_return'] < -1000")


def test_a_broken_reward_is_told_with_its_line_and_training_goes_on(website: Website, ranks: int) -> None:
    start(website, ranks=ranks)
    broken = BACKWARDS.replace("len(unhealthy)", "len(unhealty)")
    told = website.page.evaluate(
        "(text) => websim.setReward(text).then(() => 'accepted', (error) => error.message)", broken
    )
    assert told.startswith("reward, line 3: NameError: name 'unhealty' is not defined")
    told = website.page.evaluate(
        "(text) => websim.setReward(text).then(() => 'accepted', (error) => error.message)", "def reward(:"
    )
    assert told == "reward, line 1: invalid syntax"
    held = website.step
    website.wait(f"websim.run.history.at(-1).global_step > {held}")
    assert website.page.evaluate("websim.run.history.at(-1)['charts/episodic_return'] ?? 1") > 0


def test_the_best_policy_is_evaluated_kept_and_shown(website: Website, ranks: int) -> None:
    start(website, env="Hopper-v5", ranks=ranks, eval_every=2048, eval_episodes=4)
    website.wait("websim.run.best !== null", 20)
    website.wait("websim.run.checkpoints.length >= 2", 20)
    metrics = website.page.evaluate("websim.run.history.at(-1)")
    assert metrics["eval/episodic_return"] > 0
    assert metrics["eval/interval"] >= 0
    expect(website.figure("Evaluation")).to_contain_text("±")

    select = website.page.get_by_label("Shown policy")
    select.select_option("best")
    website.wait("websim.run.shown === 'best'")
    assert_moves(website)
    expect(website.page.get_by_role("spinbutton", name="Environment", exact=True)).to_be_hidden()

    policy = website.page.evaluate("websim.run.policy('best').then((bytes) => bytes.length)")
    assert policy > 1000
    website.page.evaluate("websim.show({ checkpoint: websim.run.checkpoints[0].global_step })")
    assert_moves(website)
    told = refusal(website, "websim.show({ checkpoint: 3 })")
    assert told.startswith("checkpoint: expected the steps of one that is kept (")
    website.page.evaluate("websim.show('live')")
    website.wait("websim.run.shown === 'live'")
    assert_moves(website)


def test_a_policy_can_be_watched_when_training_is_paused_and_when_it_has_ended(website: Website, ranks: int) -> None:
    start(website, ranks=ranks)
    website.page.evaluate("websim.show('latest')")
    website.button("Pause").click()
    expect(website.title).to_have_text("Paused")
    assert_moves(website)
    website.button("Stop").click()
    expect(website.title).to_have_text("Stopped")
    assert_moves(website)
    website.page.evaluate("websim.show('live')")
    before = pose(website)
    website.page.wait_for_timeout(300)
    assert pose(website) == before
    website.page.evaluate("websim.show('latest')")
    assert_moves(website)
    # Frames come at the pace of the clock, give or take what a busy machine leaves out: 0.04 s each.
    head = website.page.evaluate("websim.run.frames.head")
    website.page.wait_for_timeout(1000)
    assert website.page.evaluate("websim.run.frames.head") - head <= 40

    start(website, ranks=ranks)
    assert website.page.evaluate("websim.run.shown") == "live"
    assert website.state == "running"
    expect(website.alert).to_have_count(0)


def test_a_policy_file_can_be_shown(website: Website) -> None:
    start(website)
    website.page.evaluate("websim.run.policy().then((bytes) => websim.show(bytes))")
    assert website.page.evaluate("websim.run.shown") == "file"
    assert_moves(website)
    file = base64.b64encode(b"WEBSIM?").decode()
    told = refusal(website, f"websim.show(Uint8Array.from(atob('{file}'), (c) => c.charCodeAt(0)))")
    assert told.startswith("the policy file: ")


def test_stop_is_answered_during_an_evaluation(website: Website) -> None:
    times = []
    for _ in range(3):
        website.start(env="HalfCheetah-v5", num_envs=8, ranks=2, num_steps=8, eval_every=64, eval_episodes=100)
        website.page.wait_for_timeout(1000)
        times.append(
            website.page.evaluate(
                """async () => {
                    const asked = performance.now();
                    await websim.run.stop();
                    return performance.now() - asked;
                }"""
            )
        )
        assert website.page.evaluate("websim.run.history.length") == 0, "it was in its first evaluation"
    # The bar is 200 ms; test machines do other things as well.
    assert sorted(times)[1] <= 400, times


def test_the_form_starts_other_algorithms(website: Website) -> None:
    website.page.get_by_label("Task").select_option("Hopper-v5")
    website.page.get_by_label("Algorithm").select_option("sac")
    expect(website.page.get_by_role("spinbutton", name="Environments")).to_have_value("8")
    website.button("Start").click()
    website.wait("websim.run?.config.algorithm === 'sac'")
    website.wait_iterations(2)
    expect(live_field(website, "Policy lr")).to_have_value("0.0003")
    told = refusal(website, "websim.change({ num_envs: 16 })")
    assert told.startswith("num_envs: sac keeps a memory of each environment")
    website.stop()
    website.page.get_by_label("Algorithm").select_option("ppo")
    assert website.complaints == []
