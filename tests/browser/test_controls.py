"""The form and its buttons, used by mouse and keyboard."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, expect
from website import Website


@pytest.fixture
def website(common_page: Website) -> Iterator[Website]:
    """The loaded page, with nothing running."""
    common_page.drawn()
    yield common_page
    common_page.stop()


def field(website: Website, name: str) -> Locator:
    return website.page.get_by_role("spinbutton", name=re.compile(f"^{name}"))


def fill_form(website: Website, task: str, *, num_envs: int, ranks: int, total_steps: int, seed: int) -> None:
    website.page.get_by_label("Task").select_option(task)
    # The task's own sizes come into the fields: not into the middle of what is typed.
    website.drawn()
    values = {"Environments": num_envs, "Ranks": ranks, "Total steps": total_steps, "Seed": seed}
    for name, value in values.items():
        field(website, name).fill(str(value))


def test_start_runs_what_the_form_says(website: Website) -> None:
    fill_form(website, "Hopper-v5", num_envs=16, ranks=2, total_steps=2048, seed=42)
    website.button("Start").click()
    website.wait("websim.run?.config.seed === 42")
    expect(website.title).to_have_text("Finished", timeout=30_000)
    config = website.page.evaluate("websim.run.config")
    assert config.items() >= {"env": "Hopper-v5", "num_envs": 16, "ranks": 2, "total_steps": 2048, "seed": 42}.items()
    assert website.step == 2048
    expect(website.figure("Steps").first).to_contain_text("2,048")


def test_the_keyboard_is_enough(website: Website) -> None:
    keyboard = website.page.keyboard
    website.page.get_by_label("Task").focus()
    keyboard.type("Inv")
    website.drawn()
    keyboard.press("Tab")
    keyboard.type("p")
    for value in ("8", "1", "1024", "7"):
        keyboard.press("Tab")
        keyboard.press("Control+A")
        keyboard.type(value)
    keyboard.press("Enter")
    website.wait("websim.run?.config.seed === 7")
    expect(website.title).to_have_text("Finished", timeout=30_000)
    config = website.page.evaluate("websim.run.config")
    expected = {"env": "InvertedPendulum-v5", "num_envs": 8, "ranks": 1, "total_steps": 1024, "seed": 7}
    assert config.items() >= expected.items()


def test_the_fields_name_their_units_and_the_most_ranks(website: Website) -> None:
    cores = website.page.evaluate("navigator.hardwareConcurrency")
    expect(website.page.get_by_role("spinbutton", name=f"Ranks (max {cores})")).to_be_visible()


def test_pause_holds_the_run_and_resume_goes_on(website: Website) -> None:
    fill_form(website, "HalfCheetah-v5", num_envs=64, ranks=2, total_steps=10**8, seed=1)
    website.button("Start").click()
    website.wait("websim.run?.config.seed === 1")
    assert website.page.evaluate("websim.run.config.num_envs") == 64
    website.wait_iterations(2)

    website.button("Pause").click()
    expect(website.title).to_have_text("Paused")
    held = website.step
    website.page.wait_for_timeout(1500)
    assert website.step == held
    expect(website.button("Start")).to_be_disabled()

    website.button("Resume").click()
    expect(website.title).to_have_text("Training")
    website.wait(f"websim.run.history.at(-1).global_step > {held}")


def test_a_pause_outlasts_the_watchdog(website: Website) -> None:
    website.start(env="Hopper-v5", num_envs=8, ranks=2, total_steps=10**8)
    website.wait_iterations(1)
    website.page.evaluate("websim.run.pause()")
    website.page.wait_for_timeout(6000)
    assert website.state == "paused"
    website.page.evaluate("websim.run.resume()")
    held = website.step
    website.wait(f"websim.run.history.at(-1).global_step > {held}")


@pytest.mark.parametrize("paused", [False, True])
def test_stop_ends_the_run_and_start_begins_another(website: Website, paused: bool) -> None:
    website.start(env="HalfCheetah-v5", num_envs=64, ranks=2, total_steps=10**8)
    website.wait_iterations(1)
    if paused:
        website.button("Pause").click()
        expect(website.title).to_have_text("Paused")
    website.button("Stop").click()
    expect(website.title).to_have_text("Stopped")
    outcome = website.outcome()
    assert outcome.reason == "stopped"
    assert outcome.policy.startswith(b"WEBSIM")
    expect(website.alert).to_have_count(0)

    website.button("Start").click()
    expect(website.title).to_have_text("Training")
    website.wait_iterations(1)


def test_a_second_run_is_refused_while_one_goes_on(website: Website) -> None:
    website.start(env="Hopper-v5", num_envs=8, ranks=1, total_steps=10**8)
    refusal = website.page.evaluate(
        "websim.train({ env: 'Hopper-v5' }).then(() => 'started', (error) => error.message)"
    )
    assert refusal == "A run is already in progress on this page: stop it or wait for its end, then start another one."
    assert website.state == "running"


def test_stop_is_answered_at_once(website: Website) -> None:
    website.start(env="HalfCheetah-v5", num_envs=256, ranks=2, total_steps=10**8)
    times = []
    for _ in range(3):
        website.wait_iterations(1)
        times.append(
            website.page.evaluate(
                """async () => {
                    const asked = performance.now();
                    await websim.run.stop();
                    return performance.now() - asked;
                }"""
            )
        )
        website.start(env="HalfCheetah-v5", num_envs=256, ranks=2, total_steps=10**8)
    # The bar is 200 ms, and `make bench` holds it; test machines do other things as well.
    assert sorted(times)[1] <= 400, times
