"""The Lab: cells of a notebook in a Python of the page, beside training."""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect
from website import LOAD_S, Website, opened

from conftest import REPO

#: A cell that imports matplotlib for the first time, or trains, on a busy machine.
LONG_MS = 90_000
LESSONS = sorted((REPO / "lessons").glob("*.ipynb"))

BOLD = "<style>b { color: red }</style><b onclick='x()' style='color: red'>bold</b>"
#: Those that draw nothing but signs, and in the end what is left as it is written.
FORMULAS = r"""
costs $5 and $6, $\color{red}{x}$ $\text{<img src=x onerror=window.broken=4>}$ $\ref{x}$ $\rule{9em}{9em}$
<websim-lab-formula style="color: red" id="y">y</websim-lab-formula> <math><mtext onclick="x()">theirs</mtext></math>

$\href{javascript:window.broken=5}{x}$ $\def\a{\a}\a$
"""
HOSTILE = {
    "nbformat": 4,
    "nbformat_minor": 2,
    "metadata": {},
    "cells": [
        {
            "cell_type": "markdown",
            "metadata": {},
            "source": [
                "# Theirs\n",
                "<script>window.broken = 1</script><img src=x onerror='window.broken = 2' style='color: red'>\n",
                "[a](javascript:window.broken=3) [b](https://elsewhere.invalid/)\n",
                "<iframe src='https://elsewhere.invalid/'></iframe>",
            ],
        },
        {"cell_type": "markdown", "metadata": {}, "source": FORMULAS},
        {
            "cell_type": "code",
            "metadata": {},
            "execution_count": 3,
            "source": "print('not by itself')",
            "outputs": [
                {"output_type": "display_data", "metadata": {}, "data": {"text/html": [BOLD]}},
                {"output_type": "update_of_tomorrow", "what": "unknown to us"},
                {"output_type": "display_data", "metadata": {}, "data": {"text/latex": ["$\\displaystyle x^{2}$"]}},
            ],
        },
    ],
}


@pytest.fixture(scope="module")
def loaded(browser: Browser, site: str) -> Iterator[Website]:
    with opened(browser, site) as website:
        website.load("view=lab")
        expect(status(website)).to_have_text("Python is ready", timeout=2 * LOAD_S * 1000)
        yield website


@pytest.fixture
def website(loaded: Website) -> Iterator[Website]:
    yield loaded
    assert loaded.complaints == []


def status(website: Website) -> Locator:
    return website.page.locator("websim-lab-status").get_by_role("status")


def told(website: Website) -> Locator:
    return website.page.locator("websim-lab-view p.told")


def cells(website: Website) -> Locator:
    return website.page.locator("websim-lab-cell")


def write(website: Website, source: str) -> Locator:
    """A new cell at the end, with this text in it."""
    count = cells(website).count()
    cells(website).last.get_by_role("button", name="Add a code cell below").click()
    expect(cells(website)).to_have_count(count + 1)
    cell = cells(website).last
    cell.get_by_role("textbox").click()
    website.page.keyboard.insert_text(source)
    return cell


def run(website: Website, source: str, outcome: str = "done", timeout: int = LONG_MS) -> Locator:
    """What a new cell with this text has put out, when it has come to its end."""
    cell = write(website, source)
    website.page.keyboard.press("Control+Enter")
    cell.locator("section.done, section.failed").wait_for(timeout=timeout)
    assert cell.locator(f"section.{outcome}").count() == 1, cell.locator("websim-lab-outputs pre").all_text_contents()
    return cell.locator("websim-lab-outputs")


def open_file(website: Website, name: str, data: bytes) -> None:
    website.page.get_by_label("Open…").set_input_files(
        [{"name": name, "mimeType": "application/octet-stream", "buffer": data}]
    )


def test_nothing_runs_by_itself_and_a_cell_shows_what_it_puts_out(website: Website) -> None:
    assert cells(website).locator("websim-lab-outputs").count() == 0
    output = run(website, "x = 20\nprint('printed')\n2 * x + 2")
    expect(output).to_contain_text("printed")
    expect(output).to_contain_text("42")
    expect(cells(website).last.locator(".count")).to_have_text("[1]")

    count = cells(website).count()
    write(website, "x + 1")
    website.page.keyboard.press("Shift+Enter")
    expect(cells(website)).to_have_count(count + 2)
    expect(cells(website).nth(count).locator("websim-lab-outputs")).to_have_text("21")
    assert website.page.evaluate("document.activeElement.shadowRoot !== null")


def test_an_error_is_told_at_its_line(website: Website) -> None:
    output = run(website, "def f():\n    return missing\nf()", "failed")
    expect(output.locator(".error")).to_contain_text("NameError: name 'missing' is not defined")
    expect(output.locator(".error")).to_contain_text(re.compile(r"Cell \d+, line 2, in f"))
    expect(output.locator(".error")).not_to_contain_text("cells.py")
    expect(cells(website).last.locator(".cm-lintRange-error")).to_contain_text("return missing")


def test_an_endless_loop_is_interrupted_and_python_lives_on(website: Website) -> None:
    run(website, "kept = 'still here'")
    for endless in ("while True:\n    pass", "import asyncio\nawait asyncio.sleep(1000)"):
        cell = write(website, f"print('begun')\n{endless}")
        website.page.keyboard.press("Control+Enter")
        expect(cell.locator("websim-lab-outputs")).to_contain_text("begun")
        website.button("Interrupt").click()
        expect(cell.locator(".error")).to_contain_text("KeyboardInterrupt")
        expect(status(website)).to_have_text("Python is ready")
    expect(run(website, "kept")).to_have_text("'still here'")


def test_endless_printing_leaves_the_page_alive(website: Website) -> None:
    cell = write(website, "while True:\n    print('again and again')")
    website.page.keyboard.press("Control+Enter")
    expect(cell.locator("websim-lab-outputs")).to_contain_text("[The output goes on")
    website.button("Interrupt").click()
    expect(cell.locator("websim-lab-outputs")).to_contain_text("KeyboardInterrupt")


def test_websim_trains_and_a_figure_appears(website: Website) -> None:
    output = run(
        website,
        "import matplotlib.pyplot as plt, numpy as np, websim\n"
        "envs = websim.make_vec('Hopper-v5', num_envs=4, seed=0)\n"
        "observations, _ = envs.reset()\n"
        "run = websim.train('InvertedPendulum-v5', total_steps=4096, num_envs=16, seed=1)\n"
        "plt.plot([row['global_step'] for row in run.history])\n"
        "print(observations.shape, run.history[-1]['global_step'])",
    )
    expect(output).to_contain_text("(4, 11) 4096")
    picture = output.get_by_role("img")
    expect(picture).to_have_count(1)
    assert picture.evaluate("(image) => image.decode().then(() => image.naturalWidth)") > 300


def test_training_goes_on_beside_a_cell_that_brings_its_robot(website: Website) -> None:
    website.start(env="InvertedPendulum-v5", num_envs=8, ranks=1, total_steps=10**8)
    output = run(website, "import websim\nwebsim.make_vec('PandaReach', num_envs=2, seed=0).reset()[0].shape[0]")
    expect(output).to_have_text("2")
    done = website.page.evaluate("websim.run.history.length")
    website.wait_iterations(done + 2, LOAD_S)
    website.stop()
    assert website.outcome().reason == "stopped"


def test_packages_come_from_the_site_or_from_a_file(website: Website) -> None:
    output = run(website, "import micropip\nawait micropip.install('not-here')", "failed")
    expect(output).to_contain_text("the page asks no other host for packages: download its wheel")
    wheel = io.BytesIO()
    with zipfile.ZipFile(wheel, "w") as files:
        files.writestr("toy.py", "answer = 42")
        files.writestr("toy-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: toy\nVersion: 1.0\n")
        files.writestr(
            "toy-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        files.writestr("toy-1.0.dist-info/RECORD", "toy.py,,\n")
    open_file(website, "toy-1.0-py3-none-any.whl", wheel.getvalue())
    expect(told(website)).to_have_text("toy 1.0 is installed.")
    expect(run(website, "import toy\ntoy.answer")).to_have_text("42")
    open_file(website, "toy-1.0-cp314-cp314-linux_x86_64.whl", wheel.getvalue())
    expect(told(website)).to_contain_text("expected a wheel of Python alone")


def test_work_is_kept_across_a_reload_and_in_a_file(website: Website, tmp_path: Path) -> None:
    website.page.get_by_label("Title of the notebook").fill("My work")
    run(website, "print('worth', 'keeping')")
    with website.page.expect_download() as download:
        website.button("Save .ipynb").click()
    assert download.value.suggested_filename == "My work.ipynb"
    saved = tmp_path / "saved.ipynb"
    download.value.save_as(saved)
    notebook = json.loads(saved.read_text())
    assert (notebook["nbformat"], notebook["metadata"]["title"]) == (4, "My work")
    assert notebook["cells"][-1]["outputs"] == [
        {"output_type": "stream", "name": "stdout", "text": ["worth keeping\n"]}
    ]
    expect(website.page.locator("websim-lab-view .kept")).to_have_text("Kept in this browser")
    expect(website.page.get_by_label("Notebooks").locator("option", has_text="My work")).to_have_count(1)
    count = cells(website).count()

    website.page.reload()
    expect(website.page.get_by_label("Title of the notebook")).to_have_value("My work")
    expect(cells(website)).to_have_count(count)
    expect(cells(website).last).to_contain_text("worth keeping")

    website.page.get_by_label("Notebooks").select_option("new")
    expect(cells(website)).to_have_count(1)
    open_file(website, "again.ipynb", saved.read_bytes())
    expect(cells(website)).to_have_count(count)
    expect(cells(website).last).to_contain_text("worth keeping")


def test_a_notebook_that_is_open_in_another_tab_is_opened_as_a_copy(website: Website) -> None:
    title = website.page.get_by_label("Title of the notebook")
    title.fill("Twice")
    write(website, "1")
    expect(website.page.locator("websim-lab-view .kept")).to_have_text("Kept in this browser")
    second = Website(website.page.context.new_page(), website.address)
    second.open("view=lab")
    expect(told(second)).to_contain_text("This notebook is open in another tab, so this is a copy of it")
    expect(second.page.get_by_label("Title of the notebook")).to_have_value("Twice (copy)")
    second.page.close()
    website.page.reload()
    expect(title).to_have_value("Twice")


def test_a_notebook_from_elsewhere_runs_nothing(website: Website) -> None:
    open_file(website, "theirs.ipynb", json.dumps(HOSTILE).encode())
    expect(website.page.get_by_role("heading", name="Theirs")).to_be_visible()
    expect(cells(website).last.locator("websim-lab-outputs b")).to_have_text("bold")
    expect(cells(website).last).to_contain_text("unknown to us")
    expect(cells(website).last.locator(".count")).to_have_text("[3]")
    assert cells(website).last.locator("websim-lab-outputs pre").count() == 1
    formulas = website.page.locator("websim-lab-formula math")
    expect(formulas).to_have_text(["x", re.compile("^<img"), "", "y", "x2"])
    assert website.page.locator("websim-lab-formula :is(a, img, [style], [href], [mathbackground])").count() == 0
    expect(cells(website).nth(1)).to_contain_text("costs $5 and $6, ")
    expect(cells(website).nth(1)).to_contain_text(r"$\href{javascript:window.broken=5}{x}$ $\def\a{\a}\a$")
    text = cells(website).first
    assert text.locator("script, iframe, img").count() == 0
    assert text.locator("a").evaluate_all("(links) => links.map((link) => link.getAttribute('href'))") == [
        None,
        "https://elsewhere.invalid/",
    ]
    assert website.page.evaluate("window.broken") is None
    open_file(website, "broken.ipynb", b'{"cells": [')
    expect(told(website)).to_contain_text("broken.ipynb is not a notebook, or only a part of one")


def test_the_formulas_of_a_lesson_are_drawn(website: Website) -> None:
    website.page.get_by_label("Notebooks").select_option(f"lesson {LESSONS[0].stem}")
    formula = website.page.locator("websim-lab-formula math[display=block]").first
    expect(formula).to_have_text("J(θ)=∑bπθ(b)r(b)")
    box = formula.bounding_box()
    assert box
    assert box["width"] > 100
    assert box["height"] > 20


def test_the_first_lesson_runs_from_top_to_bottom(website: Website) -> None:
    website.page.get_by_label("Notebooks").select_option(f"lesson {LESSONS[0].stem}")
    code = [cell for cell in json.loads(LESSONS[0].read_text())["cells"] if cell["cell_type"] == "code"]
    sections = website.page.locator("websim-lab-cell section.code")
    expect(sections).to_have_count(len(code))
    website.button("Run all").click()
    finished = website.page.locator("websim-lab-cell section.code.done")
    expect(finished).to_have_count(len(code), timeout=2 * LONG_MS)
    expect(website.page.locator("websim-lab-cell .error")).to_have_count(0)
    assert website.page.locator("websim-lab-outputs img").count() > 0
