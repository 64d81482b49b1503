"""Grids: a small table of numbers with a name for every row and column, as papers print correlations."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.errors import AnalysisRefused, DataError, Problem, listing, nearest
from pipeline.ingest._cells import number
from pipeline.ingest._encoding import decode
from pipeline.ingest._table import fail

Array = np.ndarray

LARGEST = 1_000_000
DELIMITERS = (",", ";", "\t", "|")
MOMENTS = ("mean", "sd")
MINUS = "\N{MINUS SIGN}"
EQUAL = 1e-9
REPEATED = 0.05
SMALLEST_EIGENVALUE = 1e-8
"""Under it a combination of the columns does not vary; under its negative no data can have these correlations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Cells of a table: row labels, column labels, the text of each filled cell, and the line of each row."""

    file: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: Mapping[tuple[str, str], str]
    lines: Mapping[str, int]
    encoding: str
    delimiter: str

    @property
    def names(self) -> list[str]:
        """What has correlations: every label but mean and sd, rows first."""
        labels = dict.fromkeys((*self.rows, *self.columns))
        return [name for name in labels if name and name.lower() not in MOMENTS]

    def problem(self, row: str, column: str, message: str) -> Problem:
        return Problem(where=self.file, message=f'row {self.lines[row]}, column "{column}": {message}')


def fetch_grid(path: Path) -> bytes:
    """Content of a small file. Raises DataError where there is none, or too much."""
    if not path.is_file():
        close = nearest(path.name, [entry.name for entry in path.parent.iterdir()]) if path.parent.is_dir() else ""
        raise fail(str(path), f"there is no such file.{close}")
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise fail(str(path), f"cannot be read ({error.strerror}).") from None
    if not raw.strip() or len(raw) > LARGEST:
        found = "the file is empty" if not raw.strip() else f"is {len(raw):,} bytes long"
        raise fail(str(path), f"{found}; a table of correlations is a small CSV file.")
    return raw


def grid(raw: bytes, shown: str) -> Grid:
    """Labels and filled cells; messages call the file `shown`. Raises DataError where rows or columns lack a name."""
    text, encoding = decode(raw, shown, None)
    delimiter = max(DELIMITERS, key=text.strip().splitlines()[0].count)
    (_, header), *records = list(_records(text, delimiter, shown))
    columns = header[1:]
    cells: dict[tuple[str, str], str] = {}
    lines: dict[str, int] = {}
    for line, (label, *row) in records:
        _refuse_row(shown, line, label, lines, len(row), len(columns))
        lines[label] = line
        cells |= {(label, column): cell for column, cell in zip(columns, row, strict=False) if cell}
    found = Grid(
        file=shown,
        rows=tuple(lines),
        columns=tuple(columns),
        cells=cells,
        lines=lines,
        encoding=encoding,
        delimiter=delimiter,
    )
    _refuse_columns(found)
    return found


def _records(text: str, delimiter: str, shown: str) -> Iterator[tuple[int, list[str]]]:
    """Line and cells of every row that holds anything."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for record in reader:
            cells = [cell.strip() for cell in record]
            if any(cells):
                yield reader.line_num, cells
    except csv.Error as error:
        raise fail(shown, f"row {reader.line_num}: is no row of a CSV file ({error}).") from None


def _refuse_row(shown: str, line: int, label: str, before: Collection[str], cells: int, columns: int) -> None:
    if not label:
        raise fail(shown, f"row {line} has no name in its first cell; write the name of the construct there.")
    if label in before:
        raise fail(shown, f"row {line}: '{label}' stands twice; every construct has one row.")
    if cells > columns:
        raise fail(shown, f"row {line}: {cells + 1} fields where the header has {columns + 1}.")


def _refuse_columns(table: Grid) -> None:
    twice = [name for name in table.columns if name and table.columns.count(name) > 1]
    if twice:
        raise fail(table.file, f"row 1: the name '{twice[0]}' stands over more than one column.")
    if not table.rows:
        raise fail(table.file, "holds names but no correlations below them.")
    unnamed = [row for row, column in table.cells if not column]
    if unnamed:
        raise fail(table.file, f"row {table.lines[unnamed[0]]}: a number stands in a column without a name.")


def correlations_of(table: Grid, names: Sequence[str], where: str) -> Array:
    """(q, q) correlations in the order of the names; `where` is told if a column repeats the others.

    Every problem of every cell is raised at once.
    """
    matrix = _matrix(table, names)
    _refuse_impossible(names, table.file, matrix, where)
    return matrix


def _matrix(table: Grid, names: Sequence[str]) -> Array:
    known = table.names
    problems = [_absent(table, name, known) for name in names if name not in known]
    if problems:
        raise DataError(*problems)
    matrix = np.eye(len(names))
    for i, one in enumerate(names):
        problems += _diagonal_problems(table, one)
        for j, other in enumerate(names[:i]):
            found = _pair(table, one, other)
            if isinstance(found, list):
                problems += found
            else:
                matrix[i, j] = matrix[j, i] = found
    if problems:
        raise DataError(*problems)
    return matrix


def _absent(table: Grid, name: str, known: Sequence[str]) -> Problem:
    message = f"has no row or column '{name}'.{nearest(name, known)} It holds: {listing(known)}."
    return Problem(where=table.file, message=message)


def _pair(table: Grid, one: str, other: str) -> float | list[Problem]:
    """The correlation of two constructs, from either triangle or both, or what is wrong with it."""
    values = [value for pair in ((one, other), (other, one)) if (value := _cell(table, *pair)) is not None]
    problems = [value for value in values if isinstance(value, Problem)]
    if problems:
        return problems
    found = [value for value in values if isinstance(value, float)]
    if not found:
        return [Problem(where=table.file, message=f"has no correlation of '{one}' and '{other}'.")]
    if max(found) - min(found) > EQUAL:
        message = f"{found[0]:g}, but it is {found[1]:g} in row {table.lines[other]}; correct one of them."
        return [table.problem(one, other, message)]
    return found[0]


def _diagonal_problems(table: Grid, name: str) -> list[Problem]:
    value = _cell(table, name, name)
    if isinstance(value, Problem):
        return [value]
    if value is not None and abs(value - 1) > EQUAL:
        message = (
            f"{value:g} on the diagonal, where 1 or nothing stands; a reliability belongs under "
            f"constructs.{name}.reliability."
        )
        return [table.problem(name, name, message)]
    return []


def _cell(table: Grid, row: str, column: str) -> float | Problem | None:
    """The correlation in a cell, what is wrong with it, or None where it is blank."""
    text = table.cells.get((row, column))
    if text is None:
        return None
    value = number(text.replace(MINUS, "-"))
    if value is None:
        advice = "write it with a point and without stars, as in -0.45"
        return table.problem(row, column, f"{text!r} is not a number; {advice}.")
    if not -1 <= value <= 1:
        return table.problem(row, column, f"{value:g} is no correlation; they lie between -1 and 1.")
    return value


def moment_of(table: Grid, moment: str, names: Sequence[str]) -> Array | None:
    """(q,) means or sds, from the row or the column of that name; None unless given for all."""
    row = next((label for label in table.rows if label.lower() == moment), None)
    column = next((label for label in table.columns if label.lower() == moment), None)
    places = [(row, name) if row else (name, column or "") for name in names]
    texts = [table.cells.get(place) for place in places]
    if not all(texts):
        return None
    values, problems = [], []
    for (label, over), text in zip(places, texts, strict=True):
        value = number((text or "").replace(MINUS, "-"))
        if value is None or (moment == "sd" and value <= 0):
            kind = "a number" if moment == "mean" else "a number above 0"
            problems.append(table.problem(label, over, f"{text!r} is not {kind}."))
        values.append(value)
    if problems:
        raise DataError(*problems)
    return np.array(values, float)


def _refuse_impossible(names: Sequence[str], shown: str, matrix: Array, where: str) -> None:
    """No data have correlations with a negative eigenvalue; with one of 0 a column repeats the others."""
    values, vectors = np.linalg.eigh(matrix)
    if values[0] > SMALLEST_EIGENVALUE:
        return
    blamed = np.argsort(-np.abs(vectors[:, 0]), kind="stable")
    one, other = (names[at] for at in blamed[:2])
    if values[0] < -SMALLEST_EIGENVALUE:
        message = (
            f"no data can have these correlations (smallest eigenvalue {values[0]:.3g}); '{one}' and '{other}' "
            f"({matrix[blamed[0], blamed[1]]:g}) contradict the others most. Hold them against the paper, or use "
            "figures with more digits."
        )
        raise fail(shown, message)
    repeated = [names[at] for at in blamed if abs(vectors[at, 0]) > REPEATED]
    message = (
        f"{listing(repeated)} repeat each other (one is a combination of the others), so their importance cannot be "
        "told apart; leave one of them out."
    )
    raise AnalysisRefused(Problem(where=where, message=message))
