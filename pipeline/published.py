"""A published correlation table as the data of a study: read strictly, and never repaired."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.errors import AnalysisRefused, DataError, DefinitionError, Problem, listing, nearest
from pipeline.ingest import decode, number
from pipeline.responses import Source
from pipeline.study import Study

Array = np.ndarray

LARGEST = 1_000_000
MOST_DRIVERS = 20
DELIMITERS = (",", ";", "\t", "|")
MOMENTS = ("mean", "sd")
EQUAL = 1e-9
REPEATED = 0.05
SMALLEST_EIGENVALUE = 1e-8
"""Under it a combination of the columns does not vary; under its negative no data can have these correlations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """Correlations (q, q) of the constructs of the model, drivers first and the outcome last, from n respondents.

    mean, sd: (q,) where the table gives them for all. reliability: (q,), NaN where the study states none.
    """

    names: tuple[str, ...]
    correlations: Array
    mean: Array | None
    sd: Array | None
    reliability: Array
    n: int
    source: Source
    content_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Cells of a table: row labels, column labels, the text of each filled cell, and the line of each row."""

    file: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: Mapping[tuple[str, str], str]
    lines: Mapping[str, int]

    @property
    def names(self) -> list[str]:
        """What has correlations: every label but mean and sd, rows first."""
        labels = dict.fromkeys((*self.rows, *self.columns))
        return [name for name in labels if name and name.lower() not in MOMENTS]

    def problem(self, row: str, column: str, message: str) -> Problem:
        return Problem(where=self.file, message=f'row {self.lines[row]}, column "{column}": {message}')


def read_published(study: Study) -> Published:
    """The table that a study names under `correlations`: square, or one triangle; diagonal 1 or blank.

    Rows or columns called mean and sd may stand beside the correlations. Raises DefinitionError for a file outside the
    study folder, DataError with row and column for a cell that cannot be a correlation and for correlations that no
    data can have, AnalysisRefused where they cannot carry the model.
    """
    declared = study.definition.correlations
    if declared is None:
        raise DefinitionError(study.problem("there is no published table under 'correlations'.", "correlations"))
    _refuse_unfit(study, declared.n)
    raw, shown = _fetch(study, declared.file), str(study.folder / declared.file)
    grid, (encoding, delimiter) = _grid(raw, shown)
    matrix = correlations_of(grid, study.used, study.where("model"))
    moments = {name: _moment(grid, name, study.used) for name in MOMENTS}
    source = Source(
        name=declared.file,
        format="csv",
        rows=len(grid.rows),
        columns=len(grid.columns),
        sha256=hashlib.sha256(raw).hexdigest(),
        encoding=encoding,
        delimiter=delimiter,
        detected=("format", "encoding", "delimiter"),
    )
    given = [study.construct(name).reliability for name in study.used]
    return Published(
        names=study.used,
        correlations=matrix,
        **moments,
        reliability=np.array([np.nan if each is None else each for each in given]),
        n=declared.n,
        source=source,
        content_sha256=_content(study.used, matrix, moments, declared.n),
    )


def understood(study: Study) -> list[str]:
    """Lines about what was read, to be held against the paper."""
    table = read_published(study)
    known = [name for name in MOMENTS if getattr(table, name) is not None]
    beside = f", with {' and '.join(known)}" if known else ""
    stated = [name for name, given in zip(table.names, table.reliability, strict=True) if np.isfinite(given)]
    value, one, other = _largest(table)
    return [
        f"{table.source.name}: correlations of {len(table.names)} constructs{beside}; {table.n:,} respondents",
        *(f"{name} ({'outcome' if name == study.outcome else 'driver'})" for name in table.names),
        f"largest correlation: {value:.2f} ({one}, {other})",
        f"reliability stated: {listing(stated) or 'of none'}",
    ]


def _largest(table: Published) -> tuple[float, str, str]:
    """The correlation farthest from 0, and its pair."""
    off = np.abs(table.correlations - np.eye(len(table.names)))
    i, j = np.unravel_index(off.argmax(), off.shape)
    return float(table.correlations[i, j]), table.names[i], table.names[j]


def _refuse_unfit(study: Study, n: int) -> None:
    drivers = len(study.drivers)
    if drivers > MOST_DRIVERS:
        message = (
            f"{drivers} drivers are too many: importance looks at every subset of them; name {MOST_DRIVERS} at most."
        )
        raise AnalysisRefused(study.problem(message, "model", "drivers"))
    needed = max(study.definition.quality.minimum_base, drivers + 3)
    if n < needed:
        message = (
            f"the table stands on {n}, but {drivers} drivers need at least {needed} respondents; use fewer drivers."
        )
        raise AnalysisRefused(study.problem(message, "correlations", "n"))


def _fetch(study: Study, name: str) -> bytes:
    if Path(name).is_absolute() or ".." in Path(name).parts:
        message = f"'{name}' does not lie inside the study folder; put the file there and name it from there."
        raise DefinitionError(study.problem(message, "correlations", "file"))
    return _bytes(study.folder / name)


def _bytes(path: Path) -> bytes:
    if not path.is_file():
        close = nearest(path.name, [entry.name for entry in path.parent.iterdir()]) if path.parent.is_dir() else ""
        raise _fail(str(path), f"there is no such file.{close}")
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise _fail(str(path), f"cannot be read ({error.strerror}).") from None
    if not raw.strip() or len(raw) > LARGEST:
        found = "the file is empty" if not raw.strip() else f"is {len(raw):,} bytes long"
        raise _fail(str(path), f"{found}; a table of correlations is a small CSV file.")
    return raw


def _fail(where: str, message: str) -> DataError:
    return DataError(Problem(where=where, message=message))


def _grid(raw: bytes, shown: str) -> tuple[Grid, tuple[str, str]]:
    """Labels and filled cells, and the encoding and delimiter that were found."""
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
    grid = Grid(file=shown, rows=tuple(lines), columns=tuple(columns), cells=cells, lines=lines)
    _refuse_columns(grid)
    return grid, (encoding, delimiter)


def _records(text: str, delimiter: str, shown: str) -> Iterator[tuple[int, list[str]]]:
    """Line and cells of every row that holds anything."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for record in reader:
            cells = [cell.strip() for cell in record]
            if any(cells):
                yield reader.line_num, cells
    except csv.Error as error:
        raise _fail(shown, f"row {reader.line_num}: is no row of a CSV file ({error}).") from None


def _refuse_row(shown: str, line: int, label: str, before: Collection[str], cells: int, columns: int) -> None:
    if not label:
        raise _fail(shown, f"row {line} has no name in its first cell; write the name of the construct there.")
    if label in before:
        raise _fail(shown, f"row {line}: '{label}' stands twice; every construct has one row.")
    if cells > columns:
        raise _fail(shown, f"row {line}: {cells + 1} fields where the header has {columns + 1}.")


def _refuse_columns(grid: Grid) -> None:
    twice = [name for name in grid.columns if name and grid.columns.count(name) > 1]
    if twice:
        raise _fail(grid.file, f"row 1: the name '{twice[0]}' stands over more than one column.")
    if not grid.rows:
        raise _fail(grid.file, "holds names but no correlations below them.")
    unnamed = [row for row, column in grid.cells if not column]
    if unnamed:
        raise _fail(grid.file, f"row {grid.lines[unnamed[0]]}: a number stands in a column without a name.")


def read_grid(path: Path) -> Grid:
    """Labels and cells of a table that belongs to no study."""
    return _grid(_bytes(path), str(path))[0]


def correlations_of(grid: Grid, names: Sequence[str], where: str) -> Array:
    """(q, q) correlations in the order of the names; `where` is told if a column repeats the others.

    Every problem of every cell is raised at once.
    """
    matrix = _matrix(grid, names)
    _refuse_impossible(names, grid.file, matrix, where)
    return matrix


def _matrix(grid: Grid, names: Sequence[str]) -> Array:
    known = grid.names
    problems = [_absent(grid, name, known) for name in names if name not in known]
    if problems:
        raise DataError(*problems)
    matrix = np.eye(len(names))
    for i, one in enumerate(names):
        problems += _diagonal_problems(grid, one)
        for j, other in enumerate(names[:i]):
            found = _pair(grid, one, other)
            if isinstance(found, list):
                problems += found
            else:
                matrix[i, j] = matrix[j, i] = found
    if problems:
        raise DataError(*problems)
    return matrix


def _absent(grid: Grid, name: str, known: Sequence[str]) -> Problem:
    message = f"has no row or column '{name}'.{nearest(name, known)} It holds: {listing(known)}."
    return Problem(where=grid.file, message=message)


def _pair(grid: Grid, one: str, other: str) -> float | list[Problem]:
    """The correlation of two constructs, from either triangle or both, or what is wrong with it."""
    values = [value for pair in ((one, other), (other, one)) if (value := _cell(grid, *pair)) is not None]
    problems = [value for value in values if isinstance(value, Problem)]
    if problems:
        return problems
    found = [value for value in values if isinstance(value, float)]
    if not found:
        return [Problem(where=grid.file, message=f"has no correlation of '{one}' and '{other}'.")]
    if max(found) - min(found) > EQUAL:
        message = f"{found[0]:g}, but it is {found[1]:g} in row {grid.lines[other]}; correct one of them."
        return [grid.problem(one, other, message)]
    return found[0]


def _diagonal_problems(grid: Grid, name: str) -> list[Problem]:
    value = _cell(grid, name, name)
    if isinstance(value, Problem):
        return [value]
    if value is not None and abs(value - 1) > EQUAL:
        message = (
            f"{value:g} on the diagonal, where 1 or nothing stands; a reliability belongs under "
            f"constructs.{name}.reliability."
        )
        return [grid.problem(name, name, message)]
    return []


def _cell(grid: Grid, row: str, column: str) -> float | Problem | None:
    """The correlation in a cell, what is wrong with it, or None where it is blank."""
    text = grid.cells.get((row, column))
    if text is None:
        return None
    value = number(text.replace("\N{MINUS SIGN}", "-"))
    if value is None:
        advice = "write it with a point and without stars, as in -0.45"
        return grid.problem(row, column, f"{text!r} is not a number; {advice}.")
    if not -1 <= value <= 1:
        return grid.problem(row, column, f"{value:g} is no correlation; they lie between -1 and 1.")
    return value


def _moment(grid: Grid, moment: str, names: Sequence[str]) -> Array | None:
    """(q,) means or sds, from the row or the column of that name; None unless given for all."""
    row = next((label for label in grid.rows if label.lower() == moment), None)
    column = next((label for label in grid.columns if label.lower() == moment), None)
    places = [(row, name) if row else (name, column or "") for name in names]
    texts = [grid.cells.get(place) for place in places]
    if not all(texts):
        return None
    values, problems = [], []
    for (label, over), text in zip(places, texts, strict=True):
        value = number((text or "").replace("\N{MINUS SIGN}", "-"))
        if value is None or (moment == "sd" and value <= 0):
            kind = "a number" if moment == "mean" else "a number above 0"
            problems.append(grid.problem(label, over, f"{text!r} is not {kind}."))
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
        raise _fail(shown, message)
    repeated = [names[at] for at in blamed if abs(vectors[at, 0]) > REPEATED]
    message = (
        f"{listing(repeated)} repeat each other (one is a combination of the others), so their importance cannot be "
        "told apart; leave one of them out."
    )
    raise AnalysisRefused(Problem(where=where, message=message))


def _content(names: Sequence[str], matrix: Array, moments: Mapping[str, Array | None], n: int) -> str:
    """sha256 of what was read, whatever the order of rows and columns in the file."""
    return hashlib.sha256("\n".join(_facts(names, matrix, moments, n)).encode()).hexdigest()


def _facts(names: Sequence[str], matrix: Array, moments: Mapping[str, Array | None], n: int) -> Iterator[str]:
    yield f"n {n}"
    order = sorted(range(len(names)), key=lambda at: names[at])
    for i in order:
        beside = [f"{key} {found[i]!r}" for key, found in moments.items() if found is not None]
        yield " ".join([names[i], *beside, *(repr(float(matrix[i, j])) for j in order)])
