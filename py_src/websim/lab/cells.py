"""Runs cells in one namespace, as a notebook does: the last expression's value is shown, `await` works at the top."""

from __future__ import annotations

import ast
import asyncio
import contextlib
import inspect
import linecache
import sys
from collections.abc import AsyncIterator
from typing import Any

from websim.lab.display import bundle, display, set_output
from websim.lab.outputs import CellOutput, CellStream, Emit
from websim.lab.tracebacks import cell_file, error_output, line_in_cell


class Cells:
    """Cells that share `namespace`, which is that of `__main__` in the page."""

    def __init__(self, namespace: dict[str, Any]):
        self._namespace = namespace
        namespace["display"] = display

    async def run(self, source: str, number: int, emit: Emit) -> bool:
        """Run a cell, the `number`th of this Python; whether it came to its end. What it puts out goes to `emit`.

        An exception of the cell is an output. KeyboardInterrupt and a cancelled task interrupt it.
        """
        output = CellOutput(emit)
        try:
            async with _redirected(output):
                try:
                    await self._execute(source, number, output)
                finally:
                    _show_figures()
        except BaseException as error:
            shown = (
                KeyboardInterrupt("the cell was interrupted") if isinstance(error, asyncio.CancelledError) else error
            )
            output.publish(error_output(shown), line_in_cell(error, number))
            return False
        finally:
            output.finish()
        return True

    async def _execute(self, source: str, number: int, output: CellOutput) -> None:
        name = cell_file(number)
        # Tracebacks and `inspect.getsource` read it there.
        linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
        tree = ast.parse(source, name)
        last = tree.body[-1] if tree.body else None
        value = None
        if isinstance(last, ast.Expr):
            await self._evaluate(ast.Module(tree.body[:-1], []), name)
            value = await self._evaluate(ast.Expression(last.value), name)
        else:
            await self._evaluate(tree, name)
        if value is not None and not source.rstrip().endswith(";"):
            data, metadata = bundle(value)
            result = {"output_type": "execute_result", "execution_count": number, "data": data, "metadata": metadata}
            output.publish(result)

    async def _evaluate(self, tree: ast.Module | ast.Expression, name: str) -> Any:
        mode = "exec" if isinstance(tree, ast.Module) else "eval"
        code = compile(tree, name, mode, flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
        value = eval(code, self._namespace)
        return await value if code.co_flags & inspect.CO_COROUTINE else value


@contextlib.asynccontextmanager
async def _redirected(output: CellOutput) -> AsyncIterator[None]:
    """What is printed and shown goes to `output`."""
    set_output(output)
    with (
        contextlib.redirect_stdout(CellStream(output, "stdout")),
        contextlib.redirect_stderr(CellStream(output, "stderr")),
    ):
        try:
            yield
        finally:
            set_output(None)


def _show_figures() -> None:
    if "matplotlib.pyplot" in sys.modules:
        from websim.lab.figures import show_open_figures

        show_open_figures()
