"""SAC in the page is SAC in CPython, on one rank or two."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser
from website import Website, opened

import websim
from websim.policy import Policy

# Few steps and updates: contact physics doubles a rounding difference every few steps.
SMALL = {
    "algorithm": "sac",
    "num_envs": 8,
    "num_steps": 4,
    "learning_starts": 16,
    "utd": 1.0,
    "batch_size": 100,
    "hidden": [32, 32],
    "total_steps": 96,
    "seed": 7,
}


@pytest.fixture(scope="module")
def website(browser: Browser, site: str) -> Iterator[Website]:
    with opened(browser, site) as website:
        website.load()
        yield website


def trained(website: Website, path: Path, ranks: int) -> Policy:
    outcome = website.train(env="Hopper-v5", **SMALL, ranks=ranks)
    assert outcome.reason == "finished"
    assert outcome.history[-1]["charts/updates"] == 88
    path.write_bytes(outcome.policy)
    return websim.load_policy(path)


def test_it_learns_what_cpython_learns_on_one_rank_and_on_two(website: Website, tmp_path: Path) -> None:
    native = websim.train("Hopper-v5", **SMALL, ranks=1).policy
    for ranks in (1, 2):
        policy = trained(website, tmp_path / str(ranks), ranks)
        assert policy.squash
        np.testing.assert_allclose(policy.network.params, native.network.params, rtol=0, atol=2e-5)
