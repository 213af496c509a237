"""Tasks of Menagerie's robots: their archives are downloaded when they are chosen, and train on every rank."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Request, expect
from website import Website, opened

from robot_files import needs_robots


@pytest.fixture
def website(browser: Browser, site: str, dist: Path) -> Iterator[Website]:
    if not list((dist / "runtime").glob("*panda*.zip")):
        pytest.fail("the site was built without robots: build it with MENAGERIE_ROOT set", pytrace=False)
    with opened(browser, site) as website:
        yield website


@needs_robots
@pytest.mark.parametrize(("task", "archive"), [("PandaReach", "franka_emika_panda"), ("AnymalCJoystick", "anybotics")])
def test_a_robot_is_downloaded_once_when_it_is_chosen_and_trains(website: Website, task: str, archive: str) -> None:
    archives: list[str] = []

    def note(request: Request) -> None:
        if request.url.endswith(".zip") and "python_stdlib" not in request.url:
            archives.append(request.url.rpartition("/")[2])

    website.page.on("request", note)
    website.load()
    expect(website.page.get_by_text("at rest")).to_be_visible()
    assert archives == []
    website.page.get_by_label("Task").select_option(task)
    expect(website.page.get_by_text(f"{task} at rest")).to_be_visible(timeout=30_000)
    outcome = website.train(env=task, num_envs=4, ranks=2, seed=1, num_steps=16, num_minibatches=2, total_steps=128)
    assert outcome.reason == "finished"
    assert outcome.history[-1]["global_step"] == 128
    assert len(archives) == 1
    assert archives[0].startswith(archive)
    assert website.complaints == []
