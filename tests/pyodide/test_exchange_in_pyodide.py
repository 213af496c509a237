"""Policies of other libraries again, read by the Python and acting on the WebAssembly that the page runs."""

from pathlib import Path

from pyodide_pytest import run_in_pyodide

TESTS = Path(__file__).parents[1]


def test_foreign_policies_act_as_there_in_pyodide(runtime: Path) -> None:
    passed = run_in_pyodide(TESTS / "kernels/test_foreign_policies.py", runtime, TESTS / "data/foreign_policies")
    assert passed >= 20
