"""What one run of a cell puts out, in order: handed on while it runs, and bounded, so that no loop floods the page."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from typing import Any

#: Receives `{"output": <an output of nbformat 4>, "line": <line of the cell that failed, or None>}`.
Emit = Callable[[dict[str, Any]], None]

#: Characters that are shown as they come, and how many of those after them are kept for the end.
HEAD, TAIL = 100_000, 20_000
#: Values and figures of one run.
MAX_DISPLAYS = 200
#: Messages at once, and in a second; text that waits longer goes in pieces of CHUNK characters.
BURST, RATE, CHUNK = 200, 50, 4096

GOES_ON = f"\n[The output goes on: its last {TAIL:,} characters are shown when the cell ends.]\n"


class CellOutput:
    """Takes what a cell prints and shows; `finish` hands on the rest."""

    def __init__(self, emit: Emit, clock: Callable[[], float] = time.monotonic):
        self._emit, self._clock = emit, clock
        self._name, self._waiting = "stdout", ""
        self._printed, self._left_out, self._tail = 0, 0, ""
        self._allowance, self._last = float(BURST), clock()
        self._displays = 0

    def write(self, name: str, text: str) -> None:
        """Take printed text of the stream `name`."""
        if name != self._name:
            self._pass_on()
            self._name = name
        head = text[: HEAD - self._printed]
        if head:
            self._printed += len(head)
            self._waiting += head
            if self._printed == HEAD:
                self._waiting += GOES_ON
                self._pass_on()
            elif len(self._waiting) >= CHUNK or ("\n" in self._waiting and self._allowed()):
                self._pass_on()
        if len(head) < len(text):
            rest = text[len(head) :]
            self._left_out += len(rest)
            self._tail = (self._tail + rest)[-TAIL:]

    def publish(self, output: dict[str, Any], line: int | None = None) -> None:
        """Hand on a whole output, after what was printed before it."""
        self._pass_on()
        self._emit({"output": output, "line": line})

    def show(self, data: dict[str, Any], metadata: dict[str, Any] | None = None) -> None:
        """Hand on a value or a figure by MIME type; those beyond MAX_DISPLAYS are left out."""
        self._displays += 1
        if self._displays <= MAX_DISPLAYS:
            self.publish({"output_type": "display_data", "data": data, "metadata": metadata or {}})
        elif self._displays == MAX_DISPLAYS + 1:
            self.write("stderr", f"[More than {MAX_DISPLAYS} values and figures: the others are left out.]\n")

    def finish(self) -> None:
        """Hand on what is left."""
        self._pass_on()
        if self._left_out:
            missing = self._left_out - len(self._tail)
            note = f"[{missing:,} characters are left out.]\n" if missing else ""
            self._emit_text(note + self._tail)
            self._left_out, self._tail = 0, ""

    def _allowed(self) -> bool:
        now = self._clock()
        self._allowance = min(BURST, self._allowance + RATE * (now - self._last))
        self._last = now
        return self._allowance >= 1

    def _pass_on(self) -> None:
        if self._waiting:
            text, self._waiting = self._waiting, ""
            self._allowance -= 1
            self._emit_text(text)

    def _emit_text(self, text: str) -> None:
        self._emit({"output": {"output_type": "stream", "name": self._name, "text": text}, "line": None})


class CellStream(io.TextIOBase):
    """`sys.stdout` or `sys.stderr` while a cell runs."""

    encoding = "utf-8"

    def __init__(self, output: CellOutput, name: str):
        self._output, self._name = output, name

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._output.write(self._name, text)
        return len(text)
