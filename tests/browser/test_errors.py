"""What goes wrong is told in a sentence with a report to copy, and a run that is not saved is not left by accident."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Dialog, expect
from website import Website, opened

THROW = "setTimeout(() => { throw new Error('the moon is full.'); })"
REJECT = "void Promise.reject(new Error('the moon is full.'))"


@pytest.fixture(scope="module")
def loaded(browser: Browser, site: str) -> Iterator[Website]:
    with opened(browser, site, permissions=["clipboard-read", "clipboard-write"]) as website:
        website.load("ranks=1&num_envs=8&env=InvertedPendulum-v5")
        yield website


@pytest.fixture
def website(loaded: Website) -> Iterator[Website]:
    """The loaded page without a message, with nothing running."""
    yield loaded
    loaded.stop()
    if loaded.alert.count():
        loaded.button("Dismiss this error").click()
        expect(loaded.alert).to_have_count(0)


@pytest.mark.parametrize("accident", [THROW, REJECT])
def test_what_nothing_caught_is_shown_with_a_next_step(website: Website, accident: str) -> None:
    website.page.evaluate(f"() => {{ {accident} }}")
    expect(website.alert).to_contain_text(
        "Something failed in the page that should not: the moon is full; what is saved is safe, so reload the page"
    )


def test_the_report_has_version_browser_isolation_settings_and_stack(website: Website) -> None:
    website.page.evaluate(f"() => {{ {THROW} }}")
    website.button("Copy report").click()
    expect(website.button("Report copied")).to_be_visible()
    report = website.page.evaluate("navigator.clipboard.readText()")
    assert "MuJoCo WebSim 0." in report
    assert website.page.evaluate("navigator.userAgent") in report
    assert "isolated: true" in report
    assert "Error: the moon is full.\n    at " in report
    settings = json.loads(report.split("settings: ")[1])
    assert settings["env"] == "InvertedPendulum-v5"
    # Nothing else about the person: the settings are the form's, and no more.
    assert set(settings) == {"env", "algorithm", "num_envs", "ranks", "seed", "total_steps"}


def test_an_error_that_was_shown_is_not_shown_again_as_uncaught(website: Website) -> None:
    website.page.evaluate("() => { void websim.train({ env: 'Hopper-v5', num_envs: -1 }); }")
    expect(website.alert).to_contain_text("num_envs")
    expect(website.alert).not_to_contain_text("should not")


def test_leaving_a_run_that_is_not_saved_asks_first(website: Website) -> None:
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    website.page.on("dialog", stay)
    # Browsers ask only where somebody has used the page.
    website.button("Reset view").click()
    website.start(env="InvertedPendulum-v5", num_envs=8, ranks=1, total_steps=10**8, autosave_seconds=0)
    website.wait_iterations(1)
    website.page.evaluate("() => { location.assign('about:blank'); }")
    website.page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    website.wait_iterations(2)

    website.stop()
    website.page.evaluate("() => { location.assign('about:blank'); }")
    website.page.wait_for_url("about:blank")
    assert asked == ["beforeunload"]
    website.page.remove_listener("dialog", stay)
    website.load("ranks=1&num_envs=8&env=InvertedPendulum-v5")


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("rank", "Rank 0 stopped"),
        ("viewer", "The worker that draws stopped"),
        ("saves", "Runs can no longer be saved: its worker stopped"),
    ],
)
def test_what_nothing_caught_in_a_worker_is_shown(website: Website, name: str, sentence: str) -> None:
    """Last: they take the page's workers away."""
    worker = next(worker for worker in website.page.workers if f"{name}.worker" in worker.url)
    worker.evaluate(f"() => {{ {REJECT} }}")
    expect(website.alert).to_contain_text(f"{sentence}: Uncaught Error: the moon is full")
