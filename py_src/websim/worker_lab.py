"""What the Lab's Web Worker calls (workers/lab/lab_kernel.ts). Strings are JSON."""

from __future__ import annotations

import asyncio
import functools
import importlib.util
import json
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import js
from pyodide.code import find_imports
from pyodide.ffi import JsProxy
from pyodide_js import lockfile

from websim.errors import PackageError
from websim.lab import no_processes
from websim.lab.cells import Cells
from websim.lab.packages import missing, read_wheel, refusal
from websim.lab.robots import robots_named

# Read when matplotlib is first imported.
os.environ["MPLBACKEND"] = "module://websim.lab.figures"
sys.modules.setdefault("_multiprocessing", no_processes)

_cells = Cells(sys.modules["__main__"].__dict__)
_running: asyncio.Task[bool] | None = None


def imports(source: str) -> str:
    """Names of the modules that a cell imports; of none, where its text is not Python."""
    return json.dumps(find_imports(source))


def robots(source: str) -> str:
    """Archives of the robots that a cell names."""
    return json.dumps([f"{robot}.zip" for robot in robots_named(source)])


async def run(source: str, number: int, emit: Callable[[str], None]) -> bool:
    """Run a cell; whether it came to its end. `emit` receives events of `websim.lab.outputs.Emit`."""
    global _running
    _confine_micropip()
    _running = asyncio.ensure_future(_cells.run(source, number, lambda event: emit(json.dumps(event))))
    try:
        return await _running
    finally:
        _running = None


def cancel() -> None:
    """Interrupt a cell that waits in an `await`."""
    if _running:
        _running.cancel()


async def install_wheel(path: str) -> str:
    """Install a wheel that the user has brought; a sentence about it. Raises PackageError."""
    import micropip
    from packaging.requirements import Requirement

    def applies(line: str) -> bool:
        marker = Requirement(line).marker
        return marker is None or marker.evaluate({"extra": ""})

    wheel = read_wheel(Path(path))
    await micropip.install(f"emfs:{path}", deps=False)
    shipped = _shipped()
    needed = missing(wheel, applies)
    await micropip.install([name for name in needed if name in shipped])
    sentence = f"{wheel['Name']} {wheel['Version']} is installed."
    others = [name for name in needed if name not in shipped]
    return f"{sentence} It also needs {', '.join(others)}: drop their wheels here too." if others else sentence


def _shipped() -> set[str]:
    return set(lockfile.packages.to_py())


def _confine_micropip() -> None:
    """Let `micropip.install` say what to do instead of asking a host that the page does not ask."""
    if importlib.util.find_spec("micropip") is None:
        return
    import micropip

    if hasattr(micropip.install, "__wrapped__"):
        return
    install = micropip.install

    @functools.wraps(install)
    async def confined(requirements: str | Iterable[str], *arguments: Any, **options: Any) -> None:
        wanted = requirements.to_py() if isinstance(requirements, JsProxy) else requirements
        names = [wanted] if isinstance(wanted, str) else list(wanted)
        for name in names:
            sentence = refusal(name, _shipped(), js.location.origin)
            if sentence:
                raise PackageError(sentence)
        await install(names, *arguments, **options)

    micropip.install = confined
