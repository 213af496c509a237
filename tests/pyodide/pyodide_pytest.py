"""pytest inside Pyodide, in Node: the package, the kernels and MuJoCo are those that the page gets."""

import re
import subprocess
import sysconfig
from pathlib import Path

HERE = Path(__file__).parent


def run_in_pyodide(test_file: Path, runtime: Path, data: Path, *, relaxed: bool = False) -> int:
    """Run a file of tests, which sees `data` as /host/data; how many passed. What fails there fails here.

    relaxed: on the network kernels with relaxed SIMD.
    """
    site_packages = sysconfig.get_paths()["purelib"]
    result = subprocess.run(
        [
            *("node", *(_relaxed_flags() if relaxed else ()), HERE / "run_pytest.mjs"),
            *(runtime, site_packages, data, test_file.parent, test_file.name),
            "net_relaxed.so" if relaxed else "net.so",
        ],
        cwd=HERE.parents[1],
        capture_output=True,
        text=True,
        timeout=150,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    passed = re.search(r"(\d+) passed", result.stdout)
    assert passed, result.stdout
    return int(passed[1])


def _relaxed_flags() -> list[str]:
    """What Node 20 needs for relaxed SIMD; later ones have it."""
    flag = "--experimental-wasm-relaxed-simd"
    known = subprocess.run(["node", "--v8-options"], capture_output=True, text=True, check=True).stdout
    return [flag] if flag in known else []
