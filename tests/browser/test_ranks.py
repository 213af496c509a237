"""How many ranks a run has changes its speed and nothing else; the same run gives the same policy here and natively.

So it is with SAC, and with several agents, whose policies can all be kept.
"""

import zipfile
from io import BytesIO
from pathlib import Path

import numpy as np
import onnx
import pytest
from website import Website

import websim
from websim.policy import Policy
from websim.tasks import TASKS

# Two updates of short rollouts: contact physics doubles a rounding difference every few steps.
SMALL = {
    "num_envs": 32,
    "num_steps": 8,
    "num_minibatches": 4,
    "update_epochs": 3,
    "target_kl": 0.0,
    "total_steps": 512,
    "seed": 7,
    "eval_every": 0,
}
# Few steps and updates: contact physics doubles a rounding difference every few steps.
SAC = {
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
# Of tasks with several agents.
TWO_UPDATES = {
    "num_envs": 8,
    "num_steps": 8,
    "num_minibatches": 2,
    "update_epochs": 2,
    "target_kl": 0.0,
    "total_steps": 128,
    "seed": 7,
}
GYMNASIUM_TASKS = [name for name in TASKS if name.endswith("-v5")]
# How far parameters may be apart after two updates natively and here, whose C has no fused multiply-add. Measured: up
# to 3e-7, and 3e-6 to 6e-6 where Adam divides by the smallest gradients.
NATIVE_TOLERANCE = dict.fromkeys(GYMNASIUM_TASKS, 2e-6) | dict.fromkeys(
    ("Walker2d-v5", "Humanoid-v5", "HumanoidStandup-v5"), 2e-5
)


@pytest.fixture(scope="module")
def website(common_page: Website) -> Website:
    return common_page


def trained(website: Website, path: Path, env: str, **settings: int) -> Policy:
    """The policy of a small run in the browser, read natively from its file."""
    path.write_bytes(website.train(env=env, **{**SMALL, **settings}).policy)
    return websim.load_policy(path)


@pytest.mark.parametrize("env", GYMNASIUM_TASKS)
def test_two_ranks_equal_one(website: Website, tmp_path: Path, env: str) -> None:
    start, other_start = (trained(website, tmp_path / "start", env, ranks=ranks, total_steps=256) for ranks in (1, 2))
    np.testing.assert_allclose(other_start.normalizer.mean, start.normalizer.mean, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(other_start.normalizer.var, start.normalizer.var, rtol=1e-10, atol=1e-12)
    one, two = (trained(website, tmp_path / str(ranks), env, ranks=ranks) for ranks in (1, 2))
    assert np.abs(one.network.params - start.network.params).max() > 1e-3, "the second update moves the parameters"
    np.testing.assert_allclose(two.network.params, one.network.params, rtol=0, atol=2e-6)
    # A mean is as exact as its numbers are large: those of HumanoidStandup deviate by hundreds. Sums in another order
    # have moved the actions of the second rollout in their last digit: a contact force of a falling Humanoid makes
    # 3e-6 of its variance of that.
    deviation = np.maximum(1, np.sqrt(one.normalizer.var))
    np.testing.assert_array_less(np.abs(two.normalizer.mean - one.normalizer.mean), 2e-7 * deviation)
    tolerance = 1e-5 if env == "Humanoid-v5" else 1e-6
    np.testing.assert_allclose(two.normalizer.var, one.normalizer.var, rtol=tolerance, atol=1e-7)


@pytest.mark.parametrize("ranks", [1, 2])
def test_the_same_seed_gives_the_same_bytes(website: Website, ranks: int) -> None:
    first, again, other = (
        website.train(env="Hopper-v5", **{**SMALL, "ranks": ranks, "seed": seed}).policy for seed in (7, 7, 8)
    )
    assert first == again
    assert first != other


@pytest.mark.parametrize("env", GYMNASIUM_TASKS)
def test_the_browser_learns_what_cpython_learns(website: Website, tmp_path: Path, env: str) -> None:
    browser = trained(website, tmp_path / "policy.websim", env, ranks=1)
    native = websim.train(env, **SMALL, ranks=1).policy
    np.testing.assert_allclose(browser.network.params, native.network.params, rtol=0, atol=NATIVE_TOLERANCE[env])
    deviation = np.maximum(1, np.sqrt(native.normalizer.var))
    np.testing.assert_array_less(np.abs(browser.normalizer.mean - native.normalizer.mean), 1e-6 * deviation)
    # Measured: 2e-6 of a contact force's variance in HumanoidStandup.
    np.testing.assert_allclose(browser.normalizer.var, native.normalizer.var, rtol=NATIVE_TOLERANCE[env], atol=1e-6)


def test_sac_learns_what_cpython_learns_on_one_rank_and_on_two(website: Website) -> None:
    native = websim.train("Hopper-v5", **SAC, ranks=1).policy
    for ranks in (1, 2):
        outcome = website.train(env="Hopper-v5", **SAC, ranks=ranks)
        assert outcome.reason == "finished"
        assert outcome.history[-1]["charts/updates"] == 88
        policy = Policy.from_bytes(outcome.policy)
        assert policy.squash
        np.testing.assert_allclose(policy.network.params, native.network.params, rtol=0, atol=2e-5)


def test_a_swarm_trains_on_two_ranks_as_natively_on_one(website: Website) -> None:
    policy = Policy.from_bytes(website.train(env="Swarm", ranks=2, **TWO_UPDATES).policy)
    native = websim.train("Swarm", **TWO_UPDATES).policy
    assert policy.name == native.name == "shared"
    start = websim.train("Swarm", **{**TWO_UPDATES, "total_steps": 64}).policy
    assert np.abs(native.network.params - start.network.params).max() > 1e-3, "the second update moves the parameters"
    # Measured: 1e-6.
    np.testing.assert_allclose(policy.network.params, native.network.params, rtol=0, atol=2e-6)


def test_policies_of_their_own_come_as_an_archive(website: Website) -> None:
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
