"""A cell's exception as its author wants to see it: only the lines of cells, and the sentence."""

from __future__ import annotations

import re
import traceback
from typing import Any

from websim.errors import WebsimError

_CELL = re.compile(r"<cell \d+>")


def cell_file(number: int) -> str:
    """Under which name Python knows a cell's text."""
    return f"<cell {number}>"


def error_output(error: BaseException) -> dict[str, Any]:
    """nbformat's output of an exception. What libraries did on the way is left out."""
    story = traceback.TracebackException.from_exception(error, compact=True)
    _keep_cells(story, error)
    text = "".join(story.format()).rstrip("\n")
    text = re.sub(r'File "<cell (\d+)>"', r"Cell \1", text)
    return {
        "output_type": "error",
        "ename": type(error).__name__,
        "evalue": str(error),
        "traceback": text.split("\n"),
    }


def line_in_cell(error: BaseException, number: int) -> int | None:
    """The line of that cell which led to the exception; None where none did."""
    name = cell_file(number)
    if isinstance(error, SyntaxError) and error.filename == name:
        return error.lineno
    lines = [line for frame, line in traceback.walk_tb(error.__traceback__) if frame.f_code.co_filename == name]
    return lines[-1] if lines else None


def _keep_cells(story: traceback.TracebackException, error: BaseException | None) -> None:
    """Drop frames that are not of cells, and causes that came from libraries alone."""
    story.stack[:] = [frame for frame in story.stack if _CELL.fullmatch(frame.filename)]
    if isinstance(error, WebsimError):
        # Its sentence says all that the cause would.
        story.__cause__, story.__suppress_context__ = None, True
        return
    for before, name in ((story.__cause__, "__cause__"), (story.__context__, "__context__")):
        if before:
            _keep_cells(before, None)
            if not before.stack:
                setattr(story, name, None)
