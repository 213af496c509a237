"""The suite of the network kernels again, in the Python and on the WebAssembly that the page runs."""

import re
import subprocess
import sysconfig
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]


def test_network_kernels_pass_in_pyodide(runtime: Path) -> None:
    result = subprocess.run(
        [
            "node",
            Path(__file__).parent / "run_pytest.mjs",
            runtime,
            sysconfig.get_paths()["purelib"],
            REPO / "tests/kernels",
            "test_network_kernels.py",
        ],
        cwd=REPO,
        capture_output=True,
        text=True,
        timeout=150,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    passed = re.search(r"(\d+) passed", result.stdout)
    assert passed, result.stdout
    assert int(passed[1]) >= 30
