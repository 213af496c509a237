"""The network kernels: typed calls into a shared library, the same natively and in Pyodide.

Batches live in *tiles*, [ceil(N / 64), features, 64] float32 (see `wasm_build/kernels/shapes.h`).
These functions check nothing: callers hold shapes, dtypes (float32 unless said) and contiguity.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from websim.errors import WebsimError

TILE = 64

#: [ceil(N / 64), features, 64]
Tiles = NDArray[np.float32]

_P, _I, _U, _F, _D = ctypes.c_void_p, ctypes.c_int32, ctypes.c_uint32, ctypes.c_float, ctypes.c_double

#: Kernels of so few microseconds that giving up Python's lock, which ranks then wait for, costs more.
_BRIEF = ("gather_tiles", "gaussian_sample", "categorical_sample", "normalize", "add_moments", "adam")

_SIGNATURES: dict[str, list] = {
    "gather_tiles": [_P, _P, _P, _I, _I],
    "tiles_to_rows": [_P, _P, _I, _I],
    "mlp_forward": [_P] * 5 + [_I] * 4,
    "mlp_backward": [_P] * 8 + [_I] * 4,
    "gaussian_sample": [_P] * 8 + [_U, _U] + [_I] * 4 + [_U],
    "categorical_sample": [_P] * 4 + [_U, _U] + [_I] * 5 + [_U],
    "discount": [_P] * 4 + [_F, _I, _I],
    "ppo_loss_gaussian": [_P] * 8 + [_F] * 3 + [_I, _I, _F, _I],
    "ppo_loss_categorical": [_P] * 6 + [_F] * 3 + [_I, _I, _F, _I],
    "ppo_gradient": [_P] * 13 + [_I] * 7 + [_F] * 3 + [_P, _F, _I],
    "gae": [_P] * 6 + [_F, _F, _I, _I],
    "shuffle": [_P] * 4 + [_U, _U] + [_I] * 2 + [_U, _U],
    "adam": [_P] * 4 + [_F] * 7 + [_I],
    "sac_sample": [_P] * 5 + [_U] * 3 + [_I] * 2 + [_U, _I],
    "sac_sample_backward": [_P] * 5 + [_I] * 3 + [_F, _I],
    "sac_critic_loss": [_P] * 9 + [_I] + [_F] * 3 + [_I],
    "sac_actor_loss": [_P] * 6 + [_F] * 2 + [_I],
    "sac_polyak": [_P, _P, _I, _F],
    "add_moments": [_P, _P, _P, _D, _I, _I],
    "meet": [_P, _D, _I, _I],
    "sum_ranks": [_P] * 4 + [_D] + [_I] * 3,
    "normalize": [_P] * 4 + [_F, _I, _I, _I],
    "perturb": [_P] * 3 + [_U, _U] + [_I] * 3 + [_U],
    "sum_noise": [_P] * 2 + [_U, _U] + [_I] * 2 + [_U],
    "forward_each": [_P] * 5 + [_I] * 4,
}


def library_path(name: str) -> Path:
    """Path of the native library `name` ("net" or "physics")."""
    path = Path(__file__).parent / "_lib" / f"libwebsim_{name}.so"
    if not path.exists():
        raise WebsimError(f"kernels: {path.name} is not built; run `make build`")
    return path


@cache
def library() -> ctypes.CDLL:
    """The network kernels of this platform."""
    if sys.platform == "emscripten":
        import websim_host

        path = websim_host.net_library()
    else:
        path = str(library_path("net"))
    net, brief = ctypes.CDLL(path), ctypes.PyDLL(path)
    for name, argtypes in _SIGNATURES.items():
        function = getattr(brief if name in _BRIEF else net, f"ws_{name}")
        function.argtypes, function.restype = argtypes, None
        # The library that is returned has both kinds.
        setattr(net, f"ws_{name}", function)
    net.ws_adam.restype = ctypes.c_double
    net.ws_meet.restype = net.ws_sum_ranks.restype = ctypes.c_int32
    return net


def bind(name: str, *arguments: NDArray[Any] | float | None) -> Callable[..., Any]:
    """The kernel `name` with its first arguments fixed; the result takes the rest.

    Arrays are passed by address, found once: in the hot loop a call costs microseconds, finding an
    address as many again. The arrays are kept alive and must not be replaced.
    """
    values = [address(a) if isinstance(a, np.ndarray) else a for a in arguments]
    call = partial(getattr(library(), f"ws_{name}"), *values)
    call.arrays = arguments  # type: ignore[attr-defined]
    return call


def address(array: NDArray) -> int:
    """Address of a contiguous array's first number."""
    return array.ctypes.data


def tiles(count: int, features: int) -> Tiles:
    """Zeroed tiles for `count` samples: [ceil(count / 64), features, 64]."""
    return np.zeros((-(-count // TILE), features, TILE), np.float32)
