"""Times of the network kernels, natively or, through `network_kernels.mjs`, on the WebAssembly that the page runs.

usage: python bench/network_kernels.py
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from itertools import pairwise

import numpy as np

from websim.distributions import Gaussian
from websim.kernels import bind, tiles
from websim.network import Mlp

#: (hidden layers, samples): PPO's and SAC's.
SHAPES = (((64, 64), 512), ((64, 64), 2048), ((256, 256), 256))
INPUTS, OUTPUTS = 17, 6
PARAMETERS = 11_000


def least_seconds(call: Callable[[], None], rounds: int = 300) -> float:
    """Of one call: the least mean of rounds of about 3 ms, after 0.3 s in which a browser compiles it well."""
    start, calls = time.perf_counter(), 0
    while time.perf_counter() - start < 0.3:
        call()
        calls += 1
    repeats = max(1, calls // 100)
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        for _ in range(repeats):
            call()
        times.append((time.perf_counter() - start) / repeats)
    return min(times)


def mlp_lines() -> list[str]:
    """Forward and backward pass, in GFLOP/s of multiplications and additions."""
    lines = []
    for hidden, count in SHAPES:
        net = Mlp((INPUTS, *hidden, OUTPUTS))
        rng = np.random.default_rng(0)
        params = net.initialize(rng, 0.01)
        x, out, stored = tiles(count, INPUTS), tiles(count, OUTPUTS), tiles(count, net.hidden)
        x[:], dout = rng.normal(size=x.shape), np.ones_like(out)
        forward = net.forward_pass(params, out, stored, x)
        backward = net.backward_pass(params, np.zeros_like(params), dout, stored, x)
        weights = sum(i * o for i, o in pairwise(net.widths.tolist()))
        for name, call, flop in (
            ("forward", forward, 2 * count * weights),
            ("backward", backward, 2 * count * (2 * weights - INPUTS * hidden[0])),
        ):
            seconds = least_seconds(partial(call, count))
            what = f"{name:9}{hidden!s:12}{count:5} samples"
            lines.append(f"{what} {seconds * 1e6:8.0f} us {flop / seconds / 1e9:6.1f} GFLOP/s")
    return lines


def other_lines() -> list[str]:
    """What else a minibatch of 512 samples costs."""
    count, features = 512, INPUTS + OUTPUTS + 3
    rows, batch = np.ones((8192, features), np.float32), tiles(count, features)
    index = np.random.default_rng(0).permutation(8192)[:count].astype(np.int32)
    gather = bind("gather_tiles", batch, rows, index, count, features)
    bounds = np.ones(OUTPUTS, np.float32)
    outputs, value, log_std = tiles(count, OUTPUTS), tiles(count, 1), np.zeros(OUTPUTS, np.float32)
    gradients = np.zeros_like(outputs), np.zeros_like(value), np.zeros_like(log_std)
    loss = Gaussian(-bounds, bounds).ppo_loss(
        gradients, np.zeros(5), batch, outputs, value, log_std, (0.2, 0.5, 0.0), INPUTS
    )
    params, first, second, gradient = np.full((4, PARAMETERS), 1e-3, np.float32)
    coefficients = 1e-3, 0.9, 0.999, 1e-5, 0.5, 0.5, 0.5, PARAMETERS
    adam = bind("adam", params, first, second, gradient, *coefficients)
    calls = {"gather": gather, "loss": lambda: loss(1 / count, count), f"adam {PARAMETERS}": adam}
    return [f"{name:26} {least_seconds(call) * 1e6:15.1f} us" for name, call in calls.items()]


def main() -> None:
    """Print a line for each kernel and shape."""
    print("\n".join(mlp_lines() + other_lines()))


if __name__ == "__main__":
    main()
