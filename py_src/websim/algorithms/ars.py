"""Augmented random search (Mania et al. 2018, V2-t) and OpenAI's evolution strategy (Salimans et al. 2017).

Every rank runs this file on its slice of the environments. Read from top to bottom: perturbed policies play one
episode each, ranks exchange returns, and the same step is taken everywhere, along noise that each makes anew.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from websim.algorithms.adam import Adam
from websim.batch_env import BatchEnv
from websim.config import MAX_NUM_ENVS, TrainConfig, option
from websim.dist import Communicator
from websim.episodes import EpisodeWindow
from websim.errors import TrainingDivergedError
from websim.kernels import TILE, bind
from websim.network import ActorCritic
from websim.normalizer import RunningMoments
from websim.policy import Policy
from websim.state import State

#: log of the policy's deviation: it has learned without noise on its actions.
NO_NOISE = -20.0


@dataclass(frozen=True, kw_only=True)
class ARSConfig(TrainConfig):
    """A run of ARS. An iteration is one episode of every environment; two environments play a direction."""

    algorithm: str = option("ars", "learning algorithm: ppo, ars or sac", choices="ars")
    num_envs: int = option(
        16, "environments of the whole run, divided evenly over the ranks", low=2, high=MAX_NUM_ENVS, live=True
    )
    hidden: tuple[int, ...] = option((), "units of each hidden layer")
    learning_rate: float = option(0.04, "the optimiser's step size, at the start", low=1e-9, high=1.0, live=True)
    sigma: float = option(0.05, "deviation of the noise on the parameters", low=1e-9, high=10.0, live=True)
    top_fraction: float = option(
        0.5, "share of the directions that count, those with the best returns", low=0.0, high=1.0, live=True
    )
    fitness: str = option(
        "returns",
        "what weighs a direction: returns over their deviation (ARS), or centred ranks, with Adam (OpenAI-ES)",
        choices="returns ranks",
    )
    survival_bonus: float = option(
        0.0, "subtracted from each step's reward before returns are compared", low=-1e9, high=1e9, live=True
    )

    @property
    def num_directions(self) -> int:
        """Directions of one iteration over all ranks."""
        return self.num_envs // 2

    @property
    def num_top(self) -> int:
        """Directions that count."""
        return max(1, round(self.top_fraction * self.num_directions))


class ARS:
    """One rank's learner. `pulse` is called at each control step; it may raise StopRequested.

    The environments 2 d and 2 d + 1 of the run play the parameters plus and minus sigma times the noise of direction
    d, which depends on (seed, d, iteration) alone. The last of an odd number of environments plays nothing.
    """

    def __init__(self, config: ARSConfig, env: BatchEnv, comm: Communicator, pulse: Callable[[], None]):
        self.config, self.env, self.comm, self.pulse = config, env, comm, pulse
        B, O = env.num_envs, env.obs_dim
        low, high = env.action_bounds
        discrete = env.spec.discrete
        outputs = env.action_dim if discrete is None else len(discrete.actions)
        self.network = ActorCritic(
            O,
            outputs,
            config.hidden,
            activation=config.activation,
            discrete=discrete is not None,
            features=O,
            capacity=TILE,
        )
        actor = self.network.actor
        #: Of the network's parameters those that are perturbed [P]; the critic stays 0.
        self.params = self.network.params[: actor.size]
        self.params[:] = actor.initialize(np.random.default_rng(env.seed), 0.0)
        self.network.log_std[:] = NO_NOISE
        self.obs_normalizer = RunningMoments(O)
        self.policy = Policy(env.spec, self.network, self.obs_normalizer, low, high, config.hidden)
        self.episodes = EpisodeWindow()

        global_env = np.arange(env.first_env, env.first_env + B)
        #: +1, -1, or 0 of an environment that plays nothing, [B].
        self.sign = np.where(global_env < 2 * config.num_directions, 1 - 2 * (global_env % 2), 0).astype(np.float32)
        #: Of this iteration's episodes: true return and length, [B, 2].
        self.played = np.zeros((B, 2))
        self.policies_of_envs = np.zeros((B, actor.size), np.float32)
        self.scale = np.zeros(B, np.float32)
        self.normalized, self.outputs = np.zeros((B, O), np.float32), np.zeros((B, outputs), np.float32)
        self.weights = np.zeros(config.num_directions, np.float32)
        self.direction = np.zeros(actor.size, np.float32)
        self.adam = Adam(self.params, self.direction)
        self._bind_kernels()

        self.iteration = 0
        self.global_step = 0

    @property
    def policies(self) -> dict[str, Policy]:
        """The unperturbed policy by its name, as it is now; it goes on learning."""
        return {self.policy.name: self.policy}

    def change(self, config: ARSConfig) -> None:
        """Go on with other settings; the number of directions stays."""
        self.config = config

    def state(self) -> State:
        """All that continues bit for bit between two iterations: each begins with new episodes."""
        return State(
            {
                "params": self.network.params,
                "adam": self.adam.state(),
                "obs_normalizer": self.obs_normalizer.state(),
                "episodes": self.episodes.state(),
                "iteration": self.iteration,
                "global_step": self.global_step,
            }
        )

    def load_state(self, state: State) -> None:
        """Continue from a state of as many environments."""
        shared = state.shared
        self.network.params[:] = shared["params"]
        self.adam.load_state(shared["adam"])
        self.obs_normalizer.load(*shared["obs_normalizer"])
        self.episodes.load_state(shared["episodes"])
        self.iteration, self.global_step = shared["iteration"], shared["global_step"]

    def iterate(self) -> dict[str, float | int | None]:
        """One episode of each environment and one step; this iteration's metrics, the same on every rank but for
        times."""
        started = time.perf_counter()
        self.rollout()
        rolled_out = time.perf_counter()
        metrics = self.learn()
        return metrics | {"time/rollout": rolled_out - started, "time/update": time.perf_counter() - rolled_out}

    def rollout(self) -> None:
        """Play one episode in every environment, into `played`; those that have ended idle until the last one has."""
        env, distribution = self.env, self.policy.distribution
        self.scale[:] = self.sign * np.float32(self.config.sigma)
        self._perturb(self.iteration)
        # How often an environment starts anew while it idles depends on the others of its rank.
        env.episodes[:] = self.iteration
        env.reset()
        running = self.sign != 0
        while running.any():
            self.pulse()
            self.obs_normalizer.add(env.obs[running])
            self._normalize()
            self._forward()
            actions = distribution.actions(self.outputs, self.network.log_std, None)
            step = env.step(distribution.controls(actions))
            if step.any_ended:
                first = step.ended & running
                self.played[first, 0], self.played[first, 1] = env.episode_return[first], env.episode_length[first]
                running &= ~first
                env.reset_ended(step.ended)

    def learn(self) -> dict[str, float | int | None]:
        """Exchange returns and take a step; all metrics but the times."""
        config = self.config
        self.episodes.add(0, self.env.first_env, self.sign != 0, *self.played[self.sign != 0].T)
        self.episodes.merge(self.comm)
        played = self.comm.all_gather(self.played, tag="returns and lengths").reshape(-1, 2)
        returns = (played[:, 0] - config.survival_bonus * played[:, 1])[: 2 * config.num_directions]
        deviation = self.weigh(returns.reshape(-1, 2))
        self._sum_noise(self.iteration)
        update_norm = self.update()
        self.obs_normalizer.update(self.comm, tag="observation moments")
        self.iteration += 1
        self.global_step += int(played[:, 1].sum())
        divergences = np.array([float(self.env.divergences)])
        self.comm.all_sum(divergences, tag="divergences")
        return {
            "iteration": self.iteration,
            "global_step": self.global_step,
            **self.episodes.metrics,
            "charts/learning_rate": config.learning_rate,
            "losses/return_deviation": deviation,
            "losses/update_norm": update_norm,
            "physics/divergences": int(divergences[0]),
        }

    def weigh(self, returns: NDArray[np.float64]) -> float:
        """Weights of the directions, whose noise times them is the way to go, from their returns [D, 2] of plus and
        minus; the deviation of the returns that count."""
        top = np.argsort(-returns.max(axis=1), kind="stable")[: self.config.num_top]
        counting = returns[top]
        deviation = float(counting.std())
        if self.config.fitness == "ranks":
            _, place, count = np.unique(counting.ravel(), return_inverse=True, return_counts=True)
            rank = np.cumsum(count) - (count + 1) / 2  # equal returns share the mean of their ranks
            counting = (rank[place] / (counting.size - 1) - 0.5).reshape(-1, 2) / 2
        elif deviation > 0:
            counting = counting / deviation
        self.weights[:] = 0
        self.weights[top] = (counting[:, 0] - counting[:, 1]) / len(top)
        return deviation

    def update(self) -> float:
        """Change the parameters along `direction`; the L2 norm of the change. Raises TrainingDivergedError."""
        config, before = self.config, self.params.copy()
        if config.fitness == "ranks":
            np.negative(self.direction, out=self.direction)
            self.adam.step(config.learning_rate)
        else:
            self.params += np.float32(config.learning_rate) * self.direction
        if not np.isfinite(self.params).all():
            raise TrainingDivergedError(
                f"iteration {self.iteration + 1}: the parameters are not finite; "
                f"start again with a learning_rate below {config.learning_rate:g}"
            )
        return float(np.linalg.norm(self.params - before))

    def _bind_kernels(self) -> None:
        """Fix the arrays of each kernel call once."""
        env, actor, seed = self.env, self.network.actor, self.env.seed
        B, P, key = env.num_envs, self.params.size, (seed & 0xFFFFFFFF, seed >> 32)
        self._perturb = bind("perturb", self.policies_of_envs, self.params, self.scale, *key, env.first_env, P, B)
        self._sum_noise = bind("sum_noise", self.direction, self.weights, *key, P, self.weights.size)
        self._normalize = self.obs_normalizer.normalization(env.obs, self.normalized)
        self._forward = actor.forward_each(self.policies_of_envs, self.outputs, self.normalized)
