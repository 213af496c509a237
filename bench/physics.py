"""Physics alone: MuJoCo steps a second in the browser's workers, and natively from the same states and actions."""

from collections.abc import Callable
from functools import partial
from statistics import geometric_mean, median
from typing import Any

import numpy as np
from playwright.sync_api import Page

from lab import Lab
from native_physics import EngineThreads, MujocoRollout, Work, draw_work, first_observations, physics_spec
from rounds import paired_ratio, take_turns
from websim.models.mjcf import load_model

ENVS_PER_RANK = 64
PHYSICS_TASKS = ("InvertedPendulum-v5", "Hopper-v5", "HalfCheetah-v5", "Ant-v5", "Humanoid-v5")
#: Control steps from a start state until the next start.
CONTROL_STEPS = 50
ROUNDS, SECONDS = 5, 1.2


def measure(lab: Lab) -> dict[str, Any]:
    """Medians in MuJoCo steps/s by threads and task, and the median over rounds of browser / native."""
    figures: dict[str, Any] = {
        "envs_per_rank": ENVS_PER_RANK,
        "control_steps": CONTROL_STEPS,
        "rounds": ROUNDS,
        "seconds": SECONDS,
    }
    with lab.measuring_page() as page:
        for threads in (2, 1):
            tasks = {name: _measure_task(page, name, threads) for name in PHYSICS_TASKS}
            ratio = geometric_mean(task["ratio"] for task in tasks.values())
            figures[f"threads_{threads}"] = {"tasks": tasks, "ratio": ratio}
    return figures


def _measure_task(page: Page, name: str, threads: int) -> dict[str, Any]:
    works = [draw_work(physics_spec(name), ENVS_PER_RANK, CONTROL_STEPS, rank) for rank in range(threads)]
    native = MujocoRollout(works)
    in_browser = page.evaluate("(jobs) => physics.open(jobs)", [_job(work) for work in works])
    _check_agreement(works, native, in_browser)
    runs: dict[str, Callable[[int], float]] = {
        "browser": lambda passes: page.evaluate("([n, passes]) => physics.run(n, passes)", [threads, passes]),
        "mujoco_rollout": native.run,
        "websim_native": EngineThreads(works).run,
    }
    steps_of_pass = threads * ENVS_PER_RANK * CONTROL_STEPS * works[0].spec.frame_skip
    rounds = take_turns({side: partial(_rate, run, steps_of_pass, _passes(run)) for side, run in runs.items()}, ROUNDS)
    medians = {side: median(rates) for side, rates in rounds.items()}
    return {**medians, "ratio": paired_ratio(rounds["browser"], rounds["mujoco_rollout"]), "all_rounds": rounds}


def _passes(run: Callable[[int], float]) -> int:
    """How many fill a round."""
    run(1)
    return max(1, round(SECONDS / run(1)))


def _rate(run: Callable[[int], float], steps_of_pass: int, passes: int) -> float:
    return passes * steps_of_pass / run(passes)


def _job(work: Work) -> dict[str, Any]:
    """As bench/browser/job.ts describes it."""
    program = work.engine.program
    return {
        "xml": load_model(work.spec.model).xml,
        "numEnvs": work.engine.num_envs,
        "program": list(program.data),
        "obsDim": program.obs_dim,
        "signalDim": program.signal_dim,
        "rowSize": program.layout.size,
        "qpos": work.qpos.ravel().tolist(),
        "qvel": work.qvel.ravel().tolist(),
        "actions": work.actions.ravel().tolist(),
        "controlSteps": len(work.actions),
    }


def _check_agreement(works: list[Work], native: MujocoRollout, in_browser: list[list[float]]) -> None:
    """All sides must step the same physics, or their speeds say nothing of each other."""
    for rank, work in enumerate(works):
        ours = first_observations(work)
        theirs = np.reshape(in_browser[rank], ours.shape)
        np.testing.assert_allclose(theirs, ours, rtol=1e-5, atol=1e-6, err_msg=f"{work.spec.name}: browser, native")
    positions = np.concatenate([work.engine.get_state()[0] for work in works])
    name = f"{works[0].spec.name}: mujoco.rollout, websim"
    np.testing.assert_allclose(native.first_positions(), positions, rtol=1e-9, atol=1e-12, err_msg=name)
