"""What the page exports runs elsewhere as it does in the page, and policies from elsewhere act in the page as there."""

import base64
import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
import safetensors.numpy
from numpy.typing import NDArray
from playwright.sync_api import Error
from website import Outcome, Website

from websim.policy import Policy

FOREIGN = Path(__file__).parents[1] / "data/foreign_policies"


@pytest.fixture(scope="module")
def website(common_page: Website) -> Website:
    return common_page


@pytest.fixture(scope="module")
def trained(website: Website) -> Outcome:
    """A short run of a task with several actions."""
    return website.train(env="HalfCheetah-v5", num_envs=16, ranks=1, seed=3, total_steps=4096)


def download(website: Website, item: str) -> tuple[str, bytes]:
    """Name and content of what an item of the menu saves."""
    with website.page.expect_download() as downloaded:
        website.button("Download").click()
        website.page.get_by_role("menuitem", name=item, exact=True).click()
    return downloaded.value.suggested_filename, Path(downloaded.value.path()).read_bytes()


def predict_in_page(website: Website, file: bytes, name: str, obs: NDArray, **options: Any) -> dict[str, Any]:
    """What `openPolicy` says of a file, and its actions."""
    if "normalizer" in options:
        options["normalizer"] = base64.b64encode(options["normalizer"]).decode()
    return website.page.evaluate(
        """async ({ file, name, obs, options }) => {
            const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
            if (options.normalizer) options.normalizer = bytes(options.normalizer);
            const policy = await websim.openPolicy(bytes(file), name, options);
            const { task, obs_dim, action_dim, discrete } = policy;
            const actions = Array.from(await policy.predict(obs));
            return { task, obs_dim, action_dim, discrete, actions };
        }""",
        {"file": base64.b64encode(file).decode(), "name": name, "obs": obs.ravel().tolist(), "options": options},
    )


def test_onnx_runtime_acts_as_the_page(website: Website, trained: Outcome) -> None:
    name, model = download(website, "Policy (ONNX)")
    assert name == f"halfcheetah-v5-seed3-{trained.history[-1]['global_step']}.onnx"
    onnx.checker.check_model(onnx.load_from_string(model), full_check=True)
    obs = np.random.default_rng(0).normal(0, 3, (1000, 17)).astype(np.float32)
    page = predict_in_page(website, trained.policy, "policy.websim", obs)
    assert (page["task"], page["obs_dim"], page["action_dim"]) == ("HalfCheetah-v5", 17, 6)
    expected = np.array(page["actions"]).reshape(1000, 6)
    (actions,) = onnxruntime.InferenceSession(model).run(None, {"obs": obs})
    np.testing.assert_allclose(actions, expected, rtol=0, atol=1e-5)
    np.testing.assert_allclose(Policy.from_bytes(trained.policy).predict(obs), expected, rtol=0, atol=1e-5)
    assert np.std(expected) > 0.01, "actions differ"
    metadata = {entry.key: entry.value for entry in onnx.load_from_string(model).metadata_props}
    assert metadata["task"] == "HalfCheetah-v5"
    assert metadata["joint_names"] == "bthigh,bshin,bfoot,fthigh,fshin,ffoot"
    assert metadata["control_period"] == "0.05"


def test_safetensors_are_read_by_their_library(website: Website, trained: Outcome) -> None:
    _, data = download(website, "Policy (safetensors)")
    tensors = safetensors.numpy.load(data)
    assert tensors["actor.0.weight"].shape == (64, 17)
    obs = np.ones((1, 17), np.float32)
    page = predict_in_page(website, data, "policy.safetensors", obs)
    np.testing.assert_allclose(page["actions"], Policy.from_bytes(trained.policy).predict(obs)[0], atol=1e-5)


def test_metrics_are_those_of_the_history(website: Website, trained: Outcome) -> None:
    _, table = download(website, "Metrics (CSV)")
    rows = list(csv.DictReader(io.StringIO(table.decode())))
    assert [{key: float(text) if text else None for key, text in row.items()} for row in rows] == trained.history
    _, text = download(website, "Metrics (JSON)")
    assert json.loads(text) == trained.history


def test_a_script_exports_while_a_run_goes_on(website: Website) -> None:
    website.start(env="InvertedPendulum-v5", num_envs=16, ranks=2, seed=1, total_steps=10_000_000)
    website.wait_iterations(2)
    sizes = website.page.evaluate(
        """async () => {
            const files = await Promise.all(['onnx', 'safetensors', 'websim'].map((f) => websim.exportPolicy(f)));
            return files.map((file) => file.length);
        }"""
    )
    # The actor alone: 4 -> 64 -> 64 -> 1 in float32.
    assert min(sizes) > 4 * (4 * 64 + 64 + 64 * 64 + 64 + 64 + 1)
    count = len(website.page.evaluate("websim.run.history"))
    website.wait_iterations(count + 2)
    assert website.state == "running"
    website.stop()


@pytest.mark.parametrize(
    ("policy", "task", "normalizer"),
    [
        ("sb3_tanh.zip", "InvertedPendulum-v5", None),
        ("sb3_normalized.zip", "Swimmer-v5", "sb3_normalized.pkl"),
        ("cleanrl.cleanrl_model", "Swimmer-v5", None),
    ],
)
def test_a_policy_of_another_library_acts_as_there(
    website: Website, policy: str, task: str, normalizer: str | None
) -> None:
    with np.load(FOREIGN / f"{policy.split('.')[0]}.npz") as recorded:
        obs, expected = recorded["observations"], recorded["actions"]
    options: dict[str, Any] = {"task": task}
    if normalizer:
        options["normalizer"] = (FOREIGN / normalizer).read_bytes()
    page = predict_in_page(website, (FOREIGN / policy).read_bytes(), policy, obs, **options)
    assert page["task"] == task
    actions = np.array(page["actions"]).reshape(expected.shape)
    assert len(actions) == 1000
    np.testing.assert_allclose(actions, expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize(
    ("file", "name", "message"),
    [
        (
            (FOREIGN / "sb3_tanh.zip").read_bytes(),
            "a.zip",
            "a.zip: the file does not say which task it is for; name the",
        ),
        (b"nonsense", "b.pt", "b.pt: expected a policy of websim, safetensors, Stable-Baselines3 or CleanRL"),
        (b"", "c.websim", "c.websim: expected a policy of websim"),
    ],
)
def test_what_cannot_be_opened_is_told(website: Website, file: bytes, name: str, message: str) -> None:
    with pytest.raises(Error, match=re.escape(message)):
        predict_in_page(website, file, name, np.zeros(4))


def test_observations_of_another_length_are_told(website: Website) -> None:
    file = (FOREIGN / "sb3_tanh.zip").read_bytes()
    with pytest.raises(Error, match="predict: expected observations of 4 numbers each, got 6 numbers"):
        predict_in_page(website, file, "a.zip", np.zeros(6), task="InvertedPendulum-v5")


def test_the_menu_closes(website: Website, trained: Outcome) -> None:
    menu = website.page.get_by_role("menu", name="Download")
    website.button("Download").click()
    assert menu.is_visible()
    website.page.keyboard.press("Escape")
    assert not menu.is_visible()
    website.button("Download").click()
    assert menu.get_by_role("menuitem").all_inner_texts() == [
        "Policy (.websim)",
        "Policy (ONNX)",
        "Policy (safetensors)",
        "Metrics (CSV)",
        "Metrics (JSON)",
    ]
    website.page.get_by_role("heading", name="MuJoCo WebSim").click()
    assert not menu.is_visible()
    assert website.complaints == []
