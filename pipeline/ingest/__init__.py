"""Ingest: the files of a study as Responses. Cells arrive as text or native values; only the study types them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from pipeline.errors import DataError, Problem
from pipeline.ingest import (
    csv,
    excel,
    google_forms,
    kobo,
    limesurvey,
    parquet,
    qualtrics,
    sas,
    spss,
    sql,
    stata,
    surveymonkey,
    tencent,
    triple_s,
    typeform,
    wenjuanxing,
)
from pipeline.ingest._assemble import assemble
from pipeline.ingest._cells import folded as folded
from pipeline.ingest._cells import number as number
from pipeline.ingest._cells import plain as plain
from pipeline.ingest._cells import sheet
from pipeline.ingest._concordance import breaks
from pipeline.ingest._files import open_file
from pipeline.ingest._grid import MOMENTS as MOMENTS
from pipeline.ingest._grid import Grid as Grid
from pipeline.ingest._grid import correlations_of as correlations_of
from pipeline.ingest._grid import fetch_grid as fetch_grid
from pipeline.ingest._grid import grid as grid
from pipeline.ingest._grid import moment_of as moment_of
from pipeline.ingest._opened import BINARY
from pipeline.ingest._opened import Opened as Opened
from pipeline.ingest._personal import personal as personal
from pipeline.ingest._privacy import check_privacy
from pipeline.ingest._table import canonical as canonical
from pipeline.ingest._table import fail
from pipeline.ingest._used import check_columns, numeric_columns, renamed
from pipeline.responses import Responses, Table
from pipeline.study import Study


@dataclass(frozen=True, slots=True)
class Reader:
    """A format: does a file look like it, by content, and what does the file hold?"""

    fits: Callable[[Opened], bool]
    read: Callable[[Opened], Table]


READERS: dict[str, Reader] = {
    "triple_s": Reader(triple_s.fits, triple_s.read),
    "parquet": Reader(parquet.fits, parquet.read),
    "spss": Reader(spss.fits, spss.read),
    "stata": Reader(stata.fits, stata.read),
    "sas": Reader(sas.fits, sas.read),
    "qualtrics": Reader(qualtrics.fits, qualtrics.read),
    "surveymonkey": Reader(surveymonkey.fits, surveymonkey.read),
    "wenjuanxing": Reader(wenjuanxing.fits, wenjuanxing.read),
    "tencent": Reader(tencent.fits, tencent.read),
    "limesurvey": Reader(limesurvey.fits, limesurvey.read),
    "typeform": Reader(typeform.fits, typeform.read),
    "google_forms": Reader(google_forms.fits, google_forms.read),
    "kobo": Reader(kobo.fits, kobo.read),
    "excel": Reader(excel.fits, excel.read),
    "csv": Reader(csv.fits, csv.read),
}
"""In the order in which they are tried: any vendor before plain rows."""


JSON = re.compile(r"(\[\s*)?\{")
DESCRIPTIONS = {
    '{"SurveyEntry"': "the definition of a Qualtrics survey (QSF)",
    "<LimeSurveyDocType>": "the structure of a LimeSurvey survey (.lss)",
    "<questionnaire": "a questionnaire in queXML",
}
"""What the first characters of files hold that only describe answers; a mark begins as the file does."""


def read(study: Study) -> Responses:
    """Typed answers of every file of the study, in canonical order: shuffled rows or columns change nothing.

    Raises DefinitionError for a path outside the study folder, else DataError with every problem of the stage reached.
    """
    try:
        files = renamed(study, tables(study))
        check_columns(study, files)
        check_privacy(study, files)
        found = breaks(study, files)
        return replace(assemble(study, sheet(files, numeric_columns(study)), files), breaks=found)
    except DataError as error:
        raise DataError(*(_placed(study, problem) for problem in error.problems)) from None


def _placed(study: Study, problem: Problem) -> Problem:
    """The problem with the path of its file seen from where the study was named, as several may be built at once."""
    named = [name for file in study.definition.data for name in (file.file, file.labels) if name]
    inside = [name for name in named if not name.startswith("package:")]
    return replace(problem, where=str(study.folder / problem.where)) if problem.where in inside else problem


def tables(study: Study) -> list[Table]:
    """Every file of the study, in its order. Raises DataError with the problems of all of them."""
    problems: list[Problem] = []
    found: list[Table] = []
    for position in range(len(study.definition.data)):
        try:
            asked = study.definition.data[position].query
            found.append(sql.read(study, position) if asked else read_table(open_file(study, position)))
        except DataError as error:
            problems.extend(error.problems)
    if problems:
        raise DataError(*problems)
    return found


def read_table(opened: Opened) -> Table:
    """One file by the reader that was declared or that fits its content."""
    if not opened.raw:
        raise fail(opened.name, "the file is empty; export it again.")
    declared = opened.file.format
    try:
        table = READERS[declared or detect(opened)].read(opened)
    except MemoryError:
        message = "needs more memory than there is; leave out columns that the study does not use."
        raise fail(opened.name, message) from None
    if declared:
        return table
    return replace(table, source=replace(table.source, detected=("format", *table.source.detected)))


def detect(opened: Opened) -> str:
    """Name of the first reader that the file fits. Raises DataError where it fits none, or cannot be opened."""
    _refuse_descriptions(opened)
    if opened.raw.startswith(b"SQLite format 3") or opened.raw[8:12] == b"DUCK":
        raise fail(
            opened.name, "is a database; say with 'query' which rows are the answers: query: SELECT * FROM answers"
        )
    for name, reader in READERS.items():
        if reader.fits(opened):
            return name
    other = next((what for mark, what in BINARY.items() if opened.raw.startswith(mark)), "no file of answers")
    raise fail(opened.name, f"is {other}; save it as CSV, Excel or Parquet.")


def _refuse_descriptions(opened: Opened) -> None:
    """Files that say what answers mean hold none; the first characters tell them."""
    start = opened.raw[:4000].decode("utf-8", "replace").lstrip("\ufeff \r\n\t")
    for mark, what in DESCRIPTIONS.items():
        if start.startswith(mark[0]) and mark in start:
            message = f"is {what} and holds no answers; name the export as the data file, and this one as its 'labels'."
            raise fail(opened.name, message)
    if JSON.match(start):
        raise fail(opened.name, "is JSON; export the answers as CSV, Excel, SPSS or Triple-S.")


def texts(table: Table, column: str) -> list[str | None]:
    """The cells of a column as texts, numbers in their one way of writing, None where blank."""
    coded = table.columns[column]
    known = [*(plain(canonical(cell)) for cell in coded.values), None]
    return [known[code] for code in coded.codes.tolist()]
