"""Cells: what they put out, in order and bounded, what their last expression shows, and how an exception is told."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from websim.errors import ConfigError
from websim.lab.cells import Cells
from websim.lab.outputs import BURST, HEAD, MAX_DISPLAYS, TAIL, CellOutput


def in_a_loop(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """What `coroutine` returns, in a thread of its own: tests in a browser leave a loop running in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


class Notebook:
    """Cells that run one after the other; `outputs` and `lines` are those of the last one."""

    def __init__(self) -> None:
        self.namespace: dict[str, Any] = {"__name__": "__main__"}
        self.cells, self.number = Cells(self.namespace), 0

    def run(self, source: str) -> bool:
        self.number += 1
        self.events: list[dict[str, Any]] = []
        return in_a_loop(self.cells.run(source, self.number, self.events.append))

    @property
    def outputs(self) -> list[dict[str, Any]]:
        return [event["output"] for event in self.events]

    def printed(self, name: str = "stdout") -> str:
        return "".join(output["text"] for output in self.outputs if output.get("name") == name)

    @property
    def error(self) -> dict[str, Any]:
        (event,) = [event for event in self.events if event["output"]["output_type"] == "error"]
        return {**event["output"], "line": event["line"], "text": "\n".join(event["output"]["traceback"])}


@pytest.fixture
def notebook() -> Notebook:
    return Notebook()


def test_cells_share_their_variables_and_the_last_expression_is_shown(notebook: Notebook) -> None:
    assert notebook.run("x = 20\nx += 1")
    assert notebook.outputs == []
    assert notebook.run("print('twice')\n2 * x")
    assert notebook.outputs == [
        {"output_type": "stream", "name": "stdout", "text": "twice\n"},
        {"output_type": "execute_result", "execution_count": 2, "data": {"text/plain": "42"}, "metadata": {}},
    ]


@pytest.mark.parametrize("source", ["x = 1", "None", "5;", "# nothing", "", "def f():\n    return 1"])
def test_nothing_is_shown_where_there_is_no_value(notebook: Notebook, source: str) -> None:
    assert notebook.run(source)
    assert notebook.outputs == []


def test_streams_keep_their_order_and_are_put_back(notebook: Notebook, capsys: pytest.CaptureFixture[str]) -> None:
    notebook.run("import sys\nprint('a', end='')\nprint('b', file=sys.stderr)\nprint('c')")
    assert [(output["name"], output["text"]) for output in notebook.outputs] == [
        ("stdout", "a"),
        ("stderr", "b\n"),
        ("stdout", "c\n"),
    ]
    print("outside")
    assert capsys.readouterr().out == "outside\n"


def test_await_works_at_the_top(notebook: Notebook) -> None:
    assert notebook.run("import asyncio\nx = await asyncio.sleep(0, 'slept')\nawait asyncio.sleep(0, x)")
    assert notebook.outputs[0]["data"]["text/plain"] == "'slept'"


def test_values_are_shown_as_they_say(notebook: Notebook) -> None:
    notebook.run(
        "class Table:\n    def __repr__(self):\n        return 'Table'\n    def _repr_html_(self):\n"
        "        return '<b>1</b>'\ndisplay(Table(), 'text')\nTable"
    )
    assert [output["data"] for output in notebook.outputs[:2]] == [
        {"text/plain": "Table", "text/html": "<b>1</b>"},
        {"text/plain": "'text'"},
    ]
    assert list(notebook.outputs[2]["data"]) == ["text/plain"]


def test_a_long_value_is_cut(notebook: Notebook) -> None:
    notebook.run("'x' * 1_000_000")
    text = notebook.outputs[0]["data"]["text/plain"]
    assert text.endswith("… (1,000,002 characters)")
    assert len(text) < 21_000


def test_an_exception_is_told_by_its_cells_lines_alone(notebook: Notebook) -> None:
    notebook.run("import json\ndef load(text):\n    return json.loads(text)")
    assert not notebook.run("x = 1\nload('{')")
    assert notebook.error["ename"] == "JSONDecodeError"
    assert notebook.error["line"] == 2
    text = notebook.error["text"]
    assert "Cell 2, line 2, in <module>\n    load('{')" in text
    assert "Cell 1, line 3, in load\n    return json.loads(text)" in text
    assert "decoder.py" not in text
    assert "cells.py" not in text
    assert text.splitlines()[-1].startswith("json.decoder.JSONDecodeError: ")


def test_a_syntax_error_is_told_at_its_line(notebook: Notebook) -> None:
    assert not notebook.run("x = 1\nif x\n    pass")
    assert notebook.error["ename"] == "SyntaxError"
    assert notebook.error["line"] == 2
    assert "    if x\n" in notebook.error["text"]


def test_a_cells_own_cause_is_told_and_a_librarys_is_not(notebook: Notebook) -> None:
    notebook.namespace["fail"] = fail
    notebook.run("try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    raise ValueError('mine') from error")
    assert "ZeroDivisionError" in notebook.error["text"]
    notebook.run("fail()")
    assert notebook.error["text"].splitlines()[-1] == "websim.errors.ConfigError: a sentence"
    assert "KeyError" not in notebook.error["text"]


def fail() -> None:
    try:
        {}["inside"]
    except KeyError as error:
        raise ConfigError("a sentence") from error


def test_exit_and_interrupts_end_the_cell_alone(notebook: Notebook) -> None:
    assert not notebook.run("x = 1\nraise SystemExit")
    assert notebook.error["ename"] == "SystemExit"
    assert not notebook.run("raise KeyboardInterrupt")
    assert notebook.error["line"] == 1
    assert notebook.run("x")


def test_a_cell_that_waits_is_cancelled(notebook: Notebook) -> None:
    events: list[dict[str, Any]] = []

    async def cancel() -> bool:
        task = asyncio.ensure_future(notebook.cells.run("import asyncio\nawait asyncio.sleep(60)", 1, events.append))
        for _ in range(5):
            await asyncio.sleep(0)
        task.cancel()
        return await task

    assert in_a_loop(cancel()) is False
    assert events[0]["output"]["ename"] == "KeyboardInterrupt"
    assert events[0]["line"] == 2


def test_source_and_classes_of_cells_are_found(notebook: Notebook) -> None:
    assert notebook.run("import inspect\ndef f():\n    return 1\nprint(inspect.getsource(f))")
    assert notebook.printed() == "def f():\n    return 1\n\n"


def test_endless_printing_is_bounded_and_its_end_is_shown(notebook: Notebook) -> None:
    assert notebook.run("for i in range(100_000):\n    print(i)")
    text = notebook.printed()
    assert text.startswith("0\n1\n")
    assert text.endswith("\n99999\n")
    assert "[The output goes on: its last 20,000 characters are shown when the cell ends.]" in text
    assert "[468,890 characters are left out.]" in text
    assert len(text) < HEAD + TAIL + 200
    # One message for each line would stop the page.
    assert len(notebook.events) < BURST + 100


def test_a_few_lines_come_at_once() -> None:
    events: list[dict[str, Any]] = []
    output = CellOutput(events.append, clock=lambda: 0.0)
    output.write("stdout", "a")
    assert events == []
    output.write("stdout", "\n")
    assert events[0]["output"]["text"] == "a\n"


def test_endless_displays_are_bounded(notebook: Notebook) -> None:
    assert notebook.run(f"for i in range({MAX_DISPLAYS + 50}):\n    display(i)")
    assert len([output for output in notebook.outputs if output["output_type"] == "display_data"]) == MAX_DISPLAYS
    assert "the others are left out" in notebook.printed("stderr")


def test_figures_are_pictures_below_the_cell(notebook: Notebook) -> None:
    assert notebook.run(
        "import matplotlib\nmatplotlib.use('module://websim.lab.figures')\nimport matplotlib.pyplot as plt\n"
        "plt.plot([1, 2])\nplt.show()\nprint('after')\nplt.figure(figsize=(2, 1))\nplt.plot([3, 4]);"
    )
    first, text, second = notebook.outputs
    assert first["output_type"] == second["output_type"] == "display_data"
    assert text["text"] == "after\n"
    assert first["data"]["image/png"].startswith("iVBORw0KGgo")
    sizes = [output["metadata"]["image/png"] for output in (first, second)]
    assert 350 < sizes[0]["width"] < 650
    assert 100 < sizes[1]["width"] < 210
    assert notebook.run("plt.get_fignums()")
    assert notebook.outputs[0]["data"]["text/plain"] == "[]"


def test_a_figure_as_value_is_shown_once(notebook: Notebook) -> None:
    notebook.run("import matplotlib.pyplot as plt\nfig, ax = plt.subplots()\nfig")
    (output,) = notebook.outputs
    assert output["output_type"] == "execute_result"
    assert "image/png" in output["data"]
