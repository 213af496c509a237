"""What is asked of a run while it goes on: checked on rank 0, applied by all ranks in the same iteration."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from websim.algorithms import Learner
from websim.batch_env import BatchEnv
from websim.config import TrainConfig
from websim.errors import ConfigError, RewardError
from websim.live.model_swap import checked_model, with_model
from websim.live.reward_text import compile_reward, try_reward
from websim.spec import Reward

#: A change as ranks send it, JSON: `settings` by name, perhaps a `model` (`models.packed_model`), perhaps `reward`,
#: {"text": ...} or {"function": its name, "number": where `Requests` has it}, and perhaps `pushed`: true.
Change = dict[str, Any]


class Requests:
    """The changes that are still to be applied. Ranks that are threads share it, for the sake of functions."""

    def __init__(self) -> None:
        self._functions: list[Reward] = []
        self._waiting: list[Change] = []
        self._asked: TrainConfig | None = None

    def add(
        self,
        changes: Mapping[str, Any],
        config: TrainConfig,
        env: BatchEnv,
        learner: Learner,
        reward: Reward | None = None,
    ) -> TrainConfig:
        """Check changes to a run of `config`; the config as it will be. Raises ConfigError, ModelError or RewardError.

        reward: the one that the run was given in place of its task's, if any.
        """
        settings = {name: value for name, value in changes.items() if name not in ("reward", "model", "pushed")}
        asked = (self._asked or config).changed(settings)
        if "total_steps" in settings and asked.total_steps <= learner.global_step:
            raise ConfigError(
                f"total_steps: expected more than the {learner.global_step} steps that are done, "
                f"got {asked.total_steps}; to end the run, stop it"
            )
        if asked.num_envs != config.num_envs and learner.state().logs:
            raise ConfigError(
                f"num_envs: {config.algorithm} keeps a memory of each environment, so their number cannot change "
                "while a run goes on; start another run"
            )
        change: Change = {"settings": {name: getattr(asked, name) for name in settings}}
        if "reward" in changes and "model" in changes:
            raise ConfigError("model: expected it alone, got a reward too; change one after the other")
        if "reward" in changes:
            change["reward"] = self._reward(changes["reward"], env)
        if "model" in changes:
            change["model"] = checked_model(changes["model"], asked, env, reward)
            asked = with_model(asked, change["model"])
        if changes.get("pushed"):
            change["pushed"] = True
        self._waiting.append(change)
        self._asked = asked
        return asked

    def take(self) -> list[Change] | None:
        """Those that wait, in order; None when there are none."""
        if not self._waiting:
            return None
        waiting, self._waiting, self._asked = self._waiting, [], None
        return waiting

    def reward(self, asked: Mapping[str, Any]) -> Reward:
        """The function of a change's `reward`."""
        return compile_reward(asked["text"]) if "text" in asked else self._functions[asked["number"]]

    def _reward(self, reward: Any, env: BatchEnv) -> dict[str, Any]:
        if isinstance(reward, str):
            try_reward(compile_reward(reward), env)
            return {"text": reward}
        if not callable(reward):
            raise RewardError(f"reward: expected a function or its text, got {reward!r}")
        try_reward(reward, env)
        self._functions.append(reward)
        return {"function": function_name(reward), "number": len(self._functions) - 1}


def function_name(function: Callable[..., Any] | None) -> str:
    """Module and name, for the record."""
    return f"{getattr(function, '__module__', '')}.{getattr(function, '__qualname__', repr(function))}"
