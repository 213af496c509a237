"""Where the page cannot share memory it trains with one rank, and says why and what to do."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Error, expect
from website import Website, opened

HALF_CHEETAH = {"env": "HalfCheetah-v5", "num_envs": 64, "ranks": 1, "total_steps": 10**8}


@pytest.fixture(scope="module")
def loaded(browser: Browser, plain_site: str) -> Iterator[Website]:
    with opened(browser, plain_site, service_workers="block") as website:
        website.load()
        yield website


@pytest.fixture
def website(loaded: Website) -> Iterator[Website]:
    """The loaded page, with nothing running."""
    yield loaded
    loaded.stop()


def test_it_trains_with_one_rank(website: Website) -> None:
    expect(website.page.get_by_label("Ranks (max 1)")).to_have_value("1")
    website.page.get_by_label("Task").select_option("Hopper-v5")
    website.drawn()
    website.page.get_by_label("Total steps").fill("40000")
    website.button("Start").click()
    expect(website.title).to_have_text("Finished", timeout=60_000)
    outcome = website.outcome()
    assert outcome.history[-1]["global_step"] >= 40_000
    assert outcome.policy.startswith(b"WEBSIM")
    assert website.page.evaluate("websim.run.config.ranks") == 1


def test_the_badge_says_why_and_how(website: Website) -> None:
    website.page.get_by_text("One rank: why?").click()
    badge = website.page.locator("websim-mode-badge")
    expect(badge).to_contain_text("The server sent this page without the headers that let workers share memory.")
    expect(badge).to_contain_text("Cross-Origin-Opener-Policy: same-origin")
    expect(badge).to_contain_text("Cross-Origin-Embedder-Policy: require-corp")
    website.page.get_by_text("One rank: why?").click()


def test_two_ranks_are_refused_with_the_reason(website: Website) -> None:
    sentence = "ranks: expected at most 1 here, got 2; the page is not cross-origin isolated, so serve it with the COOP"
    with pytest.raises(Error, match=re.escape(sentence)):
        website.start(**{**HALF_CHEETAH, "ranks": 2})
    expect(website.alert).to_contain_text(sentence)


def test_pause_resume_and_stop_work(website: Website) -> None:
    website.start(**HALF_CHEETAH)
    website.wait_iterations(1)
    website.button("Pause").click()
    expect(website.title).to_have_text("Paused")
    held = website.step
    website.page.wait_for_timeout(1000)
    assert website.step == held
    website.button("Resume").click()
    website.wait(f"websim.run.history.at(-1).global_step > {held}")
    website.button("Stop").click()
    expect(website.title).to_have_text("Stopped")
    assert website.outcome().policy.startswith(b"WEBSIM")


def test_poses_arrive_by_message(website: Website) -> None:
    website.start(**HALF_CHEETAH)
    website.page.evaluate("websim.run.focus(63)")
    website.wait("websim.run.frames.head > 600")


def test_a_worker_that_is_gone_is_told(website: Website) -> None:
    website.start(**HALF_CHEETAH)
    website.wait_iterations(1)
    website.page.evaluate("document.querySelector('websim-app').store.pool.workers[0].worker.terminate()")
    expect(website.alert).to_contain_text("Rank 0 stopped answering: no sign of life for 3 s", timeout=6000)
    website.button("Start").click()
    expect(website.title).to_have_text("Training", timeout=30_000)
    website.wait_iterations(1)


def test_a_run_is_changed_evaluated_and_watched_by_messages(website: Website) -> None:
    website.start(env="Hopper-v5", num_envs=16, total_steps=10**8, eval_every=2048, eval_episodes=2)
    website.wait("websim.run.best !== null", 20)
    assert website.page.evaluate("websim.change({ num_envs: 8 }).then((config) => config.num_envs)") == 8
    for moment in ("training", "the end"):
        website.page.evaluate("websim.show('best')")
        head = website.page.evaluate("websim.run.frames.head")
        website.wait(f"websim.run.frames.head > {head} + 10")
        website.page.evaluate("websim.show('live')")
        website.stop()
        assert website.state == "ended", moment


def test_overlays_say_why_there_are_none_and_what_to_do(website: Website) -> None:
    website.start(**HALF_CHEETAH)
    website.button("Overlays").click()
    menu = website.page.locator("websim-overlay-menu")
    expect(menu).to_contain_text("Needs memory that the page shares with its workers")
    expect(menu).to_contain_text("Cross-Origin-Opener-Policy: same-origin")
    expect(menu).to_contain_text("Cross-Origin-Embedder-Policy: require-corp")
    expect(website.page.get_by_role("menuitemcheckbox")).to_have_count(0)
    website.page.keyboard.press("Escape")
    expect(menu).not_to_contain_text("Needs memory")


def test_all_robots_at_once_are_not_offered_and_it_says_why(website: Website) -> None:
    website.start(**HALF_CHEETAH)
    button = website.button("All robots")
    expect(button).to_be_disabled()
    expect(button).to_have_attribute("title", re.compile("serve it with the COOP and COEP headers"))
