"""The page talks to its own host only: what a browser sends anywhere else arrives at a proxy that counts."""

import threading
from collections.abc import Iterator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser, Error
from website import opened

#: Chromium asks here, by itself, how to fill in forms that it sees.
BROWSERS_OWN = {"content-autofill.googleapis.com:443"}


class Proxy(ThreadingHTTPServer):
    """Refuses everything, and remembers what it was asked for."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), ProxyHandler)
        self.asked: list[str] = []

    def asked_by_pages(self) -> list[str]:
        return [address for address in self.asked if address not in BROWSERS_OWN]


class ProxyHandler(BaseHTTPRequestHandler):
    server: Proxy

    def refuse(self) -> None:
        self.server.asked.append(self.path)
        self.send_error(HTTPStatus.FORBIDDEN)

    do_GET = do_HEAD = do_POST = do_CONNECT = refuse  # noqa: N815 (the base class looks for these names)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    server = Proxy()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def open_behind(proxy: Proxy, browser: Browser, address: str) -> Any:
    settings = {"server": f"http://127.0.0.1:{proxy.server_port}", "bypass": "127.0.0.1"}
    return opened(browser, address, proxy=settings)


@pytest.mark.parametrize("host", ["site", "plain_site"])
def test_loading_and_training_ask_no_other_host(
    browser: Browser, proxy: Proxy, host: str, request: pytest.FixtureRequest
) -> None:
    address = request.getfixturevalue(host)
    with open_behind(proxy, browser, address) as website:
        requested: list[str] = []
        website.page.context.on("request", lambda request: requested.append(request.url))
        website.open()
        website.wait("crossOriginIsolated && Boolean(window.websim)", 20)
        website.page.evaluate("websim.ready")
        website.train(env="HalfCheetah-v5", num_envs=64, ranks=2, total_steps=20_000)
        website.page.wait_for_timeout(500)
        assert [url for url in requested if not url.startswith((address, "blob:", "data:"))] == []
        assert sum("/runtime/" in url for url in requested) >= 10
    assert proxy.asked_by_pages() == []


def test_the_proxy_sees_what_goes_elsewhere(browser: Browser, proxy: Proxy, site: str) -> None:
    with open_behind(proxy, browser, site) as website:
        website.page.goto("about:blank")
        with pytest.raises(Error):
            website.page.goto("https://elsewhere.invalid/")
    assert any("elsewhere.invalid" in url for url in proxy.asked_by_pages())


def test_the_page_may_not_ask_another_host(browser: Browser, site: str) -> None:
    with opened(browser, site) as website:
        website.open()
        refusal = website.page.evaluate(
            "fetch('https://elsewhere.invalid/').then(() => 'sent', (error) => error.message)"
        )
        assert refusal != "sent"
        assert any("Content Security Policy" in complaint for complaint in website.complaints)
