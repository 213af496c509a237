"""The policy that a person watches: one environment of its own, stepped beside training in about real time.

Its poses are recorded where the followed environment's would be: the viewer follows `ENV`. It belongs to rank 0 alone
and takes part in nothing that ranks share.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from websim.batch_env import BatchEnv
from websim.errors import ConfigError
from websim.evaluate import Actor, act, actors_of
from websim.policy import Policy
from websim.spec import EnvSpec

if TYPE_CHECKING:
    from websim.session import Session

#: Global index of the environment, by which its random numbers are drawn: neither training nor evaluation has it.
ENV = 1 << 29
#: Share of the time that showing may take from training, and of a worker that does nothing else.
BESIDE_TRAINING, ALONE = 0.04, 0.5
#: Control steps at a time: the viewer keeps the last 512.
MOST_STEPS = 256


class Shown:
    """`policies`, by name, act deterministically; one episode follows the other."""

    def __init__(
        self,
        spec: EnvSpec,
        seed: int,
        policies: Mapping[str, Policy],
        *,
        clock: Callable[[], float] = time.perf_counter,
    ):
        self._seed = seed
        self._open(spec, policies)
        self._clock, self._now = clock, clock()
        #: Seconds that the shown robot is behind the clock.
        self._behind = 0.0

    def watch(self, policies: Mapping[str, Policy]) -> None:
        """Let these act from now on. Raises ConfigError when they are not the task's."""
        self._actors: list[Actor] = actors_of(self._env, list(policies.values()))

    def follow(self, spec: EnvSpec, policies: Mapping[str, Policy] | None = None) -> None:
        """Go on in the task as it is now, its model perhaps another; policies: None: those that act."""
        policies = policies or {policy.name: policy for _, policy in self._actors}
        if self._env.spec.model == spec.model:
            self.watch(policies)
        else:
            self._env.close()
            self._open(spec, policies)

    def _open(self, spec: EnvSpec, policies: Mapping[str, Policy]) -> None:
        # Nobody is rewarded here.
        self._env = BatchEnv(replace(spec, reward=None), 1, seed=self._seed, first_env=ENV)
        try:
            self.watch(policies)
        except BaseException:
            self._env.close()
            raise
        self._actions = np.zeros((1, self._env.action_dim), np.float32)
        #: Seconds of a control step.
        self.period = spec.frame_skip * self._env.model.timestep

    def advance(self, share: float = BESIDE_TRAINING) -> int:
        """Step for the time that passed since the last call, using at most `share` of it; the control steps done.

        What does not fit is left out: the robot is then slower than real time.
        """
        now = self._clock()
        passed, self._now = now - self._now, now
        self._behind += passed
        due = min(int(self._behind / self.period), MOST_STEPS)
        done = 0
        while done < due and self._clock() - now < share * passed:
            act(self._env, self._actors, self._actions)
            step = self._env.step(self._actions)
            if step.any_ended:
                self._env.reset_ended(step.ended)
            done += 1
        self._behind = self._behind - done * self.period if done == due < MOST_STEPS else 0.0
        return done

    def close(self) -> None:
        """Free the environment."""
        self._env.close()


def policies_of(session: Session, which: Any) -> dict[str, Policy]:
    """A run's policies by name: "latest", "best" or {"checkpoint": its global_step}.

    Raises ConfigError when there are none.
    """
    evaluation = session.evaluation
    if which == "latest":
        return session.policies
    if which == "best":
        if evaluation.best is None:
            raise ConfigError(
                "best: there is no best policy before the first evaluation, "
                f"and evaluations come every {session.config.eval_every} steps (0: never)"
            )
        return evaluation.best.policies
    kept = {checkpoint.global_step: checkpoint for checkpoint in evaluation.checkpoints}
    step = which.get("checkpoint") if isinstance(which, dict) else which
    if not isinstance(step, int) or step not in kept:
        known = ", ".join(map(str, kept)) or "none, before the first evaluation"
        raise ConfigError(f"checkpoint: expected the steps of one that is kept ({known}), got {step!r}")
    return kept[step].policies
