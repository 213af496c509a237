"""The page in Firefox: it trains with two ranks, saves, offers the run after a reload, and plays a shared link."""

from collections.abc import Iterator

import pytest
from firefox import FirefoxPage, firefox_page
from saved_runs_page import KEEPER, RUN
from shared_agents import link


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


def test_the_robot_is_drawn(page: FirefoxPage) -> None:
    view = "document.querySelector('websim-app').renderRoot.querySelector('websim-train-view').renderRoot"
    view += ".querySelector('websim-robot-view')"
    assert page.evaluate("new OffscreenCanvas(1, 1).getContext('webgl2') !== null"), "Mesa's EGL is not installed"
    page.evaluate(f"{view}.addEventListener('frame', () => {{ window.drawn = true; }})")
    request = {**RUN, "total_steps": 10**8}
    page.evaluate(f"websim.train({str(request).replace('True', 'true')}).then(() => 0)")
    page.wait("window.drawn", 20)
    page.evaluate("websim.run.stop().then(() => 0)")
    assert "cannot be drawn" not in page.evaluate(f"{view}.renderRoot.querySelector('.stage').innerText")


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


def test_a_shared_link_plays_without_python(page: FirefoxPage, site: str) -> None:
    page.goto(f"{site}/{link('agent.html')}")
    page.wait("document.querySelector('websim-agent-page')?.renderRoot?.querySelector('websim-player')?.moving")
    asked = page.evaluate("performance.getEntriesByType('resource').map(({ name }) => name)")
    assert asked
    assert not [name for name in asked if "pyodide" in name or "numpy" in name or not name.startswith(site)]


def test_nothing_was_complained_about(page: FirefoxPage) -> None:
    page.evaluate("0")
    assert page.complaints == []
