"""Files to tables: encodings, delimiters, lines, and every way a file can be wrong."""

from __future__ import annotations

import io
import zipfile

import pytest

from pipeline.errors import DataError
from pipeline.ingest import Opened, read_table
from pipeline.responses import Table
from pipeline.specs import DataFile

CHINESE = "编号,满意度,品牌\n1,非常满意,华为\n2,比较满意,小米\n3,一般,苹果\n4,不满意,三星\n"


def read(raw: bytes | str, **keys: str) -> Table:
    file = DataFile(file="w1.csv", **keys)
    return read_table(Opened(raw=raw.encode() if isinstance(raw, str) else raw, name="w1.csv", file=file))


def sentence(raw: bytes | str, **keys: str) -> str:
    with pytest.raises(DataError) as caught:
        read(raw, **keys)
    return str(caught.value)


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("gb18030", "gb18030"),
    ],
)
def test_chinese_in_any_usual_encoding_is_read_and_reported(encoding: str, found: str) -> None:
    table = read(CHINESE.encode(encoding))
    assert table.source.encoding == found
    assert "encoding" in table.source.detected
    assert table.columns["品牌"].cells().tolist() == ["华为", "小米", "苹果", "三星"]


def test_traditional_chinese_in_big5() -> None:
    text = "編號,滿意度\n1,非常滿意\n2,不滿意\n3,普通的說法與其他\n"
    assert read(text.encode("big5")).columns["滿意度"].cells().tolist()[0] == "非常滿意"
    assert read(text.encode("big5")).source.encoding == "big5"


@pytest.mark.parametrize("encoding", ["cp1252", "mac_roman"])
def test_western_letters_are_told_apart_by_how_odd_the_words_look(encoding: str) -> None:
    table = read("id,ville\n1,Orléans\n2,Besançon\n3,Zürich\n4,Malmö\n".encode(encoding))
    assert table.source.encoding == encoding
    assert table.columns["ville"].cells().tolist() == ["Orléans", "Besançon", "Zürich", "Malmö"]


def test_a_declared_encoding_wins_and_is_not_called_detected() -> None:
    table = read(CHINESE.encode("gb18030"), encoding="gb18030")
    assert "encoding" not in table.source.detected
    assert "row 1: byte 0xB1 is not utf-8" in sentence(CHINESE.encode("gb18030"), encoding="utf-8")
    assert "no known encoding" in sentence("a\n1\n", encoding="klingon")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(delimiter: str) -> None:
    rows = [["id", "q 1", "note"], ["1", "7", "x"], ["2", "6", "y"]]
    table = read("\n".join(delimiter.join(row) for row in rows))
    assert table.source.delimiter == delimiter
    assert table.columns["q 1"].cells().tolist() == ["7", "6"]


def test_commas_in_a_semicolon_file_do_not_fool_the_delimiter() -> None:
    table = read("Q1, please rate;Q2\n7,5;1\n6,5;2\n")
    assert (table.source.delimiter, list(table.columns)) == (";", ["Q1, please rate", "Q2"])


def test_one_column_needs_no_delimiter() -> None:
    assert read("q\n7\n6\n").columns["q"].cells().tolist() == ["7", "6"]


def test_lines_are_those_of_the_file_whatever_stands_in_quotes() -> None:
    table = read('id,note\n1,"two\nlines"\n\n2,x\n')
    assert table.lines.tolist() == [2, 5]
    assert table.columns["note"].cells().tolist() == ["two\nlines", "x"]


def test_blank_cells_are_none_and_blank_rows_are_no_rows() -> None:
    table = read("a,b\n1,\n,\n,2\n")
    assert table.columns["a"].cells().tolist() == ["1", None]
    assert table.lines.tolist() == [2, 4]


def test_a_trailing_column_without_name_may_be_there_or_not() -> None:
    table = read("a,b,\n1,2,\n3,4\n")
    assert list(table.columns) == ["a", "b"]


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "the file is empty"),
        (b"  \n \n", "the file is empty"),
        (b"a,b\n", "no answers below them"),
        (b"a,b\n,\n", "no answers below them"),
        (b",\n1,2\n", "no column names"),
        (b"a,b\n1,2\n1,2,3\n", "row 3: 3 fields where the header has 2"),
        (b"a,b\n1\n", "row 2: 1 field where the header has 2"),
        (b'a,b\n1,2\n3,"open\n4,5\n', 'row 3: a quote (") opens here and is never closed'),
        (b'a,b\n"x"y,2\n', "row 2: there is text after a closing quote"),
        (b"a,b\n1,\x002\n", "row 2 holds a NUL byte"),
        (b"$FL2@(#) SPSS", "cannot be read as an SPSS file"),
        (b"\x1f\x8b\x08\x00", "is a compressed file"),
        (b"PK\x03\x04 broken", "no whole Excel workbook"),
        (b"PAR1 broken PAR1", "cannot be read as Parquet"),
        (b"\xd0\xcf\x11\xe0 broken", "cannot be read as an Excel workbook"),
    ],
)
def test_a_broken_file_gets_one_sentence(raw: bytes, words: str) -> None:
    found = sentence(raw)
    assert words in found
    assert found.startswith("w1.csv: ")
    assert "\n" not in found


def test_all_ragged_rows_are_named_up_to_twenty() -> None:
    lines = sentence("a,b\n" + "1\n" * 50).splitlines()
    assert len(lines) == 21
    assert lines[-1] == "… and 30 more problems."


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 30_000_000)
    assert "unpacks to far more" in sentence(buffer.getvalue())


def test_a_workbook_that_asks_for_a_billion_cells_takes_down_only_its_own_process() -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book, buffer = openpyxl.Workbook(), io.BytesIO()
    book.active["A1"], book.active["XFD1048576"] = "q", 1
    book.save(buffer)
    assert "cannot be read" in sentence(buffer.getvalue())


def workbook(rows: list[list[object]], title: str = "answers") -> bytes:
    openpyxl = pytest.importorskip("openpyxl")
    book, buffer = openpyxl.Workbook(), io.BytesIO()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    book.create_sheet("notes")
    book.save(buffer)
    return buffer.getvalue()


def test_excel_cells_are_native_and_the_sheet_is_reported() -> None:
    table = read(workbook([["id", "q1"], ["007", 7], ["008", None]]))
    assert (table.source.format, table.source.sheet, table.source.detected) == ("excel", "answers", ("format", "sheet"))
    assert table.columns["id"].cells().tolist() == ["007", "008"]
    assert table.columns["q1"].cells().tolist() == [7, None]
    assert table.lines.tolist() == [2, 3]


def test_an_unknown_or_empty_sheet_is_named() -> None:
    raw = workbook([["id"], [1]])
    assert "Did you mean 'answers'? Sheets are: answers, notes." in sentence(raw, sheet="answer")
    assert "sheet 'notes' is empty" in sentence(raw, sheet="notes")


def test_parquet_cells_are_native() -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    columns = {
        "id": ["007", "008", None],
        "q1": [7, None, 3],
        "x": [0.5, float("nan"), 2.0],
        "ok": [True, False, None],
        "many": [[1], None, [2]],
        "brand": pa.array(["a", "b", "a"]).dictionary_encode(),
    }
    pq.write_table(pa.table(columns), buffer)
    table = read(buffer.getvalue())
    assert {name: cells.cells().tolist() for name, cells in table.columns.items()} == {
        "id": ["007", "008", None],
        "q1": [7, None, 3],
        "x": [0.5, None, 2.0],
        "ok": ["TRUE", "FALSE", None],
        "many": ["1", None, "2"],
        "brand": ["a", "b", "a"],
    }


def test_numbers_of_repeated_names_never_hide_a_column_that_has_such_a_name() -> None:
    found = read(b"id,x,x,x (1),y\n1,2,3,4,5\n")
    assert list(found.columns) == ["id", "x (2)", "x (3)", "x (1)", "y"]
    assert [column.cells()[0] for column in found.columns.values()] == ["1", "2", "3", "4", "5"]
    assert 'as in "x (2)"' in found.notes[0]


def test_a_file_of_fixed_positions_needs_its_definition() -> None:
    file = DataFile(file="w1.asc")
    with pytest.raises(DataError, match=r"fixed positions needs its definition \(\.sss\)"):
        read_table(Opened(raw=b"0011234\n0021235\n", name="w1.asc", file=file))
