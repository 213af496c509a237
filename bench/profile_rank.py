"""Where the time of PPO goes in a rank of a run, in the measuring page."""

import time
from collections.abc import Callable
from statistics import median
from typing import Any

import websim_host

from websim.config import TrainConfig
from websim.dist import Communicator, WorkerCommunicator
from websim.session import Session

ITERATIONS = 20


def profile_training(settings: dict[str, Any], rank: int) -> dict[str, list[float]]:
    """Median and least microseconds of the parts of control steps and minibatches, and of the whole ones."""
    config: Any = TrainConfig.from_mapping(settings)
    comm = WorkerCommunicator(rank, config.ranks) if config.ranks > 1 else Communicator()
    session = Session(config, comm, lambda: websim_host.pulse() and None)
    session.iterate()
    spent: dict[str, list[float]] = {}
    learner: Any = session.learner
    _time(spent, "control step: engine", learner.env.engine, "step")
    _time(spent, "control step: environments, engine included", learner.env, "step")
    _time(spent, "control step: actions", learner, "act")
    _time(spent, "minibatch: gradient", learner, "_gradient_of")
    _time(spent, "minibatch: sum over ranks", learner.comm, "all_sum")
    _time(spent, "minibatch: Adam", learner, "_adam")
    for _ in range(ITERATIONS):
        metrics = session.iterate()
        minibatches = config.update_epochs * config.num_minibatches
        spent.setdefault("control step", []).append(metrics["time/rollout"] / config.num_steps)
        spent.setdefault("minibatch", []).append(metrics["time/update"] / minibatches)
    session.close()
    return {part: [1e6 * median(seconds), 1e6 * min(seconds)] for part, seconds in spent.items()}


def _time(spent: dict[str, list[float]], part: str, owner: Any, name: str) -> None:
    function: Callable[..., Any] = getattr(owner, name)

    def call(*arguments: Any, **named: Any) -> Any:
        begun = time.perf_counter()
        result = function(*arguments, **named)
        spent.setdefault(part, []).append(time.perf_counter() - begun)
        return result

    setattr(owner, name, call)
