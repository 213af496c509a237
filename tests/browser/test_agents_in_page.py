"""Tasks with several agents train in the page as they do natively, and all their policies can be kept."""

import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import onnx
import pytest
from playwright.sync_api import Browser
from website import Website, opened

import websim
from websim.policy import Policy

SMALL = {"num_envs": 8, "num_steps": 8, "num_minibatches": 2, "update_epochs": 2, "target_kl": 0.0, "seed": 7}
TWO_UPDATES = {**SMALL, "total_steps": 128}


@pytest.fixture(scope="module")
def website(browser: Browser, site: str) -> Iterator[Website]:
    with opened(browser, site) as website:
        website.load()
        yield website


def test_a_swarm_trains_on_two_ranks_as_natively_on_one(website: Website) -> None:
    policy = Policy.from_bytes(website.train(env="Swarm", ranks=2, **TWO_UPDATES).policy)
    native = websim.train("Swarm", **TWO_UPDATES).policy
    assert policy.name == native.name == "shared"
    start = websim.train("Swarm", **{**TWO_UPDATES, "total_steps": 64}).policy
    assert np.abs(native.network.params - start.network.params).max() > 1e-3, "the second update moves the parameters"
    # Measured: 1e-6.
    np.testing.assert_allclose(policy.network.params, native.network.params, rtol=0, atol=2e-6)


def test_policies_of_their_own_come_as_an_archive(website: Website, tmp_path: Path) -> None:
    run = website.train(env="AntSumo", ranks=2, **TWO_UPDATES)
    last = run.history[-1]
    assert last["losses/value_loss"] == last["losses/value_loss/red"] != last["losses/value_loss/blue"]
    with zipfile.ZipFile(BytesIO(run.policy)) as archive:
        policies = {name: Policy.from_bytes(archive.read(name)) for name in archive.namelist()}
    assert {name: policy.name for name, policy in policies.items()} == {
        "policy-red.websim": "red",
        "policy-blue.websim": "blue",
    }
    native = websim.train("AntSumo", **TWO_UPDATES).policies
    # Measured: up to 2.2e-6 after a step of 2e-3; ants fall on each other, which doubles a rounding difference quickly.
    for policy in policies.values():
        np.testing.assert_allclose(policy.network.params, native[policy.name].network.params, rtol=0, atol=1e-5)
    with website.page.expect_download() as download:
        website.button("Download").click()
        website.page.get_by_role("menuitem", name="Policy (.websim)").click()
    assert download.value.suggested_filename == "antsumo-seed7-128.zip"

    with website.page.expect_download() as download:
        website.button("Download").click()
        website.page.get_by_role("menuitem", name="Policy (ONNX)").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        assert archive.namelist() == ["policy-red.onnx", "policy-blue.onnx"]
        for name in archive.namelist():
            onnx.checker.check_model(onnx.load_from_string(archive.read(name)))
