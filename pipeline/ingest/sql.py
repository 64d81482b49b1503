"""SQL: the rows of one SELECT, by DuckDB over files of the study folder, or on a database through SQLAlchemy."""

from __future__ import annotations

import hashlib

import numpy as np

from pipeline.ingest import _database, _duckdb
from pipeline.ingest._files import path_of
from pipeline.ingest._native import Result
from pipeline.ingest._opened import Opened
from pipeline.ingest._rows import hashed
from pipeline.ingest._table import canonical, fail, make
from pipeline.responses import Table
from pipeline.study import Study

NEEDS = {"duckdb": "DuckDB", "sqlalchemy": "SQLAlchemy"}


def read(study: Study, position: int) -> Table:
    """Table of the rows that the query of an entry of data gives; NULL is blank, rows are numbered from 1.

    An enumerated type gives its order as labels, a list is several answers. Raises DataError with one sentence.
    """
    where = study.where("data", position, "query")
    result = _result(study, position, where)
    rows = len(result.columns[0]) if result.columns else 0
    if not rows:
        raise fail(where, "the query gives no rows; correct it, or look whether the answers have arrived.")
    opened = Opened(raw=_content(result), name=name_of(study, position), file=study.definition.data[position])
    about = {name: said for name, said in zip(result.names, result.about, strict=True) if said}
    return make(opened, "sql", result.names, result.columns, np.arange(1, rows + 1), about=about)


def name_of(study: Study, position: int) -> str:
    """What the report calls the source: the database file, else the number of the entry; never an address."""
    file = study.definition.data[position]
    return file.file if "file" in file.model_fields_set else f"query {position + 1}"


def _result(study: Study, position: int, where: str) -> Result:
    file = study.definition.data[position]
    query = file.query or ""
    try:
        if file.database:
            return _database.select(query, file.database, where, study.folder)
        path = path_of(study, position) if "file" in file.model_fields_set else None
        return _duckdb.select(query, where, study.folder, path, file.file)
    except ModuleNotFoundError as error:
        needed = NEEDS.get(error.name or "", error.name)
        raise fail(where, f'a query needs {needed}, which is not installed; run: pip install "whybuy[sql]"') from None


def _content(result: Result) -> bytes:
    """The same bytes for the same rows, whatever the order of rows and columns."""
    total = np.zeros(len(result.columns[0]), dtype=np.uint64)
    for name, column in zip(result.names, result.columns, strict=True):
        texts = [f"{name}\0{canonical(value)}" for value in column.values]
        total += np.append(hashed(texts), np.uint64(0))[column.codes]
    names = "\0".join(sorted(result.names)).encode("utf-8", "surrogatepass")
    return hashlib.sha256(names).digest() + np.sort(total).astype("<u8").tobytes()
