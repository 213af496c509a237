"""Guards the other tests: the browser gives the page what they take for granted."""

import pytest
from playwright.sync_api import Browser
from website import Website, opened

#: (module (func (result v128) (i32x4.splat (i32.const 0)))), as browsers without SIMD refuse it.
SIMD_MODULE = "0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 8, 1, 6, 0, 65, 0, 253, 17, 11"


@pytest.fixture(scope="module")
def website(common_page: Website) -> Website:
    return common_page


def test_the_page_is_isolated_and_shares_memory(website: Website) -> None:
    assert website.page.evaluate("crossOriginIsolated")
    assert website.page.evaluate("typeof SharedArrayBuffer") == "function"
    assert website.page.evaluate("websim.isolated")


def test_the_browser_has_webassembly_simd(website: Website) -> None:
    assert website.page.evaluate(f"WebAssembly.validate(new Uint8Array([{SIMD_MODULE}]))")


def test_the_page_downloads_the_network_kernels_with_relaxed_simd_alone(website: Website) -> None:
    names = website.page.evaluate("performance.getEntriesByType('resource').map((entry) => entry.name)")
    kernels = [name.rsplit("/", 1)[1].split(".")[0] for name in names if name.endswith(".so")]
    assert kernels == ["net_relaxed"]


def test_there_is_more_than_one_core(website: Website) -> None:
    cores = website.page.evaluate("navigator.hardwareConcurrency")
    assert cores > 1, "tests of two ranks need two cores"
    assert website.page.evaluate("websim.maxRanks") == cores


def test_a_host_without_headers_gives_no_shared_memory_where_service_workers_are_forbidden(
    browser: Browser, plain_site: str
) -> None:
    with opened(browser, plain_site, service_workers="block") as website:
        website.open()
        assert not website.page.evaluate("crossOriginIsolated")
        assert website.page.evaluate("typeof SharedArrayBuffer") == "undefined"
        assert website.page.evaluate("[websim.isolated, websim.maxRanks]") == [False, 1]
