"""What runs of websim reach natively with the settings that tasks are tuned for, beside published results."""

import multiprocessing
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any, NamedTuple

import websim
from websim.evaluate import evaluate

SEEDS = (1, 2, 3)
#: At once, of one rank each: seeds keep all of two cores busy without waiting for each other.
PROCESSES = 2
EVALUATION_EPISODES = 20
#: Of evaluations, apart from those of training.
EVALUATION_SEED = 10_000


class Job(NamedTuple):
    """published: mean returns by who published them; settings: beside those that the task is tuned for."""

    env: str
    algorithm: str = "ppo"
    total_steps: int = 1_000_000
    published: dict[str, float] = {}  # noqa: RUF012 (never written to)
    settings: dict[str, Any] = {}  # noqa: RUF012


#: Published after 1M steps, on v3 or v4 of the tasks: CleanRL's ppo_continuous_action.py, Tianshou's PPO, and for
#: Swimmer Stable-Baselines3's RL Zoo, whose discount it is.
JOBS = {
    "InvertedDoublePendulum-v5": Job("InvertedDoublePendulum-v5", published={"Tianshou": 9231}),
    "Reacher-v5": Job("Reacher-v5", published={"Tianshou": -4.1}),
    "Swimmer-v5": Job("Swimmer-v5", published={"RL Zoo": 282}, settings={"gamma": 0.9999}),
    "HalfCheetah-v5": Job("HalfCheetah-v5", published={"CleanRL": 1443, "Tianshou": 5784}),
    "Hopper-v5": Job("Hopper-v5", published={"CleanRL": 2383, "Tianshou": 2609}),
    "Walker2d-v5": Job("Walker2d-v5", published={"CleanRL": 2288, "Tianshou": 3589}),
    "Ant-v5": Job("Ant-v5", published={"Tianshou": 3258}),
    "Humanoid-v5": Job("Humanoid-v5", published={"CleanRL": 716, "Tianshou": 787}),
    "HalfCheetah-v5 sac": Job("HalfCheetah-v5", "sac", 300_000),
    "Swimmer-v5 ars": Job("Swimmer-v5", "ars"),
    "HalfCheetah-v5 ars": Job("HalfCheetah-v5", "ars"),
}
TASKS = tuple(JOBS)


def measure(tasks: Sequence[str] = TASKS) -> Iterator[tuple[str, dict[str, Any]]]:
    """Of each task, as soon as its seeds are done: returns by seed, in training and deterministic, and times."""
    # A fresh interpreter each: what a parent with threads and a browser has open is no good to a child.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(PROCESSES, mp_context=context) as processes:
        runs = {task: [processes.submit(_run, JOBS[task], seed) for seed in SEEDS] for task in tasks}
        for task, seeds in runs.items():
            results = [seed.result() for seed in seeds]
            yield (
                task,
                {
                    "algorithm": JOBS[task].algorithm,
                    "total_steps": JOBS[task].total_steps,
                    "seeds": SEEDS,
                    "training": [result["training"] for result in results],
                    "evaluation": [result["evaluation"] for result in results],
                    "published": JOBS[task].published,
                    "processor_seconds": sum(result["processor_seconds"] for result in results) / len(results),
                },
            )


def _run(job: Job, seed: int) -> dict[str, float]:
    """Mean return of the last 100 training episodes, and of deterministic ones afterwards; processor time."""
    begun = time.process_time()
    run = websim.train(
        job.env,
        algorithm=job.algorithm,
        total_steps=job.total_steps,
        seed=seed,
        eval_every=0,
        **job.settings,
    )
    processor_seconds = time.process_time() - begun
    returns, _ = evaluate(run.policy, episodes=EVALUATION_EPISODES, seed=EVALUATION_SEED + seed)
    return {
        "training": run.history[-1]["charts/episodic_return"],
        "evaluation": float(returns.mean()),
        "processor_seconds": processor_seconds,
    }
