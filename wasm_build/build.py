"""Builds all that the page loads beside its own code, into build/public/runtime/. Incremental: see cache.py.

usage: python wasm_build/build.py
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path

from build_kernels import build_kernels
from cache import cached, copy_if_changed
from errors import BuildError
from manifest import write_runtime
from pyodide_files import LOADER_FILES, PACKAGES, fetch_packages, pruned, read_lock
from pypi_wheels import fetch_wheels, lock_entry
from robot_packages import build_robot_packages
from task_files import build_task_files
from websim_wheel import build_websim_wheel

REPO = Path(__file__).resolve().parent.parent
BUILD = REPO / "build"
NODE_MODULES = REPO / "node_modules"


@contextmanager
def step(name: str) -> Iterator[None]:
    """Print what is being done, and how long it took."""
    print(f"  {name} ...", flush=True)
    start = time.perf_counter()
    yield
    print(f"  {name}: {time.perf_counter() - start:.1f} s", flush=True)


def post_link_mujoco() -> None:
    """build/mujoco.wasm: the npm build, its steps recompiled, with the functions that kernels call exported."""
    source = NODE_MODULES / "@mujoco/mujoco/mujoco.wasm"
    script = REPO / "wasm_build/postlink_mujoco.mjs"
    recompile = sorted((REPO / "wasm_build/recompile").iterdir())
    binaryen = json.loads((NODE_MODULES / "binaryen/package.json").read_text())["version"]
    tools = [f"binaryen {binaryen}", f"ziglang {metadata.version('ziglang')}"]

    def make(output: Path) -> None:
        print("    recompiling and optimising 10 MB of WebAssembly: about 100 s, once", flush=True)
        subprocess.run(["node", script, source, output, sys.executable], check=True)

    copy_if_changed(cached("mujoco.wasm", [source, script, *recompile, *tools], make), BUILD / "mujoco.wasm")


def collect_assets() -> tuple[dict[str, bytes], frozenset[str]]:
    """Asset name -> bytes, and the names that training does not need."""
    assets = {name: (NODE_MODULES / "pyodide" / name).read_bytes() for name in LOADER_FILES}
    compiled = ("mujoco.wasm", "physics.wasm", "net.so", "net_relaxed.so")
    assets |= {name: (BUILD / name).read_bytes() for name in compiled}
    assets["mujoco.mjs"] = (NODE_MODULES / "@mujoco/mujoco/mujoco.js").read_bytes()

    lock = pruned(read_lock(NODE_MODULES / "pyodide"), PACKAGES)
    packages = fetch_packages(lock)
    wheels = fetch_wheels()
    entries = [lock_entry(name, data) for name, data in wheels.items()]
    lock["packages"] |= {entry["name"]: entry for entry in entries}
    assets |= packages | wheels
    assets["pyodide-lock.json"] = json.dumps(lock, sort_keys=True).encode()

    assets["websim.whl"] = build_websim_wheel(REPO)
    robots, missing = build_robot_packages()
    if missing:
        print(f"    robot tasks are left out: {missing}; set MENAGERIE_ROOT to a folder of robots", flush=True)
    tasks = build_task_files(REPO, robots)
    assets |= robots | tasks
    needed = lock["packages"]["numpy"]["file_name"]
    return assets, frozenset((packages | wheels | robots | tasks).keys() - {needed})


def main() -> int:
    start = time.perf_counter()
    BUILD.mkdir(exist_ok=True)
    try:
        with step("MuJoCo"):
            post_link_mujoco()
        with step("kernels"):
            build_kernels(REPO)
        with step("Pyodide and packages"):
            assets, later = collect_assets()
        with step("runtime"):
            version = write_runtime(BUILD / "public/runtime", assets, later)
    except BuildError as error:
        print(f"build: {error}", file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as error:
        print(f"build: `{' '.join(map(str, error.cmd))}` failed with exit code {error.returncode}", file=sys.stderr)
        return 1
    megabytes = sum(map(len, assets.values())) / 1e6
    print(f"  runtime {version}: {len(assets)} files, {megabytes:.1f} MB, {time.perf_counter() - start:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
