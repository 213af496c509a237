"""A rank that dies, throws or hangs: the page says so within seconds, the others are released, Start works again."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from altered_site import AlteredSite
from playwright.sync_api import Browser, expect
from website import Website, opened

from conftest import serving
from serve import SiteServer

#: Seconds from the fault to its sentence in the page.
TOLD_S = 5

#: Appended to the session: rank 1 goes wrong in the third iteration, in the way that the seed chooses.
FAULTS = """

def _raise(session):
    raise RuntimeError("the battery is empty")

def _hang(session):
    while True:
        pass

def _other_collective(session):
    session.comm.barrier(tag="something else")

_FAULTS = {101: _raise, 102: _hang, 103: _other_collective}
_iterate = Session.iterate

def _iterate_or_fail(session):
    fault = _FAULTS.get(session.config.seed)
    try:
        if fault and session.comm.rank == 1 and session.learner.global_step == 2 * session.config.batch_size:
            fault(session)
        return _iterate(session)
    except Exception as error:
        print(f"rank {session.comm.rank} raised: {error}")
        raise

Session.iterate = _iterate_or_fail
"""
RAISE, HANG, OTHER_COLLECTIVE = 101, 102, 103


@pytest.fixture(scope="module")
def loaded(browser: Browser, dist: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Website]:
    altered = AlteredSite(dist, tmp_path_factory.mktemp("faulty") / "site")
    altered.patch_package({"websim/session.py": lambda source: source + FAULTS})
    with serving(SiteServer(altered.folder)) as address, opened(browser, address) as website:
        website.load()
        yield website


@pytest.fixture
def website(loaded: Website) -> Iterator[Website]:
    """The loaded page; whatever a test does to its ranks, Start works again."""
    yield loaded
    loaded.page.get_by_label("Task").select_option("Hopper-v5")
    loaded.button("Start").click()
    expect(loaded.title).to_have_text("Training", timeout=30_000)
    expect(loaded.alert).to_have_count(0)
    loaded.wait_iterations(2)
    loaded.stop()


def start(website: Website, seed: int = 1) -> None:
    website.start(env="HalfCheetah-v5", num_envs=64, ranks=2, total_steps=10**8, seed=seed)


def expect_failure(website: Website, sentence: str) -> None:
    """The sentence is told in time, and the run is over."""
    begin = time.monotonic()
    while website.alert.count() == 0 and time.monotonic() - begin < 2 * TOLD_S:
        website.page.wait_for_timeout(20)
    assert time.monotonic() - begin < TOLD_S
    assert re.search(sentence, website.alert.inner_text())
    expect(website.title).to_have_text("Failed")
    assert website.state == "ended"
    told = website.page.evaluate("websim.run.done.then(() => 'done', (error) => error.message)")
    assert told == website.alert.inner_text()


WORKERS = "document.querySelector('websim-app').store.pool.workers"
REPLACED = "; its worker was ended, and the next start makes a new one."


@pytest.mark.parametrize("rank", [0, 1])
def test_a_worker_that_is_gone(website: Website, rank: int) -> None:
    start(website)
    website.wait_iterations(2)
    website.page.evaluate(f"{WORKERS}[{rank}].worker.terminate()")
    expect_failure(website, f"^Rank {rank} stopped answering: no sign of life for 3 s{REPLACED}$")


@pytest.mark.parametrize("rank", [0, 1])
def test_a_worker_with_an_uncaught_error(website: Website, rank: int) -> None:
    start(website)
    website.wait_iterations(2)
    # Not a request: reading its id throws.
    website.page.evaluate(f"{WORKERS}[{rank}].worker.postMessage(null)")
    expect_failure(website, f"^Rank {rank} stopped: Uncaught TypeError: .*{REPLACED}$")


def test_python_that_raises(website: Website) -> None:
    start(website, RAISE)
    website.wait_iterations(2)
    expect_failure(website, "^RuntimeError: the battery is empty$")
    report = website.page.evaluate("websim.run.done.catch((error) => error.report)")
    assert report.startswith("rank 1: RuntimeError: the battery is empty")
    assert 'websim/session.py", line' in report


def test_python_that_never_returns(website: Website) -> None:
    start(website, HANG)
    website.wait_iterations(2)
    expect_failure(website, f"^Rank 1 stopped answering: no sign of life for 3 s{REPLACED}$")


def test_ranks_that_call_different_collectives(website: Website) -> None:
    start(website, OTHER_COLLECTIVE)
    website.wait_iterations(2)
    expect_failure(website, 'rank 0 called "[^"]+" number \\d+ .*, rank 1 called "something else" number \\d+ ')
    raised = [note for note in website.notes if "Ranks are in different collectives" in note]
    assert {note.split(":")[0] for note in raised} == {"rank 0 raised", "rank 1 raised"}


def test_the_error_can_be_copied_and_dismissed(website: Website) -> None:
    start(website, RAISE)
    expect(website.alert).to_be_visible()
    website.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    website.button("Copy report").click()
    expect(website.button("Report copied")).to_be_visible()
    copied = website.page.evaluate("navigator.clipboard.readText()")
    assert "RuntimeError: the battery is empty" in copied
    assert "Traceback" in copied
    website.button("Dismiss this error").click()
    expect(website.alert).to_have_count(0)
