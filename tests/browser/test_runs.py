"""The list of runs: they are listed, drawn beside the shown one, compared, noted, deleted and brought back."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect
from website import Website, opened

RUN = {"env": "InvertedPendulum-v5", "num_envs": 16, "num_steps": 64, "ranks": 1, "total_steps": 10_240}
CHARTS = (
    "document.querySelector('websim-app').renderRoot.querySelector('websim-train-view').renderRoot"
    ".querySelector('websim-metric-charts').renderRoot"
)
FIRST, SECOND = "InvertedPendulum-v5 PPO seed 1", "InvertedPendulum-v5 PPO seed 2"


@pytest.fixture(scope="module")
def website(browser: Browser, site: str) -> Iterator[Website]:
    """The page after two short runs, of which one is saved, with the list open."""
    with opened(browser, site, permissions=["clipboard-read", "clipboard-write"]) as website:
        website.load("ranks=1&num_envs=16&env=InvertedPendulum-v5")
        website.train(**RUN, seed=1, eval_every=4096, eval_episodes=2)
        website.train(**RUN, seed=2, learning_rate=0.001, autosave_seconds=0)
        open_list(website)
        yield website


def open_list(website: Website) -> None:
    website.page.get_by_role("button", name=re.compile(r"^Runs \d+$")).click()


def row(website: Website, title: str) -> Locator:
    return website.page.get_by_role("group", name=title)


def wait_curves(website: Website, count: int) -> None:
    """Until the chart of returns draws so many curves, each in its run's colour."""
    website.wait(
        f"""(() => {{
            const {{ renderRoot }} = {CHARTS}.querySelector('websim-line-chart');
            const canvas = renderRoot.querySelector('canvas');
            const {{ width, height }} = canvas;
            // Chromium complains of a page that reads its own canvas again and again.
            const copy = new OffscreenCanvas(width, height).getContext('2d', {{ willReadFrequently: true }});
            copy.drawImage(canvas, 0, 0);
            const {{ data }} = copy.getImageData(0, 0, width, height);
            const drawn = new Set();
            for (let i = 0; i < data.length; i += 4) drawn.add((data[i] << 16) | (data[i + 1] << 8) | data[i + 2]);
            const style = getComputedStyle(document.documentElement);
            const colours = ['--accent', '--run-0', '--run-1', '--run-2', '--run-3', '--run-4', '--run-5'];
            const number = (name) => parseInt(style.getPropertyValue(name).trim().slice(1), 16);
            return colours.filter((name) => drawn.has(number(name))).length === {count};
        }})()""",
        20,
    )


def test_both_runs_are_listed_newest_first(website: Website) -> None:
    expect(website.page.locator("websim-run-row")).to_have_count(2)
    newest, oldest = row(website, SECOND), row(website, FIRST)
    first = website.page.locator("websim-run-row").first
    expect(first).to_contain_text("PPO · seed 2 · total_steps 10,240 · num_envs 16 · learning_rate 0.001")
    expect(newest).to_contain_text("Finished")
    expect(newest.get_by_text("none")).to_be_visible()
    expect(oldest).to_contain_text(" MB")
    expect(oldest.get_by_role("button", name="Open")).to_be_enabled()
    expect(newest.get_by_role("button", name="Open")).to_be_disabled()
    last = website.page.evaluate("websim.run.history.at(-1)['charts/episodic_return']")
    shown = newest.locator("dl > div").filter(has_text="Return").locator("dd").inner_text()
    assert float(shown.replace(",", "")) == pytest.approx(last, rel=5e-3)


def test_a_chosen_run_is_drawn_compared_and_read_beside_the_shown_one(website: Website) -> None:
    wait_curves(website, 1)
    row(website, FIRST).get_by_role("checkbox").check()
    wait_curves(website, 2)
    legend = website.page.get_by_role("list", name="Runs in the charts")
    expect(legend.get_by_role("listitem")).to_have_text([SECOND, FIRST])

    chart = website.page.locator('websim-line-chart[label="Speed"]')
    reading = chart.locator(".readings li")
    for x in range(60, 160, 10):
        chart.locator(".u-over").hover(position={"x": x, "y": 20})
        website.page.wait_for_timeout(100)
        if reading.count():
            break
    assert float(reading.inner_text().replace(",", "")) > 0
    website.page.mouse.move(0, 0)

    table = website.page.get_by_role("region", name="Comparison of runs")
    expect(table.get_by_role("columnheader")).to_have_text([SECOND, FIRST])
    cells = {line.split("\t")[0]: line.split("\t")[1:] for line in table.inner_text().splitlines()[1:]}
    assert cells["seed"] == ["2", "1"]
    assert cells["learning_rate"] == ["0.001", "0.002"]
    assert cells["Steps"] == ["10,240", "10,240"]
    assert "±" in cells["Evaluation"][1]
    assert "num_envs" not in cells


def test_the_comparison_is_copied_and_the_curves_are_saved(website: Website, tmp_path: Path) -> None:
    for button, words in (("Copy as Markdown", "| seed | 2 | 1 |"), ("Copy as CSV", "seed,2,1")):
        website.button(button).click()
        expect(website.page.locator("websim-run-comparison [role=status]")).to_contain_text("Copied")
        assert words in website.page.evaluate("navigator.clipboard.readText()")
    with website.page.expect_download() as download:
        website.button("Curves (CSV)").click()
    download.value.save_as(tmp_path / "curves.csv")
    with open(tmp_path / "curves.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    for title in (FIRST, SECOND):
        steps = [int(row["global_step"]) for row in rows if row["run"] == title]
        assert steps == list(range(1024, 10_241, 1024))


def test_a_picture_names_the_runs_that_it_shows(website: Website, tmp_path: Path) -> None:
    with website.page.expect_download() as download:
        website.button("Save the chart Return as a picture").click()
    download.value.save_as(tmp_path / "return.png")
    height = int.from_bytes((tmp_path / "return.png").read_bytes()[20:24], "big")
    box = website.page.locator('websim-line-chart[label="Return"] canvas').bounding_box()
    assert box
    assert height == box["height"] + 28 + 2 * 18


def test_a_deleted_run_can_be_brought_back(website: Website) -> None:
    expect(row(website, FIRST)).to_be_visible()
    for title in (FIRST, SECOND):
        row(website, title).get_by_role("button", name="Delete").click()
        expect(row(website, title)).to_have_count(0)
        website.button("Undo").click()
        expect(row(website, title)).to_be_visible()
    assert len(website.page.evaluate("websim.savedRuns()")) == 1


def test_notes_and_curves_outlive_the_page_and_a_deleted_run_does_not(website: Website) -> None:
    website.train(**RUN, seed=3)
    row(website, "InvertedPendulum-v5 PPO seed 3").get_by_role("button", name="Notes").click()
    website.page.get_by_label("Name").fill("Steady")
    website.page.get_by_label("Notes", exact=True).fill("Falls to the left.")
    website.wait("websim.savedRuns().then(([run]) => run.label.notes === 'Falls to the left.' && !run.inUse)", 20)
    website.page.reload()
    open_list(website)
    steady = row(website, "Steady")
    expect(steady).to_contain_text("InvertedPendulum-v5 · PPO · seed 3")
    expect(steady).to_contain_text("Falls to the left.")
    expect(row(website, SECOND)).to_have_count(0)
    steady.get_by_role("checkbox").check()
    wait_curves(website, 1)

    steady.get_by_role("button", name="Open").click()
    website.wait("websim.run !== null && websim.run.state === 'ended'", 60)
    assert website.page.evaluate("websim.run.history.length") == 10
    expect(steady.get_by_role("checkbox")).to_have_count(0)

    website.wait("websim.savedRuns().then(([run]) => !run.inUse)", 20)
    steady.get_by_role("button", name="Delete").click()
    expect(steady).to_have_count(0)
    website.page.reload()
    open_list(website)
    expect(row(website, FIRST)).to_be_visible()
    expect(steady).to_have_count(0)
    assert website.complaints == []
