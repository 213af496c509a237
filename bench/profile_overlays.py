"""What the numbers of an overlay cost the followed environment, beside its control step: microseconds, medians.

usage: python bench/profile_overlays.py
"""

import ctypes
import time
from statistics import median

import numpy as np

import websim
from websim.engine.native import NativeEngine

TASKS = ("HalfCheetah-v5", "Humanoid-v5")
STEPS = 1000


def measure(task: str) -> tuple[float, float]:
    """Microseconds of a control step of one environment, and of its overlay."""
    envs = websim.make_vec(task, num_envs=1, seed=0)
    envs.reset()
    engine = envs._env.engine
    assert isinstance(engine, NativeEngine)
    library, actions = engine._library, np.zeros((1, engine.program.action_dim), np.float32)
    overlay = np.zeros(library.ws_overlay_size(ctypes.c_void_p(engine._models[0]._address)), np.float32)
    pointers = (overlay.ctypes.data, engine._rows_at, actions.ctypes.data, None, engine._worlds_at)
    arguments = [ctypes.c_void_p(at) for at in pointers]
    rng, times = np.random.default_rng(0), []
    for episode in range(STEPS):
        actions[:] = rng.uniform(-0.4, 0.4, actions.shape)
        marks = [time.perf_counter()]
        engine.step(actions)
        marks.append(time.perf_counter())
        library.ws_row_overlay(*arguments)
        marks.append(time.perf_counter())
        times.append(np.diff(marks))
        if engine.flags[0]:
            engine.reset(np.ones(1, np.uint8), np.full(1, episode, np.uint32), 0, 0)
    envs.close()
    step, over = (1e6 * median(column) for column in zip(*times, strict=True))
    return step, over


if __name__ == "__main__":
    for task in TASKS:
        step, over = measure(task)
        print(f"{task}: control step {step:.1f} us, overlay {over:.1f} us, {over / step:.0%}")
