"""A run outlives its tab: it goes on bit for bit after reloads, kills and damage, in the terminal too."""

import random
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from saved_runs_page import KEEPER, RUN, change_newest_save, go_on, reload, wait_offer, wait_saved, without_times
from website import Outcome, Website, opened

import websim
from websim.saving.saved_run import read_run

WORKERS = "document.querySelector('websim-app').store.pool.workers"
#: Longer than a test, for those that do not wait for its end.
LONG = RUN | {"total_steps": 10**9}
#: Whether no page goes on with a saved run.
FREE = "websim.savedRuns().then((runs) => runs.every((run) => !run.inUse))"
HOPPER = LONG | {"env": "Hopper-v5"}


@pytest.fixture(scope="module")
def loaded(browser: Browser, site: str) -> Iterator[Website]:
    with opened(browser, site) as website:
        website.load()
        yield website


@pytest.fixture
def website(loaded: Website) -> Iterator[Website]:
    """The loaded page, with nothing saved and nothing said."""
    yield loaded
    loaded.clear()


@pytest.fixture(scope="module")
def uninterrupted(loaded: Website) -> Outcome:
    return loaded.train(**RUN | {"autosave_seconds": 0})


def test_a_run_that_is_reloaded_at_random_moments_ends_as_if_it_had_not_been(
    website: Website, uninterrupted: Outcome
) -> None:
    moments = random.Random(1)
    website.start(**RUN)
    for iteration in (10, 22, 34):
        website.wait_iterations(iteration)
        website.page.wait_for_timeout(moments.uniform(0, 300))
        saved = website.page.evaluate(f"({KEEPER}.saver.last?.globalStep ?? 0) / 1024")
        reload(website)
        assert wait_offer(website).startswith("Go on with HalfCheetah-v5 at ")
        go_on(website)
        first = website.page.evaluate("websim.run.history.length")
        assert first >= saved > 0, "no more is lost than since the last save"
    outcome = website.outcome()
    assert outcome.policy == uninterrupted.policy
    assert without_times(outcome.history) == without_times(uninterrupted.history)
    assert website.page.evaluate("document.querySelector('websim-app').store.table.steps.length") == 60
    assert website.page.evaluate("websim.run.checkpoints.length") == 8
    assert website.complaints == []

    # The last save is written after the run's end was told.
    website.wait(FREE)
    reload(website)
    website.page.evaluate(f"{KEEPER}.ready")
    expect(website.button("Go on")).to_have_count(0)
    [run] = website.page.evaluate("websim.savedRuns()")
    assert (run["globalStep"], run["inUse"]) == (RUN["total_steps"], False)


def test_a_dead_worker_leaves_a_run_that_goes_on_without_a_reload(website: Website, uninterrupted: Outcome) -> None:
    website.start(**RUN)
    wait_saved(website, 3)
    website.page.evaluate(f"{WORKERS}[1].worker.terminate()")
    website.wait("websim.run.state === 'ended'", 20)
    expect(website.alert).to_contain_text("Rank 1 stopped answering")
    go_on(website)
    expect(website.alert).to_have_count(0)
    outcome = website.outcome()
    assert outcome.policy == uninterrupted.policy
    assert without_times(outcome.history) == without_times(uninterrupted.history)


def test_a_pause_and_a_stop_save_where_they_are(website: Website) -> None:
    website.start(**LONG | {"autosave_seconds": 1000})
    website.wait_iterations(3)
    website.page.evaluate("websim.run.pause()")
    paused = website.page.evaluate("websim.run.history.length")
    website.wait(f"{KEEPER}.saver.last?.globalStep === {paused} * 1024")
    expect(website.page.locator("websim-save-status p")).to_have_text(f"Saved at {paused * 1024:,} steps")
    website.page.evaluate("websim.run.resume()")
    # Stop saves the newest copy, which is made once or more a second.
    website.page.wait_for_timeout(3000)
    website.stop()
    done = website.page.evaluate("websim.run.history.length")
    website.wait(f"{KEEPER}.saver.last.globalStep > {paused} * 1024")
    saved = website.page.evaluate(f"{KEEPER}.saver.last.globalStep") // 1024
    assert paused < saved <= done


def test_two_tabs_do_not_go_on_with_one_run(website: Website) -> None:
    website.start(**LONG)
    wait_saved(website, 2)
    second = Website(website.page.context.new_page(), website.address)
    second.load()
    second.page.evaluate(f"{KEEPER}.ready")
    expect(second.button("Go on")).to_have_count(0)
    [run] = second.page.evaluate("websim.savedRuns()")
    assert run["inUse"]
    refused = second.page.evaluate("(id) => websim.goOn(id).catch((error) => error.message)", run["id"])
    assert refused == "This run goes on in another tab: go there, or close it first."
    refused = second.page.evaluate("(id) => websim.discardRun(id).catch((error) => error.message)", run["id"])
    assert refused == "This run goes on in another tab: go there, or close it first."
    website.stop()
    second.page.evaluate("(id) => websim.goOn(id).then(() => {})", run["id"])
    second.wait_iterations(run["iteration"] + 1)
    second.page.close()


def test_the_newest_run_is_offered_and_can_be_discarded(website: Website) -> None:
    for request in (HOPPER, LONG):
        website.start(**request)
        wait_saved(website, 1)
        website.stop()
    website.wait(FREE)
    reload(website)
    assert "HalfCheetah-v5" in wait_offer(website)
    website.button("Discard").click()
    expect(website.button("Discard")).to_have_count(0)
    assert [run["config"]["env"] for run in website.page.evaluate("websim.savedRuns()")] == ["Hopper-v5"]


@pytest.mark.parametrize("file", ["rank1.part", "manifest.json"])
def test_a_flipped_byte_is_told_and_the_save_before_is_used(website: Website, file: str) -> None:
    website.start(**LONG)
    wait_saved(website, 3)
    website.page.evaluate("websim.run.pause()")
    paused = website.page.evaluate("websim.run.history.length")
    website.wait(f"{KEEPER}.saver.last.globalStep === {paused} * 1024")
    website.stop()
    website.wait(FREE)
    change_newest_save(website.page, file)
    reload(website)
    go_on(website)
    notice = website.page.get_by_role("status").locator("p").first
    expect(notice).to_contain_text("The newest save cannot be used, so the run goes on from the one before")
    first = website.page.evaluate("websim.run.history.length")
    website.wait_iterations(first + 2)
    iterations = [m["iteration"] for m in website.page.evaluate("websim.run.history")]
    assert iterations == list(range(1, len(iterations) + 1))


def test_a_full_disk_is_told_once_and_training_goes_on(website: Website) -> None:
    website.start(**LONG)
    wait_saved(website, 2)
    client = website.page.context.new_cdp_session(website.page)
    client.send("Storage.overrideQuotaForOrigin", {"origin": website.address, "quotaSize": 1000})
    notices = website.page.get_by_role("status").locator("p")
    expect(notices).to_contain_text("the browser's storage for this page is full; training goes on, and the save of")
    during = website.page.evaluate("websim.run.history.length")
    website.wait_iterations(during + 4)
    expect(notices).to_have_count(1)
    kept = website.page.evaluate(f"{KEEPER}.saver.last.globalStep")
    [run] = website.page.evaluate("websim.savedRuns()")
    assert run["globalStep"] == kept < during * 1024
    client.send("Storage.overrideQuotaForOrigin", {"origin": website.address})
    wait_saved(website, during + 4)
    reload(website)
    go_on(website)
    iterations = [m["iteration"] for m in website.page.evaluate("websim.run.history")]
    assert iterations == list(range(1, len(iterations) + 1))
    assert len(iterations) >= during + 4


def test_a_browser_without_files_is_told_once(browser: Browser, site: str) -> None:
    with opened(browser, site) as website:
        refusal = "navigator.storage.getDirectory = () => Promise.reject(new DOMException('denied', 'SecurityError'));"

        def refuse(route) -> None:
            response = route.fetch()
            route.fulfill(response=response, body=refusal + response.text())

        website.page.context.route("**/saves.worker-*.js", refuse)
        website.load()
        for _ in range(2):
            website.start(**LONG)
            website.wait_iterations(2)
            website.stop()
        notices = website.page.get_by_role("status").locator("p")
        expect(notices).to_have_count(1)
        expect(notices).to_contain_text("Runs cannot be saved here, so a run ends with its tab")


def test_a_run_moves_from_the_page_to_the_terminal_and_back(website: Website, tmp_path: Path) -> None:
    website.start(**RUN)
    wait_saved(website, 3)
    website.stop()
    with website.page.expect_download() as download:
        website.button("Download run").click()
    name = download.value.suggested_filename
    assert name.startswith("halfcheetah-v5-seed1-")
    assert name.endswith(".websim-run")
    download.value.save_as(tmp_path / name)
    at = read_run(tmp_path / name).manifest["iteration"]

    stop = threading.Event()
    native = websim.resume(
        tmp_path / name,
        folder=tmp_path / "native",
        on_metrics=lambda metrics: stop.set() if metrics["iteration"] == at + 2 else None,
        stop=stop,
    )
    assert [m["iteration"] for m in native.history] == list(range(1, at + 3))
    saved = read_run(tmp_path / "native")
    (tmp_path / "back.websim-run").write_bytes(saved.to_file())

    reload(website)
    website.page.locator("websim-save-status input").set_input_files(tmp_path / "back.websim-run")
    steps = f"{saved.manifest['global_step']:,} steps"
    expect(website.page.locator("websim-saved-run p")).to_contain_text(steps)
    go_on(website)
    outcome = website.outcome()
    assert [m["iteration"] for m in outcome.history] == list(range(1, 61))


def test_a_file_that_is_no_run_is_told(website: Website, tmp_path: Path) -> None:
    (tmp_path / "broken.websim-run").write_bytes(b"PK nothing")
    website.page.locator("websim-save-status input").set_input_files(tmp_path / "broken.websim-run")
    expect(website.alert).to_contain_text("This file is no saved run (.websim-run), or it is damaged")


def test_what_sac_remembers_goes_on_with_it(website: Website) -> None:
    request = {
        "env": "Hopper-v5",
        "algorithm": "sac",
        "num_envs": 4,
        "ranks": 2,
        "hidden": [16],
        "batch_size": 64,
        "learning_starts": 200,
        "total_steps": 6000,
        "eval_every": 0,
        "autosave_seconds": 0.2,
    }
    uninterrupted = website.train(**request | {"autosave_seconds": 0})
    website.start(**request)
    website.wait(f"({KEEPER}.saver?.last?.globalStep ?? 0) > 500", 60)
    reload(website)
    go_on(website)
    assert 0 < len(website.page.evaluate("websim.run.history")) < len(uninterrupted.history)
    outcome = website.outcome()
    assert outcome.policy == uninterrupted.policy
    assert without_times(outcome.history) == without_times(uninterrupted.history)
