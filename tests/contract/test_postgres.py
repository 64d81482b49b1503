"""A query on a real PostgreSQL, started for these tests from the system's package and reached through a socket file."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline import load
from pipeline.errors import DataError
from pipeline.ingest import read, sql
from pipeline.responses import Table
from tests.conftest import HEADER, ROWS

PASSWORD = "mellon-4711"
ADDRESS = "WHYBUY_TEST_DATABASE"
SCHEMA = """
CREATE TYPE often AS ENUM ('never', 'sometimes', 'always');
CREATE TABLE kinds (id text, share numeric(5,2), long numeric, member boolean, day date, at timestamptz,
  at_local timestamp, heard text[], often often, n integer, real double precision, code uuid, free text);
INSERT INTO kinds VALUES
 ('007', 1.50, 12345678901234567890, true, '2026-01-02', '2026-01-02 03:04:05+01', '2026-01-02 03:04:05', '{tv,web}',
  'sometimes', 7, 0.1, '5225669c-c261-4954-9ce0-7c6766dcfaeb', '中文 100%'),
 ('008', NULL, NULL, false, NULL, NULL, NULL, '{}', 'never', NULL, 'NaN', NULL, ''),
 ('009', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
"""


def programs() -> Path | None:
    """Folder of initdb and pg_ctl: the newest of Debian's, or that of the path."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("pg_ctl")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


def servant() -> str | None:
    """Who runs the server, which refuses to be run by root."""
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in known) if os.geteuid() == 0 else None


@pytest.fixture(scope="module")
def server() -> Iterator[Path]:
    """Folder of a running server's socket, with the tables of this module in the database 'postgres'."""
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    home, user = programs(), servant()
    if home is None:
        pytest.skip("PostgreSQL is not installed")
    folder = Path(tempfile.mkdtemp(prefix="whybuy-pg-"))
    (folder / "password").write_text(PASSWORD, encoding="utf-8")
    if user:
        for path in (folder, folder / "password"):
            shutil.chown(path, user)
    data = str(folder / "data")

    def run(program: str, *arguments: str) -> None:
        command = [str(home / program), "-D", data, *arguments]
        done = subprocess.run(command, user=user, cwd="/", capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr

    try:
        run(
            "initdb",
            "-U",
            "asker",
            "-A",
            "scram-sha-256",
            f"--pwfile={folder / 'password'}",
            "-N",
            "-E",
            "UTF8",
            "--locale=C",
        )
        settings = f"-c listen_addresses= -c fsync=off -k {folder}"
        run("pg_ctl", "-w", "-s", "-l", str(folder / "log"), "-o", settings, "start")
        try:
            fill(folder)
            yield folder
        finally:
            run("pg_ctl", "-s", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def connected(server: Path) -> Any:
    import psycopg

    return psycopg.connect(host=str(server), user="asker", password=PASSWORD, dbname="postgres", autocommit=True)


def fill(server: Path) -> None:
    with connected(server) as connection:
        connection.execute(SCHEMA)
        connection.execute(f"CREATE TABLE answers ({', '.join(f'{name} text' for name in HEADER)})")
        marks = ", ".join(["%s"] * len(HEADER))
        for row in ROWS:
            connection.execute(f"INSERT INTO answers VALUES ({marks})", [cell or None for cell in row])


@pytest.fixture
def address(server: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    url = f"postgresql://asker:{PASSWORD}@/postgres?host={server}"
    monkeypatch.setenv(ADDRESS, url)
    return url


@pytest.fixture
def ask(address: str, study_folder: Callable[..., Path]) -> Callable[[str], Table]:
    del address

    def asked(query: str) -> Table:
        return sql.read(load(study_folder(data={"database": f"env:{ADDRESS}", "query": query})), 0)

    return asked


@pytest.fixture
def refused(ask: Callable[[str], Table]) -> Callable[[str], str]:
    def said(query: str) -> str:
        with pytest.raises(DataError) as caught:
            ask(query)
        message = str(caught.value)
        assert PASSWORD not in message
        assert len(caught.value.problems) == 1
        assert "study.yaml:" in message
        return message

    return said


def test_a_study_reads_its_answers_from_a_database(address: str, study_folder: Callable[..., Path]) -> None:
    del address
    entry = {"database": f"env:{ADDRESS}", "query": "SELECT * FROM answers ORDER BY random()"}
    asked = read(load(study_folder(data=entry)))
    from_file = read(load(study_folder()))
    assert asked.content_sha256 == from_file.content_sha256
    assert asked.items.equals(from_file.items)
    assert (asked.sources[0].name, asked.sources[0].format, asked.sources[0].rows) == ("query 1", "sql", len(ROWS))
    assert len(asked.sources[0].sha256) == 64


def test_types_become_texts_and_numbers(ask: Callable[[str], Table]) -> None:
    found = ask("SELECT * FROM kinds ORDER BY id")
    cells = {name: column.cells().tolist() for name, column in found.columns.items()}
    assert cells == {
        "id": ["007", "008", "009"],
        "share": [1.5, None, None],
        "long": ["12345678901234567890", None, None],
        "member": ["TRUE", "FALSE", None],
        "day": ["2026-01-02", None, None],
        "at": ["2026-01-02 02:04:05", None, None],
        "at_local": ["2026-01-02 03:04:05", None, None],
        "heard": ["tv;web", ";", None],
        "often": ["sometimes", "never", None],
        "n": [7, None, None],
        "real": [0.1, None, None],
        "code": ["5225669c-c261-4954-9ce0-7c6766dcfaeb", None, None],
        "free": ["中文 100%", None, None],
    }
    assert list(found.about["often"].labels) == ["never", "sometimes", "always"]
    assert (found.about["heard"].kind, found.about["heard"].separator) == ("multiple", ";")


def test_per_cents_and_colons_in_a_query_mean_themselves(ask: Callable[[str], Table]) -> None:
    found = ask("SELECT 'a%b %s %(x)s' AS x, id::text || ':y' AS y FROM kinds WHERE free LIKE '%100%'")
    assert found.columns["x"].cells().tolist() == ["a%b %s %(x)s"]
    assert found.columns["y"].cells().tolist() == ["007:y"]


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("SELEC 1", "must be one SELECT"),
        ("SELECT a FROM", "the database refused the query (syntax error at end of input"),
        ("SELECT nowhere FROM kinds", 'the database refused the query (column "nowhere" does not exist'),
        ("SELECT * FROM nowhere", 'relation "nowhere" does not exist'),
        ("SELECT id FROM kinds WHERE false", "the query gives no rows"),
        ("SELECT free::integer FROM kinds", "the database stopped (InvalidTextRepresentation, 22P02)"),
        ("SELECT '\\x00'::bytea AS picture", 'column "picture" holds bytes'),
    ],
)
def test_a_query_that_fails_is_one_sentence(refused: Callable[[str], str], query: str, says: str) -> None:
    message = refused(query)
    assert says in message
    assert "100%" not in message


@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM answers",
        "SELECT 1; DELETE FROM answers",
        "SELECT 1; COMMIT; DELETE FROM answers",
        "SELECT E'\\''; COMMIT; DELETE FROM answers; SELECT ''",
        "WITH gone AS (DELETE FROM answers RETURNING *) SELECT * FROM gone",
        "SELECT * INTO other FROM answers",
        "SELECT set_config('transaction_read_only', 'off', false), nextval(pg_get_serial_sequence('answers', 'id'))",
        "/* SELECT */ DROP TABLE answers",
        "COPY answers TO PROGRAM 'true'",
    ],
)
def test_nothing_can_be_written(refused: Callable[[str], str], server: Path, query: str) -> None:
    try:
        refused(query)
    finally:
        with connected(server) as connection:
            assert connection.execute("SELECT count(*) FROM answers").fetchone() == (len(ROWS),)
            assert connection.execute("SELECT to_regclass('other')").fetchone() == (None,)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ((PASSWORD, "wrong-" + PASSWORD), "cannot be reached (connection failed"),
        (("/postgres?", "/nowhere?"), 'database "nowhere" does not exist'),
        (("asker:", "nobody-known:"), "cannot be reached"),
        (("?host=", "?host=/nowhere"), "cannot be reached"),
        (("postgresql://", "postgresql:"), f"the environment variable {ADDRESS} holds is no address"),
        (("postgresql://", "strange://"), "SQLAlchemy knows no database 'strange'"),
    ],
)
def test_a_server_that_cannot_be_reached_is_one_sentence(
    address: str, refused: Callable[[str], str], monkeypatch: pytest.MonkeyPatch, change: tuple[str, str], says: str
) -> None:
    monkeypatch.setenv(ADDRESS, address.replace(*change))
    assert says in refused("SELECT 1")
