"""Where the time of `env_loop.EnvLoop` goes, in a rank of the measuring page."""

import time
from collections.abc import Callable
from typing import Any

import kernel_clock

from env_loop import EnvLoop


def profile_loop(task: str, num_envs: int, seconds: float, rank: int) -> dict[str, float]:
    """Microseconds of an environment step: kernel (MuJoCo and ours), copies (and calls out of Python), reward, rest."""
    loop = EnvLoop(task, num_envs, rank)
    engine, spent = loop.env.engine, {"engine": 0.0, "reward": 0.0}

    def timed(part: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            begun = time.perf_counter()
            result = function(*arguments)
            spent[part] += time.perf_counter() - begun
            return result

        return call

    for name in ("step", "reset"):
        setattr(engine, name, timed("engine", getattr(engine, name)))
    assert loop.env.spec.reward is not None
    object.__setattr__(loop.env.spec, "reward", timed("reward", loop.env.spec.reward))
    before = kernel_clock.seconds()
    taken, elapsed = loop.run(seconds)
    kernel = kernel_clock.seconds() - before
    loop.env.close()
    parts = {
        "kernel": kernel,
        "copies": spent["engine"] - kernel,
        "reward": spent["reward"],
        "rest": elapsed - spent["engine"] - spent["reward"],
    }
    return {part: 1e6 * value / taken for part, value in parts.items()}
