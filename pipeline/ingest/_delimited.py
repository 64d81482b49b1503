"""Delimited text: strictly, by the standard library's reader; by pyarrow's where both must find the same cells."""

from __future__ import annotations

import contextlib
import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

import numpy as np

from pipeline.errors import DataError, Problem
from pipeline.ingest._encoding import decode
from pipeline.ingest._opened import TOP
from pipeline.ingest._table import MOST_CELLS, MOST_COLUMNS, fail
from pipeline.responses import Coded
from pipeline.specs import DataFile

DELIMITERS = (";", "\t", "|", ",")
"""In case of doubt the earlier one: a decimal comma in a file of semicolons is likelier than the reverse."""
SNIFFED = 100
LARGE = 200_000
"""Characters from which the quicker reader is worth its import."""


@dataclass(kw_only=True)
class Delimited:
    """Records of a text whose cells are told apart by a delimiter."""

    name: str
    text: str
    delimiter: str
    found: dict[str, Any]

    @cached_property
    def _head(self) -> list[tuple[int, list[str]]]:
        return [record for record, _ in zip(self._records(), range(TOP), strict=False)]

    @property
    def top(self) -> list[list[str | None]]:
        return [[cell or None for cell in record] for _, record in self._head]

    @property
    def lines(self) -> list[int]:
        return [line for line, _ in self._head]

    def below(self, skip: int) -> tuple[list[Coded], np.ndarray]:
        """Columns below the first `skip` records, as many as the first record has cells."""
        quick = _quickly(self, skip) if len(self.text) >= LARGE else None
        return quick or self._slowly(skip)

    def _slowly(self, skip: int) -> tuple[list[Coded], np.ndarray]:
        records = list(self._records())
        width = len(records[0][1])
        if width > MOST_COLUMNS or len(records) * width > MOST_CELLS:
            size = f"{width:,} columns and {len(records):,} rows"
            raise fail(self.name, f"has {size}; that is more than can be read at once.")
        lines = [line for line, _ in records[skip:]]
        cells = _rectangle(records[0][1], [record for _, record in records[skip:]], lines, self.name)
        return [Coded.of(column) for column in cells.T], np.array(lines, dtype=np.int64)

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        """Records that are no blank lines, each with the line of the file on which it begins."""
        line = 1
        try:
            reader = csv.reader(io.StringIO(self.text, newline=""), delimiter=self.delimiter, strict=True)
            for record in reader:
                if record:
                    yield line, record
                line = reader.line_num + 1
        except csv.Error as error:
            raise fail(self.name, f"row {line}: {_sentence(str(error), self.text, line)}") from None
        except (TypeError, ValueError):
            raise fail(self.name, f"{self.delimiter!r} cannot be a delimiter; use one of , ; | or a tab.") from None


def delimited(raw: bytes, file: DataFile) -> Delimited:
    """Records of a text file. Raises DataError for one that is empty or cannot be decoded."""
    if not raw:
        raise fail(file.file, "the file is empty; export it again.")
    text, encoding = decode(raw, file.file, file.encoding)
    if not text.strip():
        raise fail(file.file, "the file is empty; export it again.")
    delimiter = file.delimiter or _delimiter(text)
    detected = tuple(key for key in ("encoding", "delimiter") if getattr(file, key) is None)
    found = {"encoding": encoding, "delimiter": delimiter, "detected": detected}
    return Delimited(name=file.file, text=text, delimiter=delimiter, found=found)


def _delimiter(text: str) -> str:
    """The delimiter that gives most of the first rows as many fields as the header, then the one with most fields."""

    def fit(delimiter: str) -> tuple[bool, float, int]:
        reader = csv.reader(io.StringIO(text[:200_000], newline=""), delimiter=delimiter)
        counts: list[int] = []
        with contextlib.suppress(csv.Error):
            counts.extend(len(record) for record, _ in zip(reader, range(SNIFFED), strict=False) if record)
        header = counts[0] if counts else 0
        return header > 1, round(counts.count(header) / max(len(counts), 1), 1), header

    return max(DELIMITERS, key=fit)


def _quickly(rows: Delimited, skip: int) -> tuple[list[Coded], np.ndarray] | None:
    """Columns by pyarrow, or None where the strict reader must decide: odd quotes, lines in cells, ragged rows."""
    text = rows.text.rstrip("\r\n")
    width = len(rows._head[0][1])
    plain = (rows.delimiter.isascii() and rows.delimiter.isprintable()) or rows.delimiter == "\t"
    if (
        not plain
        or width > MOST_COLUMNS
        or len(rows._head) <= skip
        or rows.lines != list(range(1, len(rows.lines) + 1))
    ):
        return None
    carriage = text.count("\r")
    if carriage not in (0, text.count("\r\n")) or not _quotes_are_plain(text, rows.delimiter):
        return None
    records = text.count("\n") + 1 - skip
    columns = _by_arrow(text, rows.delimiter, width, skip)
    if columns is None or len(columns[0]) != records or records * width > MOST_CELLS:
        return None
    return columns, np.arange(skip + 1, skip + 1 + records)


def _quotes_are_plain(text: str, delimiter: str) -> bool:
    """Do quotes stand only around whole cells, or twice within them?"""
    if '"' not in text:
        return True
    inside = rf'[^{re.escape(delimiter)}\r\n"]"[^{re.escape(delimiter)}\r\n"]'
    return text.count('"') % 2 == 0 and re.search(inside, text) is None


def _by_arrow(text: str, delimiter: str, width: int, skip: int) -> list[Coded] | None:
    import pyarrow as pa
    from pyarrow import csv as arrow

    names = [str(i) for i in range(width)]
    kind = pa.dictionary(pa.int32(), pa.string())
    try:
        table = arrow.read_csv(
            pa.py_buffer(text.encode()),
            read_options=arrow.ReadOptions(column_names=names, skip_rows=skip, use_threads=False, block_size=1 << 26),
            parse_options=arrow.ParseOptions(delimiter=delimiter, ignore_empty_lines=False),
            convert_options=arrow.ConvertOptions(
                column_types=dict.fromkeys(names, kind), null_values=[""], strings_can_be_null=True,
                quoted_strings_can_be_null=True,
            ),
        )  # fmt: skip
    except (pa.ArrowException, UnicodeError):
        return None
    return [_coded(column) for column in table.columns]


def _coded(column: Any) -> Coded:
    whole = column.unify_dictionaries().combine_chunks()
    whole = whole.chunk(0) if hasattr(whole, "chunk") else whole
    codes = whole.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return Coded(codes, tuple(whole.dictionary.to_pylist()))


def _sentence(error: str, text: str, line: int) -> str:
    """What the strict reader stumbled over, in the record that begins on a line of the text."""
    most = f"{csv.field_size_limit():,} characters"
    if "expected after" in error:
        return 'there is text after a closing quote ("); quotes inside a cell are written twice ("").'
    if "field limit" in error and '"' not in next(islice(io.StringIO(text, newline=""), line - 1, None), ""):
        return f"a cell holds more than {most}; shorten it, or leave its column out."
    if "field limit" in error:
        return f'a quote (") opens here and is not closed within {most}; close it, or leave the column out.'
    if "end of data" in error:
        return 'a quote (") opens here and is never closed; close it, or write it twice if it belongs to the text.'
    return "a line break stands where none can be; export the file again."


def _rectangle(header: Sequence[str], rows: list[list[str]], lines: list[int], name: str) -> np.ndarray:
    """(rows, columns) cells, None where blank; a row may leave out columns at the end that have no name."""
    width = len(header)
    least = max((position + 1 for position, column in enumerate(header) if column.strip()), default=width)
    sizes = np.fromiter(map(len, rows), dtype=np.int64, count=len(rows))
    ragged = np.flatnonzero((sizes < least) | (sizes > width))
    if ragged.size:
        advice = "check the quotes and delimiters of this row"
        raise DataError(
            *(
                Problem(
                    where=name, message=f"row {lines[i]}: {_fields(sizes[i])} where the header has {width}; {advice}."
                )
                for i in ragged
            )
        )
    short = np.flatnonzero(sizes < width)
    for i in short:
        rows[i] = [*rows[i], *[""] * (width - int(sizes[i]))]
    cells = np.empty((len(rows), width), dtype=object)
    if rows:
        cells[:] = rows
    cells[cells == ""] = None
    return cells


def _fields(count: int) -> str:
    return "1 field" if count == 1 else f"{count} fields"
