"""Physics alone: MuJoCo steps a second in the browser's workers, and natively from the same states and actions."""

from collections.abc import Callable
from functools import partial
from statistics import geometric_mean, median
from typing import Any

import numpy as np
from playwright.sync_api import Page

from lab import Lab, build_measuring_page
from native_physics import EngineThreads, MujocoRollout, Work, draw_work, first_observations
from serve import SiteServer, serving
from websim.mjcf import load_model
from websim.tasks import get_spec

ENVS_PER_RANK = 64
PHYSICS_TASKS = ("InvertedPendulum-v5", "Hopper-v5", "HalfCheetah-v5")
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
    with serving(SiteServer(build_measuring_page())) as address, lab.browser() as browser:
        page = browser.new_page()
        page.goto(address)
        for threads in (2, 1):
            tasks = {name: _measure_task(page, name, threads) for name in PHYSICS_TASKS}
            ratio = geometric_mean(task["ratio"] for task in tasks.values())
            figures[f"threads_{threads}"] = {"tasks": tasks, "ratio": ratio}
    return figures


def _measure_task(page: Page, name: str, threads: int) -> dict[str, Any]:
    works = [draw_work(get_spec(name), ENVS_PER_RANK, CONTROL_STEPS, rank) for rank in range(threads)]
    native = MujocoRollout(works)
    in_browser = page.evaluate("(jobs) => physics.open(jobs)", [_job(work) for work in works])
    _check_agreement(works, native, in_browser)
    sides: dict[str, Callable[[float], float]] = {
        "browser": partial(_browser_steps, page, works),
        "mujoco_rollout": native.steps_per_second,
        "websim_native": EngineThreads(works).steps_per_second,
    }
    rounds: dict[str, list[float]] = {side: [] for side in sides}
    for i in range(ROUNDS):
        # Who comes first changes, so that a drift of the machine's speed favours nobody.
        for side in list(sides)[:: 1 if i % 2 == 0 else -1]:
            rounds[side].append(sides[side](SECONDS))
    pairs = zip(rounds["browser"], rounds["mujoco_rollout"], strict=True)
    medians = {side: median(rates) for side, rates in rounds.items()}
    return {**medians, "ratio": median(ours / theirs for ours, theirs in pairs), "all_rounds": rounds}


def _job(work: Work) -> dict[str, Any]:
    """As bench/browser/job.ts describes it."""
    program = work.engine.program
    return {
        "xml": load_model(work.spec.model).xml,
        "numEnvs": work.engine.num_envs,
        "program": list(program.data),
        "obsDim": program.obs_dim,
        "signalDim": program.signal_dim,
        "qpos": work.qpos.ravel().tolist(),
        "qvel": work.qvel.ravel().tolist(),
        "actions": work.actions.ravel().tolist(),
        "controlSteps": len(work.actions),
    }


def _browser_steps(page: Page, works: list[Work], seconds: float) -> float:
    result = page.evaluate("([ranks, seconds]) => physics.run(ranks, seconds)", [len(works), seconds])
    per_control_step = works[0].engine.num_envs * works[0].spec.frame_skip
    return result["controlSteps"] * per_control_step / result["seconds"]


def _check_agreement(works: list[Work], native: MujocoRollout, in_browser: list[list[float]]) -> None:
    """All sides must step the same physics, or their speeds say nothing of each other."""
    for rank, work in enumerate(works):
        ours = first_observations(work)
        theirs = np.reshape(in_browser[rank], ours.shape)
        np.testing.assert_allclose(theirs, ours, rtol=1e-5, atol=1e-6, err_msg=f"{work.spec.name}: browser, native")
    positions = np.concatenate([work.engine.get_state()[0] for work in works])
    name = f"{works[0].spec.name}: mujoco.rollout, websim"
    np.testing.assert_allclose(native.first_positions(), positions, rtol=1e-9, atol=1e-12, err_msg=name)
