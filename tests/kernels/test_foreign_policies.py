"""Policies of other libraries act here as they did there. The files and actions are those of the libraries.

In Pyodide the same file runs on the WebAssembly kernels (tests/pyodide/test_exchange_in_pyodide.py).
"""

import base64
import io
import json
import os
import pickle
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from websim.errors import ConfigError, PolicyFileError
from websim.exchange.formats import export_policy, open_policy
from websim.spec import Discrete
from websim.tasks import get_spec, register

FILES = Path("/host/data") if sys.platform == "emscripten" else Path(__file__).parents[1] / "data/foreign_policies"
register(
    "PendulumChoice", lambda: replace(get_spec("InvertedPendulum-v5"), discrete=Discrete(((-3.0,), (0.0,), (3.0,))))
)


def content(name):
    return (FILES / name).read_bytes()


@pytest.mark.parametrize(
    ("policy", "task", "normalizer", "hidden", "activation"),
    [
        ("sb3_tanh.zip", "InvertedPendulum-v5", None, (16, 16), "tanh"),
        ("sb3_relu.zip", "Swimmer-v5", None, (16, 16), "relu"),
        ("sb3_normalized.zip", "Swimmer-v5", "sb3_normalized.pkl", (16,), "tanh"),
        ("cleanrl.cleanrl_model", "Swimmer-v5", None, (16, 16), "tanh"),
        ("cleanrl.cleanrl_model", "Swimmer-v5", "cleanrl.statistics.npz", (16, 16), "tanh"),
    ],
)
def test_an_imported_policy_acts_as_the_library(policy, task, normalizer, hidden, activation):
    imported = open_policy(content(policy), policy, task=task, normalizer=normalizer and content(normalizer))
    with np.load(FILES / f"{policy.split('.')[0]}.npz") as recorded:
        expected = recorded["normalized" if normalizer == "cleanrl.statistics.npz" else "actions"]
        actions = imported.predict(recorded["observations"])
    assert actions.shape == expected.shape
    assert len(actions) == 1000
    np.testing.assert_allclose(actions, expected, rtol=0, atol=1e-5)
    assert np.mean(np.abs(expected) < imported.high) > 0.5, "most actions are not clipped, so that they tell"
    assert imported.hidden == hidden
    assert imported.network.actor.activation == activation
    assert imported.spec.name == task
    has_critic = imported.network.critic.layers > 0
    assert has_critic == (policy != "sb3_normalized.zip"), "a critic of as many layers is kept"

    # A file of our own keeps it.
    again = open_policy(export_policy(imported, "websim"))
    far = np.full(imported.network.obs_dim, 30.0)
    np.testing.assert_array_equal(again.predict(far), imported.predict(far))


def test_an_imported_policy_chooses_as_the_library():
    imported = open_policy(content("sb3_discrete.zip"), task="PendulumChoice")
    with np.load(FILES / "sb3_discrete.npz") as recorded:
        actions, expected = imported.predict(recorded["observations"]), recorded["actions"]
    np.testing.assert_array_equal(actions, expected)
    assert set(expected) == {0, 1, 2}


def test_samples_have_the_deviation_of_the_library():
    imported = open_policy(content("cleanrl.cleanrl_model"), task="Swimmer-v5")
    obs = np.zeros((20_000, 8), np.float32)
    actions = imported.predict(obs, deterministic=False, rng=np.random.default_rng(0))
    # actor_logstd is -0.5 in the file; the actions of this observation are clipped rarely on the lower side.
    mean = imported.predict(obs[0])
    spread = np.quantile(actions, 0.5, axis=0) - np.quantile(actions, 0.1587, axis=0)
    inside = mean - np.exp(-0.5) > -1
    assert inside.any()
    np.testing.assert_allclose(spread[inside], np.exp(-0.5), rtol=0.03)


def test_the_statistics_matter():
    one = open_policy(content("sb3_normalized.zip"), task="Swimmer-v5")
    other = open_policy(content("sb3_normalized.zip"), task="Swimmer-v5", normalizer=content("sb3_normalized.pkl"))
    obs = np.random.default_rng(0).normal(0, 3, (10, 8))
    assert np.abs(one.predict(obs) - other.predict(obs)).max() > 0.1


@pytest.mark.parametrize(
    ("file", "options", "error", "message"),
    [
        ("sb3_tanh.zip", {}, ConfigError, "does not say which task it is for; name the task"),
        ("sb3_tanh.zip", {"task": "Nope"}, ConfigError, "unknown task 'Nope'"),
        (
            "sb3_tanh.zip",
            {"task": "Swimmer-v5"},
            PolicyFileError,
            "has 8 observations and 2 actions, the policy 4 and 1",
        ),
        ("sb3_tanh.zip", {"task": "CartPoleSwingup"}, PolicyFileError, "observations and"),
        ("sb3_tanh.zip", {"task": "Swarm"}, PolicyFileError, "Swarm has several agents"),
        (
            "sb3_tanh.zip",
            {"task": "PendulumChoice"},
            PolicyFileError,
            "takes one of several actions, the policy gives numb",
        ),
        (
            "sb3_discrete.zip",
            {"task": "InvertedPendulum-v5"},
            PolicyFileError,
            "takes numbers, the policy gives one of",
        ),
        (
            "sb3_normalized.pkl",
            {"task": "Swimmer-v5"},
            PolicyFileError,
            "expected a policy of websim, safetensors, Stable",
        ),
    ],
)
def test_what_does_not_fit_is_told(file, options, error, message):
    with pytest.raises(error, match=message):
        open_policy(content(file), file, **options)


def test_a_normalizer_of_another_task_is_told():
    with pytest.raises(PolicyFileError, match="expected 4 means and variances of observations"):
        open_policy(content("sb3_tanh.zip"), task="InvertedPendulum-v5", normalizer=content("cleanrl.statistics.npz"))


def rewritten(name, **members):
    """The zip archive with some of its files changed: functions of their content."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content(name))) as source, zipfile.ZipFile(out, "w") as target:
        for member in source.namelist():
            change = members.get(member.split(".")[0], lambda data: data)
            target.writestr(member, change(source.read(member)))
    return out.getvalue()


def changed_settings(**changes):
    return lambda data: json.dumps(json.loads(data) | changes).encode()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"use_sde": True}, "use_sde or squash_output"),
        ({"policy_kwargs": {"activation_fn": "<class 'torch.nn.modules.activation.GELU'>"}}, "got GELU"),
        ({"action_space": {":serialized:": ""}}, "action_space: cannot be read"),
        ({"policy_kwargs": None}, "its settings are not those of Stable-Baselines3"),
    ],
)
def test_a_policy_that_cannot_be_read_is_told(change, message):
    with pytest.raises(PolicyFileError, match=f"^a.zip.*{message}"):
        open_policy(rewritten("sb3_tanh.zip", data=changed_settings(**change)), "a.zip", task="InvertedPendulum-v5")


def test_actions_of_another_scale_are_refused():
    """Of a wrapper that rescales actions the file says nothing but other bounds."""
    gymnasium = pytest.importorskip("gymnasium")
    space = pickle.dumps(gymnasium.spaces.Box(-0.5, 0.5, (2,), np.float32))
    change = changed_settings(action_space={":serialized:": base64.b64encode(space).decode()})
    with pytest.raises(PolicyFileError, match=r"within \[-1.0, -1.0\] to \[1.0, 1.0\], the policy's within \[-0.5"):
        open_policy(rewritten("sb3_relu.zip", data=change), "a.zip", task="Swimmer-v5")


class Poison:
    def __init__(self, proof):
        self.proof = proof

    def __reduce__(self):
        return os.system, (f"touch {self.proof}",)


def test_poison_in_any_of_the_pickles_is_not_run(tmp_path):
    poison = pickle.dumps(Poison(tmp_path / "it-ran"))
    weights = io.BytesIO()
    with zipfile.ZipFile(weights, "w") as archive:
        archive.writestr("archive/data.pkl", poison)
    space = {"action_space": {":serialized:": base64.b64encode(poison).decode()}}
    poisoned = (
        (rewritten("sb3_tanh.zip", policy=lambda _: weights.getvalue()), None),
        (rewritten("sb3_tanh.zip", data=changed_settings(**space)), None),
        (content("sb3_tanh.zip"), poison),
        (weights.getvalue(), None),
    )
    for policy, normalizer in poisoned:
        with pytest.raises(PolicyFileError, match=r"it names posix\.system, which is not read"):
            open_policy(policy, "a.zip", task="InvertedPendulum-v5", normalizer=normalizer)
    assert not (tmp_path / "it-ran").exists()
