"""Policies: prediction, the file, and files that are broken or foreign."""

import dataclasses
import json
import struct
import zlib

import numpy as np
import pytest

import websim
from websim.errors import ConfigError, PolicyFileError
from websim.evaluate import evaluate
from websim.policy import Policy
from websim.tasks import get_spec


@pytest.fixture(scope="module")
def policy():
    return websim.train("Hopper-v5", total_steps=512, num_envs=8, num_steps=32).policy


def test_a_saved_policy_acts_the_same(policy, tmp_path):
    path = tmp_path / "hopper.websim"
    policy.save(path)
    loaded = websim.load_policy(path)
    obs = np.random.default_rng(0).normal(size=(200, 11))
    np.testing.assert_array_equal(policy.predict(obs), loaded.predict(obs))
    assert loaded.to_bytes() == path.read_bytes()
    assert loaded.spec.to_json() == policy.spec.to_json()
    assert [file.name for file in tmp_path.iterdir()] == ["hopper.websim"]


@pytest.mark.parametrize(("hidden", "activation"), [((), "tanh"), ((32,), "relu"), ((16, 24, 8), "silu")])
def test_files_keep_layers_and_activation(hidden, activation):
    trained = websim.train(
        "Hopper-v5", total_steps=256, num_envs=8, num_steps=32, hidden=hidden, activation=activation
    ).policy
    loaded = Policy.from_bytes(trained.to_bytes())
    assert loaded.hidden == hidden
    assert loaded.network.actor.activation == activation
    obs = np.random.default_rng(0).normal(size=(20, 11))
    np.testing.assert_array_equal(loaded.predict(obs), trained.predict(obs))


def test_one_observation_or_many(policy):
    obs = np.random.default_rng(1).normal(size=(130, 11)).astype(np.float32)
    many = policy.predict(obs)
    assert many.shape == (130, 3)
    np.testing.assert_array_equal(policy.predict(obs[77]), many[77])
    assert policy.predict(obs[:0]).shape == (0, 3)
    assert (np.abs(many) <= 1).all()


def test_samples_differ_and_stay_in_bounds(policy):
    obs = np.zeros((50, 11))
    rng = np.random.default_rng(0)
    actions = policy.predict(obs, deterministic=False, rng=rng)
    assert len(np.unique(actions[:, 0])) > 10
    assert (np.abs(actions) <= 1).all()


def test_wrong_observations_are_told(policy):
    with pytest.raises(ValueError, match=r"predict: expected observations \[11\] or \[B, 11\], got shape \(4,\)"):
        policy.predict(np.zeros(4))
    with pytest.raises(ValueError, match="predict: observations hold NaN or infinity"):
        policy.predict(np.full(11, np.nan))


def with_checksum(body):
    return body + struct.pack("<I", zlib.crc32(body))


def edited(policy, change):
    data = policy.to_bytes()
    (length,) = struct.unpack_from("<I", data, 8)
    header = json.loads(data[12 : 12 + length])
    change(header)
    text = json.dumps(header).encode()
    return with_checksum(data[:8] + struct.pack("<I", len(text)) + text + data[12 + length : -4])


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (lambda p: b"", "not a websim policy file"),
        (lambda p: b"PK\x03\x04 a zip file", "not a websim policy file"),
        (lambda p: p.to_bytes()[:-100], "damaged or cut off"),
        (lambda p: b"WEBSIM?", "damaged or cut off"),
        (lambda p: p.to_bytes()[:5000] + b"\xff" + p.to_bytes()[5001:], "damaged or cut off"),
        (lambda p: b"WEBSIM\x00\x02" + p.to_bytes()[8:], "policy file of version 2, expected 1"),
        (lambda p: with_checksum(b"WEBSIM\x00\x01" + struct.pack("<I", 2**31) + b"{}"), "header does not fit"),
        (lambda p: edited(p, lambda h: h.pop("spec")), "header does not fit"),
        (lambda p: edited(p, lambda h: h.update(hidden=[10**9])), "are not within 1 to 4096"),
        (lambda p: edited(p, lambda h: h.update(hidden=[65, 64])), "expected .* parameters, got"),
        (
            lambda p: edited(p, lambda h: h.update(activation="gelu")),
            "activation: expected one of tanh, relu, silu, elu, got 'gelu'",
        ),
        (lambda p: edited(p, lambda h: h.update(obs_var=[1.0])), "expected 11 means and variances"),
        (lambda p: edited(p, lambda h: h.update(low="x")), "header does not fit"),
        (lambda p: edited(p, lambda h: h["spec"].update(surprise=1)), "header does not fit"),
    ],
)
def test_broken_and_foreign_files_are_told(policy, broken, message, tmp_path):
    path = tmp_path / "broken.websim"
    path.write_bytes(broken(policy))
    with pytest.raises(PolicyFileError, match=f"broken.websim: .*{message}"):
        websim.load_policy(path)


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(PolicyFileError, match="cannot read the policy file: No such file"):
        websim.load_policy(tmp_path / "none.websim")


def test_every_flipped_byte_is_noticed(policy):
    data = policy.to_bytes()
    for at in np.random.default_rng(0).integers(0, len(data), 200):
        flipped = bytearray(data)
        flipped[at] ^= 0x10
        with pytest.raises(PolicyFileError):
            Policy.from_bytes(bytes(flipped))


def test_an_own_task_is_trained_and_evaluated_by_its_name():
    own = dataclasses.replace(get_spec("InvertedPendulum-v5"), name="Own-v0", max_episode_steps=50)
    run = websim.train(own, total_steps=256, num_envs=8, num_steps=16)
    returns, lengths = evaluate(Policy.from_bytes(run.policy.to_bytes()), episodes=3)
    assert (lengths <= 50).all()
    assert (returns > 0).all()
    with pytest.raises(ConfigError, match="register: 'Hopper-v5' is a built-in task"):
        websim.register("Hopper-v5", lambda: own)


def test_a_policy_is_evaluated_in_another_task(policy):
    hopper = get_spec("Hopper-v5")
    still = dataclasses.replace(hopper, name="Weightless", randomize=(websim.Randomize("gravity", 0, 0),))
    returns, lengths = evaluate(policy, env=still, episodes=3, seed=1)
    own_returns, own_lengths = evaluate(policy, episodes=3, seed=1)
    assert not np.isclose(returns, own_returns).any()
    assert (lengths != own_lengths).any()
    np.testing.assert_array_equal(evaluate(policy, env="Hopper-v5", episodes=3, seed=1)[0], own_returns)
    with pytest.raises(ConfigError, match="the task has 17 observations and 6 actions, the policy 11 and 3"):
        evaluate(policy, env="HalfCheetah-v5")
