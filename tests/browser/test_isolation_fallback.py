"""The service worker that isolates the page where the host cannot."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from conftest import wait_until
from serve import SiteServer, serving

ISOLATED = "window.crossOriginIsolated"


@pytest.fixture
def server(dist: Path) -> SiteServer:
    """A host that sends no isolation headers, for now."""
    return SiteServer(dist, isolated=False)


@pytest.fixture
def address(server: SiteServer) -> Iterator[str]:
    with serving(server) as address:
        yield address


def loads_of(page: Page) -> list[str]:
    """Grows by one at each load of the page, whether or not it comes to an end."""
    loads: list[str] = []
    page.on("request", lambda request: request.is_navigation_request() and loads.append(request.url))
    return loads


def test_a_host_without_headers_is_isolated_after_one_reload(page: Page, address: str) -> None:
    loads = loads_of(page)
    page.goto(address)
    wait_until(page, ISOLATED)
    page.wait_for_timeout(1000)
    assert len(loads) == 2


def test_a_host_with_headers_is_loaded_once(page: Page, site: str) -> None:
    loads = loads_of(page)
    page.goto(site)
    page.wait_for_timeout(1000)
    assert page.evaluate(ISOLATED)
    assert len(loads) == 1


def test_the_page_stays_isolated_when_the_host_learns_to_send_headers(
    page: Page, address: str, server: SiteServer
) -> None:
    page.goto(address)
    wait_until(page, f"{ISOLATED} && navigator.serviceWorker.controller !== null")
    server.isolated = True
    page.reload()
    assert page.evaluate(ISOLATED)


@pytest.fixture
def context_without_workers(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(service_workers="block")
    yield context
    context.close()


def test_where_service_workers_are_forbidden_the_page_stays_as_it_is(
    context_without_workers: BrowserContext, address: str
) -> None:
    page = context_without_workers.new_page()
    loads = loads_of(page)
    page.goto(address)
    page.wait_for_timeout(1500)
    assert not page.evaluate(ISOLATED)
    assert len(loads) == 1
