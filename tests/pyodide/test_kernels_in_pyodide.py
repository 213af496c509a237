"""The suite of the network kernels again, in the Python and on the WebAssembly that the page runs."""

from pathlib import Path

import pytest
from pyodide_pytest import run_in_pyodide

KERNELS = Path(__file__).parents[1] / "kernels"


@pytest.mark.parametrize("relaxed", [False, True], ids=["plain", "relaxed"])
@pytest.mark.parametrize(
    ("file", "tests"),
    [("test_network_kernels.py", 106), ("test_sac_kernels.py", 15), ("test_perturbed_kernels.py", 20)],
)
def test_network_kernels_pass_in_pyodide(runtime: Path, tmp_path: Path, file: str, tests: int, relaxed: bool) -> None:
    assert run_in_pyodide(KERNELS / file, runtime, tmp_path, relaxed=relaxed) >= tests
