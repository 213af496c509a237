"""A runtime file that is missing, cut off or damaged is named in the page, which waits for nothing."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from altered_site import AlteredSite, Change
from playwright.sync_api import Browser, Error, expect
from website import Website, opened

from conftest import serving
from serve import SiteServer


def missing(content: bytes) -> None:
    return None


def cut_off(content: bytes) -> bytes:
    return content[: len(content) // 2]


def flipped(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


@pytest.fixture
def site_copy(dist: Path, tmp_path: Path) -> AlteredSite:
    return AlteredSite(dist, tmp_path / "site")


@pytest.fixture
def website(browser: Browser, site_copy: AlteredSite) -> Iterator[Website]:
    with serving(SiteServer(site_copy.folder)) as address, opened(browser, address) as website:
        yield website


def expect_refusal(website: Website, sentence: str) -> None:
    expect(website.alert).to_have_text(re.compile(sentence), timeout=30_000)
    expect(website.title).to_have_text("Not available")
    expect(website.page.locator("websim-load-progress")).to_have_count(0)
    expect(website.button("Start")).to_be_disabled()
    with pytest.raises(Error, match=sentence.removeprefix("^")):
        website.page.evaluate("websim.ready")


@pytest.mark.parametrize("name", ["mujoco.wasm", "numpy-", "mujoco.mjs"])
@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (
            missing,
            r"cannot be downloaded: /runtime/{file} answered HTTP 404; check that the whole folder runtime/ is on ",
        ),
        (
            cut_off,
            r"\({file}\) is truncated: expected \d+ bytes, got \d+; reload the page, and build the site again if ",
        ),
        (flipped, r"\({file}\) is damaged: expected SHA-256 \w+\.\.\., got \w+\.\.\.; reload the page, and build the "),
    ],
)
def test_a_broken_file_is_named(
    website: Website, site_copy: AlteredSite, name: str, change: Change, fault: str
) -> None:
    file = site_copy.path(name)
    site_copy.damage(file, change)
    website.open()
    expect_refusal(website, rf"^{re.escape(name)}\S* {fault.format(file=re.escape(file.name))}")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (missing, r"^assets\.json cannot be downloaded: /runtime/assets\.json answered HTTP 404; check "),
        (cut_off, r"^/runtime/assets\.json is not a JSON file; build the site again"),
    ],
)
def test_a_broken_list_of_files_is_named(
    website: Website, site_copy: AlteredSite, change: Change, sentence: str
) -> None:
    site_copy.damage(site_copy.folder / "runtime/assets.json", change)
    website.open()
    expect_refusal(website, sentence)


def test_a_worker_script_that_is_missing_is_named(website: Website, site_copy: AlteredSite) -> None:
    (script,) = site_copy.folder.glob("assets/*rank.worker-*.js")
    site_copy.damage(script, missing)
    website.open("ranks=1")
    expect_refusal(website, r"^Rank 0 stopped: its script \S* ?cannot be loaded; ")


def test_a_start_that_waits_for_a_broken_file_is_refused(website: Website, site_copy: AlteredSite) -> None:
    site_copy.damage(site_copy.path("physics.wasm"), missing)
    website.open("ranks=1&autostart=1")
    expect_refusal(website, r"^physics\.wasm cannot be downloaded")
    assert website.state is None


def test_reload_works_once_the_file_is_there(website: Website, site_copy: AlteredSite) -> None:
    file = site_copy.path("mujoco.wasm")
    whole = file.read_bytes()
    site_copy.damage(file, cut_off)
    website.open("ranks=1")
    expect(website.alert).to_contain_text("is truncated")
    file.write_bytes(whole)
    website.button("Reload page").click()
    expect(website.title).to_have_text("Ready", timeout=60_000)
    expect(website.alert).to_have_count(0)
