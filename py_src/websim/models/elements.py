"""Elements of an MJCF text, read as leniently as MuJoCo's own parser (tinyxml2) reads them.

Python's XML parsers refuse much that tinyxml2 accepts (an `&` by itself, `--` in a comment), so a model that trains in
MuJoCo would not load. Nothing is expanded here: characters by number and the five entities of XML, no document type.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field

_NAME = r"[A-Za-z_:\x80-\U0010ffff][-A-Za-z0-9_.:\x80-\U0010ffff]*+"
_OPEN = re.compile(rf"<\s*+({_NAME})")
_CLOSE = re.compile(r"<\s*+/[^>]*+>")
_ATTRIBUTE = re.compile(rf"\s*+({_NAME})\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)')")
_END = re.compile(r"\s*+(/?)>")
_SKIPPED = (("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>"), ("<!", ">"))
_REFERENCE = re.compile(r"&(?:#x([0-9A-Fa-f]{1,6})|#([0-9]{1,7})|(amp|lt|gt|quot|apos));")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}


@dataclass(slots=True)
class Element:
    """One element: `line` counts from 1, `depth` from 0 at the root."""

    tag: str
    attributes: dict[str, str]
    line: int
    depth: int
    children: list[Element] = field(default_factory=list)

    def walk(self) -> Iterator[Element]:
        """This element and all below it, in the order of the text."""
        stack = [self]
        while stack:
            element = stack.pop()
            yield element
            stack.extend(reversed(element.children))


def read_elements(text: str) -> tuple[Element, bool]:
    """A nameless element that holds the text's roots, and whether the text is whole.

    Reading ends where the text is broken; MuJoCo says better than we could what is wrong with it.
    """
    top = Element("", {}, 1, -1)
    open_elements = [top]
    position, line = 0, 1
    while (start := text.find("<", position)) >= 0:
        line += text.count("\n", position, start)
        position = start
        end, element = _read_markup(text, start, line, len(open_elements) - 1)
        if end < 0:
            return top, False
        if element:
            open_elements[-1].children.append(element)
            if text[end - 2] != "/":
                open_elements.append(element)
        elif _CLOSE.match(text, start):
            if len(open_elements) == 1:
                return top, False
            open_elements.pop()
        line += text.count("\n", start, end)
        position = end
    return top, len(open_elements) == 1


def _read_markup(text: str, start: int, line: int, depth: int) -> tuple[int, Element | None]:
    """Where the markup at `start` ends (-1: nowhere), and its element when it opens one."""
    for opening, closing in _SKIPPED:
        if text.startswith(opening, start):
            found = text.find(closing, start + len(opening))
            return (found + len(closing) if found >= 0 else -1), None
    if closed := _CLOSE.match(text, start):
        return closed.end(), None
    opened = _OPEN.match(text, start)
    if not opened:
        return -1, None
    attributes = {}
    position = opened.end()
    while attribute := _ATTRIBUTE.match(text, position):
        name, double, single = attribute.groups()
        attributes[name] = _REFERENCE.sub(_character, double if double is not None else single)
        position = attribute.end()
    end = _END.match(text, position)
    return (end.end() if end else -1), Element(opened[1], attributes, line, depth)


def _character(reference: re.Match[str]) -> str:
    hexadecimal, decimal, named = reference.groups()
    if named:
        return _NAMED[named]
    number = int(hexadecimal, 16) if hexadecimal else int(decimal)
    surrogate = 0xD800 <= number <= 0xDFFF
    return reference[0] if surrogate or number > sys.maxunicode else chr(number)
