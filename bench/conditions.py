"""What a figure depends on: when, which commit, machine, versions, and how busy the machine was."""

import json
import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from lab import REPO, Lab

PYTHON_PACKAGES = ("mujoco", "numpy", "gymnasium", "envpool", "stable-baselines3", "torch", "sbx-rl", "jax")
NPM_PACKAGES = ("@mujoco/mujoco", "pyodide")
#: What this very command writes.
WRITTEN = ("bench/results.json", "docs/benchmarks.md", "README.md")


def conditions(lab: Lab) -> dict[str, Any]:
    """load: processes that wanted a core in the minute before."""
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "commit": _commit(),
        "load": round(os.getloadavg()[0], 2),
        "machine": _machine(),
        "versions": _versions(lab),
    }


def _commit() -> str:
    """Hash, with a plus sign when files differ from it."""
    head = _git("rev-parse", "--short", "HEAD")
    changed = [line[3:] for line in _git("status", "--porcelain", "--untracked-files=no").splitlines()]
    return head + ("+" if set(changed) - set(WRITTEN) else "")


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=REPO, capture_output=True, text=True, check=True).stdout.rstrip()


def _machine() -> str:
    info = Path("/proc/cpuinfo").read_text().splitlines()
    model = next(line.split(":")[1].strip() for line in info if line.startswith("model name"))
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return f"{os.cpu_count()} cores of {model}, {gigabytes:.0f} GB, {platform.system()} {platform.machine()}"


def _versions(lab: Lab) -> dict[str, str]:
    with lab.browser() as browser:
        chromium = browser.version
    npm = json.loads((REPO / "package.json").read_text())["dependencies"]
    python = {"python": platform.python_version(), **{name: version(name) for name in PYTHON_PACKAGES}}
    return {"chromium": chromium, **{name: npm[name] for name in NPM_PACKAGES}, **python}
