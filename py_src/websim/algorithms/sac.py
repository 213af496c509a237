"""Soft actor-critic (Haarnoja et al. 2018b) as an SPMD program.

Every rank runs this file on its slice of the environments and keeps their transitions; `comm` is where ranks meet.
Read from top to bottom: act, remember, draw a minibatch, critics' and actor's gradient, one all-reduce, one step.
Losses are those of CleanRL's `sac_continuous_action.py`; as in Brax, both networks' gradients are taken before either
moves, so that ranks meet once an update.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from websim.algorithms.adam import Adam
from websim.algorithms.replay import Replay
from websim.batch_env import BatchEnv
from websim.config import TrainConfig, option
from websim.dist import Communicator
from websim.distributions import action_scale
from websim.episodes import EpisodeWindow
from websim.errors import ConfigError, TrainingDivergedError
from websim.kernels import TILE, Tiles, address, bind, library, tiles
from websim.network import ActorCritic, Mlp
from websim.normalizer import RunningMoments
from websim.policy import Policy
from websim.state import State

#: An iteration ends with the control step that has brought so many updates, so that it takes about a second at most.
ENOUGH_UPDATES = 64
#: Streams of random numbers, numbered as in `wasm_build/kernels/philox.h`.
_STREAM_ACTION, _STREAM_UPDATE, _STREAM_UPDATE_NEXT = 2, 9, 10
#: What ranks sum beside the gradients: squared errors and values of both critics, the actor's loss, log-probabilities.
_SUMS = 6


@dataclass(frozen=True, kw_only=True)
class SACConfig(TrainConfig):
    """A run of SAC."""

    algorithm: str = option("sac", "learning algorithm: ppo, ars or sac", choices="sac")
    num_envs: int = option(
        8, "environments of the whole run, divided evenly over the ranks", low=1, high=4096, live=True
    )
    hidden: tuple[int, ...] = option((256, 256), "units of each hidden layer")
    activation: str = option("relu", "of the hidden layers", choices="tanh relu silu elu")
    num_steps: int = option(16, "control steps of each environment per iteration", low=1, high=100_000)
    buffer_size: int = option(1_000_000, "transitions that are kept, the newest of each environment", low=2, high=10**8)
    learning_starts: int = option(5000, "steps of random actions before learning", low=1, high=10**9)
    batch_size: int = option(256, "transitions of an update", low=1, high=4096)
    utd: float = option(1.0, "updates of the critics per environment step", low=0.0, high=100.0, live=True)
    policy_frequency: int = option(2, "updates of the critics per update of the actor", low=1, high=1000, live=True)
    q_lr: float = option(1e-3, "Adam's step size of the critics and alpha", low=1e-9, high=1.0, live=True)
    policy_lr: float = option(3e-4, "Adam's step size of the actor", low=1e-9, high=1.0, live=True)
    gamma: float = option(0.99, "discount per control step", low=0.0, high=1.0, live=True)
    tau: float = option(
        0.005, "share of the critics that their targets take over per update", low=0.0, high=1.0, live=True
    )
    autotune: bool = option(True, "learn alpha, so that the policy has the target entropy", live=True)
    alpha: float = option(
        0.2, "weight of the entropy; where it is learned, at the start", low=1e-9, high=1e6, live=True
    )
    target_entropy: float = option(
        -1.0, "entropy to reach, per number of an action in [-1, 1]", low=-100.0, high=0.69, live=True
    )


class SAC:
    """One rank's learner. `pulse` is called at each control step and update; it may raise StopRequested."""

    def __init__(self, config: SACConfig, env: BatchEnv, comm: Communicator, pulse: Callable[[], None]):
        if env.spec.discrete is not None:
            raise ConfigError(f"{config.env}: sac learns actions that are numbers, not choices; use ppo")
        self.config, self.env, self.comm, self.pulse = config, env, comm, pulse
        self.global_num_envs = env.num_envs * comm.world_size
        self.global_rng = np.random.default_rng(env.seed)
        B, O, A, N = env.num_envs, env.obs_dim, env.action_dim, config.batch_size
        self.replay = Replay(max(1, config.buffer_size // self.global_num_envs), B, O, A)
        F = self.replay.features
        self.network = ActorCritic(
            O,
            2 * A,
            config.hidden,
            activation=config.activation,
            discrete=True,
            critic=False,
            features=O,
            capacity=TILE,
        )
        self.network.params[:] = self.network.actor.initialize(self.global_rng, 0.01)
        self.critic = Mlp([O + A, *config.hidden, 1], config.activation)
        #: Both critics [2, size], and the slow copies that give the targets.
        self.critics = np.stack([self.critic.initialize(self.global_rng, 1.0) for _ in range(2)])
        self.targets = self.critics.copy()
        self.log_alpha = np.full(1, math.log(config.alpha), np.float32)
        #: The flat vector that ranks sum: gradients of critics, actor and ln alpha, then the sums of `_SUMS`.
        self.gradient = np.zeros(self.critics.size + self.network.size + 1 + _SUMS, np.float32)
        critics, actor, alpha, self._summed = np.split(
            self.gradient, np.cumsum([self.critics.size, self.network.size, 1])
        )
        self._critics_gradient, self._actor_gradient, self._alpha_gradient = critics, actor, alpha
        self.critics_adam = Adam(self.critics.reshape(-1), critics)
        self.actor_adam, self.alpha_adam = Adam(self.network.params, actor), Adam(self.log_alpha, alpha)
        low, high = env.action_bounds
        self.action_offset, self.action_scale = action_scale(low, high)
        # Observations are taken as they are, as in the references.
        plain = RunningMoments(O)
        plain.clip = math.inf
        self.policy = Policy(env.spec, self.network, plain, low, high, config.hidden, squash=True)
        self.episodes = EpisodeWindow()

        self.step_batch, self.step_actions = tiles(B, O), tiles(B, A)
        self.batch, self.next_batch, self.policy_batch = tiles(N, F), tiles(N, F), tiles(N, F)
        self._bind_kernels()

        self.iteration = self.global_step = self.updates = 0
        #: Updates that are due, of which whole ones are made.
        self.due = 0.0

    @property
    def policies(self) -> dict[str, Policy]:
        """The policy by its name, as it is now; it goes on learning."""
        return {self.policy.name: self.policy}

    @property
    def alpha(self) -> float:
        """Weight of the entropy."""
        return math.exp(self.log_alpha[0]) if self.config.autotune else self.config.alpha

    def change(self, config: SACConfig) -> None:
        """Go on with other settings; the networks and the replay stay."""
        self.config = config

    def state(self) -> State:
        """All that continues bit for bit between two iterations, without the environments."""
        shared = {
            "actor": self.network.params,
            "critics": self.critics,
            "targets": self.targets,
            "log_alpha": self.log_alpha,
            "adam": [adam.state() for adam in self._adams],
            "rng": self.global_rng.bit_generator.state,
            "episodes": self.episodes.state(),
            "counters": [self.iteration, self.global_step, self.updates, self.due],
        }
        return State(shared, {}, self.replay.logs())

    def load_state(self, state: State) -> None:
        """Continue from a state of as many environments, which are as they were then."""
        shared = state.shared
        self.network.params[:] = shared["actor"]
        self.critics[:], self.targets[:] = shared["critics"], shared["targets"]
        self.log_alpha[:] = shared["log_alpha"]
        for adam, saved in zip(self._adams, shared["adam"], strict=True):
            adam.load_state(saved)
        self.global_rng.bit_generator.state = shared["rng"]
        self.episodes.load_state(shared["episodes"])
        self.iteration, self.global_step, self.updates, self.due = shared["counters"]
        self.replay.load(state.logs, self.env.obs)

    def iterate(self) -> dict[str, float | int | None]:
        """Some control steps and the updates that they call for; the metrics, the same on every rank but for times."""
        config = self.config
        started, updating = time.perf_counter(), 0.0
        sums, updates, actor_updates, grad_norm = np.zeros(_SUMS), 0, 0, None
        for t in range(config.num_steps):
            self.pulse()
            self.step(t)
            if self.global_step < config.learning_starts:
                continue
            stepped = time.perf_counter()
            self.due += config.utd * self.global_num_envs
            while self.due >= 1:
                self.due -= 1
                self.pulse()
                actor_updates += self.updates % config.policy_frequency == 0
                grad_norm = self.update()
                sums += self._summed
                updates += 1
            updating += time.perf_counter() - stepped
            if updates >= ENOUGH_UPDATES:
                break
        self.replay.observe(self.env.obs)
        self.iteration += 1
        self.episodes.merge(self.comm)
        divergences = np.array([float(self.env.divergences)])
        self.comm.all_sum(divergences, tag="divergences")
        return {
            "iteration": self.iteration,
            "global_step": self.global_step,
            **self.episodes.metrics,
            "charts/learning_rate": config.policy_lr,
            "charts/updates": self.updates,
            **self._losses(sums / config.batch_size, updates, actor_updates),
            "losses/grad_norm": grad_norm,
            "physics/divergences": int(divergences[0]),
            "time/rollout": time.perf_counter() - started - updating,
            "time/update": updating,
        }

    def step(self, t: int) -> None:
        """One control step of every environment, the iteration's step t: act and remember."""
        env = self.env
        self.replay.observe(env.obs)
        actions = self._explore() if self.global_step < self.config.learning_starts else self._act()
        controls = self.action_offset + self.action_scale * actions
        step = env.step(controls)
        if env.any_held:
            held = (env.held_actions - self.action_offset) / self.action_scale
            actions = np.where(env.is_held[:, None], held, actions)
        self.replay.add(actions, step.reward, step.terminated, env.obs)
        self.global_step += self.global_num_envs
        if step.any_ended:
            self.episodes.add(t, env.first_env, step.ended, *env.reset_ended(step.ended))

    def update(self) -> float:
        """One update of the critics, every `policy_frequency`-th of actor and alpha too; the critics' gradient norm.

        Raises TrainingDivergedError.
        """
        config, scale = self.config, 1 / self.config.batch_size
        with_actor = self.updates % config.policy_frequency == 0
        count = self._draw()
        self.gradient[:] = 0
        self._sums[:] = 0
        alpha, counter = self.alpha, self.updates & 0xFFFFFFFF
        self._critics_loss(count, counter, alpha, scale)
        if with_actor:
            self._actor_loss(count, counter, alpha, scale)
            self._alpha_gradient[0] = -alpha * (
                self._sums[5] * scale + config.target_entropy * self.env.action_dim * count * scale
            )
        self._summed[:] = self._sums
        self.comm.all_sum(self.gradient, tag="gradient")
        norms = [self.critics_adam.step(config.q_lr)]
        if with_actor:
            norms.append(self.actor_adam.step(config.policy_lr))
        if with_actor and config.autotune:
            self.alpha_adam.step(config.q_lr)
        self._follow(config.tau)
        self.updates += 1
        if not all(map(math.isfinite, norms)):
            raise TrainingDivergedError(
                f"iteration {self.iteration + 1}: the gradient is not finite; "
                f"start again with a q_lr below {config.q_lr:g} and a policy_lr below {config.policy_lr:g}"
            )
        return norms[0]

    def _explore(self) -> NDArray[np.float32]:
        """Uniform actions in [-1, 1] [B, A]; all ranks draw those of all environments."""
        env = self.env
        everywhere = self.global_rng.uniform(-1, 1, (self.global_num_envs, env.action_dim))
        return everywhere[env.first_env : env.first_env + env.num_envs].astype(np.float32)

    def _act(self) -> NDArray[np.float32]:
        """Actions drawn from the policy [B, A]."""
        env = self.env
        self._tile_observations()
        self._step_actor(env.num_envs)
        self._sample_step((self.global_step // self.global_num_envs) & 0xFFFFFFFF, env.num_envs)
        actions = np.empty((env.num_envs, env.action_dim), np.float32)
        library().ws_tiles_to_rows(address(actions), address(self.step_actions), *actions.shape)
        return actions

    def _draw(self) -> int:
        """Load this rank's share of a minibatch of all ranks' transitions, which all ranks draw alike; its size."""
        env, replay, N = self.env, self.replay, self.config.batch_size
        drawn = self.global_rng.integers((replay.stop - replay.start) * self.global_num_envs, size=N)
        steps, envs = np.divmod(drawn, self.global_num_envs)
        envs -= env.first_env
        owned = np.flatnonzero((envs >= 0) & (envs < env.num_envs))
        self._numbers[: len(owned)] = owned
        replay.gather(self.batch, self.next_batch, steps[owned] + replay.start, envs[owned])
        return len(owned)

    def _critics_loss(self, count: int, counter: int, alpha: float, scale: float) -> None:
        """Gradient of the squared errors to reward plus the soft value of what came next."""
        self._next_actor(count)
        self._sample_next(counter, count)
        for run in (*self._target_critics, *self._batch_critics):
            run(count)
        self._critic_loss(self.config.gamma, alpha, scale, count)
        for run in self._critics_backward:
            run(count)

    def _actor_loss(self, count: int, counter: int, alpha: float, scale: float) -> None:
        """Gradient of alpha * ln pi(a | s) - min Q(s, a) through the actions a."""
        self._batch_actor(count)
        np.copyto(self.policy_batch, self.batch)
        self._sample_policy(counter, count)
        for run in self._policy_critics:
            run(count)
        self._policy_loss(alpha, scale, count)
        for run in self._inputs_backward:
            run(count)
        self._dinputs[0] += self._dinputs[1]
        self._sample_backward(alpha * scale, count)
        self._actor_backward(count)

    def _losses(self, sums: NDArray[np.float64], updates: int, actor_updates: int) -> dict[str, float | None]:
        """Means over an iteration's updates, None where there was none. sums: means over the minibatches, summed."""
        qf1_loss, qf2_loss, qf1_values, qf2_values = (float(x) / updates if updates else None for x in sums[:4])
        actor_loss, log_prob = (float(x) / actor_updates if actor_updates else None for x in sums[4:])
        target = self.config.target_entropy * self.env.action_dim
        return {
            "losses/qf1_values": qf1_values,
            "losses/qf2_values": qf2_values,
            "losses/qf1_loss": qf1_loss,
            "losses/qf2_loss": qf2_loss,
            "losses/actor_loss": actor_loss,
            "losses/alpha": self.alpha,
            "losses/alpha_loss": None if log_prob is None else -self.alpha * (log_prob + target),
            "losses/entropy": None if log_prob is None else -log_prob,
        }

    @property
    def _adams(self) -> tuple[Adam, Adam, Adam]:
        return self.critics_adam, self.actor_adam, self.alpha_adam

    def _bind_kernels(self) -> None:
        """Fix the arrays of each kernel call once."""
        env, actor, critic, params = self.env, self.network.actor, self.critic, self.network.params
        B, O, A, N, F = env.num_envs, env.obs_dim, env.action_dim, self.config.batch_size, self.replay.features
        most = max(B, N)
        # Passes over the step's, the minibatch's and the next observations take turns with these.
        outputs, noise, hidden = tiles(most, 2 * A), tiles(most, A), tiles(most, actor.hidden)
        log_prob, next_log_prob, doutputs = tiles(most, 1), tiles(N, 1), tiles(N, 2 * A)
        q, next_q, dq, self._dinputs, critic_hidden = (
            [tiles(N, features) for _ in range(2)] for features in (1, 1, 1, O + A, critic.hidden)
        )
        self._sums = np.zeros(_SUMS)
        #: Numbers of this rank's samples within the minibatch of all ranks.
        self._numbers = np.zeros(N, np.int32)
        environments = np.arange(env.first_env, env.first_env + B, dtype=np.int32)

        def sampling(
            batch: Tiles, at: int, log_prob: Tiles, numbers: NDArray[np.int32], stream: int
        ) -> Callable[[int, int], None]:
            key = env.seed & 0xFFFFFFFF, env.seed >> 32, stream
            return bind("sac_sample", batch[:, at:], log_prob, noise, outputs, numbers, *key, batch.shape[1], A)

        def critic_passes(params: NDArray[np.float32], out: list[Tiles], batch: Tiles) -> list[Callable[[int], None]]:
            return [critic.forward_pass(params[i], out[i], critic_hidden[i], batch) for i in range(2)]

        self._tile_observations = bind("gather_tiles", self.step_batch, env.obs, None, B, O)
        self._step_actor = actor.forward_pass(params, outputs, hidden, self.step_batch)
        self._sample_step = sampling(self.step_actions, 0, log_prob, environments, _STREAM_ACTION)

        self._next_actor = actor.forward_pass(params, outputs, hidden, self.next_batch)
        self._sample_next = sampling(self.next_batch, O, next_log_prob, self._numbers, _STREAM_UPDATE_NEXT)
        self._target_critics = critic_passes(self.targets, next_q, self.next_batch)
        self._batch_critics = critic_passes(self.critics, q, self.batch)
        arrays: tuple[NDArray, ...] = (*dq, self._sums, *q, *next_q, next_log_prob, self.batch[:, O + A :])
        self._critic_loss = bind("sac_critic_loss", *arrays, F)
        self._critics_backward = [
            critic.backward_pass(weights, gradient, dq[i], critic_hidden[i], self.batch)
            for i, (weights, gradient) in enumerate(
                zip(self.critics, self._critics_gradient.reshape(2, -1), strict=True)
            )
        ]

        self._batch_actor = actor.forward_pass(params, outputs, hidden, self.batch)
        self._sample_policy = sampling(self.policy_batch, O, log_prob, self._numbers, _STREAM_UPDATE)
        self._policy_critics = critic_passes(self.critics, q, self.policy_batch)
        self._policy_loss = bind("sac_actor_loss", *dq, self._sums[4:], *q, log_prob)
        self._inputs_backward = [
            critic.backward_pass(self.critics[i], None, dq[i], critic_hidden[i], self.policy_batch, self._dinputs[i])
            for i in range(2)
        ]
        arrays = doutputs, self._dinputs[0][:, O:], self.policy_batch[:, O:], noise, outputs
        self._sample_backward = bind("sac_sample_backward", *arrays, O + A, F, A)
        self._actor_backward = actor.backward_pass(params, self._actor_gradient, doutputs, hidden, self.batch)
        self._follow = bind("sac_polyak", self.targets, self.critics, self.critics.size)
