"""A task's reward as text that runs by itself: its function, with the helpers and values that it uses.

The text is what `compile_reward` takes, and gives the same rewards bit for bit as long as nobody edits it.
"""

from __future__ import annotations

import ast
import inspect
import math
import textwrap
from collections.abc import Iterator
from itertools import accumulate
from types import CodeType, FunctionType, ModuleType
from typing import Any

from websim.errors import RewardError
from websim.spec import EnvSpec

#: Modules that a reward's text finds.
_MODULES = {"np": "numpy", "math": "math"}


def reward_source(spec: EnvSpec) -> str:
    """The text of a task's reward. Raises RewardError when it has none, or one beyond functions and plain values."""
    if not isinstance(spec.reward, FunctionType):
        raise RewardError(f"{spec.name}: expected a reward that is a Python function, got {spec.reward!r}")
    values: dict[str, Any] = {}
    functions: dict[str, FunctionType] = {}
    _collect(spec.reward, values, functions)
    head = "\n".join(f"{name} = {_literal(name, value)}" for name, value in values.items())
    bodies = [_text_of(function) for function in functions.values()]
    return "\n\n\n".join([*([head] if head else []), *bodies, _text_of(spec.reward)]) + "\n"


def _collect(function: FunctionType, values: dict[str, Any], functions: dict[str, FunctionType]) -> None:
    """Add what a function uses, and what that uses; helpers come before those that call them."""
    cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    outside = {name: cell.cell_contents for name, cell in cells}
    known = {name: value for name, value in function.__globals__.items() if name in set(_names(function.__code__))}
    for name, value in (known | outside).items():
        if isinstance(value, ModuleType) and value.__name__ == _MODULES.get(name):
            continue
        if not isinstance(value, FunctionType):
            if name in values and values[name] is not value:
                raise RewardError(f"reward: {name!r} means two things in its functions, so that it has no single text")
            values[name] = value
        elif functions.get(name, value) is not value:
            raise RewardError(f"reward: two of its functions are named {name!r}, so that it has no single text")
        elif name not in functions:
            _collect(value, values, functions)
            functions[name] = value


def _names(code: CodeType) -> Iterator[str]:
    """Global names that code may read, also those of functions inside."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


def _literal(name: str, value: Any) -> str:
    if isinstance(value, float) and not math.isfinite(value):
        return "math.nan" if math.isnan(value) else f"{'-' if value < 0 else ''}math.inf"
    if isinstance(value, tuple | list):
        items = [_literal(name, item) for item in value]
        inside = ", ".join(items)
        if isinstance(value, list):
            return f"[{inside}]"
        return f"({inside},)" if len(items) == 1 else f"({inside})"
    if value is None or isinstance(value, bool | int | float | str):
        return repr(value)
    raise RewardError(f"reward: {name!r} is {type(value).__name__}, which cannot be written as text")


def _text_of(function: FunctionType) -> str:
    """The source, without annotations: their names are not there where the text runs."""
    try:
        source = textwrap.dedent(inspect.getsource(function)).rstrip()
    except OSError as error:
        raise RewardError(f"reward: the source of {function.__qualname__} is not at hand") from error
    tree = ast.parse(source)
    if not isinstance(tree.body[0], ast.FunctionDef):
        raise RewardError(f"reward: expected a function with a name, got {source.splitlines()[0].strip()!r}")
    text = source.encode()
    starts = [0, *accumulate(len(line) for line in text.splitlines(keepends=True))]

    def end_of(node: ast.expr) -> int:
        return starts[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)

    cuts = []
    for node in ast.walk(tree):
        if isinstance(node, ast.arg) and node.annotation:
            cuts.append((starts[node.lineno - 1] + node.col_offset + len(node.arg.encode()), end_of(node.annotation)))
        elif isinstance(node, ast.FunctionDef) and node.returns:
            arrow = text.rindex(b"->", 0, starts[node.returns.lineno - 1] + node.returns.col_offset)
            cuts.append((len(text[:arrow].rstrip()), end_of(node.returns)))
    for begin, end in sorted(cuts, reverse=True):
        text = text[:begin] + text[end:]
    return text.decode()
