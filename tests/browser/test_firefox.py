"""The page in Firefox: it trains with two ranks, saves, and offers the run after a reload."""

from collections.abc import Iterator

import pytest
from firefox import FirefoxPage, firefox_page
from saved_runs_page import KEEPER, RUN


@pytest.fixture(scope="module")
def page(site: str) -> Iterator[FirefoxPage]:
    with firefox_page() as page:
        page.goto(f"{site}/?ranks=2&num_envs=16")
        page.wait("window.websim")
        page.evaluate("websim.ready")
        yield page


def test_it_is_isolated_and_trains_with_two_ranks(page: FirefoxPage) -> None:
    assert "Firefox" in page.evaluate("navigator.userAgent")
    assert page.evaluate("crossOriginIsolated")
    page.evaluate(
        "websim.train({ env: 'InvertedPendulum-v5', num_envs: 16, ranks: 2, total_steps: 4096, seed: 1 }).then(() => 0)"
    )
    reason, steps = page.evaluate("websim.run.done.then(({ reason, history }) => [reason, history.at(-1).global_step])")
    assert (reason, steps) == ("finished", 4096)


def test_the_robot_is_drawn_where_the_browser_has_webgl(page: FirefoxPage) -> None:
    """Test machines have no graphics library for Firefox: then the page has to say so."""
    view = "document.querySelector('websim-app').renderRoot.querySelector('websim-train-view').renderRoot"
    view += ".querySelector('websim-robot-view')"
    drawable = page.evaluate("new OffscreenCanvas(1, 1).getContext('webgl2') !== null")
    page.wait(f"{view}.available === {str(drawable).lower()}", 20)
    said = page.evaluate(f"{view}.renderRoot.querySelector('.stage').innerText")
    assert ("no WebGL 2" in said) != drawable


def test_a_run_that_was_cut_short_is_offered_again_and_goes_on(page: FirefoxPage) -> None:
    request = {**RUN, "total_steps": 10**8}
    page.evaluate(f"websim.train({str(request).replace('True', 'true')}).then(() => 0)")
    page.wait(f"{KEEPER}.saver?.last")
    page.reload()
    page.wait(f"window.websim && {KEEPER}.offer")
    saved = page.evaluate(f"{KEEPER}.offer.globalStep")
    assert saved > 0
    page.evaluate(f"websim.goOn({KEEPER}.offer.id).then(() => 0)")
    page.wait(f"websim.run.history.at(-1)?.global_step > {saved}")
    page.evaluate("websim.run.stop().then(() => 0)")


def test_nothing_was_complained_about(page: FirefoxPage) -> None:
    page.evaluate("0")
    assert page.complaints == []
