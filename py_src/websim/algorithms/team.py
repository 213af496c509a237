"""Several agents that learn in one scene: a PPO learner for each policy, which step its environments together."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from websim.agent_view import AgentView
from websim.agents import PolicyGroup
from websim.algorithms.ppo import PPO, PPOConfig
from websim.batch_env import BatchEnv
from websim.dist import Communicator
from websim.metrics import METRICS
from websim.policy import Policy
from websim.state import State, merged


class Team:
    """One rank's learners, by their policies' names; the first one's metrics stand for the run's."""

    def __init__(
        self,
        config: PPOConfig,
        env: BatchEnv,
        groups: tuple[PolicyGroup, ...],
        comm: Communicator,
        pulse: Callable[[], None],
    ):
        self.config, self.env, self.pulse = config, env, pulse
        self.views = [AgentView(env, group, number) for number, group in enumerate(groups)]
        self.learners = [PPO(config, view, comm, pulse, view.group.policy) for view in self.views]
        self.actions = np.zeros((env.num_envs, env.action_dim), np.float32)

    @property
    def global_step(self) -> int:
        return self.learners[0].global_step

    @property
    def policies(self) -> dict[str, Policy]:
        """The policies by name, as they are now; they go on learning."""
        return {learner.policy.name: learner.policy for learner in self.learners}

    def iterate(self) -> dict[str, float | int | None]:
        """One rollout and one update of each policy; metrics as `PPO.iterate` gives them, and of each policy."""
        started = time.perf_counter()
        self.rollout()
        rolled_out = time.perf_counter()
        parts = [learner.learn() for learner in self.learners]
        metrics = dict(parts[0])
        if len(parts) > 1:
            for view, part in zip(self.views, parts, strict=True):
                metrics |= {f"{m.name}/{view.group.policy}": part[m.name] for m in METRICS if m.of_policy}
        return metrics | {"time/rollout": rolled_out - started, "time/update": time.perf_counter() - rolled_out}

    def change(self, config: PPOConfig) -> None:
        """Go on with other settings; the rollout's size stays."""
        self.config = config
        for learner in self.learners:
            learner.change(config)

    def state(self) -> State:
        """As `PPO.state`, of each policy under its name."""
        parts = []
        for learner in self.learners:
            state = learner.state()
            rows = {name: array.reshape(self.env.num_envs, -1) for name, array in state.rows.items()}
            parts.append(state._replace(rows=rows).under(learner.policy.name))
        return merged(*parts)

    def load_state(self, state: State) -> None:
        """Continue from a state of as many environments."""
        for learner in self.learners:
            part = state.part(learner.policy.name)
            learner.load_state(part._replace(rows={name: array.ravel() for name, array in part.rows.items()}))
        self.receive()

    def receive(self) -> None:
        """Let all agents see the environments as they are now."""
        for view in self.views:
            view.receive()

    def rollout(self) -> None:
        """Step every environment T times; in each step all agents act on the same observation of the scene."""
        env, pairs = self.env, list(zip(self.views, self.learners, strict=True))
        for t in range(self.config.num_steps):
            self.pulse()
            for view, learner in pairs:
                learner.act(t)
                view.send(learner.controls, self.actions)
            step = env.step(self.actions)
            for view, learner in pairs:
                learner.record(t, view.step_of(step))
            if step.any_ended:
                returns, lengths = env.reset_ended(step.ended)
                for view, learner in pairs:
                    mean = returns[:, view.group.agents].mean(axis=1)
                    learner.episodes.add(t, env.first_env, step.ended, mean, lengths)
            self.receive()
