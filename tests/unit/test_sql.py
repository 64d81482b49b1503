"""Queries: DuckDB over files of the study and over its own, SQLite through SQLAlchemy, and all that is refused."""

from __future__ import annotations

import os
import socket
import sqlite3
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline import load
from pipeline.errors import DataError, DefinitionError
from pipeline.ingest import _duckdb, _native, read, sql
from pipeline.report import fingerprint
from pipeline.report.publish import take_stamp
from pipeline.responses import Table
from tests.conftest import HEADER, ROWS

duckdb = pytest.importorskip("duckdb", reason="duckdb is not installed")
pytest.importorskip("sqlalchemy", reason="sqlalchemy is not installed")
Folder = Callable[..., Path]
MAGIC = 0xBF58476D1CE4E5B9


def ask(folder: Path) -> Table:
    return sql.read(load(folder), 0)


def refused(folder: Path) -> str:
    with pytest.raises(DataError) as caught:
        ask(folder)
    assert len(caught.value.problems) == 1
    return str(caught.value)


def cells(table: Table) -> dict[str, list[Any]]:
    return {name: column.cells().tolist() for name, column in table.columns.items()}


def database(folder: Path, *statements: str, name: str = "answers.duckdb") -> Path:
    with duckdb.connect(str(folder / name)) as connection:
        for statement in statements:
            connection.execute(statement)
    return folder / name


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM 'answers.csv'",
        "SELECT * FROM read_csv('./answers.csv', all_varchar = true)",
        "FROM 'answers.csv' ORDER BY random()",
        "WITH all_rows AS (SELECT * FROM 'ans*.csv') SELECT * FROM all_rows;",
    ],
)
def test_a_query_over_files_gives_what_the_files_give(study_folder: Folder, query: str) -> None:
    from_file = read(load(study_folder()))
    asked = read(load(study_folder(data={"query": query})))
    assert asked.content_sha256 == from_file.content_sha256
    assert asked.items.equals(from_file.items)
    source = asked.sources[0]
    assert (source.name, source.format, source.rows, source.columns) == ("query 1", "sql", len(ROWS), len(HEADER))


def test_ids_keep_their_zeros(study_folder: Folder) -> None:
    folder = study_folder(text="id,q\n007,1\n12,2\n", data={"query": "SELECT * FROM 'answers.csv'"})
    assert cells(ask(folder)) == {"id": ["007", "12"], "q": [1, 2]}


def test_a_duckdb_file_and_its_types(study_folder: Folder) -> None:
    folder = study_folder(data={"file": "answers.duckdb", "query": "SELECT * FROM t ORDER BY id"})
    database(
        folder,
        "CREATE TYPE often AS ENUM ('never', 'sometimes', 'always')",
        """CREATE TABLE t AS SELECT * FROM (VALUES
        ('007', 1.50::DECIMAL(5,2), TRUE, DATE '2026-01-02', TIMESTAMPTZ '2026-01-02 03:04:05+01', ['tv', 'web;b'],
         'sometimes'::often, 12345678901234567890::HUGEINT, 0.1::DOUBLE, 7::UTINYINT),
        ('008', NULL, FALSE, NULL, NULL, [], 'never'::often, NULL, 'nan'::DOUBLE, NULL),
        ('009', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL))
        AS v(id, share, member, "day", moment, heard, often, long, "real", n)""",
    )
    found = ask(folder)
    assert cells(found) == {
        "id": ["007", "008", "009"],
        "share": [1.5, None, None],
        "member": ["TRUE", "FALSE", None],
        "day": ["2026-01-02", None, None],
        "moment": ["2026-01-02 02:04:05", None, None],
        "heard": ["tv|web;b", "|", None],
        "often": ["sometimes", "never", None],
        "long": ["12345678901234567890", None, None],
        "real": [0.1, None, None],
        "n": [7, None, None],
    }
    assert list(found.about["often"].labels) == ["never", "sometimes", "always"]
    assert (found.about["heard"].kind, found.about["heard"].separator) == ("multiple", "|")
    assert (found.source.name, found.lines.tolist()) == ("answers.duckdb", [1, 2, 3])


def test_several_answers_in_a_list_become_ticks(study_folder: Folder) -> None:
    query = "SELECT *, CASE id WHEN 'a01' THEN ['tv', 'web'] WHEN 'a02' THEN [] END AS heard FROM 'answers.csv'"
    variables = {"heard": {"type": "multiple", "label": "Heard"}}
    found = read(load(study_folder(data={"query": query}, respondent={"id": "id"}, variables=variables)))
    ticked = found.choices["heard"].to_numpy()
    assert sorted(map(tuple, ticked[(ticked == ticked).all(axis=1)])) == [(0.0, 0.0), (1.0, 1.0)]
    assert (ticked != ticked).all(axis=1).sum() == 3


def test_the_source_is_the_same_whatever_the_order(study_folder: Folder) -> None:
    hashes = {
        ask(study_folder(data={"query": query})).source.sha256
        for query in ("SELECT * FROM 'answers.csv'", "SELECT p1, * EXCLUDE (p1) FROM 'answers.csv' ORDER BY id DESC")
    }
    assert len(hashes) == 1
    assert ask(study_folder(data={"query": "SELECT * FROM 'answers.csv' LIMIT 4"})).source.sha256 not in hashes


def test_only_the_study_folder_is_in_reach(study_folder: Folder, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside") / "secret.csv"
    outside.write_text("id,q\nsecret,1\n", encoding="utf-8")
    folder = study_folder()
    (folder / "link.csv").symlink_to(outside)
    for query in (
        f"SELECT * FROM '{outside}'",
        f"SELECT * FROM '../{outside.parent.name}/secret.csv'",
        "SELECT * FROM 'link.csv'",
        f"SELECT * FROM '{folder}/../{outside.parent.name}/secret.csv'",
        f"SELECT * FROM read_text('{outside}')",
        "SELECT * FROM glob('/*')",
        "SELECT * FROM read_text('/proc/self/environ')",
    ):
        message = refused(study_folder(data={"query": query}))
        assert "the query reads outside the study folder" in message
        assert ": secret" not in message


def test_files_are_those_of_the_study_wherever_it_is_run_from(
    study_folder: Folder, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "answers.csv").write_text("id\nwrong\n", encoding="utf-8")
    folder = study_folder(data={"query": "SELECT id FROM 'answers.csv'"})
    monkeypatch.chdir(elsewhere)
    assert cells(ask(folder)) == {"id": [row[0] for row in ROWS]}
    assert cells(ask(Path(os.path.relpath(folder, elsewhere)))) == {"id": [row[0] for row in ROWS]}
    assert Path.cwd() == elsewhere
    (folder / "only.csv").write_text("id\n1\n", encoding="utf-8")
    monkeypatch.chdir(folder)
    (elsewhere / "study.yaml").write_bytes((folder / "study.yaml").read_bytes().replace(b"answers.csv", b"only.csv"))
    assert "No files found" in refused(elsewhere)


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("SELECT 1; SELECT 2", "the query holds 2 statements; it must be one SELECT."),
        ("SELECT 1; DROP TABLE t", "the query holds 2 statements"),
        ("-- nothing", "the query holds 0 statements"),
        ("COPY (SELECT 1) TO 'made.csv'", "the query holds the statement COPY"),
        ("CREATE TABLE t (x INTEGER)", "the query holds the statement CREATE"),
        ("ATTACH 'made.duckdb'", "the query holds the statement ATTACH"),
        ("INSTALL httpfs", "it must be one SELECT"),
        ("SET enable_external_access = true", "the query holds the statement SET"),
        ("SELEC 1", 'DuckDB cannot run the query (syntax error at or near "SELEC"); correct it.'),
        ("SELECT nowhere FROM 'answers.csv'", 'Referenced column "nowhere" not found'),
        ("SELECT * FROM nowhere", "Table with name nowhere does not exist"),
        ("SELECT * FROM 'nowhere.csv'", 'No files found that match the pattern "nowhere.csv"'),
        ("SELECT * FROM 'answers.csv' WHERE false", "the query gives no rows"),
        ("SELECT (city || id)::INTEGER FROM 'answers.csv'", "DuckDB stopped at a value (Conversion error)"),
        ("SELECT strptime(city, '%Y') FROM 'answers.csv'", "DuckDB stopped at a value (Invalid Input error)"),
        ("SELECT 'x'::BLOB AS picture", 'column "picture" holds bytes'),
        (
            "SELECT * FROM read_csv('broken.csv', columns = {'a': 'INTEGER'})",
            "row 3 of a CSV that the query reads holds",
        ),
        ("SELECT * FROM 'http://127.0.0.1:9/a.csv'", "the query reads outside the study folder"),
        ("SELECT * FROM sqlite_scan('a.db', 't')", "exists in the sqlite_scanner extension"),
    ],
)
def test_a_query_that_cannot_be_answered_is_one_sentence(
    study_folder: Folder, monkeypatch: pytest.MonkeyPatch, query: str, says: str
) -> None:
    monkeypatch.setattr(socket, "socket", None)
    folder = study_folder(data={"query": query})
    (folder / "broken.csv").write_text("a\n1\nnorthern\n", encoding="utf-8")
    before = sorted(path.name for path in folder.iterdir())
    message = refused(folder)
    assert says in message
    assert message.startswith(f"{folder}/study.yaml:")
    assert "north" not in message
    assert str(folder) not in message.partition(": ")[2]
    assert sorted(path.name for path in folder.iterdir()) == before


def test_a_query_that_would_never_end_is_ended(study_folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_duckdb, "LONGEST", 0.3)
    query = "WITH RECURSIVE a AS (SELECT 1 AS x UNION ALL SELECT x + 1 FROM a) SELECT * FROM a"
    assert "took longer than" in refused(study_folder(data={"query": query}))


def test_memory_and_the_size_of_the_result_are_bounded(study_folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_native, "MOST_CELLS", 1_000)
    assert "more than 1,000 cells" in refused(study_folder(data={"query": "SELECT * FROM range(1001)"}))
    monkeypatch.setitem(_duckdb.CONFIGURATION, "memory_limit", "20MB")
    assert "of memory" in refused(study_folder(data={"query": "SELECT list(range) FROM range(50000000)"}))


def newer(path: Path) -> None:
    """Says in the header of the file, with the checksum that belongs to it, that a version to come has written it."""
    raw = bytearray(path.read_bytes())
    raw[12:20] = struct.pack("<Q", 60_000)
    total = 5381
    for (word,) in struct.iter_unpack("<Q", raw[8:4096]):
        total ^= word * MAGIC % 2**64
    raw[:8] = struct.pack("<Q", total)
    path.write_bytes(raw)


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        (newer, "was written by a newer or much older DuckDB"),
        (lambda path: path.write_bytes(path.read_bytes()[:6000]), "cannot be opened as a DuckDB database"),
        (lambda path: path.write_bytes(path.read_bytes()[:5]), "is no DuckDB database"),
        (lambda path: path.write_bytes(b""), "is no DuckDB database"),
        (lambda path: path.write_text("a,b\n1,2\n", encoding="utf-8"), "is no DuckDB database"),
        (Path.unlink, "there is no such file"),
    ],
)
def test_a_file_that_is_no_readable_database(study_folder: Folder, harm: Callable[[Path], Any], says: str) -> None:
    folder = study_folder(data={"file": "answers.duckdb", "query": "SELECT 1"})
    harm(database(folder, "CREATE TABLE t AS SELECT 1"))
    assert refused(folder).startswith("answers.duckdb: ")
    assert says in refused(folder)


def test_a_database_that_another_program_writes_to(study_folder: Folder) -> None:
    folder = study_folder(data={"file": "answers.duckdb", "query": "SELECT * FROM t"})
    path = database(folder, "CREATE TABLE t AS SELECT 1 AS x")
    program = f"import duckdb; c = duckdb.connect({str(path)!r}); print('open', flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        assert "answers.duckdb: is open in another program" in refused(folder)
        other.communicate(b"\n", timeout=30)
    assert cells(ask(folder)) == {"x": [1]}


def test_a_database_without_a_query_is_told_what_to_do(study_folder: Folder) -> None:
    folder = study_folder(data="answers.duckdb")
    database(folder, "CREATE TABLE t AS SELECT 1")
    with pytest.raises(DataError, match="is a database; say with 'query' which rows are the answers"):
        read(load(folder))


@pytest.fixture
def sqlite(study_folder: Folder) -> Callable[..., Path]:
    def made(query: str = "SELECT * FROM answers", address: str = "sqlite:///answers.db", **keys: Any) -> Path:
        folder = study_folder(data={"database": address, "query": query}, **keys)
        with sqlite3.connect(folder / "answers.db") as connection:
            connection.execute("DROP TABLE IF EXISTS answers")
            connection.execute(f"CREATE TABLE answers ({', '.join(HEADER)})")
            connection.executemany(f"INSERT INTO answers VALUES ({', '.join('?' * len(HEADER))})", ROWS)
        return folder

    return made


def test_sqlite_through_sqlalchemy(sqlite: Callable[..., Path], study_folder: Folder) -> None:
    asked = read(load(sqlite()))
    assert asked.content_sha256 == read(load(study_folder())).content_sha256
    assert cells(ask(sqlite("SELECT 'a%b' AS x"))) == {"x": ["a%b"]}


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("WITH a AS (SELECT 1) DELETE FROM answers", "(attempt to write a readonly database)"),
        ("DELETE FROM answers", "must be one SELECT"),
        ("SELECT 1; DELETE FROM answers", "without a semicolon inside"),
        ("SELECT * FROM nowhere", "(no such table: nowhere)"),
        ("SELECT x'00' AS picture", 'column "picture" holds bytes'),
        ("SELECT * FROM answers WHERE 0", "the query gives no rows"),
    ],
)
def test_sqlite_is_only_read(sqlite: Callable[..., Path], query: str, says: str) -> None:
    folder = sqlite(query)
    assert says in refused(folder)
    with sqlite3.connect(folder / "answers.db") as connection:
        assert connection.execute("SELECT count(*) FROM answers").fetchone() == (len(ROWS),)


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("sqlite:///../answers.db", "does not lie inside the study folder"),
        ("sqlite:////etc/hostname", "does not lie inside the study folder"),
        ("sqlite:///nowhere.db", "there is no SQLite file 'nowhere.db'"),
        ("sqlite://", "there is no SQLite file ''"),
        ("sqlite:///answers.csv", "file is not a database"),
        ("nothing", "'database' is no address of a database"),
        ("env:WHYBUY_NOT_SET", "the environment variable WHYBUY_NOT_SET is not set"),
        ("strange://host/name", "SQLAlchemy knows no database 'strange'"),
        ("postgresql+psycopg2://host/name", "the Python driver 'psycopg2' of this database is not installed"),
    ],
)
def test_an_address_that_leads_nowhere_is_one_sentence(sqlite: Callable[..., Path], address: str, says: str) -> None:
    assert says in refused(sqlite(address=address))


def test_an_address_of_the_environment_may_lead_out_of_the_study(
    sqlite: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = sqlite(address="env:WHYBUY_TEST_SQLITE")
    outside = tmp_path_factory.mktemp("outside") / "other.db"
    (folder / "answers.db").rename(outside)
    monkeypatch.setenv("WHYBUY_TEST_SQLITE", f"sqlite:///{outside}")
    found = ask(folder)
    assert found.source.rows == len(ROWS)
    assert str(outside) not in repr(found.source)


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ({"database": "postgresql://me:hush@host/name"}, "'database' holds a password"),
        ({"database": "postgresql://me:hu/sh@host/name"}, "'database' holds a password"),
        ({"database": "postgresql://me@host/name?password=hush"}, "'database' holds a password"),
        ({"database": "env:DB", "file": "answers.duckdb"}, "not of both; take one out"),
        ({"encoding": "utf-8"}, "'encoding' says how to read a file, and a query has none"),
        ({"format": "csv"}, "a query has the format sql, not csv"),
        ({"query": None, "file": "answers.csv", "database": "env:DB"}, "'database' needs 'query'"),
        ({"query": None, "file": "answers.csv", "format": "sql"}, "'format' needs 'query'"),
    ],
)
def test_entries_that_contradict_themselves(study_folder: Folder, entry: dict[str, Any], says: str) -> None:
    written = {key: value for key, value in ({"query": "SELECT 1"} | entry).items() if value is not None}
    with pytest.raises(DefinitionError) as caught:
        load(study_folder(data=written))
    assert says in str(caught.value)
    assert "hush" not in str(caught.value)
    assert "hu/sh" not in str(caught.value)


@pytest.mark.parametrize(
    ("module", "entry", "says"),
    [
        ("duckdb", {}, "a query needs DuckDB"),
        ("sqlalchemy", {"database": "sqlite:///a.db"}, "a query needs SQLAlchemy"),
    ],
)
def test_without_its_library_a_query_says_what_to_install(
    study_folder: Folder, monkeypatch: pytest.MonkeyPatch, module: str, entry: dict[str, str], says: str
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    message = refused(study_folder(data={"query": "SELECT 1", **entry}))
    assert says in message
    assert 'pip install "whybuy[sql]"' in message


def test_a_query_is_asked_again_every_time(study_folder: Folder) -> None:
    study = load(study_folder(data=[{"file": "answers.csv"}, {"query": "SELECT * FROM 'answers.csv'"}]))
    stamp = take_stamp(study)
    assert set(stamp.inputs) == {"answers.csv", "query 2"}
    later = fingerprint.take(study.folder, study.sha256, stamp.inputs)
    assert later.digest(["en"]) != stamp.digest(["en"])


def test_a_report_knows_the_files_that_its_data_need(study_folder: Folder) -> None:
    folder = study_folder(data=[{"file": "w1.sss"}, {"file": "answers.csv", "labels": "labels.qsf"}])
    for name in ("w1.sss", "w1.asc", "w1.txt", "w2.asc", "labels.qsf"):
        (folder / name).write_text(name, encoding="utf-8")
    study = load(folder)
    stamp = take_stamp(study)
    assert set(stamp.inputs) == {"w1.sss", "w1.asc", "w1.txt", "answers.csv", "labels.qsf"}
    assert fingerprint.take(folder, study.sha256, stamp.inputs).digest(["en"]) == stamp.digest(["en"])
    (folder / "w1.asc").write_text("changed", encoding="utf-8")
    assert fingerprint.take(folder, study.sha256, stamp.inputs).digest(["en"]) != stamp.digest(["en"])


def test_values_that_python_calls_equal_stay_apart() -> None:
    from collections import namedtuple

    pair = namedtuple("pair", "a b")
    for values, expected in (
        ([True, 1, 1.0, "1", None], ["TRUE", 1, 1, "1", None]),
        ([0, False, ""], [0, "FALSE", None]),
        ([float("nan"), 0.5, None], [None, 0.5, None]),
        ([{"a": 1}, None], ["{'a': 1}", None]),
        ([pair(1, 2), pair(1, 2)], ["pair(a=1, b=2)", "pair(a=1, b=2)"]),
        ([], []),
        ([None, None], [None, None]),
    ):
        found, about = _native.coded(values)
        assert found.cells().tolist() == expected
        assert about is None
