"""Fixtures of all folders: marks by folder, the built site behind a server, and a Chromium that is there."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Error, Page

from chromium import CHROMIUM_ARGS, chromium_path
from serve import SiteServer, serving

REPO = Path(__file__).resolve().parent.parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test's folder says what it needs, and so does its mark. A browser's test that fails has a second try."""
    for item in items:
        folder = item.path.relative_to(REPO / "tests").parts[0]
        item.add_marker(folder)
        if folder == "browser":
            item.add_marker(pytest.mark.flaky(reruns=1))


def built(path: str) -> Path:
    """A built file or folder; without it the test fails with the command that makes it."""
    if not (REPO / path).exists():
        pytest.fail(f"{path} is not there: run `make build` first", pytrace=False)
    return REPO / path


@pytest.fixture(scope="session")
def dist() -> Path:
    """The built site."""
    return built("dist/index.html").parent


@pytest.fixture(scope="session")
def runtime() -> Path:
    """The folder of runtime files and their manifest `assets.json`."""
    return built("build/public/runtime/assets.json").parent


@pytest.fixture(scope="session")
def site(dist: Path) -> Iterator[str]:
    """Address of the site on a host that sends the isolation headers."""
    with serving(SiteServer(dist)) as address:
        yield address


@pytest.fixture(scope="session")
def plain_site(dist: Path) -> Iterator[str]:
    """Address of the site on a host that cannot set headers. Block service workers to stay not isolated."""
    with serving(SiteServer(dist, isolated=False)) as address:
        yield address


@pytest.fixture(scope="session")
def loaded_page(browser: Browser, site: str) -> Iterator[Any]:
    """The page, loaded once for all files of browser tests that need nothing else of it than to train."""
    # In the folder of the tests that use it.
    from website import opened

    with opened(browser, site) as website:
        website.load()
        yield website


@pytest.fixture(scope="module")
def common_page(loaded_page: Any) -> Any:
    """That page as it was loaded: nothing runs, nothing is saved, nothing is said."""
    try:
        loaded_page.clear()
    except Error:
        # It was broken by the tests before.
        loaded_page.load()
    return loaded_page


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    path = chromium_path()
    return {**browser_type_launch_args, "args": CHROMIUM_ARGS} | ({"executable_path": path} if path else {})


def wait_until(page: Page, expression: str, seconds: float = 10) -> None:
    """Wait until a JavaScript expression is true. Playwright's own way evaluates strings, which the page forbids."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            if page.evaluate(expression):
                return
        except Error as error:
            # A navigation takes the page's context away: ask the next page.
            if "context was destroyed" not in str(error):
                raise
        if time.monotonic() > deadline:
            pytest.fail(f"`{expression}` is not true after {seconds} s", pytrace=False)
        page.wait_for_timeout(50)
