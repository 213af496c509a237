"""The suite of the network kernels again, in the Python and on the WebAssembly that the page runs."""

from pathlib import Path

from pyodide_pytest import run_in_pyodide

KERNELS = Path(__file__).parents[1] / "kernels"


def test_network_kernels_pass_in_pyodide(runtime: Path, tmp_path: Path) -> None:
    assert run_in_pyodide(KERNELS / "test_network_kernels.py", runtime, tmp_path) >= 30
