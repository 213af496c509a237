"""The charts are read at one step together, smoothed on demand, and saved as pictures."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect
from website import Website, opened

CHARTS = (
    "[...document.querySelector('websim-app').renderRoot.querySelector('websim-train-view').renderRoot"
    ".querySelector('websim-metric-charts').renderRoot.querySelectorAll('websim-line-chart')]"
)
READINGS = f"{CHARTS}.map((chart) => chart.renderRoot.querySelector('output').innerText)"


@pytest.fixture(scope="module")
def website(browser: Browser, site: str) -> Iterator[Website]:
    """The page after a run of thirty iterations."""
    with opened(browser, site) as website:
        website.load("ranks=1&num_envs=16&env=InvertedPendulum-v5")
        website.train(env="InvertedPendulum-v5", num_envs=16, ranks=1, total_steps=30_000, num_steps=64, seed=1)
        website.wait(f"{READINGS}[0].length > 1")
        yield website


def chart(website: Website, label: str) -> Locator:
    return website.page.locator(f'websim-line-chart[label="{label}"]')


def test_the_pointer_reads_all_charts_at_the_same_step(website: Website) -> None:
    steps: list[str] = []
    for x in range(60, 160, 5):
        chart(website, "Speed").locator(".u-over").hover(position={"x": x, "y": 20})
        website.page.wait_for_timeout(200)
        steps = [text.split(" at ")[1] for text in website.page.evaluate(READINGS) if " at " in text]
        # Charts are drawn one after the other: until all have the newest row, one may be a step ahead.
        if len(steps) >= 6 and len(set(steps)) == 1:
            break
    assert len(steps) >= 6
    assert len(set(steps)) == 1
    website.page.mouse.move(0, 0)


def test_smoothing_changes_the_curve_and_keeps_the_values_behind_it(website: Website) -> None:
    speed = chart(website, "Speed").locator("output")
    reported = speed.inner_text()
    website.page.get_by_label("Smoothing of the curves").select_option("strong")
    expect(speed).not_to_have_text(reported)
    website.page.get_by_label("Smoothing of the curves").select_option("none")
    expect(speed).to_have_text(reported)


def test_a_chart_is_saved_as_a_picture(website: Website, tmp_path: Path) -> None:
    with website.page.expect_download() as download:
        website.button("Save the chart Return as a picture").click()
    assert download.value.suggested_filename == "return.png"
    download.value.save_as(tmp_path / "return.png")
    content = (tmp_path / "return.png").read_bytes()
    assert content.startswith(b"\x89PNG\r\n")
    width, height = (int.from_bytes(content[at : at + 4], "big") for at in (16, 20))
    box = chart(website, "Return").locator("canvas").bounding_box()
    assert box
    assert (width, height) == (box["width"], box["height"] + 28)
