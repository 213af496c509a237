"""Evaluates a run's policy while it learns, and keeps the best and a few earlier ones.

Evaluation has environments of its own and copies of the policies, so that it changes nothing in training. The best
policy is chosen by it alone: returns of training episodes are those of exploration, of many policies in turn.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from websim.batch_env import BatchEnv
from websim.confidence import interval_of_mean
from websim.dist import Communicator
from websim.evaluate import actors_of, run_episodes
from websim.policy import Policy
from websim.spec import EnvSpec
from websim.state import State

#: Global index of the first environment of evaluations. Random numbers are drawn by it, so that no start is one of
#: training's environments, whose indices are below `config.MAX_NUM_ENVS`.
FIRST_ENV = 1 << 30
#: Checkpoints that are kept.
MAX_CHECKPOINTS = 10


class Checkpoint(NamedTuple):
    """A run's policies as they were after `global_step` steps, and how they did.

    episodic_return: mean over the evaluation's episodes; None: measured by another reward or model than the run's is
    now.
    interval: half its 95 % confidence interval. files: policy files by the policies' names.
    """

    global_step: int
    episodic_return: float | None
    interval: float
    episodic_length: float
    files: Mapping[str, bytes]

    @property
    def policies(self) -> dict[str, Policy]:
        """By name."""
        return {name: Policy.from_bytes(file, name=name) for name, file in self.files.items()}


class Evaluation:
    """One rank's part: a share of the episodes, then the same results as on every other rank."""

    def __init__(self, episodes: int, seed: int, comm: Communicator, pulse: Callable[[], None]):
        self.episodes, self.seed, self.comm, self.pulse = episodes, seed, comm, pulse
        self.best: Checkpoint | None = None
        self.last: Checkpoint | None = None
        #: In the order of their steps.
        self.checkpoints: list[Checkpoint] = []
        self._env: BatchEnv | None = None

    def evaluate(self, spec: EnvSpec, policies: Mapping[str, Policy], global_step: int) -> float:
        """Measure the policies on `spec`; the seconds that it took. Of several the first one's return counts."""
        started = time.perf_counter()
        files = {name: policy.to_bytes() for name, policy in policies.items()}
        returns, lengths = self._results(spec, files)
        self.last = Checkpoint(
            global_step, float(returns.mean()), interval_of_mean(returns), float(lengths.mean()), files
        )
        if self.best is None or self.best.episodic_return is None or returns.mean() > self.best.episodic_return:
            self.best = self.last
        self.checkpoints.append(self.last)
        if len(self.checkpoints) > MAX_CHECKPOINTS:
            del self.checkpoints[_closest([checkpoint.global_step for checkpoint in self.checkpoints])]
        return time.perf_counter() - started

    @property
    def metrics(self) -> dict[str, float | None]:
        """Of the last evaluation; None before the first."""
        last = self.last
        return {
            "eval/episodic_return": last and last.episodic_return,
            "eval/interval": last and last.interval,
            "eval/episodic_length": last and last.episodic_length,
        }

    def restart(self) -> None:
        """The reward or the model is another one: earlier returns compare with none from now on."""
        self.close()
        self.checkpoints = [checkpoint._replace(episodic_return=None) for checkpoint in self.checkpoints]
        self.best = self.best and self.best._replace(episodic_return=None)

    def state(self) -> State:
        """Best, last and kept policies, each once, with their scores."""
        named = [self.best, self.last, *self.checkpoints]
        distinct = list({id(checkpoint): checkpoint for checkpoint in named if checkpoint}.values())
        numbers = {id(checkpoint): number for number, checkpoint in enumerate(distinct)}
        shared: dict[str, Any] = {"numbers": [numbers.get(id(checkpoint)) for checkpoint in named]}
        for number, checkpoint in enumerate(distinct):
            shared[f"{number}/scores"] = list(checkpoint[:4])
            shared |= {f"{number}/files/{k}": np.frombuffer(v, np.uint8) for k, v in checkpoint.files.items()}
        return State(shared)

    def load_state(self, state: State) -> None:
        """Continue from a state."""
        read: dict[int, Checkpoint] = {}
        numbers = state.shared["numbers"]
        for number in set(numbers) - {None}:
            files = {name: data.tobytes() for name, data in state.part(f"{number}/files").shared.items()}
            step, episodic_return, interval, length = state.shared[f"{number}/scores"]
            read[number] = Checkpoint(step, episodic_return, interval, length, files)
        self.best, self.last = read.get(numbers[0]), read.get(numbers[1])
        self.checkpoints = [read[number] for number in numbers[2:]]

    def close(self) -> None:
        """Free the environments."""
        if self._env:
            self._env.close()
            self._env = None

    def _results(self, spec: EnvSpec, files: Mapping[str, bytes]) -> NDArray[np.float64]:
        """Returns and lengths [2, episodes] of all ranks' episodes, in order of their environments."""
        size = self.comm.world_size
        edges = [rank * self.episodes // size for rank in range(size + 1)]
        first, stop = edges[self.comm.rank : self.comm.rank + 2]
        # Ranks have shares of different sizes, and send equal ones.
        share = np.zeros((2, -(-self.episodes // size)))
        if stop > first:
            if self._env is None:
                self._env = BatchEnv(spec, stop - first, seed=self.seed, first_env=FIRST_ENV + first)
            # The same starts in each evaluation: then only the policy makes a difference.
            self._env.spec, self._env.episodes[:] = spec, 0
            # Copies: their normalisers and networks' activations are not training's.
            actors = actors_of(self._env, [Policy.from_bytes(file, name=name) for name, file in files.items()])
            share[:, : stop - first] = run_episodes(self._env, actors, self.pulse)
        shares = self.comm.all_gather(share, tag="evaluation")
        return np.hstack([shares[rank, :, : edges[rank + 1] - edges[rank]] for rank in range(size)])


def _closest(steps: list[int]) -> int:
    """Index of the one, neither first nor last, that is missed least: the others stay spread most evenly."""
    gaps = [steps[i + 1] - steps[i - 1] for i in range(1, len(steps) - 1)]
    return 1 + int(np.argmin(gaps))
