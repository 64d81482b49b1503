"""What every reader of a file format obeys, whatever it is given."""

from __future__ import annotations

import io
import random
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from pipeline.errors import DataError
from pipeline.ingest import READERS, Opened, read_table
from pipeline.responses import Coded, Table
from pipeline.specs import DataFile
from tests.hostile import forked

ROWS = [["id", "q1", "note"], ["007", 7, "a"], [None, None, None], ["008", None, "b"]]
SAMPLE = 150


def as_csv() -> bytes:
    return "\n".join(",".join("" if cell is None else str(cell) for cell in row) for row in ROWS).encode()


def as_excel() -> bytes:
    openpyxl = pytest.importorskip("openpyxl")
    book, buffer = openpyxl.Workbook(), io.BytesIO()
    for row in ROWS:
        book.active.append(row)
    book.save(buffer)
    return buffer.getvalue()


def as_parquet() -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    columns = zip(*ROWS[1:], strict=True)
    pq.write_table(pa.table(dict(zip(map(str, ROWS[0]), map(list, columns), strict=True))), buffer)
    return buffer.getvalue()


def as_qualtrics() -> bytes:
    imports = [f'"{{""ImportId"":""{name}""}}"' for name in ("_recordId", "QID1", "QID2")]
    names, *answers = as_csv().decode().split("\n")
    return "\n".join([names, "Response ID,How likely?,Why?", ",".join(imports), *answers]).encode()


def as_surveymonkey() -> bytes:
    _, *answers = as_csv().decode().split("\n")
    return "\n".join(["Respondent ID,q1,note", ",Response,Open-Ended Response", *answers]).encode()


def as_wenjuanxing() -> bytes:
    return "序号,1、满意度 ,提交答卷时间\n007,7,2026/3/2 9:05:00\n,,\n008,,2026/3/2 10:15:00\n".encode("gb18030")


def as_tencent() -> bytes:
    return "开始答题时间,1.满意度,结束答题时间\n007,7,a\n,,\n008,,b\n".encode("utf-8-sig")


def as_limesurvey() -> bytes:
    return as_csv().replace(b"id,q1,note", b"id,lastpage,startlanguage")


def as_google_forms() -> bytes:
    names, *answers = as_csv().decode().split("\n")
    stamps = ["3/2/2026 9:05:00,", ",", "3/2/2026 10:15:00,"]
    return "\n".join(
        ["Timestamp," + names, *(stamp + row for stamp, row in zip(stamps, answers, strict=True))]
    ).encode()


def as_typeform() -> bytes:
    return as_csv().replace(b"id,q1,note", b"#,How likely?,Submit Date (UTC)")


def as_kobo() -> bytes:
    return as_csv().replace(b"id,q1,note", b"_uuid,group/q1,_submission_time")


def as_statistical(write: str) -> bytes:
    """By pyreadstat, which writes to paths only; a blank text is empty."""
    import pandas as pd
    import pyreadstat

    ids, answers, notes = zip(*ROWS[1:], strict=True)
    cells = {
        "id": [text or "" for text in ids],
        "q1": pd.Series(answers, dtype=float),
        "note": [n or "" for n in notes],
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "w1"
        getattr(pyreadstat, write)(pd.DataFrame(cells), path)
        return path.read_bytes()


DEFINITION = b"""<sss version="2.0"><survey><record ident="A" format="csv" skip="1">
<variable ident="1" type="character" use="serial"><name>id</name><position start="1"/></variable>
<variable ident="2" type="quantity"><name>q1</name><position start="2"/></variable>
<variable ident="3" type="character"><name>note</name><position start="3"/></variable>
</record></survey></sss>"""
LABELS = {"triple_s": DEFINITION}
"""What 'labels' holds, for formats whose answers cannot be read without."""
WRITERS: dict[str, Callable[[], bytes]] = {
    "csv": as_csv,
    "excel": as_excel,
    "parquet": as_parquet,
    "google_forms": as_google_forms,
    "kobo": as_kobo,
    "limesurvey": as_limesurvey,
    "qualtrics": as_qualtrics,
    "sas": partial(as_statistical, "write_xport"),
    "spss": partial(as_statistical, "write_sav"),
    "stata": partial(as_statistical, "write_dta"),
    "surveymonkey": as_surveymonkey,
    "tencent": as_tencent,
    "triple_s": as_csv,
    "typeform": as_typeform,
    "wenjuanxing": as_wenjuanxing,
}


def opened(raw: bytes, reader: str | None, name: str = "w1", **keys: str | None) -> Opened:
    return Opened(raw=raw, name=name, file=DataFile(file=name, **keys), labels=LABELS.get(reader or ""))


def test_every_reader_is_tried_here() -> None:
    assert READERS.keys() == WRITERS.keys()


@pytest.mark.parametrize("name", READERS)
def test_a_reader_keeps_cells_names_and_lines(name: str) -> None:
    raw = WRITERS[name]()
    table = read_table(opened(raw, name, "data/w1"))
    assert table.source.format == name
    assert table.source.name == "data/w1"
    assert table.source.detected[0] == "format"
    assert table.source.rows == 2
    assert np.diff(table.lines).tolist() == [2]
    ids, answers, _ = list(table.columns.values())[-3:]
    assert ids.cells().tolist() == ["007", "008"]
    assert [None if cell is None else float(cell) for cell in answers.cells()] == [7.0, None]
    assert all(isinstance(cells, Coded) for cells in table.columns.values())


@pytest.mark.parametrize("name", READERS)
def test_a_declared_format_is_not_called_detected(name: str) -> None:
    table = READERS[name].read(opened(WRITERS[name](), name, format=name))
    assert "format" not in table.source.detected


@pytest.mark.parametrize("name", READERS)
def test_a_reader_meets_mutilated_files_with_a_sentence(name: str) -> None:
    raw, chance = WRITERS[name](), random.Random(20260101)
    with forked():
        for _ in range(25):
            broken = bytearray(raw)
            for _ in range(chance.randint(1, 8)):
                broken[chance.randrange(len(broken))] = chance.randrange(256)
            found = outcome(bytes(broken[: chance.randint(1, len(broken))]), name)
            assert isinstance(found, Table) or found.startswith("w1: ")


def outcome(raw: bytes, name: str | None = None) -> Table | str:
    try:
        table = read_table(opened(raw, name, format=name))
    except DataError as error:
        return str(error)
    assert len(table.lines) == table.source.rows > 0
    assert np.all(np.diff(table.lines) > 0)
    return table


def attacks(shared: Path, *folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (shared / "attacks" / folder).rglob("*") if path.is_file())


def test_odd_csv_files_are_read_or_refused(shared: Path) -> None:
    files = attacks(shared, "csv-duckdb", "csv-frictionless", "csv-spectrum", "csv-injection")
    for path in random.Random(1).sample(files, SAMPLE):
        outcome(path.read_bytes())


def test_odd_workbooks_are_read_or_refused(shared: Path) -> None:
    files = attacks(shared, "xlsx-calamine")
    with forked():
        for path in random.Random(1).sample(files, 40):
            outcome(path.read_bytes())


def test_the_csv_acid_test_is_read_as_its_json_says(shared: Path) -> None:
    import json

    folder = shared / "attacks" / "csv-spectrum"
    for path in sorted((folder / "csvs").glob("*.csv")):
        expected = json.loads((folder / "json" / f"{path.stem}.json").read_text(encoding="utf-8"))
        raw = path.read_bytes()
        if path.stem.endswith("_crlf"):  # stored with plain line ends
            raw = raw.replace(b"\n", b"\r\n")
        found = outcome(raw)
        if path.stem == "location_coordinates":  # its JSON holds another telephone number than its CSV
            continue
        assert isinstance(found, Table), path.name
        rows = [
            dict(zip(found.columns, row, strict=True))
            for row in zip(*(each.cells() for each in found.columns.values()), strict=True)
        ]
        assert [{key: cell or "" for key, cell in row.items()} for row in rows] == [
            {key.strip(): cell for key, cell in row.items()} for row in expected
        ], path.name
