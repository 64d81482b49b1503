"""DuckDB: one SELECT over a .duckdb file or over the files of the study folder, with nothing else in reach."""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipeline.errors import DataError
from pipeline.ingest._arrow import coded, is_binary
from pipeline.ingest._native import Result, check_size
from pipeline.ingest._table import fail

MAGIC = slice(8, 12), b"DUCK"
MEMORY = "4GB"
ROWS = 100_000
LONGEST = 600.0
"""Seconds a query may take."""
CONFIGURATION = {
    "threads": 1,  # the order of rows and of sums does not depend on the machine
    "memory_limit": MEMORY,
    "temp_directory": "",
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "python_enable_replacements": False,
}
ABOUT_THE_QUERY = ("Parser", "Syntax", "Catalog", "Binder")
LINE = re.compile(r"CSV Error on Line: (\d+)")


def select(query: str, where: str, folder: Path, database: Path | None, name: str) -> Result:
    """Rows of one SELECT. Only files below the folder can be read, nothing can be written, no extension is installed.

    where: place of the query, for messages about it; name: of the database file, for messages about that.
    Raises DataError with one sentence; the database's own words only where they cannot hold an answer.
    """
    import duckdb
    import pyarrow as pa

    folder = folder.resolve()
    if database is not None:
        _check(database, name)
    try:
        with (
            contextlib.chdir(folder),
            _connected(duckdb, database, folder, name) as connection,
            _interrupted(connection),
        ):
            _check_statement(connection.extract_statements(query), where)
            return _result(connection.sql(query), where)
    except (duckdb.Error, OSError, pa.ArrowException) as error:
        raise _said(error, where, folder) from None
    except MemoryError:
        raise fail(where, f"the query needs more than {MEMORY} of memory; select fewer rows or columns.") from None


def _check(database: Path, name: str) -> None:
    try:
        with database.open("rb") as stream:
            head = stream.read(16)
    except OSError as error:
        reason = (
            "there is no such file" if isinstance(error, FileNotFoundError) else f"cannot be read ({error.strerror})"
        )
        raise fail(name, f"{reason}; check the path.") from None
    if head[MAGIC[0]] != MAGIC[1]:
        message = "is no DuckDB database; leave 'file' out and name the files in the query, or take the query out."
        raise fail(name, message)


@contextlib.contextmanager
def _connected(duckdb: Any, database: Path | None, folder: Path, name: str) -> Iterator[Any]:
    """A connection that can read the database and the folder, and whose settings cannot be changed any more."""
    path = ":memory:" if database is None else str(database.resolve())
    try:
        connection = duckdb.connect(path, read_only=database is not None, config=CONFIGURATION)
    except duckdb.Error as error:
        raise _unopened(str(error), name) from None
    with contextlib.closing(connection):
        allowed = str(folder).replace("'", "''")
        for setting in ("TimeZone='UTC'", f"allowed_directories=['{allowed}']", "enable_external_access=false"):
            connection.execute(f"SET {setting}")
        connection.execute("SET lock_configuration=true")
        yield connection


@contextlib.contextmanager
def _interrupted(connection: Any) -> Iterator[None]:
    """Ends a query that would never end."""
    timer = threading.Timer(LONGEST, connection.interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _unopened(said: str, name: str) -> DataError:
    if "Could not set lock" in said or "different configuration" in said:
        return fail(name, "is open in another program that may write to it; close it there, or copy the file.")
    if "version number" in said:
        message = "was written by a newer or much older DuckDB; run: pip install --upgrade duckdb, or export it again."
        return fail(name, message)
    return fail(name, "cannot be opened as a DuckDB database; it may be cut short, so copy or export it again.")


def _check_statement(statements: list[Any], where: str) -> None:
    kinds = [statement.type.name for statement in statements]
    if kinds != ["SELECT"]:
        found = f"{len(kinds)} statements" if len(kinds) != 1 else f"the statement {kinds[0]}"
        raise fail(where, f"the query holds {found}; it must be one SELECT.")


def _result(relation: Any, where: str) -> Result:
    import pyarrow as pa

    names = list(relation.columns)
    reader = relation.to_arrow_reader(ROWS)
    blob = next((field.name for field in reader.schema if is_binary(field.type)), None)
    if blob is not None:
        raise fail(where, f'column "{blob}" holds bytes, which are no answers; leave it out of the SELECT.')
    batches, cells = [], 0
    for batch in reader:
        batches.append(batch)
        cells += batch.num_rows * len(names)
        check_size(len(names), cells, where)
    table = pa.Table.from_batches(batches, reader.schema)
    made = [coded(column, ordered=True) for column in table.columns]
    return Result(names=names, columns=[column for column, _ in made], about=[about for _, about in made])


def _said(error: Exception, where: str, folder: Path) -> DataError:
    """One sentence. Messages about the query quote the query; messages about values quote answers and are not shown."""
    kind, _, words = str(error).partition("\n")[0].replace(f"{folder}/", "").partition(" Error: ")
    line = LINE.search(str(error))
    if line:
        return fail(
            where,
            f"row {line[1]} of a CSV that the query reads holds what does not fit; correct the file or the query.",
        )
    known = {
        "Permission": "the query reads outside the study folder; put the file there and name it from there.",
        "Out of Memory": f"the query needs more than {MEMORY} of memory; select fewer rows or columns.",
        "INTERRUPT": f"the query took longer than {LONGEST:.0f} seconds; make it simpler.",
    }
    if kind in ABOUT_THE_QUERY or words.startswith("No files found"):
        return fail(where, f"DuckDB cannot run the query ({words.rstrip('.!')}); correct it.")
    advice = "correct the query, with TRY_CAST where texts become numbers."
    return fail(where, known.get(kind, f"DuckDB stopped at a value ({kind[:40]} error); {advice}"))
