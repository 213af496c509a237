"""PPO natively: websim's ranks as threads, and other libraries in processes of their own. Each gives its iterations."""

import json
import os
import subprocess
import sys
import threading
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import websim

TASK = "HalfCheetah-v5"
_ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
}


class Iteration(NamedTuple):
    """rate: environment steps/s of rollout, update and what lies between; rollout_share: of its time, in 0..1."""

    rate: float
    rollout_share: float


def iterations_of(history: list[dict[str, Any]], warm_up: float) -> list[Iteration]:
    """A run's iterations from its metrics, those of the first `warm_up` seconds left out."""
    return [
        Iteration(
            (now["global_step"] - before["global_step"]) / (now["time/elapsed"] - before["time/elapsed"]),
            now["time/rollout"] / (now["time/rollout"] + now["time/update"]),
        )
        for before, now in pairwise(history)
        if before["time/elapsed"] >= warm_up
    ]


def train_natively(settings: dict[str, Any], seconds: float) -> list[dict[str, Any]]:
    """Metrics of a run of websim that is stopped after `seconds`."""
    stop = threading.Event()
    timer = threading.Timer(seconds, stop.set)
    timer.start()
    try:
        return websim.train(**settings, stop=stop).history
    finally:
        timer.cancel()


class OtherTrainer:
    """`bench/trainer_process.py` with a library and as many threads as it takes by itself, or one.

    A process each, because threads are chosen when a library is loaded. It waits while others are measured.
    """

    def __init__(self, library: str, num_envs: int, settings: dict[str, Any], *, one_thread: bool):
        order = {"library": library, "task": TASK, "num_envs": num_envs, "settings": settings}
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("trainer_process.py")), json.dumps(order)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | (_ONE_THREAD if one_thread else {}),
        )

    def train(self, warm_up: float, seconds: float) -> list[Iteration]:
        """Its iterations from `warm_up` seconds on until `seconds` are over; at least two."""
        assert self._process.stdin
        assert self._process.stdout
        print(warm_up, seconds, file=self._process.stdin, flush=True)
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f"bench: the trainer ended with code {self._process.wait()}; its message is above")
        return [Iteration(*sample) for sample in json.loads(answer)]

    def close(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()
