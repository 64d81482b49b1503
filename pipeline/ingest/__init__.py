"""Ingest: the files of a study as Responses. Cells arrive as text or native values; only the study types them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from pipeline.errors import DataError, Problem
from pipeline.ingest import csv, excel, parquet
from pipeline.ingest._assemble import assemble
from pipeline.ingest._cells import folded as folded
from pipeline.ingest._cells import number as number
from pipeline.ingest._cells import plain, sheet
from pipeline.ingest._files import detect, fetch
from pipeline.ingest._grid import MOMENTS as MOMENTS
from pipeline.ingest._grid import Grid as Grid
from pipeline.ingest._grid import correlations_of as correlations_of
from pipeline.ingest._grid import fetch_grid as fetch_grid
from pipeline.ingest._grid import grid as grid
from pipeline.ingest._grid import moment_of as moment_of
from pipeline.ingest._table import canonical
from pipeline.ingest._used import check_columns, numeric_columns, renamed
from pipeline.responses import Responses, Table
from pipeline.specs import DataFile
from pipeline.study import Study

Reader = Callable[[bytes, DataFile], Table]

READERS: dict[str, Reader] = {"csv": csv.read, "excel": excel.read, "parquet": parquet.read}


def read(study: Study) -> Responses:
    """Typed answers of every file of the study, in canonical order: shuffled rows or columns change nothing.

    Raises DefinitionError for a path outside the study folder, else DataError with every problem of the stage reached.
    """
    try:
        files = renamed(study, tables(study))
        check_columns(study, files)
        sources = tuple(table.source for table in files)
        return assemble(study, sheet(files, numeric_columns(study)), sources)
    except DataError as error:
        raise DataError(*(_placed(study, problem) for problem in error.problems)) from None


def _placed(study: Study, problem: Problem) -> Problem:
    """The problem with the path of its file seen from where the study was named, as several may be built at once."""
    inside = [file.file for file in study.definition.data if not file.file.startswith("package:")]
    return replace(problem, where=str(study.folder / problem.where)) if problem.where in inside else problem


def tables(study: Study) -> list[Table]:
    """Every file of the study, in its order. Raises DataError with the problems of all of them."""
    problems: list[Problem] = []
    found: list[Table] = []
    for position, file in enumerate(study.definition.data):
        try:
            found.append(read_table(fetch(study, position), file))
        except DataError as error:
            problems.extend(error.problems)
    if problems:
        raise DataError(*problems)
    return found


def read_table(raw: bytes, file: DataFile) -> Table:
    """One file by the reader that was declared or that fits its first bytes."""
    table = READERS[file.format or detect(raw, file.file)](raw, file)
    if file.format:
        return table
    return replace(table, source=replace(table.source, detected=("format", *table.source.detected)))


def texts(table: Table, column: str) -> list[str | None]:
    """The cells of a column as texts, numbers in their one way of writing, None where blank."""
    known = {cell: plain(canonical(cell)) for cell in set(table.columns[column].tolist())}
    return [known[cell] for cell in table.columns[column].tolist()]
