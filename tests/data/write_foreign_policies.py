"""Writes policies of Stable-Baselines3 and CleanRL, with observations and the actions that these libraries give.

Tests of the import read them. Needs the extra `bench`: `python tests/data/write_foreign_policies.py`.
"""

from pathlib import Path

import gymnasium
import numpy as np
import torch
from stable_baselines3 import PPO
from stable_baselines3.common.vec_env import DummyVecEnv, VecEnv, VecNormalize

HERE = Path(__file__).parent / "foreign_policies"
OBSERVATIONS = 1000
#: Forces of the discrete task, as tests/kernels/test_foreign_policies.py has them.
FORCES = (-3.0, 0.0, 3.0)


class Choice(gymnasium.ActionWrapper):
    """The pendulum with three forces to choose from."""

    def __init__(self) -> None:
        super().__init__(gymnasium.make("InvertedPendulum-v5"))
        self.action_space = gymnasium.spaces.Discrete(len(FORCES))

    def action(self, action: int) -> np.ndarray:
        return np.array([FORCES[action]])


def observations(width: int) -> np.ndarray:
    return np.random.default_rng(7).normal(0, 3, (OBSERVATIONS, width)).astype(np.float32)


def write_sb3(name: str, env: VecEnv, **policy_kwargs: object) -> None:
    """Trains for one update, then gives the network's outputs mean 0 and deviation 1: few actions are clipped."""
    model = PPO("MlpPolicy", env, n_steps=64, batch_size=32, seed=3, policy_kwargs=policy_kwargs)
    model.learn(64)
    obs = observations(env.observation_space.shape[0])
    seen = obs
    if isinstance(env, VecNormalize):
        env.save(str(HERE / f"{name}.pkl"))
        seen = env.normalize_obs(obs)
    net = model.policy.action_net
    with torch.no_grad():
        latent = model.policy.mlp_extractor.forward_actor(torch.tensor(seen, dtype=torch.float32))
        net.weight /= net(latent).std(0)[:, None]
        net.bias[:] = -(latent @ net.weight.T).mean(0)
    actions, _ = model.predict(seen, deterministic=True)
    model.save(HERE / f"{name}.zip", exclude=["ep_info_buffer", "ep_success_buffer"])
    np.savez_compressed(HERE / f"{name}.npz", observations=obs, actions=actions)


def linear(inputs: int, outputs: int, gain: float = 2**0.5) -> torch.nn.Linear:
    layer = torch.nn.Linear(inputs, outputs)
    torch.nn.init.orthogonal_(layer.weight, gain)
    torch.nn.init.normal_(layer.bias, 0, 0.1)
    return layer


class Agent(torch.nn.Module):
    """The networks of CleanRL's ppo_continuous_action.py, narrower."""

    def __init__(self, obs_dim: int, action_dim: int, hidden: int = 16) -> None:
        super().__init__()
        self.critic = torch.nn.Sequential(
            linear(obs_dim, hidden), torch.nn.Tanh(), linear(hidden, hidden), torch.nn.Tanh(), linear(hidden, 1, 1.0)
        )
        self.actor_mean = torch.nn.Sequential(
            linear(obs_dim, hidden),
            torch.nn.Tanh(),
            linear(hidden, hidden),
            torch.nn.Tanh(),
            linear(hidden, action_dim),
        )
        self.actor_logstd = torch.nn.Parameter(torch.full((1, action_dim), -0.5))


def write_cleanrl(name: str, task: str) -> None:
    env = gymnasium.make(task)
    obs = observations(env.observation_space.shape[0])
    torch.manual_seed(5)
    agent = Agent(obs.shape[1], env.action_space.shape[0])
    rng = np.random.default_rng(9)
    mean, var = rng.normal(0, 1, obs.shape[1]), rng.uniform(0.2, 4, obs.shape[1])
    np.savez(HERE / f"{name}.statistics.npz", mean=mean, var=var)
    torch.save(agent.state_dict(), HERE / f"{name}.cleanrl_model")
    actions = {}
    for key, seen in (("actions", obs), ("normalized", np.clip((obs - mean) / np.sqrt(var + 1e-8), -10, 10))):
        with torch.no_grad():
            means = agent.actor_mean(torch.tensor(seen, dtype=torch.float32)).numpy()
        actions[key] = np.clip(means, env.action_space.low, env.action_space.high)
    np.savez_compressed(HERE / f"{name}.npz", observations=obs, **actions)


def main() -> None:
    HERE.mkdir(exist_ok=True)
    pendulum = DummyVecEnv([lambda: gymnasium.make("InvertedPendulum-v5")])
    swimmer = DummyVecEnv([lambda: gymnasium.make("Swimmer-v5")])
    write_sb3("sb3_tanh", pendulum, net_arch=[16, 16])
    arch = {"pi": [16, 8], "vf": [8, 16]}
    write_sb3("sb3_relu", swimmer, net_arch=arch, activation_fn=torch.nn.ReLU)
    write_sb3("sb3_normalized", VecNormalize(swimmer, clip_obs=5.0), net_arch={"pi": [16], "vf": [8, 8]})
    write_sb3("sb3_discrete", DummyVecEnv([Choice]), net_arch=[16])
    write_cleanrl("cleanrl", "Swimmer-v5")


if __name__ == "__main__":
    main()
