"""Compiles the C kernels with zig's clang, for the browser and for this machine, from one source.

physics.wasm     calls MuJoCo; lives in MuJoCo's memory (imported)
net.so           network kernels, a WebAssembly side module that Pyodide's ctypes opens
net_relaxed.so   the same for browsers with relaxed SIMD, whose fused multiply-add makes them a quarter faster
_lib/*.so        their native twins, inside the Python package
"""

from __future__ import annotations

import hashlib
import importlib.util
import subprocess
import sys
from pathlib import Path

NET_SOURCES = (
    *("tiles", "mlp", "gaussian", "categorical", "ppo_loss_gaussian", "ppo_loss_categorical"),
    "ppo_gradient",
    *("gae", "discount", "adam", "moments"),
    *("sac_actions", "sac_losses", "sac_polyak"),
    *("perturbed", "shuffle", "meet"),
)
PHYSICS_SOURCES = ("physics",)

# -ffp-contract=fast lets builds fuse a * b + c where there is an instruction: natively and in relaxed SIMD.
COMMON = ["-std=c11", "-O3", "-Wall", "-Werror", "-ffp-contract=fast", "-fno-math-errno"]
# No tables: physics.wasm lives in MuJoCo's memory and may have no static data there.
WASM = ["-target", "wasm32-freestanding", "-nostdlib", "-fno-jump-tables"]
WASM_CPU = "-mcpu=generic+simd128+bulk_memory"
NATIVE = ["-shared", "-fPIC", "-march=native"]


def mujoco_include() -> Path:
    """Folder of MuJoCo's headers, inside the installed wheel."""
    spec = importlib.util.find_spec("mujoco")
    if spec is None or spec.origin is None:
        raise SystemExit("kernels: the Python package mujoco is not installed; run `make build`")
    return Path(spec.origin).parent / "include"


def compile_c(output: Path, sources: list[Path], arguments: list[str]) -> bool:
    """Compile `sources` into `output` unless nothing changed since; True when it compiled."""
    part = output.with_suffix(".part" + output.suffix)
    command = [sys.executable, "-m", "ziglang", "cc", *COMMON, *arguments, *map(str, sources), "-o", str(part)]
    digest = hashlib.sha256(" ".join(command).encode())
    for file in sorted(sources[0].parent.glob("*.[ch]")):
        digest.update(file.read_bytes())
    stamp = output.with_suffix(output.suffix + ".stamp")
    if output.exists() and stamp.exists() and stamp.read_text() == digest.hexdigest():
        return False
    output.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(command, check=True)
    part.replace(output)  # in one step: a library that a process has open may not change
    stamp.write_text(digest.hexdigest())
    return True


def build_kernels(repo: Path) -> None:
    """Build all libraries: `build/{physics.wasm,net.so,net_relaxed.so}` and `py_src/websim/_lib/*.so`."""
    kernels = repo / "wasm_build" / "kernels"
    physics = [kernels / f"{name}.c" for name in PHYSICS_SOURCES]
    net = [kernels / f"{name}.c" for name in NET_SOURCES]
    include = ["-I", str(mujoco_include())]
    site, package = repo / "build", repo / "py_src" / "websim" / "_lib"
    stack = ["-Wl,--export=__stack_pointer", "-Wl,-z,stack-size=65536"]
    compile_c(
        site / "physics.wasm",
        physics,
        [
            *WASM,
            WASM_CPU,
            *include,
            "-Wl,--no-entry",
            "-Wl,--import-memory",
            "-Wl,--export-dynamic",
            "-Wl,--strip-all",
            *stack,
        ],
    )
    side_module = [*WASM, "-shared", "-fPIC", "-Wl,--export-dynamic", "-Wl,--strip-all"]
    compile_c(site / "net.so", net, [*side_module, WASM_CPU])
    compile_c(site / "net_relaxed.so", net, [*side_module, f"{WASM_CPU}+relaxed_simd"])
    compile_c(package / "libwebsim_physics.so", physics, [*NATIVE, *include, "-Wl,--allow-shlib-undefined"])
    compile_c(package / "libwebsim_net.so", net, NATIVE)


if __name__ == "__main__":
    build_kernels(Path(__file__).resolve().parent.parent)
