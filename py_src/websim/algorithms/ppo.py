"""Proximal policy optimisation (Schulman et al. 2017) as an SPMD program.

Every rank runs this file on its slice of the environments; `comm` is where ranks meet. Read from
top to bottom: rollout, rewards, advantages, minibatches, one gradient, one all-reduce, one step.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from websim.agent_view import AgentView
from websim.agents import SINGLE
from websim.algorithms.adam import Adam
from websim.batch_env import BatchEnv, Step
from websim.config import TrainConfig, option
from websim.dist import Communicator
from websim.distributions import action_distribution
from websim.episodes import EpisodeWindow
from websim.errors import ConfigError, TrainingDivergedError
from websim.kernels import address, bind, library, tiles
from websim.network import ActorCritic
from websim.normalizer import RunningMoments
from websim.policy import Policy
from websim.state import State

#: Samples of a pass over the network: the activations of more would cost memory and not fit into caches.
CHUNK = 1024
REWARD_CLIP = 10.0
#: Advantages are divided by their deviation, and by no less than this share of the deviation of discounted returns:
#: where no robot fails any more they are noise, and policies that followed it unlearned what they could.
LEAST_DEVIATION = 0.01
ADAM_EPSILON = 1e-5


@dataclass(frozen=True, kw_only=True)
class PPOConfig(TrainConfig):
    """A run of PPO."""

    algorithm: str = option("ppo", "learning algorithm: ppo, ars or sac", choices="ppo")
    num_steps: int = option(64, "control steps of each environment per iteration", low=1, high=100_000)
    learning_rate: float = option(2e-3, "the optimiser's step size, at the start", low=1e-9, high=1.0, live=True)
    anneal_lr: bool = option(True, "lower the step size linearly to 0 over total_steps", live=True)
    gamma: float = option(0.99, "discount per control step", low=0.0, high=1.0, live=True)
    gae_lambda: float = option(0.95, "lambda of generalised advantage estimation", low=0.0, high=1.0, live=True)
    num_minibatches: int = option(8, "minibatches per epoch", low=1, high=100_000, live=True)
    update_epochs: int = option(10, "passes over each rollout", low=1, high=1000, live=True)
    clip_coef: float = option(0.2, "PPO's clipping range of the probability ratio", low=1e-6, high=10.0, live=True)
    ent_coef: float = option(0.0, "weight of the entropy bonus", low=0.0, high=10.0, live=True)
    vf_coef: float = option(0.5, "weight of the value loss", low=0.0, high=100.0, live=True)
    max_grad_norm: float = option(0.5, "gradients are scaled down to this L2 norm", low=1e-6, high=1e9, live=True)
    target_kl: float = option(
        0.03, "an epoch whose mean KL exceeds this is the iteration's last; 0: never", low=0.0, high=1e9, live=True
    )
    init_log_std: float = option(
        0.0, "logarithm of the actions' deviation at the start, of outputs in [-1, 1]", low=-10.0, high=2.0
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.num_minibatches > self.batch_size:
            raise ConfigError(
                f"num_minibatches: expected at most num_envs * num_steps = {self.batch_size}, "
                f"got {self.num_minibatches}"
            )

    @property
    def batch_size(self) -> int:
        """Samples of one iteration over all ranks."""
        return self.num_envs * self.num_steps


class PPO:
    """One rank's learner. `pulse` is called at each control step and minibatch; it may raise StopRequested.

    `iterate` is all that a task with one agent needs. Of several policies in one scene each has a learner, which
    sees its agents through a view and is driven from outside: `act` and `record` in each step, then `learn`.
    Samples are rows of F numbers: normalised observation [O], action (`distributions.py`), log-probability,
    advantage, return.
    """

    def __init__(
        self,
        config: PPOConfig,
        env: BatchEnv | AgentView,
        comm: Communicator,
        pulse: Callable[[], None],
        name: str = SINGLE,
    ):
        self.config, self.env, self.comm, self.pulse = config, env, comm, pulse
        #: Rows of all ranks; samples of one iteration over all of them.
        self.global_num_envs = env.num_envs * comm.world_size
        self.batch_size = self.global_num_envs * config.num_steps
        T, B, O, A = config.num_steps, env.num_envs, env.obs_dim, env.action_dim
        low, high = env.action_bounds
        self.distribution = action_distribution(env.spec, low, high)
        F = O + self.distribution.columns + 3
        capacity = max(B, CHUNK)
        self.network = ActorCritic(
            O,
            self.distribution.outputs,
            config.hidden,
            activation=config.activation,
            discrete=env.spec.discrete is not None,
            features=F,
            capacity=capacity,
        )
        self.network.initialize(np.random.default_rng(env.seed))
        self.network.log_std[:] = config.init_log_std
        #: The flat vector that ranks sum: gradient, then policy loss, value loss, KL, clipped samples, entropy.
        self.gradient = np.zeros(self.network.size + 5, np.float32)
        self.adam = Adam(self.network.params, self.gradient, ADAM_EPSILON)
        self.obs_normalizer, self.return_normalizer = RunningMoments(O), RunningMoments(1)
        self.policy = Policy(env.spec, self.network, self.obs_normalizer, low, high, config.hidden, name)
        self.episodes = EpisodeWindow()

        self.samples = np.zeros((T, B, F), np.float32)
        self.rewards, self.discounted, self.bootstrap = np.zeros((3, T, B), np.float32)
        self.advantages, self.returns = np.zeros((2, T, B), np.float32)
        self.values = np.zeros((T + 1, B), np.float32)
        self.ended = np.zeros((T, B), np.uint8)
        self.discounted_return = np.zeros(B, np.float32)
        #: Where this rank has each sample of all ranks, -1: it does not.
        self._local_samples = np.full((T, self.global_num_envs), -1, np.int32)
        self._local_samples[:, env.first_env : env.first_env + B] = np.arange(T * B).reshape(T, B)
        self._order, self._owned = np.zeros(self.batch_size, np.int32), np.zeros(T * B, np.int32)
        self.step_samples, self.controls = np.zeros((B, F), np.float32), np.zeros((B, A), np.float32)
        self.step_batch, self.batch = tiles(B, F), tiles(capacity, F)
        self.doutputs, self.dvalue = tiles(capacity, self.distribution.outputs), tiles(capacity, 1)
        self._bind_kernels()

        self.explained_variance = 0.0
        self.iteration = 0
        self.global_step = 0

    @property
    def policies(self) -> dict[str, Policy]:
        """The policy by its name, as it is now; it goes on learning."""
        return {self.policy.name: self.policy}

    def change(self, config: PPOConfig) -> None:
        """Go on with other settings; the rollout's size stays."""
        self.config = config
        self._bind_kernels()

    def state(self) -> State:
        """All that continues bit for bit between two iterations, without the environments."""
        shared = {
            "params": self.network.params,
            "adam": self.adam.state(),
            "obs_normalizer": self.obs_normalizer.state(),
            "return_normalizer": self.return_normalizer.state(),
            "episodes": self.episodes.state(),
            "iteration": self.iteration,
            "global_step": self.global_step,
        }
        return State(shared, {"discounted_return": self.discounted_return})

    def load_state(self, state: State) -> None:
        """Continue from a state of as many environments."""
        shared = state.shared
        self.network.params[:] = shared["params"]
        self.adam.load_state(shared["adam"])
        self.obs_normalizer.load(*shared["obs_normalizer"])
        self.return_normalizer.load(*shared["return_normalizer"])
        self.episodes.load_state(shared["episodes"])
        self.iteration, self.global_step = shared["iteration"], shared["global_step"]
        self.discounted_return[:] = state.rows["discounted_return"]

    def iterate(self) -> dict[str, float | int | None]:
        """One rollout and one update; this iteration's metrics, the same on every rank but for times."""
        started = time.perf_counter()
        self.rollout()
        rolled_out = time.perf_counter()
        metrics = self.learn()
        return metrics | {"time/rollout": rolled_out - started, "time/update": time.perf_counter() - rolled_out}

    def rollout(self) -> None:
        """Step every environment T times with the current policy."""
        env = self.env
        assert isinstance(env, BatchEnv), "whoever drives a view steps its environments"
        for t in range(self.config.num_steps):
            self.pulse()
            self.act(t)
            step = env.step(self.controls)
            self.record(t, step)
            if step.any_ended:
                self.episodes.add(t, env.first_env, step.ended, *env.reset_ended(step.ended))

    def act(self, t: int) -> None:
        """Sample the actions of step t, into `controls`."""
        first_step = self.iteration * self.config.num_steps
        self._collect_obs()
        self.values[t] = self._values_of_observations()
        self._step_actor(self.env.num_envs)
        self._sample_actions((first_step + t) & 0xFFFFFFFF)
        self.samples[t] = self.step_samples

    def record(self, t: int, step: Step) -> None:
        """Keep what step t brought, and what a truncated episode was still worth. Comes before the reset."""
        self.rewards[t] = step.reward
        self.ended[t] = step.ended
        if not step.any_ended:
            return
        self.bootstrap[t] = 0
        cut_off = step.truncated & ~step.terminated
        if cut_off.any():
            self._normalize_final()
            self._tile_step()
            self._step_critic(self.env.num_envs)
            self.bootstrap[t, cut_off] = self._step_values[cut_off]

    def learn(self) -> dict[str, float | int | None]:
        """Update on the rollout; all metrics but the times."""
        config = self.config
        self.values[config.num_steps] = self._values_of_observations()
        self.estimate_advantages()
        learning_rate = config.learning_rate
        if config.anneal_lr:
            learning_rate *= max(0.0, 1 - self.global_step / config.total_steps)
        losses = self.update(learning_rate)
        self.obs_normalizer.update(self.comm, tag="observation moments")
        self.iteration += 1
        self.global_step += config.batch_size
        self.episodes.merge(self.comm)
        divergences = np.array([float(self.env.divergences)])
        self.comm.all_sum(divergences, tag="divergences")
        return {
            "iteration": self.iteration,
            "global_step": self.global_step,
            **self.episodes.metrics,
            "charts/learning_rate": learning_rate,
            **losses,
            "physics/divergences": int(divergences[0]),
        }

    def _values_of_observations(self) -> NDArray[np.float32]:
        """Load the environments' observations into the step's batch; their values [B]."""
        self._normalize()
        self._tile_step()
        self._step_critic(self.env.num_envs)
        return self._step_values

    def estimate_advantages(self) -> None:
        """Scale rewards by the deviation of discounted returns, then GAE, normalised over all ranks."""
        config, env = self.config, self.env
        T, B = config.num_steps, env.num_envs
        self._discount()
        self._collect_returns()
        self.return_normalizer.update(self.comm, tag="return moments")
        self.rewards /= math.sqrt(self.return_normalizer.var[0] + 1e-8)
        np.clip(self.rewards, -REWARD_CLIP, REWARD_CLIP, out=self.rewards)
        self._estimate()
        mean, m2 = np.zeros((2, 2))
        for i, array in enumerate((self.advantages, self.returns)):
            library().ws_add_moments(address(mean) + 8 * i, address(m2) + 8 * i, address(array), 0, T * B, 1)
        count, mean, m2 = self.comm.all_stats(T * B, mean, m2, tag="advantage and return moments")
        deviation = max(math.sqrt(m2[0] / count), LEAST_DEVIATION)
        self.samples[:, :, -2] = (self.advantages - np.float32(mean[0])) / np.float32(deviation)
        self.samples[:, :, -1] = self.returns
        # The advantage is the return less the value: what the critic left unexplained.
        self.explained_variance = float(1 - m2[0] / m2[1]) if m2[1] > 0 else 0.0

    def update(self, learning_rate: float) -> dict[str, float]:
        """Epochs of minibatches from a permutation of all ranks' samples; mean losses over the last epoch."""
        config, size = self.config, self.network.size
        sums, minibatches, grad_norm = np.zeros(5), 0, 0.0
        for epoch in range(config.update_epochs):
            sums[:], minibatches = 0, 0
            for owned, count in self._minibatches(epoch):
                self.pulse()
                self._gradient_of(address(owned), 1 / count, len(owned))
                self.comm.all_sum(self.gradient, tag="gradient")
                grad_norm = self._adam(learning_rate)
                sums += self.gradient[size:] / count
                minibatches += 1
            if config.target_kl and sums[2] / minibatches > config.target_kl:
                break
        policy_loss, value_loss, approx_kl, clipfrac, entropy = sums / minibatches
        return {
            "losses/policy_loss": float(policy_loss),
            "losses/value_loss": float(value_loss),
            "losses/entropy": float(entropy),
            "losses/approx_kl": float(approx_kl),
            "losses/clipfrac": float(clipfrac),
            "losses/explained_variance": self.explained_variance,
            "losses/grad_norm": grad_norm,
        }

    def _minibatches(self, epoch: int) -> Iterator[tuple[NDArray[np.int32], int]]:
        """(indices of this rank's samples [n] int32, samples over all ranks) of each minibatch of one permutation."""
        self._shuffle(self.iteration, epoch)
        parts = self.config.num_minibatches
        edges = [i * self.batch_size // parts for i in range(parts + 1)]
        begin = 0
        for (first, last), end in zip(pairwise(edges), self._ends.tolist(), strict=True):
            yield self._owned[begin:end], last - first
            begin = end

    def _adam(self, learning_rate: float) -> float:
        """One optimiser step on the summed gradient; its norm. Raises TrainingDivergedError."""
        norm = self.adam.step(learning_rate, self.config.max_grad_norm)
        if not math.isfinite(norm):
            raise TrainingDivergedError(
                f"iteration {self.iteration + 1}: the gradient is not finite; "
                f"start again with a learning_rate below {self.config.learning_rate:g}"
            )
        return norm

    def _bind_kernels(self) -> None:
        """Fix the arrays of each kernel call once."""
        config, env, network = self.config, self.env, self.network
        T, B, O = config.num_steps, env.num_envs, env.obs_dim
        F, seed = network.features, env.seed
        self._ends = np.zeros(config.num_minibatches, np.int32)
        self._collect_obs = self.obs_normalizer.collection(env.obs)
        self._collect_returns = self.return_normalizer.collection(self.discounted)
        self._normalize = self.obs_normalizer.normalization(env.obs, self.step_samples)
        self._normalize_final = self.obs_normalizer.normalization(env.final_obs, self.step_samples)
        self._tile_step = bind("gather_tiles", self.step_batch, self.step_samples, None, B, F)
        self._step_actor, self._step_critic = network.actor_pass(self.step_batch), network.critic_pass(self.step_batch)
        self._step_values = network.value.reshape(-1)[:B]
        self._sample_actions = self.distribution.sampling(
            self.step_samples[:, O:], self.controls, network.mean, network.log_std, seed=seed, first_env=env.first_env
        )
        self._discount = bind(
            "discount", self.discounted, self.discounted_return, self.rewards, self.ended, config.gamma, T, B
        )
        self._estimate = bind(
            "gae",
            self.advantages,
            self.returns,
            self.rewards,
            self.values,
            self.ended,
            self.bootstrap,
            config.gamma,
            config.gae_lambda,
            T,
            B,
        )
        self._shuffle = bind(
            "shuffle",
            self._owned,
            self._ends,
            self._order,
            self._local_samples,
            seed & 0xFFFFFFFF,
            seed >> 32,
            self.batch_size,
            config.num_minibatches,
        )
        self._gradient_of = network.ppo_gradient(
            self.gradient,
            self.batch,
            self.doutputs,
            self.dvalue,
            self.samples,
            self.distribution.columns,
            (config.clip_coef, config.vf_coef, config.ent_coef),
        )
