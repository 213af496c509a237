"""What cannot be run is told in one sentence, and nothing starts."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Error, expect
from website import Website, opened

from websim.tasks import TASKS

KNOWN = ", ".join(TASKS)


@pytest.fixture(scope="module")
def website(browser: Browser, site: str) -> Iterator[Website]:
    with opened(browser, site) as website:
        yield website


def test_autostart_runs_what_the_address_says(website: Website) -> None:
    website.open("env=Hopper-v5&num_envs=8&ranks=1&seed=5&total_steps=1e3&autostart=1")
    expect(website.title).to_have_text("Finished", timeout=60_000)
    config = website.page.evaluate("websim.run.config")
    assert config.items() >= {"env": "Hopper-v5", "num_envs": 8, "ranks": 1, "seed": 5, "total_steps": 1000}.items()


def test_without_autostart_the_address_fills_the_form(website: Website) -> None:
    website.load("env=Hopper-v5&num_envs=24&ranks=1&seed=9&total_steps=5e5&autostart=0")
    expect(website.title).to_have_text("Ready")
    form = website.page.locator("websim-run-controls")
    expect(form.get_by_label("Task")).to_have_value("Hopper-v5")
    shown = [field.input_value() for field in form.get_by_role("spinbutton").all()]
    assert shown == ["24", "1", "500000", "9"]
    assert website.state is None


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("num_envs=many", 'num_envs must be a number such as 256, got "many"'),
        ("env=Walker9-v5", f'env must be one of {KNOWN}, got "Walker9-v5"'),
        ("env=%3Cimg%20src=x%3E", f'env must be one of {KNOWN}, got "<img src=x>"'),
        ("ranks=1&ranks=2", "ranks must be given once, got it twice"),
    ],
)
def test_an_address_that_cannot_be_read_starts_nothing(website: Website, query: str, sentence: str) -> None:
    website.open(f"{query}&autostart=1")
    expect(website.alert).to_have_text(f"The address's parameter {sentence}; nothing was started.")
    assert website.state is None


def test_it_can_be_started_by_hand_after_an_address_that_could_not_be_read(website: Website) -> None:
    website.load("num_envs=many&ranks=1&total_steps=100&autostart=1")
    expect(website.title).to_have_text("Ready")
    website.button("Start").click()
    expect(website.title).to_have_text("Finished", timeout=30_000)
    expect(website.alert).to_have_count(0)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("num_envs=0&ranks=1", "num_envs: expected a whole number from 1 to 65536, got 0"),
        ("num_envs=1e9&ranks=1", "num_envs: expected a whole number from 1 to 65536, got 1000000000"),
        ("num_envs=7&ranks=2", "num_envs: 7 environments cannot be divided evenly over 2 ranks; use a multiple of 2"),
        ("ranks=64", "ranks: this machine has {cores} cores, got 64; use at most {cores}"),
        ("seed=-1&ranks=1", "seed: expected a whole number from 0 to 9007199254740991, got -1"),
    ],
)
def test_an_address_that_cannot_be_run_starts_nothing(website: Website, query: str, sentence: str) -> None:
    website.open(f"{query}&autostart=1")
    cores = website.page.evaluate("navigator.hardwareConcurrency")
    expect(website.alert).to_have_text(sentence.format(cores=cores), timeout=60_000)
    assert website.state is None
    expect(website.title).to_have_text("Ready")


def test_a_parameter_that_the_page_does_not_know_is_named(website: Website) -> None:
    website.open("sede=3")
    expect(website.page.get_by_role("status").filter(has_text="The address has")).to_have_text(
        re.compile(
            "The address has parameters that this page does not know, which were ignored: sede; "
            "it knows env, algorithm, num_envs, ranks, seed, total_steps, autostart, view and lesson."
        )
    )


@pytest.fixture(scope="module")
def loaded(browser: Browser, site: str) -> Iterator[Website]:
    with opened(browser, site) as website:
        website.load("ranks=1")
        yield website


@pytest.mark.parametrize(
    ("request_", "sentence"),
    [
        ({"learning_rate": float("nan")}, "learning_rate: expected a number from 1e-09 to 1, got 'NaN'"),
        ({"learning_rate": float("inf")}, "learning_rate: expected a number from 1e-09 to 1, got 'Infinity'"),
        ({"learing_rate": 0.1}, "unknown setting 'learing_rate': expected one of env, env_options, algorithm, "),
        ({"num_envs": 2.5}, "num_envs: expected a whole number from 1 to 65536, got 2.5"),
        ({"num_envs": "64"}, "num_envs: expected a whole number from 1 to 65536, got '64'"),
        ({"anneal_lr": 1}, "anneal_lr: expected true or false, got 1"),
        ({"algorithm": "dqn"}, "algorithm: expected ppo or ars or sac, got 'dqn'"),
        ({"env": "Walker9-v5"}, "unknown task 'Walker9-v5'"),
        ({"env": None}, "unknown task None"),
    ],
)
def test_a_request_that_cannot_be_run_is_rejected(loaded: Website, request_: dict, sentence: str) -> None:
    with pytest.raises(Error, match=re.escape(sentence)):
        loaded.start(**{"env": "Hopper-v5", "ranks": 1, **request_})
    expect(loaded.alert).to_contain_text(sentence)
    assert loaded.state is None


def test_a_form_field_without_a_number_starts_nothing(loaded: Website) -> None:
    form = loaded.page.locator("websim-run-controls")
    form.get_by_role("spinbutton", name="Environments").fill("")
    loaded.button("Start").click()
    expect(loaded.alert).to_have_text(
        'The field "Environments" must be a number such as 256, got nothing; nothing was started.'
    )
    assert loaded.state is None
    form.get_by_role("spinbutton", name="Environments").fill("8")


def test_after_every_refusal_a_run_starts(loaded: Website) -> None:
    assert loaded.train(env="Hopper-v5", num_envs=8, ranks=1, total_steps=500).reason == "finished"
    expect(loaded.alert).to_have_count(0)
