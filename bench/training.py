"""PPO on HalfCheetah, environment steps a second with learning: the page, native websim, Stable-Baselines3 and sbx."""

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, closing
from statistics import median
from typing import Any, NamedTuple

from lab import Lab, train_for
from native_training import TASK, Iteration, OtherTrainer, iterations_of, train_natively
from rounds import take_turns

#: A page is slower while its browser still compiles, and so is JAX.
ROUNDS, SECONDS, WARM_UP = 2, 10.0, 3.0
RANKS = 2


class Work(NamedTuple):
    """What all trainers do alike, beside two layers of 64 with tanh, which are everybody's default."""

    num_envs: int
    num_steps: int
    batch_size: int
    epochs: int = 10
    learning_rate: float = 3e-4

    @property
    def of_websim(self) -> dict[str, Any]:
        """Endless, and without early stop and evaluations: every iteration does the same work."""
        return {
            "num_envs": self.num_envs,
            "num_steps": self.num_steps,
            "num_minibatches": self.num_envs * self.num_steps // self.batch_size,
            "update_epochs": self.epochs,
            "learning_rate": self.learning_rate,
            "target_kl": 0,
            "eval_every": 0,
            "total_steps": 10**9,
        }

    @property
    def of_others(self) -> dict[str, Any]:
        return {
            "n_steps": self.num_steps,
            "batch_size": self.batch_size,
            "n_epochs": self.epochs,
            "learning_rate": self.learning_rate,
        }


#: A view in which no robot is drawn.
UNDRAWN = "?view=reward"

#: Trainers are compared in the first; the second has the usual number of environments, and ranks are compared there.
WORKS = {"envs_16": Work(16, 128, 512), "envs_64": Work(64, 128, 2048)}
OTHERS = {"sb3": "stable_baselines3", "sbx": "sbx"}
DEFAULT_ENVS_SB3 = 8


def measure(lab: Lab) -> dict[str, Any]:
    """Of each work, and of everyone's defaults: medians over all iterations of all rounds."""
    works = {name: work._asdict() | {"trainers": _same_work(lab, work)} for name, work in WORKS.items()}
    default = _defaults(lab)
    return {"task": TASK, "ranks": RANKS, "rounds": ROUNDS, "seconds": SECONDS, "works": works, "default": default}


def _same_work(lab: Lab, work: Work) -> dict[str, Any]:
    with ExitStack() as stack:
        trainers: dict[str, Callable[[], list[Iteration]]] = {}
        for ranks in (RANKS, 1):
            trainers |= _websim(lab, {**work.of_websim, "ranks": ranks}, f"{ranks}")
            trainers[f"undrawn_{ranks}"] = _page(lab, {**work.of_websim, "ranks": ranks}, UNDRAWN)
        trainers["websim_apart"] = lambda: _apart(work.of_websim)
        for name, library in OTHERS.items():
            for threads in ("own", "one"):
                other = OtherTrainer(library, work.num_envs, work.of_others, one_thread=threads == "one")
                trainers[f"{name}_{threads}"] = _for_a_round(stack.enter_context(closing(other)))
        return _measured(trainers)


def _defaults(lab: Lab) -> dict[str, Any]:
    # One thread is never slower with batches of 64, and much faster when a core is busy.
    with closing(OtherTrainer("stable_baselines3", DEFAULT_ENVS_SB3, {}, one_thread=True)) as sb3:
        return _measured({**_websim(lab, {"ranks": RANKS}, f"{RANKS}"), "sb3_one": _for_a_round(sb3)})


def _websim(lab: Lab, settings: dict[str, Any], name: str) -> dict[str, Callable[[], list[Iteration]]]:
    def natively() -> list[Iteration]:
        return iterations_of(train_natively({"env": TASK, **settings}, SECONDS), WARM_UP)

    return {f"page_{name}": _page(lab, settings), f"websim_{name}": natively}


def _page(lab: Lab, settings: dict[str, Any], query: str = "") -> Callable[[], list[Iteration]]:
    def train() -> list[Iteration]:
        # Closed before others take their turn: a page goes on drawing its robot.
        with lab.ready_page(query) as page:
            return iterations_of(train_for(page, {"env": TASK, **settings}, SECONDS), WARM_UP)

    return train


def _apart(settings: dict[str, Any]) -> list[Iteration]:
    """Two runs of one rank at once that know nothing of each other: all that two ranks could reach on this machine."""
    request = {"env": TASK, **settings}
    with ProcessPoolExecutor(RANKS, mp_context=multiprocessing.get_context("spawn")) as processes:
        runs = [processes.submit(train_natively, request, SECONDS) for _ in range(RANKS)]
        pairs = zip(*(iterations_of(run.result(), WARM_UP) for run in runs), strict=False)
    return [Iteration(a.rate + b.rate, (a.rollout_share + b.rollout_share) / 2) for a, b in pairs]


def _for_a_round(trainer: OtherTrainer) -> Callable[[], list[Iteration]]:
    return lambda: trainer.train(WARM_UP, SECONDS)


def _measured(trainers: dict[str, Callable[[], list[Iteration]]]) -> dict[str, Any]:
    rounds = take_turns(trainers, ROUNDS)
    return {name: _summary([sample for samples in lists for sample in samples]) for name, lists in rounds.items()}


def _summary(samples: list[Iteration]) -> dict[str, Any]:
    return {
        "rate": median(sample.rate for sample in samples),
        "rollout_share": median(sample.rollout_share for sample in samples),
        "iterations": len(samples),
    }
