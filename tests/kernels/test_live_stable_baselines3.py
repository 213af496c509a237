"""Imported policies beside Stable-Baselines3 itself, where the extra `bench` is installed."""

import gymnasium
import numpy as np
import pytest

from websim.exchange.formats import open_policy
from websim.network import ACTIVATIONS

sb3 = pytest.importorskip("stable_baselines3", reason="the extra `bench` is not installed")
torch = pytest.importorskip("torch", reason="the extra `bench` is not installed")
# More threads than cores wait for one another.
torch.set_num_threads(1)
CLASSES = {"tanh": torch.nn.Tanh, "relu": torch.nn.ReLU, "silu": torch.nn.SiLU, "elu": torch.nn.ELU}


@pytest.mark.parametrize("normalized", [False, True])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_actions_are_those_of_predict(activation, normalized, tmp_path):
    from stable_baselines3.common.vec_env import DummyVecEnv, VecNormalize

    env = DummyVecEnv([lambda: gymnasium.make("HalfCheetah-v5")])
    env = VecNormalize(env) if normalized else env
    env.reset()
    for _ in range(20):
        env.step(np.random.default_rng(0).uniform(-1, 1, (1, 6)))
    model = sb3.PPO("MlpPolicy", env, seed=1, policy_kwargs={"activation_fn": CLASSES[activation]})
    with torch.no_grad():
        model.policy.action_net.weight.mul_(20)
    model.save(tmp_path / "model.zip")
    obs = np.random.default_rng(0).normal(0, 2, (1000, 17)).astype(np.float32)
    if normalized:
        env.save(str(tmp_path / "statistics.pkl"))
    imported = open_policy(
        (tmp_path / "model.zip").read_bytes(),
        task="HalfCheetah-v5",
        normalizer=(tmp_path / "statistics.pkl").read_bytes() if normalized else None,
    )
    expected, _ = model.predict(env.normalize_obs(obs) if normalized else obs, deterministic=True)
    np.testing.assert_allclose(imported.predict(obs), expected, rtol=0, atol=1e-5)
    assert np.mean(np.abs(expected) < 1) > 0.1, "not all actions are clipped"
    assert np.std(expected) > 0.05
