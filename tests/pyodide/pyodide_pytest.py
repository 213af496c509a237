"""pytest inside Pyodide, in Node: the package, the kernels and MuJoCo are those that the page gets."""

import re
import subprocess
import sysconfig
from pathlib import Path

HERE = Path(__file__).parent


def run_in_pyodide(test_file: Path, runtime: Path, data: Path) -> int:
    """Run a file of tests, which sees `data` as /host/data; how many passed. What fails there fails here."""
    site_packages = sysconfig.get_paths()["purelib"]
    result = subprocess.run(
        ["node", HERE / "run_pytest.mjs", runtime, site_packages, data, test_file.parent, test_file.name],
        cwd=HERE.parents[1],
        capture_output=True,
        text=True,
        timeout=150,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    passed = re.search(r"(\d+) passed", result.stdout)
    assert passed, result.stdout
    return int(passed[1])
