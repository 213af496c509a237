"""Every view is held to axe's rules, on a phone and a desktop, dark and light, before, during and after a run."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from website import Website, opened

from conftest import REPO

AXE = REPO / "node_modules/axe-core/axe.min.js"
SCREENS: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1280, "height": 800}},
    "phone": {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True},
}
VIEWS = "[...document.querySelector('websim-app').shadowRoot.querySelectorAll('nav a')]"
MAIN = "document.querySelector('websim-app').renderRoot.querySelector('main')"
#: Where the focus is, through all shadow roots, as a tag with its accessible name.
FOCUSED = """() => {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    const label = element.getAttribute('aria-label') ?? element.labels?.[0]?.innerText ?? element.innerText ?? '';
    return [element.localName, label.trim().split('\\n')[0]];
}"""


@pytest.fixture(scope="module", params=SCREENS)
def website(browser: Browser, site: str, request: pytest.FixtureRequest) -> Iterator[Website]:
    # Colours that fade would be measured half-way.
    with opened(browser, site, reduced_motion="reduce", **SCREENS[request.param]) as website:
        website.load("ranks=1&num_envs=8&env=InvertedPendulum-v5")
        # The page forbids scripts from elsewhere; the debugger may bring them.
        website.page.evaluate(AXE.read_text())
        yield website


def findings(website: Website) -> list[str]:
    """What axe finds serious or critical in what is shown, in both themes."""
    found: list[str] = []
    for scheme in ("dark", "light"):
        website.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        found += website.page.evaluate(
            """async (scheme) => {
                const { violations } = await axe.run(document, { resultTypes: ['violations'] });
                return violations
                    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
                    .flatMap(({ id, nodes }) => nodes.map(
                        ({ target, failureSummary }) => `${scheme} ${id}: ${target.flat()} ${failureSummary}`));
            }""",
            scheme,
        )
    return found


def test_no_view_has_a_serious_finding_before_during_and_after_a_run(website: Website) -> None:
    assert findings(website) == []

    website.start(env="InvertedPendulum-v5", num_envs=8, ranks=1, total_steps=10**8)
    website.wait_iterations(2)
    assert findings(website) == []
    website.button("Pause").click()
    expect(website.title).to_have_text("Paused")
    assert findings(website) == []
    website.button("Stop").click()
    expect(website.title).to_have_text("Stopped")
    assert findings(website) == []

    website.button("Download").click()
    assert findings(website) == []
    website.start(env="InvertedPendulum-v5", num_envs=8, ranks=1, total_steps=10**8)
    website.wait_iterations(2)
    website.page.get_by_role("button", name="Runs").click()
    website.page.get_by_role("checkbox", name="Draw InvertedPendulum-v5").first.check()
    website.page.get_by_role("button", name="Notes about InvertedPendulum-v5").first.click()
    expect(website.page.get_by_role("region", name="Comparison of runs")).to_be_visible()
    assert findings(website) == []
    website.stop()
    for view in range(1, website.page.evaluate(f"{VIEWS}.length")):
        website.page.locator("websim-app nav a").nth(view).click()
        website.wait(f"{MAIN}.children[{view}]?.renderRoot?.childElementCount > 0", 30)
        assert findings(website) == []


def test_messages_have_no_serious_finding(website: Website) -> None:
    website.page.evaluate("websim.train({ env: 'Hopper-v5', num_envs: -1 }).catch(() => {})")
    expect(website.alert).to_be_visible()
    assert findings(website) == []
    website.button("Dismiss this error").click()


def test_axe_sees_what_is_wrong(website: Website) -> None:
    website.page.evaluate(
        """() => {
            const button = document.createElement('button');
            document.querySelector('websim-app').shadowRoot.querySelector('main').append(button);
        }"""
    )
    assert any("button-name" in finding for finding in findings(website))
    website.page.locator("main > button").evaluate("(button) => button.remove()")


def test_the_keyboard_goes_from_the_header_through_the_form_to_the_charts(browser: Browser, site: str) -> None:
    with opened(browser, site) as website:
        website.open("ranks=1&num_envs=8")
        expect(website.button("Start")).to_be_enabled()
        order: list[tuple[str, str]] = []
        for _ in range(60):
            website.page.keyboard.press("Tab")
            tag, label = website.page.evaluate(FOCUSED)
            if tag == "body":
                break
            order.append((tag, label))
        labels = [label for _, label in order]
        assert labels[0] == "Skip to the view"
        stations = ["Train", "Theme: as the system", "Task", "Environments", "Total steps", "Start", "Open run"]
        places = [labels.index(station) for station in stations]
        assert places == sorted(places)
        assert all(labels), order
        assert any(tag == "canvas" for tag, _ in order)


def test_the_skip_link_leads_to_the_view(browser: Browser, site: str) -> None:
    with opened(browser, site) as website:
        website.open("ranks=1&num_envs=8")
        expect(website.button("Start")).to_be_enabled()
        website.page.keyboard.press("Tab")
        website.page.keyboard.press("Enter")
        assert website.page.evaluate(FOCUSED)[0] == "main"
        website.page.keyboard.press("Tab")
        assert website.page.evaluate(FOCUSED) == ["select", "Task"]
