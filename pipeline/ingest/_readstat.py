"""Files of SPSS, Stata and SAS as tables: read by pyreadstat in a process of its own, then put into words here."""

from __future__ import annotations

import codecs
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.errors import listing
from pipeline.ingest._encoding import meant
from pipeline.ingest._opened import Opened
from pipeline.ingest._parsed import BLANK
from pipeline.ingest._sets import Answers
from pipeline.ingest._spoken import spoken_of, with_sets
from pipeline.ingest._table import MOST_CELLS, MOST_COLUMNS, canonical, fail, make
from pipeline.responses import Table

SECONDS = 900
ANY_BYTES = "ISO-8859-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a file holds: its columns as the child describes them (see _parsed), and (rows,) arrays."""

    encoding: str | None
    rows: int
    columns: Sequence[Mapping[str, Any]]
    arrays: Sequence[np.ndarray]
    notes: tuple[str, ...] = ()

    @property
    def has_blanks(self) -> bool:
        """Is a number missing anywhere?"""
        numbers = [array for array in self.arrays if array.dtype.kind != "i"]
        return any((np.isnan(array) if array.dtype.kind == "f" else array == BLANK).any() for array in numbers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How one kind of file is read. reader: pyreadstat's name of it; what: 'an SPSS file'; declared: the encoding of
    texts where the file names none, None where there is none to be wrong; hidden: places of records the library
    must not see.
    """

    reader: str
    what: str
    advice: str
    undeclared: str = "leave 'encoding' out of data to have it detected"
    declared: str | None = None
    hidden: tuple[int, ...] = ()


def found_in(opened: Opened, way: Way) -> Found:
    """Content of the file in the declared encoding, else in the one its texts are in, whatever the file says."""
    declared = opened.file.encoding
    try:
        found = _asked(opened, way, _known(opened.name, declared) if declared else None)
    except UnicodeError:
        if declared or way.reader == "por":
            message = f"its texts are not {declared or 'of the letters it lists'}; {way.undeclared}."
            raise fail(opened.name, message) from None
        return _reread(opened, way, _as_bytes(opened, way), None)
    stated = found.encoding or way.declared
    return found if declared or stated is None else _reread(opened, way, found, stated)


def _as_bytes(opened: Opened, way: Way) -> Found:
    """The file with each byte of its texts a letter. Raises DataError where even that cannot be."""
    try:
        return _asked(opened, way, ANY_BYTES)
    except UnicodeError:
        raise fail(opened.name, f"cannot be read as {way.what}; {way.advice}.") from None


def _reread(opened: Opened, way: Way, found: Found, stated: str | None) -> Found:
    """The file in another encoding than it states, if its texts are in one. stated: None where it proved wrong."""
    better = meant(_texts(found, stated or ANY_BYTES), None if stated is None else python_name(stated))
    if better is None:
        if stated is None:
            message = "its texts are not in the encoding it states; name theirs under data, as in encoding: gb18030."
            raise fail(opened.name, message)
        return found
    try:
        again = _asked(opened, way, _known(opened.name, better))
    except UnicodeError:
        return found
    wrong = "The encoding that the file states does not fit its texts, which"
    if stated:
        wrong = f"The file states {stated}, but its texts" if found.encoding else "No encoding is stated; the texts"
    note = f"{wrong} were read as {better}. Declare data.encoding if this is wrong."
    return replace(again, encoding=better, notes=(note,))


def _known(name: str, encoding: str) -> str:
    """The name by which the library knows an encoding."""
    try:
        known = codecs.lookup(encoding).name.removesuffix("-sig")
    except LookupError:
        raise fail(
            name, f"'{encoding}' is no known encoding; use utf-8, gb18030, big5, cp1252 or another name Python knows."
        ) from None
    return "macintosh" if known == "mac-roman" else known.replace("_", "-")


def python_name(encoding: str) -> str:
    """'WINDOWS-936' as Python calls it; the text itself where Python does not know it."""
    name = encoding.lower().replace("windows-936", "gbk").replace("windows-", "cp")
    try:
        return codecs.lookup(name).name
    except LookupError:
        return name


def _texts(found: Found, encoding: str) -> bytes:
    """The bytes behind all texts that are not ASCII, one a line; none where they are not of the encoding."""
    texts: list[str] = []
    for column in found.columns:
        texts += [column["name"], column["label"], *(label for _, label in column["labels"])]
        held = column["values"] or []
        texts += [] if "".join(held).isascii() else held
    try:
        return b"\n".join(_whole(text.encode(python_name(encoding))) for text in texts if not text.isascii())
    except (LookupError, UnicodeError):
        return b""


def _whole(text: bytes) -> bytes:
    """The text without the rest of a UTF-8 character: a reading in pairs of bytes loses the last one."""
    try:
        text.decode()
    except UnicodeDecodeError as error:
        if error.end >= len(text) and not text[: error.start].isascii():
            return text[: error.start]
    return text


def _asked(opened: Opened, way: Way, encoding: str | None) -> Found:
    """The file as a process of its own reads it. Raises UnicodeError where its texts are not of the encoding."""
    catalogue = opened.labels or b""
    asked = {"reader": way.reader, "encoding": encoding, "length": len(opened.raw), "hidden": way.hidden}
    program = [sys.executable, "-I", str(Path(__file__).with_name("_parsed.py")), json.dumps(asked)]
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as taken:  # pipes would pass on 64 KB at a time
        given.write(opened.raw)
        given.write(catalogue)
        given.seek(0)
        try:
            done = subprocess.run(  # noqa: S603
                program, stdin=given, stdout=taken, stderr=subprocess.DEVNULL, timeout=SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            raise fail(opened.name, f"cannot be read as {way.what}; {way.advice}.") from None
        taken.seek(0)
        return _answer(memoryview(taken.read() if done.returncode == 0 else b""), opened, way)


def _answer(out: memoryview, opened: Opened, way: Way) -> Found:
    size = int.from_bytes(out[:8], "little")
    head: dict[str, Any] = json.loads(bytes(out[8 : 8 + size])) if len(out) >= 8 + size > 8 else {"error": "died"}
    if head.get("error") == "letters":
        raise UnicodeError
    if head.get("error") == "memory":
        raise fail(opened.name, f"needs more memory than can be given to {way.what}; save it as Parquet or CSV.")
    if "error" in head:
        raise fail(opened.name, f"cannot be read as {way.what}; {way.advice}.")
    rows, columns = head["rows"], head["columns"]
    if len(columns) > MOST_COLUMNS or rows * len(columns) > MOST_CELLS:
        message = f"has {len(columns):,} columns and {rows:,} rows; that is more than can be read at once."
        raise fail(opened.name, message)
    arrays, place = [], 8 + size
    for column in columns:
        kind = np.dtype("<i4" if column["values"] is not None else "<f8" if column["low"] is None else "u1")
        arrays.append(np.frombuffer(out, kind, rows, place))
        place += rows * kind.itemsize
    return Found(encoding=head["encoding"], rows=rows, columns=columns, arrays=arrays)


def table(
    opened: Opened, way: Way, found: Found, reader: str, sets: Sequence[Answers] = (), notes: Sequence[str] = ()
) -> Table:
    """Table of what was found. sets: questions asked over several columns."""
    spoken = [spoken_of(column, array, way.reader) for column, array in zip(found.columns, found.arrays, strict=True)]
    names = [column["name"] for column in found.columns]
    about = {canonical(name) or "": column.about for name, column in zip(names, spoken, strict=True)}
    unread = [name for name, column in zip(names, spoken, strict=True) if column.unread]
    encoding = opened.file.encoding or found.encoding or way.declared
    beyond = [f"Dates beyond the years 1 to 9999 were left as numbers: {listing(unread)}."] if unread else []
    return make(
        opened,
        reader,
        names,
        [column.cells for column in spoken],
        np.arange(1, found.rows + 1),
        about=with_sets(about, sets),
        notes=[*found.notes, *notes, *beyond],
        encoding=encoding,
        detected=("encoding",) if encoding and not opened.file.encoding else (),
    )
