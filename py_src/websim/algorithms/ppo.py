"""Proximal policy optimisation (Schulman et al. 2017) as an SPMD program.

Every rank runs this file on its slice of the environments; `comm` is where ranks meet. Read from
top to bottom: rollout, rewards, advantages, minibatches, one gradient, one all-reduce, one step.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from websim.batch_env import BatchEnv
from websim.config import TrainConfig
from websim.dist import Communicator
from websim.episodes import EpisodeWindow
from websim.errors import TrainingDivergedError
from websim.kernels import address, library, tiles
from websim.network import ActorCritic
from websim.normalizer import RunningMoments
from websim.policy import Policy, action_scale

REWARD_CLIP = 10.0
ADAM_BETA1, ADAM_BETA2, ADAM_EPSILON = 0.9, 0.999, 1e-5


class PPO:
    """One rank's learner. `pulse` is called at each control step and minibatch; it may raise StopRequested.

    Samples are rows of F = O + A + 3 numbers: normalised observation, action (network output),
    log-probability, advantage, return.
    """

    def __init__(self, config: TrainConfig, env: BatchEnv, comm: Communicator, pulse: Callable[[], None]):
        self.config, self.env, self.comm, self.pulse = config, env, comm, pulse
        T, B, O, A = config.num_steps, env.num_envs, env.obs_dim, env.action_dim
        F = O + A + 3
        self.global_rng = np.random.default_rng(config.seed)
        hidden = (config.hidden, config.hidden)
        # A rank may own at most all its samples of a minibatch.
        capacity = max(B, min(T * B, -(-config.batch_size // config.num_minibatches)))
        self.network = ActorCritic(O, A, hidden, features=F, capacity=capacity)
        self.network.initialize(self.global_rng)
        self.adam_first, self.adam_second = np.zeros((2, self.network.size), np.float32)
        self.adam_step = 0
        #: The flat vector that ranks sum: gradient, then policy loss, value loss, KL, clipped samples.
        self.gradient = np.zeros(self.network.size + 4, np.float32)
        self.obs_normalizer, self.return_normalizer = RunningMoments(O), RunningMoments(1)
        low, high = env.action_bounds
        self.action_low, self.action_high = low, high
        self.action_offset, self.action_scale = action_scale(low, high)
        self.policy = Policy(env.spec, self.network, self.obs_normalizer, low, high, hidden)
        self.episodes = EpisodeWindow()

        self.samples = np.zeros((T, B, F), np.float32)
        self.raw_obs = np.zeros((T, B, O), np.float32)
        self.rewards = np.zeros((T, B), np.float32)
        self.discounted = np.zeros((T, B), np.float32)
        self.discounted_return = np.zeros(B, np.float32)
        self.values = np.zeros((T + 1, B), np.float32)
        self.ended = np.zeros((T, B), np.uint8)
        self.bootstrap = np.zeros((T, B), np.float32)
        self.advantages, self.returns = np.zeros((2, T, B), np.float32)
        self.step_batch, self.batch = tiles(B, F), tiles(capacity, F)
        self.dmean, self.dvalue = tiles(capacity, A), tiles(capacity, 1)
        self.step_row = np.zeros((B, F), np.float32)
        self.action, self.log_prob = np.zeros((B, A), np.float32), np.zeros(B, np.float32)

        self.explained_variance = 0.0
        self.iteration = 0
        self.global_step = 0
        self.env.reset()

    def iterate(self) -> dict[str, float | int | None]:
        """One rollout and one update; this iteration's metrics, the same on every rank but for times."""
        config, started = self.config, time.perf_counter()
        self.rollout()
        rolled_out = time.perf_counter()
        self.estimate_advantages()
        learning_rate = config.learning_rate
        if config.anneal_lr:
            learning_rate *= max(0.0, 1 - self.global_step / config.total_steps)
        losses = self.update(learning_rate)
        self.obs_normalizer.update(self.raw_obs, self.comm, tag="observation moments")
        self.iteration += 1
        self.global_step += config.batch_size
        self.episodes.merge(self.comm)
        divergences = np.array([float(self.env.divergences)])
        self.comm.all_sum(divergences, tag="divergences")
        finished = time.perf_counter()
        return {
            "iteration": self.iteration,
            "global_step": self.global_step,
            "charts/episodic_return": self.episodes.mean_return,
            "charts/episodic_length": self.episodes.mean_length,
            "charts/episodes": self.episodes.count,
            "charts/learning_rate": learning_rate,
            **losses,
            "physics/divergences": int(divergences[0]),
            "time/rollout": rolled_out - started,
            "time/update": finished - rolled_out,
        }

    def rollout(self) -> None:
        """Step every environment T times with the current policy."""
        config, env = self.config, self.env
        B, O, A = env.num_envs, env.obs_dim, env.action_dim
        obs = env.engine.obs
        for t in range(config.num_steps):
            self.pulse()
            sample = self.samples[t]
            self.raw_obs[t] = obs
            self._load_step_batch(obs, sample)
            mean = self.network.forward_actor(self.step_batch, B)
            self._sample(mean, self.global_step // config.num_envs + t)
            self.values[t] = self._step_values()
            sample[:, O : O + A] = self.action
            sample[:, O + A] = self.log_prob
            controls = self.action * self.action_scale
            controls += self.action_offset
            np.clip(controls, self.action_low, self.action_high, out=controls)

            step = env.step(controls)
            self.rewards[t] = step.reward
            self.discounted_return *= config.gamma
            self.discounted_return += self.rewards[t]
            self.discounted[t] = self.discounted_return
            self.ended[t] = step.ended
            if step.any_ended:
                self.discounted_return[step.ended] = 0
                self.bootstrap[t] = 0
                cut_off = step.truncated & ~step.terminated
                if cut_off.any():
                    self._load_step_batch(step.final_obs, self.step_row)
                    self.bootstrap[t, cut_off] = self._step_values()[cut_off]
                self.episodes.add(t, env.first_env, step.ended, *env.reset_ended(step.ended))
        self._load_step_batch(obs, self.step_row)
        self.values[config.num_steps] = self._step_values()

    def estimate_advantages(self) -> None:
        """Scale rewards by the deviation of discounted returns, then GAE, normalised over all ranks."""
        config, env = self.config, self.env
        A, O, T, B = env.action_dim, env.obs_dim, config.num_steps, env.num_envs
        self.return_normalizer.update(self.discounted, self.comm, tag="return moments")
        self.rewards /= math.sqrt(self.return_normalizer.var[0] + 1e-8)
        np.clip(self.rewards, -REWARD_CLIP, REWARD_CLIP, out=self.rewards)
        library().ws_gae(
            address(self.advantages),
            address(self.returns),
            address(self.rewards),
            address(self.values),
            address(self.ended),
            address(self.bootstrap),
            config.gamma,
            config.gae_lambda,
            T,
            B,
        )
        mean, m2 = np.zeros((2, 2))
        for i, array in enumerate((self.advantages, self.returns)):
            library().ws_moments(address(mean) + 8 * i, address(m2) + 8 * i, address(array), T * B, 1)
        count, mean, m2 = self.comm.all_stats(T * B, mean, m2, tag="advantage and return moments")
        deviation = math.sqrt(m2[0] / count) + 1e-8
        self.samples[:, :, O + A + 1] = (self.advantages - np.float32(mean[0])) / np.float32(deviation)
        self.samples[:, :, O + A + 2] = self.returns
        # The advantage is the return less the value: what the critic left unexplained.
        self.explained_variance = float(1 - m2[0] / m2[1]) if m2[1] > 0 else 0.0

    def update(self, learning_rate: float) -> dict[str, float]:
        """Epochs of minibatches from a permutation of all ranks' samples; mean losses over the last epoch."""
        config, size = self.config, self.network.size
        sums, minibatches, grad_norm = np.zeros(4), 0, 0.0
        for _ in range(config.update_epochs):
            sums[:], minibatches = 0, 0
            for owned, count in self._minibatches():
                self.pulse()
                self._minibatch_gradient(owned, 1 / count)
                self.comm.all_sum(self.gradient, tag="gradient")
                grad_norm = self._adam(learning_rate)
                sums += self.gradient[size:] / count
                minibatches += 1
            if config.target_kl and sums[2] / minibatches > config.target_kl:
                break
        policy_loss, value_loss, approx_kl, clipfrac = sums / minibatches
        log_std = self.network.log_std
        return {
            "losses/policy_loss": float(policy_loss),
            "losses/value_loss": float(value_loss),
            "losses/entropy": float(log_std.sum() + 0.5 * log_std.size * math.log(2 * math.pi * math.e)),
            "losses/approx_kl": float(approx_kl),
            "losses/clipfrac": float(clipfrac),
            "losses/explained_variance": self.explained_variance,
            "losses/grad_norm": grad_norm,
        }

    def _minibatches(self) -> Iterator[tuple[NDArray[np.int32], int]]:
        """(indices of this rank's samples [n] int32, samples over all ranks) of each minibatch.

        A sample's global number is t * num_envs + environment. All ranks draw the same permutation.
        """
        config, env = self.config, self.env
        order = self.global_rng.permutation(config.batch_size)
        step, owner = np.divmod(order, config.num_envs)
        owner -= env.first_env
        owned = (owner >= 0) & (owner < env.num_envs)
        local = (step * env.num_envs + owner)[owned].astype(np.int32)
        edges = np.linspace(0, config.batch_size, config.num_minibatches + 1).astype(np.int64)
        local_edges = np.concatenate([[0], np.cumsum(owned)])[edges]
        for i in range(config.num_minibatches):
            yield local[local_edges[i] : local_edges[i + 1]], int(edges[i + 1] - edges[i])

    def _minibatch_gradient(self, owned: NDArray[np.int32], scale: float) -> None:
        """This rank's share of the gradient and of the loss sums, into `self.gradient`."""
        config, network, env = self.config, self.network, self.env
        O, A, n = env.obs_dim, env.action_dim, len(owned)
        self.gradient[:] = 0
        if n == 0:
            return
        library().ws_gather_tiles(address(self.batch), address(self.samples), address(owned), n, network.features)
        mean, value = network.forward_actor(self.batch, n), network.forward_critic(self.batch, n)
        stats = np.zeros(4)
        library().ws_ppo_loss(
            address(self.dmean),
            address(self.dvalue),
            address(network.log_std_gradient(self.gradient)),
            address(stats),
            address(self.batch),
            address(mean),
            address(value),
            address(network.log_std),
            config.clip_coef,
            config.vf_coef,
            config.ent_coef,
            scale,
            O,
            A,
            n,
        )
        network.backward(self.gradient, self.dmean, self.dvalue, self.batch, n)
        self.gradient[network.size :] = stats

    def _adam(self, learning_rate: float) -> float:
        """One optimiser step on the summed gradient; its norm. Raises TrainingDivergedError."""
        self.adam_step += 1
        norm = library().ws_adam(
            address(self.network.params),
            address(self.adam_first),
            address(self.adam_second),
            address(self.gradient),
            learning_rate,
            ADAM_BETA1,
            ADAM_BETA2,
            ADAM_EPSILON,
            1 - ADAM_BETA1**self.adam_step,
            1 - ADAM_BETA2**self.adam_step,
            self.config.max_grad_norm,
            self.network.size,
        )
        if not math.isfinite(norm):
            raise TrainingDivergedError(
                f"iteration {self.iteration + 1}: the gradient is not finite; "
                f"start again with a learning_rate below {self.config.learning_rate:g}"
            )
        return norm

    def _load_step_batch(self, obs: NDArray[np.float32], rows: NDArray[np.float32]) -> None:
        """Normalise obs [B, O] into the first columns of rows [B, F], and those into `step_batch`."""
        self.obs_normalizer.normalize(obs, rows)
        library().ws_gather_tiles(
            address(self.step_batch), address(rows), None, self.env.num_envs, self.network.features
        )

    def _step_values(self) -> NDArray[np.float32]:
        B = self.env.num_envs
        return self.network.forward_critic(self.step_batch, B).reshape(-1)[:B]

    def _sample(self, mean: NDArray[np.float32], step: int) -> None:
        seed = self.config.seed
        library().ws_gaussian_sample(
            address(self.action),
            address(self.log_prob),
            address(mean),
            address(self.network.log_std),
            seed & 0xFFFFFFFF,
            seed >> 32,
            step & 0xFFFFFFFF,
            self.env.first_env,
            self.env.action_dim,
            self.env.num_envs,
        )
