"""XML: the tree of a file that someone else wrote, with nothing fetched, nothing expanded and a bound on its size."""

from __future__ import annotations

import codecs
import re
from typing import Any
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from pipeline.ingest._table import fail

LARGEST = 50_000_000
MOST_ELEMENTS = 1_000_000
DEEPEST = 100
STARTS = {
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
    codecs.BOM_UTF8: "utf-8-sig",
    b"<\0": "utf-16-le",
    b"\0<": "utf-16-be",
}
DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.-]{1,40})["']""")
CHINESE = {"gb2312": "gb18030", "gbk": "gb18030", "gb18030": "gb18030", "big5": "big5"}
"""Encodings of several bytes a character, which expat does not know."""


def parse(raw: bytes, name: str) -> Element:
    """Root of the tree; a tag or attribute in a namespace is '{namespace}local'. UTF-8, UTF-16, Latin, GB and Big5.

    A document type that only points elsewhere is passed over and never fetched. Raises DataError, naming the row, for
    one that declares anything, for entities, for what is not XML, and for more than 50 MB, a million elements or 100
    levels.
    """
    if not raw.strip():
        raise fail(name, "the file is empty; export it again.")
    if len(raw) > LARGEST:
        raise fail(name, f"is {len(raw):,} bytes of XML; at most {LARGEST:,} are read.")
    try:
        content, encoding = _encoded(raw)
        return _Tree(name, encoding).of(content)
    except expat.ExpatError as error:
        said = expat.ErrorString(error.code) or "something unexpected"
        raise fail(name, f"row {error.lineno}: is not valid XML ({said}); export it again.") from None
    except (LookupError, ValueError):
        message = "is XML in an encoding that cannot be read; export or save it again as UTF-8."
        raise fail(name, message) from None


def local(tag: str) -> str:
    """The name of a tag or attribute without its namespace."""
    return tag.rpartition("}")[2]


def _encoded(raw: bytes) -> tuple[bytes, str | None]:
    """The content, and its encoding where what it declares must not be followed. The first bytes win."""
    codec = next((codec for start, codec in STARTS.items() if raw.startswith(start)), None)
    if codec:
        return raw.decode(codec).encode(), "utf-8"
    match = DECLARED.match(raw)
    declared = match[1].decode().lower() if match else ""
    if declared in CHINESE:
        return raw.decode(CHINESE[declared]).encode(), "utf-8"
    return raw, "utf-8" if declared.startswith(("utf-16", "utf16", "unicode")) else None


class _Tree:
    """Builds the tree while expat reads, and stops it at the first thing no survey file needs."""

    def __init__(self, name: str, encoding: str | None) -> None:
        self._name = name
        self._builder = TreeBuilder()
        self._elements = self._depth = 0
        self._parser = parser = expat.ParserCreate(encoding, namespace_separator="}")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._builder.data
        parser.StartDoctypeDeclHandler = self._doctype
        parser.EntityDeclHandler = parser.SkippedEntityHandler = parser.ExternalEntityRefHandler = self._entity

    def of(self, content: bytes) -> Element:
        self._parser.Parse(content, True)
        return self._builder.close()

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        self._depth += 1
        if self._elements > MOST_ELEMENTS or self._depth > DEEPEST:
            limit = f"{MOST_ELEMENTS:,} elements" if self._elements > MOST_ELEMENTS else f"{DEEPEST} levels"
            raise fail(self._name, f"row {self._row()}: the XML has more than {limit}; no survey file needs as many.")
        self._builder.start(_named(tag), {_named(key): value for key, value in attributes.items()})

    def _end(self, tag: str) -> None:
        self._depth -= 1
        self._builder.end(_named(tag))

    def _doctype(self, _name: str, _system: str | None, _public: str | None, declares: int) -> None:
        if declares:
            self._refuse("a document type (<!DOCTYPE … [)")

    def _entity(self, *_: Any) -> int:
        self._refuse("an entity")
        return 0

    def _refuse(self, what: str) -> None:
        message = (
            f"row {self._row()}: the XML declares or uses {what}, which is never read; remove it, or export it again."
        )
        raise fail(self._name, message)

    def _row(self) -> int:
        return self._parser.CurrentLineNumber


def _named(tag: str) -> str:
    return "{" + tag if "}" in tag else tag
