"""Makes a `Policy` of networks that were trained elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from websim.agents import SINGLE
from websim.batch_env import BatchEnv
from websim.distributions import action_scale
from websim.errors import PolicyFileError
from websim.exchange.layers import Layer, actor_layers, critic_layers, write_layers
from websim.exchange.observation_statistics import ObservationStatistics
from websim.kernels import TILE
from websim.network import ACTIVATIONS, ActorCritic
from websim.normalizer import EPSILON, RunningMoments
from websim.policy import Policy
from websim.spec import EnvSpec


@dataclass(frozen=True)
class ForeignPolicy:
    """What a file of another library says: networks whose actions are in the task's units.

    discrete: the actor's outputs are the logits of K actions; log_std is then empty.
    low, high [A]: bounds that actions are clipped to; None: the task's.
    """

    actor: Sequence[Layer]
    critic: Sequence[Layer]
    log_std: NDArray
    activation: str
    discrete: bool = False
    low: NDArray | None = None
    high: NDArray | None = None


def build_policy(
    foreign: ForeignPolicy, spec: EnvSpec, statistics: ObservationStatistics | None, *, name: str
) -> Policy:
    """The same actions as a `Policy` for the task. Raises PolicyFileError, one sentence, when the two do not fit."""
    if spec.agents:
        raise PolicyFileError(f"{name}: {spec.name} has several agents; policies are imported for tasks with one")
    if foreign.activation not in ACTIVATIONS:
        raise PolicyFileError(
            f"{name}: expected one of the activations {', '.join(ACTIVATIONS)}, got {foreign.activation}"
        )
    if foreign.discrete != (spec.discrete is not None):
        kinds = {True: "one of several actions", False: "numbers"}
        raise PolicyFileError(
            f"{name}: {spec.name} takes {kinds[not foreign.discrete]}, the policy gives {kinds[foreign.discrete]}"
        )
    env = BatchEnv(spec, 1)
    low, high = env.action_bounds
    env.close()
    expected = env.obs_dim, len(spec.discrete.actions) if spec.discrete else env.action_dim
    given = foreign.actor[0].weight.shape[0], foreign.actor[-1].bias.size
    if given != expected:
        raise PolicyFileError(
            f"{name}: {spec.name} has {expected[0]} observations and {expected[1]} actions, the policy {given[0]} and "
            f"{given[1]}; name the task, with its options, that it was trained on"
        )
    hidden = _hidden(foreign)
    network = ActorCritic(
        *expected,
        hidden,
        activation=foreign.activation,
        discrete=foreign.discrete,
        critic=_same_depth(foreign),
        features=env.obs_dim,
        capacity=TILE,
    )
    write_layers(actor_layers(network), foreign.actor)
    if _same_depth(foreign):
        write_layers(critic_layers(network), foreign.critic)
    if not foreign.discrete:
        _check_bounds(foreign, spec, low, high, name=name)
        network.log_std[:] = np.ravel(foreign.log_std)
        _to_unit_actions(network, low, high)
    if not np.isfinite(network.params).all():
        raise PolicyFileError(f"{name}: a parameter is NaN or infinite")
    return Policy(spec, network, _normalizer(env.obs_dim, statistics, name=name), low, high, hidden, SINGLE)


def _check_bounds(foreign: ForeignPolicy, spec: EnvSpec, low: NDArray, high: NDArray, *, name: str) -> None:
    if foreign.low is None or foreign.high is None:
        return
    if not (np.allclose(foreign.low, low, rtol=1e-6) and np.allclose(foreign.high, high, rtol=1e-6)):
        raise PolicyFileError(
            f"{name}: actions of {spec.name} are within {_range(low, high)}, the policy's within "
            f"{_range(foreign.low, foreign.high)}; train it without a wrapper that rescales actions"
        )


def _range(low: ArrayLike, high: ArrayLike) -> str:
    return f"{np.asarray(low).tolist()} to {np.asarray(high).tolist()}"


def _same_depth(foreign: ForeignPolicy) -> bool:
    """Whether the critic is kept: a policy's networks have as many layers, and to act it needs none."""
    return len(foreign.critic) == len(foreign.actor)


def _hidden(foreign: ForeignPolicy) -> tuple[int, ...]:
    """Widths that hold both networks: the narrower one is filled up with units that change nothing."""
    widths = [layer.bias.size for layer in foreign.actor[:-1]]
    if _same_depth(foreign):
        widths = [max(a, c.bias.size) for a, c in zip(widths, foreign.critic[:-1], strict=True)]
    return tuple(widths)


def _to_unit_actions(network: ActorCritic, low: NDArray, high: NDArray) -> None:
    """Fold the inverse of `action_scale` into the last layer, whose outputs are in the task's units until then."""
    offset, scale = action_scale(low, high)
    # An action with one value takes it from the offset.
    inverse = np.divide(1, scale, out=np.zeros_like(scale), where=scale > 0)
    last = actor_layers(network)[-1]
    last.weight[:] *= inverse
    last.bias[:] = (last.bias - offset) * inverse
    network.log_std[:] += np.log(inverse, out=np.zeros_like(inverse), where=inverse > 0)


def _normalizer(obs_dim: int, statistics: ObservationStatistics | None, *, name: str) -> RunningMoments:
    normalizer = RunningMoments(obs_dim)
    if statistics is None:
        normalizer.clip = np.inf
        return normalizer
    mean, var = np.asarray(statistics.mean, float), np.asarray(statistics.var, float)
    if mean.shape != (obs_dim,) or var.shape != (obs_dim,):
        raise PolicyFileError(f"{name}: expected {obs_dim} means and variances of observations, got {mean.shape}")
    normalizer.clip = float(statistics.clip)
    normalizer.load(1.0, mean, np.maximum(var + statistics.epsilon - EPSILON, 0))
    return normalizer
