"""A training session: one rank's run from config to policy. The CLI, `train` and the worker drive it.

Between two iterations rank 0 may ask for changes, which all ranks apply together, and policies are evaluated.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from websim.agents import policy_groups
from websim.algorithms import Learner, algorithm_of
from websim.algorithms.ppo import PPOConfig
from websim.algorithms.team import Team
from websim.batch_env import BatchEnv
from websim.config import TrainConfig
from websim.dist import Communicator
from websim.errors import ConfigError, RewardError, SaveError, SnapshotError, WebsimError
from websim.evaluation import Evaluation
from websim.fingerprint import fingerprint
from websim.live.changes import Change, Requests, function_name
from websim.live.model_swap import check_fit, move_in, spec_of, with_model
from websim.live.resize import with_rows_of
from websim.live.reward_text import compile_reward, text_of, try_reward
from websim.policy import Policy
from websim.spec import EnvSpec, Reward
from websim.state import State, merged
from websim.tasks import get_spec


class Session:
    """`pulse` is called at each control step and minibatch; it raises StopRequested to end the run.

    requests: one for all ranks that are threads of one process. changes: what was changed so far, and when, of JSON's
    types. notices: sentences about changes that could not be applied, for whoever drives the session to take.
    """

    def __init__(
        self, config: TrainConfig, comm: Communicator, pulse: Callable[[], None], requests: Requests | None = None
    ):
        self.config, self.comm, self._pulse = config, comm, pulse
        self.env, self.learner = self._open(get_spec(config.env, **config.env_options))
        self._fingerprint = fingerprint(self.env.spec)
        self.evaluation = Evaluation(config.eval_episodes, config.seed, comm, pulse)
        self.changes: list[dict[str, Any]] = []
        self.notices: list[str] = []
        self._requests = requests or Requests()
        #: Iterations that the run has finished.
        self.iteration = 0
        self._started = time.perf_counter()

    @property
    def elapsed(self) -> float:
        """Seconds that the run has taken; set when it goes on from a save."""
        return time.perf_counter() - self._started

    @elapsed.setter
    def elapsed(self, seconds: float) -> None:
        self._started = time.perf_counter() - seconds

    @property
    def finished(self) -> bool:
        """Whether total_steps is reached."""
        return self.learner.global_step >= self.config.total_steps

    @property
    def pushed(self) -> bool:
        """Whether somebody has pushed robots that train, so that the run cannot be repeated from its settings."""
        return any("pushed" in change for change in self.changes)

    @property
    def reward_text(self) -> str:
        """The reward that was given to the run as Python text; empty: none."""
        return text_of(self.changes)

    @property
    def policies(self) -> dict[str, Policy]:
        """The policies by name, as they are now; they go on learning. A task without agents has one, `policy`."""
        return self.learner.policies

    def iterate(self) -> dict[str, Any]:
        """One iteration; its metrics, with charts/SPS and time/elapsed of this rank's clock."""
        for change in self.comm.broadcast(self._take_requests(), tag="changes") or ():
            self._apply(change)
        started, first_step = time.perf_counter(), self.learner.global_step
        metrics: dict[str, Any] = self.learner.iterate()
        self.iteration = metrics["iteration"]
        now = time.perf_counter()
        metrics["charts/SPS"] = (self.learner.global_step - first_step) / (now - started)
        metrics["time/evaluation"] = self._evaluate(first_step)
        metrics |= self.evaluation.metrics
        metrics["time/elapsed"] = self.elapsed
        if self.finished:
            for name, policy in self.policies.items():
                self.comm.assert_replicated(policy.network.params, tag=f"parameters of {name} at the end of the run")
        return metrics

    def request(self, changes: Mapping[str, Any]) -> TrainConfig:
        """Ask, on rank 0, for changes from the next iteration on: live settings by name, `reward`, `model` or `pushed`.

        reward: a function as `EnvSpec.reward`, or the text of one named `reward`. model: as `EnvSpec.model`, or as
        `models.packed_model` packs it, in place of the task's. pushed: True, for the record: somebody pushes robots
        that train, so the run cannot be repeated. Returns the config as it will be.
        Raises ConfigError, ModelError or RewardError, and then nothing changes.
        """
        return self._requests.add(changes, self.config, self.env, self.learner, self._given_reward)

    def state(self) -> State:
        """All that continues bit for bit between two iterations: the learner's, this rank's environments', the
        evaluation's and the changes."""
        return merged(
            self.learner.state().under("learner"),
            self._environments().under("environments"),
            self.evaluation.state().under("evaluation"),
            State({"changes": self.changes, "task": self._fingerprint}),
        )

    def load_state(self, state: State) -> None:
        """Continue from the state of a session of the same task with as many environments in this rank.

        Raises SaveError when the run is of another task or model, SnapshotError when the environments do not fit or
        the reward is a function not at hand.
        """
        ours = self._fingerprint
        # Runs that were saved before tasks had fingerprints bring none.
        theirs = state.shared.get("task", ours)
        if theirs != ours:
            raise SaveError(
                f"save: {self.config.env}: expected a run of this task and model (fingerprint {ours}), got one of "
                f"another ({theirs}); go on with the model and the options that it was trained with"
            )
        self._load_environments(state.part("environments"))
        self.learner.load_state(state.part("learner"))
        self.evaluation.load_state(state.part("evaluation"))
        self.changes = list(state.shared["changes"])
        rewards = [change["reward"] for change in self.changes if "reward" in change]
        if rewards:
            self._restore_reward(rewards[-1])

    def close(self) -> None:
        """Free the environments."""
        self.env.close()
        self.evaluation.close()

    def _open(self, spec: EnvSpec) -> tuple[BatchEnv, Learner]:
        """This rank's environments, just reset, and their learner."""
        config, first_env = self.config, self.comm.rank * self.config.local_num_envs
        env = BatchEnv(spec, config.local_num_envs, seed=config.seed, first_env=first_env)
        return env, _open_learner(config, env, self.comm, self._pulse)

    def _environments(self) -> State:
        return State({}, self.env.orchestrator.snapshot().arrays)

    def _load_environments(self, state: State) -> None:
        orchestrator = self.env.orchestrator
        orchestrator.restore(replace(orchestrator.snapshot(), arrays=state.rows))

    def _evaluate(self, previous_step: int) -> float:
        """Evaluate when it is due, after an iteration that began at `previous_step`; the seconds that it took."""
        every, step = self.config.eval_every, self.learner.global_step
        if not every or (not self.finished and step // every == previous_step // every):
            return 0.0
        return self.evaluation.evaluate(self.env.spec, self.policies, step)

    def _take_requests(self) -> list[Change] | None:
        return self._requests.take() if self.comm.rank == 0 else None

    def _apply(self, change: Change) -> None:
        """On all ranks alike."""
        applied: dict[str, Any] = {"global_step": self.learner.global_step, **change}
        if "model" in change:
            del applied["model"]
            if self._change_model(change["model"]):
                # The config has the model itself.
                applied["model"] = self._fingerprint
        if "reward" in change and not self._change_reward(change["reward"]):
            del applied["reward"]
        resized = change["settings"].get("num_envs", self.config.num_envs) != self.config.num_envs
        self.config = self.config.changed(change["settings"])
        if resized:
            self._resize()
        self.learner.change(self.config)
        self.changes.append(applied)

    def _change_model(self, model: Mapping[str, Any]) -> bool:
        """Whether it can be opened on every rank; else the old one stays."""
        config, problem, opened = with_model(self.config, model), "", None
        try:
            spec = spec_of(config, self._given_reward)
            self._pulse()
            opened = self._open(spec)
            self._pulse()
            check_fit(opened[0], self.env)
        except (WebsimError, MemoryError) as error:
            problem = str(error) or "there is no memory for it"
        problems = np.array([bool(problem)], float)
        self.comm.all_sum(problems, tag="problems of the new model")
        if opened is None or problems[0]:
            if opened:
                opened[0].close()
            self.notices.append(f"The model stays as it was: {problem or 'the new one fails in another rank'}")
            return False
        move_in(*opened, self.env, self.learner)
        self.env.close()
        self.config, (self.env, self.learner) = config, opened
        self._fingerprint = fingerprint(self.env.spec)
        self.evaluation.restart()
        return True

    @property
    def _given_reward(self) -> Reward | None:
        """The reward that was given to the run in place of its task's, if any."""
        return self.env.spec.reward if any("reward" in change for change in self.changes) else None

    def _change_reward(self, asked: Mapping[str, Any]) -> bool:
        """Whether it works for the environments of every rank; else the old one stays."""
        reward, problem = self._requests.reward(asked), ""
        try:
            try_reward(reward, self.env)
        except RewardError as error:
            problem = str(error)
        problems = np.array([bool(problem)], float)
        self.comm.all_sum(problems, tag="problems of the new reward")
        if problems[0]:
            self.notices.append(f"The reward stays as it was: {problem or 'the new one fails in another rank'}")
            return False
        self.env.spec = replace(self.env.spec, reward=reward)
        self.evaluation.restart()
        return True

    def _restore_reward(self, saved: Mapping[str, Any]) -> None:
        if "text" in saved:
            self.env.spec = replace(self.env.spec, reward=compile_reward(saved["text"]))
        elif saved["function"] != function_name(self.env.spec.reward):
            raise SnapshotError(
                f"{self.config.env}: the run's reward was changed to the function {saved['function']}, which a save "
                "does not hold; register the task with it, then go on"
            )

    def _resize(self) -> None:
        """Go on with `config.num_envs` environments: those that stay as they are, and new ones."""
        environments, learned = self._environments(), self.learner.state()
        old, (self.env, self.learner) = self.env, self._open(self.env.spec)
        self._load_environments(with_rows_of(environments, self._environments(), self.comm))
        self.learner.load_state(with_rows_of(learned, self.learner.state(), self.comm))
        divergences = np.array([old.divergences - self.env.divergences], float)
        self.comm.all_sum(divergences, tag="divergences of environments that are gone")
        if self.comm.rank == 0:
            self.env.diverged[0] += int(divergences[0])
        old.close()


def _open_learner(config: TrainConfig, env: BatchEnv, comm: Communicator, pulse: Callable[[], None]) -> Learner:
    algorithm = algorithm_of(config.algorithm)
    if not env.spec.agents:
        return algorithm.learner(config, env, comm, pulse)
    if not isinstance(config, PPOConfig):
        raise ConfigError(f"{config.env}: several agents learn with ppo, got {config.algorithm}")
    return Team(config, env, policy_groups(env.spec, env.model, env.obs_dim), comm, pulse)
