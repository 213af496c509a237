"""The files that a model names, found as MuJoCo looks for them.

MuJoCo resolves a name in three steps that depend on whether it reads from disk or from memory; in memory it falls back
to any file of the same last name. So every file is given to it under the name that it looks for first: the directory of
the `compiler` (of the whole document: the last one counts, wherever it is), then the name as written. What is searched
here is where MuJoCo searches on disk, and then the directory of an included file's own `compiler`, so that a robot can
be included from another folder.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from websim.errors import ModelError
from websim.models.elements import Element, read_elements
from websim.models.image_size import image_size
from websim.models.limits import (
    MAX_DEPTH,
    MAX_FLEX_BYTES,
    MAX_INCLUDE_DEPTH,
    MAX_XML_BYTES,
    Budget,
    megabytes,
    replicated,
)
from websim.models.sources import Source

#: Elements that name files, and the compiler's attribute that names their directory.
_DIRECTORY_OF = {
    "mesh": "meshdir",
    "hfield": "meshdir",
    "skin": "meshdir",
    "flexcomp": "meshdir",
    "texture": "texturedir",
    "model": "",
}


@dataclass(slots=True)
class _Text:
    """One XML file. chain: the files that lead to it, and itself. directories: what its own compiler says."""

    chain: tuple[str, ...]
    folder: str
    directories: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, path: str, reference: _Reference) -> _Text:
        """The file at `path`. One that leads to itself would never end."""
        chain = (*reference.text.chain, path)
        if path in reference.text.chain:
            raise ModelError(f"{reference.where()}: {' includes '.join(chain)}: a file cannot include itself")
        if len(chain) > MAX_INCLUDE_DEPTH:
            raise ModelError(
                f"{reference.where()}: expected at most {MAX_INCLUDE_DEPTH} files that include one another, got more"
            )
        return cls(chain, posixpath.dirname(path))

    @property
    def name(self) -> str:
        return self.chain[-1]


@dataclass(slots=True)
class _Reference:
    element: Element
    attribute: str
    text: _Text

    @property
    def name(self) -> str:
        return self.element.attributes[self.attribute].replace("\\", "/")

    def where(self) -> str:
        return _where(self.text, self.element)


@dataclass(slots=True)
class _Document:
    """A model with all that it includes. base: directory of its names in MuJoCo's memory; folder: where it lies."""

    base: str
    folder: str
    whole: bool = True
    directories: dict[str, str] = field(default_factory=dict)
    strip: bool = False
    references: list[_Reference] = field(default_factory=list)


def collect_assets(xml: str, source: Source, name: str) -> dict[str, bytes]:
    """Bytes of the files that the model named `name` needs, by the names under which MuJoCo looks for them."""
    collector = _Collector(source)
    collector.read(xml, _Text((name,), ""), "")
    return collector.assets


class _Collector:
    def __init__(self, source: Source):
        self.assets: dict[str, bytes] = {}
        self._source = source
        self._budget = Budget()
        # MuJoCo does not tell upper from lower case in the names of its memory.
        self._keys: dict[str, str] = {}

    def read(self, xml: str, text: _Text, base: str) -> None:
        """Collect the files of one document and of the models that it attaches."""
        document = _Document(base, text.folder)
        self._read_text(xml, text, document)
        for reference in document.references:
            path = self._resolve(reference, document)
            if path and reference.element.tag == "model":
                key, xml = self._xml(reference, document)
                self.read(xml, _Text.of(path, reference), posixpath.dirname(key))

    def _read_text(self, xml: str, text: _Text, document: _Document) -> None:
        _check_length(text.name, len(xml))
        for element, weight, owner in self._elements(xml, text, document):
            self._budget.element(element, weight, lambda: _where(owner, element))  # noqa: B023 - called at once
            if element.tag == "compiler":
                for directories in (owner.directories, document.directories):
                    _set_directories(directories, element)
                document.strip = element.attributes.get("strippath", str(document.strip).lower()) == "true"
            elif element.tag in _DIRECTORY_OF:
                document.references += [
                    _Reference(element, attribute, owner)
                    for attribute, value in element.attributes.items()
                    if attribute.startswith("file") and value
                ]

    def _elements(self, xml: str, text: _Text, document: _Document) -> Iterator[tuple[Element, float, _Text]]:
        """Elements in order, those of included files in place; with how many times the model has them."""
        top, whole = read_elements(xml)
        document.whole &= whole
        stack = [(element, 1.0, 0, text) for element in reversed(top.children)]
        while stack:
            element, weight, depth, owner = stack.pop()
            if depth >= MAX_DEPTH:
                raise ModelError(f"{_where(owner, element)}: expected at most {MAX_DEPTH} nested elements, got more")
            yield element, weight, owner
            children, inside = element.children, owner
            if element.tag == "include" and element.attributes.get("file"):
                children, inside = self._included(_Reference(element, "file", owner), document)
            weight *= replicated(element)
            stack += [(child, weight, depth + 1, inside) for child in reversed(children)]

    def _included(self, reference: _Reference, document: _Document) -> tuple[list[Element], _Text]:
        path = self._resolve(reference, document)
        if not path:
            return [], reference.text
        top, whole = read_elements(self._xml(reference, document)[1])
        document.whole &= whole
        return [child for root in top.children for child in root.children], _Text.of(path, reference)

    def _xml(self, reference: _Reference, document: _Document) -> tuple[str, str]:
        """MuJoCo's name of a file of XML that was found, and its text. MuJoCo refuses bytes that are not UTF-8."""
        key = posixpath.normpath(posixpath.join(document.base, reference.name))
        data = self.assets[self._keys[key.lower()]]
        _check_length(key, len(data))
        return key, data.decode("utf-8", "replace")

    def _resolve(self, reference: _Reference, document: _Document) -> str | None:
        """Where the file lies; it becomes an asset. None when it is missing from a text that MuJoCo will refuse."""
        name = _checked_name(reference)
        kind = _DIRECTORY_OF.get(reference.element.tag, "")
        if document.strip and kind:
            name = posixpath.basename(name)
        named = posixpath.join(document.directories.get(kind, ""), name)
        folder, own = reference.text.folder, reference.text.directories.get(kind, "")
        searched = dict.fromkeys(
            posixpath.normpath(path)
            for path in (
                posixpath.join(document.folder, named),
                posixpath.join(folder, name),
                posixpath.join(folder, own, name),
                posixpath.join(folder, named),
            )
        )
        inside = [path for path in searched if not path.startswith("..")]
        if not inside:
            raise ModelError(
                f"{reference.where()} leaves the model's folder: {reference.name}; put the file below the model"
            )
        for path in inside:
            data = self._source.read(path)
            if data is not None:
                self._give(posixpath.normpath(posixpath.join(document.base, named)), path, data, reference)
                return path
        if document.whole:
            raise ModelError(f"{reference.where()} names a file that is not there: expected {' or '.join(inside)}")
        return None

    def _give(self, key: str, path: str, data: bytes, reference: _Reference) -> None:
        known = self._keys.setdefault(key.lower(), key)
        if known in self.assets:
            if self.assets[known] != data:
                raise ModelError(
                    f"{reference.where()}: MuJoCo looks for two files under the name {key}, one of them {path}; "
                    "rename it, or attach the models instead of including them"
                )
            return
        self._budget.add("files", 1, reference.where)
        self._budget.add("bytes", len(data), reference.where)
        match reference.element.tag:
            case "texture":
                self._budget.add("pixels", image_size(data), reference.where)
            case "hfield":
                self._budget.add("cells", image_size(data), reference.where)
            case "flexcomp" if len(data) > MAX_FLEX_BYTES:
                raise ModelError(
                    f"{reference.where()}: {path}: expected at most {megabytes(MAX_FLEX_BYTES)}, "
                    f"got {megabytes(len(data))}"
                )
        self.assets[key] = data


def _where(text: _Text, element: Element) -> str:
    return f"{text.name}, line {element.line}: <{element.tag}>"


def _checked_name(reference: _Reference) -> str:
    name = reference.name
    if name.startswith("/") or ":" in name or re.search(r"[\x00-\x1f]", name):
        raise ModelError(
            f"{reference.where()} names the file {name!r}: expected a path from the model's folder; "
            "put the file beside the model and name it without a drive or an address"
        )
    return name


def _set_directories(directories: dict[str, str], compiler: Element) -> None:
    """The last one counts; `assetdir` stands for both."""
    for name in ("assetdir", "meshdir", "texturedir"):
        value = compiler.attributes.get(name)
        if value is None:
            continue
        for kind in ("meshdir", "texturedir") if name == "assetdir" else (name,):
            directories[kind] = value.replace("\\", "/")


def _check_length(name: str, length: int) -> None:
    if length > MAX_XML_BYTES:
        raise ModelError(f"{name}: expected at most {megabytes(MAX_XML_BYTES)} of XML, got {megabytes(length)}")
