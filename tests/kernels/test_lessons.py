"""The lessons run from their first cell to their last as they stand, and what they tell is so."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from conftest import REPO

LESSONS = sorted((REPO / "lessons").glob("*.ipynb"))
MAX_LINES = 25
#: What a lesson tells of its results: statements on the names that its cells leave, run after them.
#: Seeds are fixed; thresholds are far from what they give, and further from what a wrong sign gives.
CLAIMS = {
    "1_policy_gradient": """
        assert np.abs(estimate - true_gradient).max() < 0.05
        assert np.abs(by_differences - by_formula).max() < 1e-6
        assert with_baseline[:, -1].min() > 11.8 and without[:, -1].min() < 11.5
        assert returns[0] < 20 and np.mean(returns[-5:]) > 100
        assert figures == 2
    """,
    "2_reward_shaping": """
        assert at_flag["sparse"] < 0.2 and at_flag["bonus"] < 0.2 and at_flag["potential"] > 0.5
        assert np.abs(np.diff(paths["bonus"], axis=0)[100:]).mean() > 0.01  # it goes on swinging
        assert abs(added_up - ends_only) < 1e-9
        assert table[1, 0] > 0.5 and table[1, 1] < table[0, 1] and table[2, 0] == 0 and table[2, 1] < 0.02
        assert figures == 3
    """,
    "3_randomisation": """
        by_factor = dict(zip(factors, zip(plain_returns, randomised_returns)))
        assert all(pair == (200, 200) for factor, pair in by_factor.items() if factor in (1, 2))
        assert by_factor[0.1][0] < 20 and by_factor[0.2][0] < 50 and by_factor[0.1][1] > 100 and by_factor[0.2][1] > 100
        assert friction["one world"][3] < 100 < friction["many worlds"][3] and min(friction["one world"][:3]) == 200
        assert table["delayed worlds"][1] > 150 > 50 > max(table["one world"][1], table["many masses"][1])
        assert max(row[2] for row in table.values()) < 50
        assert figures == 2
    """,
    "4_ppo_by_hand": """
        assert max(gradient_errors) < 1e-8
        assert np.allclose(falls[0].ravel(), [1 + 0.9405 * (1 + 0.9405), 1 + 0.9405, 1])
        assert lengths[0] < 30 and own_return > 900 and websim_return > 900
        assert figures == 1
    """,
    "5_evolution_strategies": """
        assert np.abs(estimates[10_000] + 2 * x).max() < 0.3
        assert curve[0] < 20 and own_return > 50 and websim_return > 20
        assert places[-1] > 1
        assert figures == 2
    """,
    "6_your_own_robot": """
        assert abs(random_places[-1].mean()) < 0.5 and places[-1].min() > 2
        assert np.array_equal(again, places)
        assert figures == 2
    """,
}
#: Runs a notebook's code cells in one namespace, and ends each one's figures, as a notebook does; then the claims.
RUNNER = """
import json, sys, textwrap
import matplotlib.pyplot as plt

names = {"__name__": "__main__", "figures": 0}
with open(sys.argv[1]) as file:
    cells = json.load(file)["cells"]
for number, cell in enumerate(cells):
    if cell["cell_type"] == "code":
        exec(compile("".join(cell["source"]), f"cell {number}", "exec"), names)
        names["figures"] += len(plt.get_fignums())
        plt.close("all")
exec(compile(textwrap.dedent(sys.stdin.read()), "claims", "exec"), names)
"""


def notebook(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text())


def source(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


def test_there_are_six() -> None:
    assert [path.stem for path in LESSONS] == list(CLAIMS)


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_it_runs_and_shows_what_it_tells(path: Path, tmp_path: Path) -> None:
    # Figures without a screen, and one thread: many of them make small matrices slower.
    environment = {**os.environ, "MPLBACKEND": "Agg", "OPENBLAS_NUM_THREADS": "1"}
    environment.pop("DISPLAY", None)
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", RUNNER, path],
        input=CLAIMS[path.stem],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_it_is_an_empty_notebook_with_short_cells(path: Path) -> None:
    content = notebook(path)
    assert (content["nbformat"], content["nbformat_minor"]) == (4, 5)
    cells = content["cells"]
    assert source(cells[0]).startswith(f"# {content['metadata']['title']}\n")
    assert len({cell["id"] for cell in cells}) == len(cells)
    for cell in cells:
        if cell["cell_type"] == "code":
            assert cell["outputs"] == []
            assert cell["execution_count"] is None
            assert len(source(cell).splitlines()) <= MAX_LINES, source(cell)
        else:
            assert cell["cell_type"] == "markdown"
    assert "## Try it" in source(cells[-1])


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_it_links_to_lessons_that_are_there(path: Path) -> None:
    text = "".join(source(cell) for cell in notebook(path)["cells"])
    assert [target for target in re.findall(r"\]\(([^)]+)\)", text) if not (path.parent / target).exists()] == []
