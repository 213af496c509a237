"""Policies with weights that make their outputs vary, for tests of what they are written as."""

from dataclasses import replace

import numpy as np

from websim.batch_env import BatchEnv
from websim.kernels import TILE
from websim.network import ActorCritic
from websim.normalizer import RunningMoments
from websim.policy import Policy
from websim.spec import Discrete
from websim.tasks import get_spec


def random_policy(task="Hopper-v5", *, hidden=(32, 16), activation="tanh", choices=0, squash=False, seed=0):
    """Of a task, or of its variant with `choices` random actions; squash: as SAC has it, without a critic."""
    rng = np.random.default_rng(seed)
    spec = get_spec(task)
    env = BatchEnv(spec, 1)
    low, high = env.action_bounds
    outputs = env.action_dim
    env.close()
    if choices:
        table = rng.uniform(low, high, (choices, outputs))
        spec, outputs = replace(spec, discrete=Discrete(tuple(map(tuple, table.tolist())))), choices
    network = ActorCritic(
        env.obs_dim,
        2 * outputs if squash else outputs,
        hidden,
        activation=activation,
        discrete=bool(choices) or squash,
        critic=not squash,
        features=env.obs_dim,
        capacity=TILE,
    )
    network.initialize(rng)
    network.params[:] += 0.3 * rng.standard_normal(network.size).astype(np.float32)
    normalizer = RunningMoments(env.obs_dim)
    normalizer.load(1000.0, rng.normal(0, 1, env.obs_dim), rng.uniform(0.01, 3, env.obs_dim))
    return Policy(spec, network, normalizer, low, high, hidden, squash=squash)


def random_observations(policy, count=1000):
    """Some so far out that they are clipped, [count, O] float32."""
    return np.random.default_rng(1).normal(0, 4, (count, policy.network.obs_dim)).astype(np.float32)
