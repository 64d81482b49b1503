"""CSV: text cells by the standard library's reader, strictly."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import numpy as np

from pipeline.errors import DataError, Problem
from pipeline.ingest._encoding import decode
from pipeline.ingest._table import MOST_CELLS, MOST_COLUMNS, fail, make
from pipeline.responses import Table
from pipeline.specs import DataFile

DELIMITERS = (";", "\t", "|", ",")
"""In case of doubt the earlier one: a decimal comma in a file of semicolons is likelier than the reverse."""
SNIFFED = 100


def read(raw: bytes, file: DataFile) -> Table:
    """Table of a delimited text file. Raises DataError with a sentence for each row that does not fit."""
    text, encoding = decode(raw, file.file, file.encoding)
    if not text.strip():
        raise fail(file.file, "the file is empty; export it again.")
    delimiter = file.delimiter or _delimiter(text)
    header, rows, lines = _records(text, delimiter, file.file)
    cells = _rectangle(header, rows, lines, file.file)
    found = tuple(key for key in ("encoding", "delimiter") if getattr(file, key) is None)
    return make(
        raw, file.file, "csv", header, cells, np.array(lines), encoding=encoding, delimiter=delimiter, detected=found
    )


def _delimiter(text: str) -> str:
    """The delimiter that gives most of the first rows as many fields as the header, then the one with most fields."""

    def fit(delimiter: str) -> tuple[bool, float, int]:
        reader = csv.reader(io.StringIO(text[:200_000], newline=""), delimiter=delimiter)
        try:
            counts = [len(record) for record, _ in zip(reader, range(SNIFFED), strict=False) if record]
        except csv.Error:
            counts = []
        header = counts[0] if counts else 0
        return header > 1, round(counts.count(header) / max(len(counts), 1), 1), header

    return max(DELIMITERS, key=fit)


def _records(text: str, delimiter: str, name: str) -> tuple[list[str], list[list[str]], list[int]]:
    """Header, rows and the line of the file on which each row begins; blank lines are left out."""
    records: list[list[str]] = []
    lines: list[int] = []
    line = 1
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        for record in reader:
            if record:
                records.append(record)
                lines.append(line)
            line = reader.line_num + 1
    except csv.Error as error:
        raise fail(name, f"row {line}: {_sentence(str(error))}") from None
    except (TypeError, ValueError):
        raise fail(name, f"{delimiter!r} cannot be a delimiter; use one of , ; | or a tab.") from None
    if len(records[0]) > MOST_COLUMNS or len(records) * len(records[0]) > MOST_CELLS:
        raise fail(
            name, f"has {len(records[0]):,} columns and {len(records):,} rows; that is more than can be read at once."
        )
    return records[0], records[1:], lines[1:]


def _sentence(error: str) -> str:
    if "expected after" in error:
        return 'there is text after a closing quote ("); quotes inside a cell are written twice ("").'
    if "field limit" in error or "end of data" in error:
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
