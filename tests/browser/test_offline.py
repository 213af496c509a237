"""After its first visit the page needs no network, changes to a new version as a whole, and says what is refused."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from website import LOAD_S, Website, opened

from conftest import REPO
from serve import SiteServer, serving

KEPT = "document.querySelector('websim-app').store.offline.kept"
CACHES = "caches.keys().then((names) => names.filter((name) => name.startsWith('websim')).length)"
RUN = {"env": "InvertedPendulum-v5", "num_envs": 8, "ranks": 2, "total_steps": 2048}
NEW = "A new version is ready: reload the page to change to it."


def wait_kept(website: Website) -> None:
    # A host without the headers has the page loaded twice.
    website.wait(f"crossOriginIsolated && Boolean(window.websim) && {KEPT}", LOAD_S)


@contextmanager
def host(dist: Path, isolated: bool) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """A server that can go away with all its connections, which one of this process cannot."""
    command = [sys.executable, "-u", str(REPO / "scripts/serve.py"), "--port", "0", "--folder", str(dist)]
    process = subprocess.Popen(command + ([] if isolated else ["--no-isolation"]), stdout=subprocess.PIPE, text=True)
    assert process.stdout
    try:
        address = process.stdout.readline().split(" is at ")[1].split()[0]
        yield process, address.replace("localhost", "127.0.0.1")
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("isolated", [True, False])
def test_the_page_loads_and_trains_when_the_server_is_gone(browser: Browser, dist: Path, isolated: bool) -> None:
    with host(dist, isolated) as (process, address), opened(browser, address) as website:
        website.open("ranks=2&num_envs=8")
        wait_kept(website)
        expect(website.page.get_by_text("Works offline")).to_be_visible()

        process.terminate()
        process.wait()
        assert website.page.evaluate("fetch('no-file').then(() => 'answered', () => 'gone')") == "gone"
        website.load("ranks=2&num_envs=8")
        assert website.page.evaluate("crossOriginIsolated")
        outcome = website.train(**RUN)
        assert outcome.reason == "finished"
        assert outcome.history[-1]["global_step"] == RUN["total_steps"]


@pytest.fixture
def copy(dist: Path, tmp_path: Path) -> Path:
    """The site, to be changed."""
    return shutil.copytree(dist, tmp_path / "site", ignore=shutil.ignore_patterns("*.br", "*.gz"))


@pytest.fixture
def visited(browser: Browser, copy: Path) -> Iterator[Website]:
    """A page of the copy, kept for use without a network."""
    with serving(SiteServer(copy)) as address, opened(browser, address) as website:
        website.open("ranks=1&num_envs=8")
        wait_kept(website)
        yield website


def deploy(copy: Path) -> None:
    """Put a new version in the place of the site: a page with another title, and the service worker that names it."""
    index, worker = copy / "index.html", copy / "service-worker.js"
    index.write_text(index.read_text().replace("<title>MuJoCo WebSim", "<title>New MuJoCo WebSim"))
    text = worker.read_text()
    version = text.split('"version":"')[1][:12]
    worker.write_text(text.replace(version, "0" * 12))


def test_a_new_version_is_announced_and_taken_as_a_whole(visited: Website, copy: Path) -> None:
    deploy(copy)
    visited.page.reload()
    assert visited.page.title() == "MuJoCo WebSim"
    expect(visited.page.get_by_text(NEW)).to_be_visible()
    assert visited.page.evaluate(CACHES) == 2

    visited.button("Reload").click()
    visited.wait("document.title === 'New MuJoCo WebSim'")
    visited.wait(f"{CACHES}.then((count) => count === 1)")
    expect(visited.page.get_by_text(NEW)).to_have_count(0)


def test_another_tab_keeps_its_version_until_it_is_closed(visited: Website, copy: Path) -> None:
    other = visited.page.context.new_page()
    other.goto(visited.address)
    deploy(copy)
    visited.page.reload()
    visited.button("Reload").click()
    expect(visited.page.get_by_text("The version before is still open in another tab: close it there")).to_be_visible()
    other.reload()
    assert other.title() == "MuJoCo WebSim"

    other.close()
    visited.button("Reload").click()
    visited.wait("document.title === 'New MuJoCo WebSim'")


def test_full_storage_is_said_and_the_page_works(browser: Browser, site: str) -> None:
    with opened(browser, site) as website:
        devtools = website.page.context.new_cdp_session(website.page)
        website.page.goto(f"{site}/manifest.webmanifest")
        devtools.send("Storage.overrideQuotaForOrigin", {"origin": site, "quotaSize": 100_000})
        website.load("ranks=1&num_envs=8")
        sentence = "This page cannot be kept for use without a network: the browser's storage for it is refused or full"
        expect(website.page.get_by_text(sentence)).to_be_visible()
        assert website.train(**{**RUN, "ranks": 1}).reason == "finished"
