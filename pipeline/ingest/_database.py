"""Databases: one SELECT on a server, or on an SQLite file, through SQLAlchemy, in a transaction that only reads."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pipeline.errors import DataError
from pipeline.ingest._native import Result, check_size, coded, labelled
from pipeline.ingest._table import fail

ENVIRONMENT = "env:"
FIRST = re.compile(r"\s*(--[^\n]*\n\s*|/\*.*?\*/\s*)*(select|with|values|table)\b", re.IGNORECASE | re.DOTALL)
BLOCK = 10_000
SECONDS = 15
OWN_TYPES = 16_384
"""From this number on the types of PostgreSQL are made by its users: among them the enumerated ones."""
ENUMERATED = "SELECT enumlabel FROM pg_enum WHERE enumtypid = %(oid)s ORDER BY enumsortorder"
NOT_VALUES = ("42", "3F", "3D", "0A", "25", "57")
"""Classes of PostgreSQL's errors whose messages quote the query or the schema, never an answer."""
QUOTES_QUERY = (
    "no such",
    "near ",
    "readonly",
    "locked",
    "unable to open",
    "ambiguous column",
    "wrong number",
    "not a database",
)
"""Beginnings or parts of SQLite's messages of which the same holds."""


def select(query: str, database: str, where: str, folder: Path) -> Result:
    """Rows of one SELECT. Nothing is written or committed; no message holds a password or an answer.

    where: place of the entry in the study, for messages. Raises DataError with one sentence.
    """
    import sqlalchemy
    from sqlalchemy import exc

    _check_statement(query, where)
    url, given = _url(database, where)
    try:
        engine = _engine(sqlalchemy, url, folder, trusted=given, where=where)
        with engine.connect() as connection:
            _read_only(connection)
            return _result(connection, query, where)
    except exc.NoSuchModuleError:
        raise fail(
            where, f"SQLAlchemy knows no database '{url.drivername[:40]}'; PostgreSQL is postgresql://."
        ) from None
    except ModuleNotFoundError as error:
        message = f"the Python driver '{error.name}' of this database is not installed; install it."
        raise fail(where, message) from None
    except exc.SQLAlchemyError as error:
        raise _said(error, where, url.password) from None


def _check_statement(query: str, where: str) -> None:
    """A semicolon could end the transaction that only reads, and only the server could tell where a text ends."""
    if not FIRST.match(query):
        raise fail(where, "the query must be one SELECT.")
    if ";" in query.rstrip().removesuffix(";"):
        raise fail(where, "the query must be one SELECT without a semicolon inside; write chr(59) for one in a text.")


def _url(database: str, where: str) -> tuple[Any, bool]:
    """The URL, and whether it came from the environment, by the hand of who runs this, and not from the study."""
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    given = database.startswith(ENVIRONMENT)
    variable = database.removeprefix(ENVIRONMENT)
    text = os.environ.get(variable, "") if given else database
    if not text:
        message = f"the environment variable {variable} is not set; it holds the address, postgresql://user:password@host/name."
        raise fail(where, message)
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        what = f"what the environment variable {variable} holds" if given else "'database'"
        raise fail(
            where, f"{what} is no address of a database; write it as postgresql://user@host:5432/name."
        ) from None
    return url.set(drivername="postgresql+psycopg") if url.drivername in ("postgresql", "postgres") else url, given


def _engine(sqlalchemy: Any, url: Any, folder: Path, *, trusted: bool, where: str) -> Any:
    arguments: dict[str, Any] = {}
    if url.drivername.startswith("postgresql+psycopg"):
        arguments = {"connect_timeout": SECONDS, "options": "-c timezone=UTC -c default_transaction_read_only=on"}
    if url.get_backend_name() == "sqlite":
        url = _sqlite(url, folder, trusted=trusted, where=where)
    return sqlalchemy.create_engine(
        url, connect_args=arguments, poolclass=sqlalchemy.pool.NullPool, hide_parameters=True
    )


def _sqlite(url: Any, folder: Path, *, trusted: bool, where: str) -> Any:
    """The URL of an SQLite file, opened for reading alone; one that a study names lies inside its folder."""
    folder = folder.resolve()
    path = (folder / (url.database or "")).resolve()
    if not trusted and not path.is_relative_to(folder):
        raise fail(where, f"'{url.database}' does not lie inside the study folder; put the file there.")
    if not path.is_file():
        raise fail(where, f"there is no SQLite file '{url.database or ''}'; name it from the study folder.")
    return url.set(database=path.as_uri(), query={"mode": "ro", "uri": "true"})


def _read_only(connection: Any) -> None:
    if connection.dialect.name == "postgresql":
        connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    if connection.dialect.name in ("mysql", "mariadb"):
        connection.exec_driver_sql("SET SESSION TRANSACTION READ ONLY")
        connection.rollback()


def _result(connection: Any, query: str, where: str) -> Result:
    streamed = connection.execution_options(stream_results=True, max_row_buffer=BLOCK)
    marks = connection.dialect.paramstyle in ("format", "pyformat")  # where % is a mark, %% is a per cent sign
    with streamed.exec_driver_sql(query.replace("%", "%%") if marks else query) as found:
        names = list(found.keys())
        types = [column[1] for column in found.cursor.description]
        rows: list[Sequence[Any]] = []
        for block in found.partitions(BLOCK):
            rows.extend(block)
            check_size(len(names), len(rows) * len(names), where)
    values = list(zip(*rows, strict=True)) or [()] * len(names)
    for name, column in zip(names, values, strict=True):
        if any(isinstance(value, (bytes, memoryview)) for value in column):
            raise fail(where, f'column "{name}" holds bytes, which are no answers; leave it out of the SELECT.')
    made = [coded(column) for column in values]
    orders = _orders(connection, types)
    about = [labelled(orders[kind]) if kind in orders else said for kind, (_, said) in zip(types, made, strict=True)]
    return Result(names=names, columns=[column for column, _ in made], about=about)


def _orders(connection: Any, types: Sequence[Any]) -> dict[Any, list[str]]:
    """Type -> its values in order, of the enumerated types of PostgreSQL."""
    if connection.dialect.name != "postgresql":
        return {}
    own = {kind for kind in types if isinstance(kind, int) and kind >= OWN_TYPES}
    found = {kind: connection.exec_driver_sql(ENUMERATED, {"oid": kind}).scalars().all() for kind in sorted(own)}
    return {kind: list(labels) for kind, labels in found.items() if labels}


def _said(error: Exception, where: str, password: Any) -> DataError:
    """One sentence. What the database said is shown where it is about the query or the connection, shortened."""
    original = getattr(error, "orig", None)
    state = getattr(original, "sqlstate", None) or ""
    first = str(original or "").strip().partition("\n")[0]
    words = first.replace(str(password), "…") if password else first
    if state.startswith(NOT_VALUES) or any(part in words for part in QUOTES_QUERY):
        return fail(where, f"the database refused the query ({words[:300]}); correct it.")
    if type(error).__name__ == "OperationalError" and not state.startswith(("53", "54")):
        return fail(where, f"the database cannot be reached ({words[:300]}); check address, user and password.")
    kind = type(original or error).__name__
    return fail(where, f"the database stopped ({kind}{f', {state}' if state else ''}); correct the query.")
