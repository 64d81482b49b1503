"""SPSS, Stata and SAS: what each file says of its columns arrives, whatever encoding it claims."""

from __future__ import annotations

import struct
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from pipeline.errors import DataError
from pipeline.ingest import READERS, Opened, detect
from pipeline.ingest._calendar import calendar
from pipeline.ingest._encoding import meant
from pipeline.ingest._reasons import reason_of
from pipeline.ingest._sets import sets
from pipeline.ingest._spoken import spoken_of
from pipeline.responses import Reason, Table
from pipeline.specs import DataFile

CHINESE = {"q1": "我认为这款手机物有所值", "city": "您所在的城市"}


def read(raw: bytes, labels: bytes | None = None, **keys: str) -> Table:
    opened = Opened(raw=raw, name="w1", file=DataFile(file="w1", **keys), labels=labels)
    return READERS[detect(opened)].read(opened)


def refusal(raw: bytes, labels: bytes | None = None, **keys: str) -> str:
    with pytest.raises(DataError) as caught:
        read(raw, labels, **keys)
    assert len(caught.value.problems) == 1
    return str(caught.value)


def sav(folder: Path, columns: dict[str, object], **keys: object) -> bytes:
    path = folder / "made.sav"
    pyreadstat.write_sav(pd.DataFrame(columns), path, **keys)
    return path.read_bytes()


def dta(folder: Path, columns: dict[str, object], **keys: object) -> bytes:
    path = folder / "made.dta"
    pyreadstat.write_dta(pd.DataFrame(columns), path, **keys)
    return path.read_bytes()


def stated(raw: bytes, name: bytes, page: int) -> bytes:
    """A .sav that states another encoding than the UTF-8 it was written in."""
    raw = raw.replace(struct.pack("<i", 65001), struct.pack("<i", page), 1)
    place = raw.index(struct.pack("<iii", 7, 20, 1)) + 12
    size = struct.unpack_from("<i", raw, place)[0]
    return raw[:place] + struct.pack("<i", len(name)) + name + raw[place + 4 + size :]


def with_sets(raw: bytes, lines: bytes, kind: int = 7) -> bytes:
    """A .sav with multiple-response sets, which pyreadstat reads and does not write."""
    place = raw.index(struct.pack("<iii", 7, 20, 1))
    return raw[:place] + struct.pack("<iiii", 7, kind, 1, len(lines)) + lines + raw[place:]


@pytest.mark.parametrize(
    ("label", "reason"),
    [
        (None, Reason.SKIPPED),
        ("No answer", Reason.SKIPPED),
        ("漏答", Reason.SKIPPED),
        ("Not applicable", Reason.NOT_ASKED),
        ("INAPPLICABLE", Reason.NOT_ASKED),
        ("未问", Reason.NOT_ASKED),
        ("不适用", Reason.NOT_ASKED),
        ("Refused", Reason.DECLINED),
        ("Don’t know / not applicable", Reason.DECLINED),
        ("Not asked (refused before)", Reason.NOT_ASKED),
        ("Prefer not to say", Reason.DECLINED),
        ("拒答", Reason.DECLINED),
        ("不知道/说不清", Reason.DECLINED),
    ],
)
def test_the_label_of_a_missing_code_says_why(label: str | None, reason: Reason) -> None:
    assert reason_of(label) is reason


def test_user_missing_codes_stay_with_their_reasons(tmp_path: Path) -> None:
    columns = {"q1": [1.0, 7.0, 8.0, 9.0, np.nan], "q2": [-5.0, -1.0, 3.0, 99.0, 4.5], "s": ["a", "Z", "", "b", "a"]}
    ranges = {"q1": [7, 8, 9], "q2": [{"lo": -1e300, "hi": -1}, 99], "s": ["Z"]}
    labels = {"q1": {9.0: "拒答", 1.0: "很不同意", 8.0: "不适用"}, "q2": {-5.0: "Don't know", -7.0: "Not asked"}}
    table = read(sav(tmp_path, columns, missing_ranges=ranges, variable_value_labels=labels))
    assert table.columns["q1"].cells().tolist() == [1, 7, 8, 9, None]
    assert table.columns["q2"].cells().tolist() == [-5, -1, 3, 99, 4.5]
    assert table.columns["s"].cells().tolist() == ["a", "Z", None, "b", "a"]
    q1, q2, s = (table.about[name] for name in ("q1", "q2", "s"))
    assert q1.missing == {"7": Reason.SKIPPED, "8": Reason.NOT_ASKED, "9": Reason.DECLINED}
    assert q2.missing == {"99": Reason.SKIPPED, "-5": Reason.DECLINED, "-1": Reason.SKIPPED, "-7": Reason.NOT_ASKED}
    assert s.missing == {"Z": Reason.SKIPPED}
    assert list(q1.labels.items()) == [("1", "很不同意"), ("8", "不适用"), ("9", "拒答")]
    assert q1.blank is Reason.SKIPPED


def test_labels_wording_measure_and_kind_come_along(tmp_path: Path) -> None:
    columns = {name: [1.0, 7.0] for name in ("rating", "brand", "age", "plain")} | {"open": ["x", "y"]}
    measure = {"rating": "ordinal", "brand": "nominal", "age": "scale", "open": "nominal"}
    labels = {"rating": {7.0: "Fully agree", 1.0: "Not at all"}, "brand": {1.0: "A", 7.0: "B"}}
    wordings = {"rating": "How much do you agree?"}
    raw = sav(tmp_path, columns, variable_measure=measure, variable_value_labels=labels, column_labels=wordings)
    about = read(raw).about
    assert [about[name].kind for name in columns] == ["scale", "single", "number", None, "text"]
    assert [about[name].measure for name in columns] == ["ordinal", "nominal", "scale", None, "nominal"]
    assert about["rating"].wording == "How much do you agree?"
    assert dict(about["rating"].labels) == {"1": "Not at all", "7": "Fully agree"}, "only the ends have labels"


def test_numbers_arrive_as_a_person_would_write_them(tmp_path: Path) -> None:
    table = read(dta(tmp_path, {"whole": [9007199254740991.0, 7.0], "part": [0.1, 3.0]}))
    assert table.columns["whole"].cells().tolist() == [9007199254740991, 7]
    assert table.columns["part"].cells().tolist() == [0.1, 3]
    assert all(isinstance(value, int) for value in table.columns["whole"].values)
    single = {
        "type": "float",
        "values": None,
        "low": None,
        "labels": [],
        "missing": [],
        "label": "",
        "format": None,
        "measure": None,
    }
    assert spoken_of(single, np.array([0.1, 3.0], dtype=np.float32).astype(float), "dta").cells.values == (0.1, 3)


def test_dates_become_iso_texts_and_impossible_ones_stay_numbers(tmp_path: Path) -> None:
    moments = [datetime(2026, 3, 2, 14, 5), None, datetime(1583, 1, 1)]
    columns = {
        "start": pd.Series(moments, dtype="datetime64[us]"),
        "odd": [(datetime(2014, 9, 22) - datetime(1582, 10, 14)).total_seconds(), np.nan, 1e15],
        "took": [83.5, 5, 90061],
    }
    formats = {"start": "DATETIME20", "odd": "DATE11", "took": "TIME8"}
    table = read(sav(tmp_path, columns, variable_format=formats))
    assert table.columns["start"].cells().tolist() == ["2026-03-02 14:05:00", None, "1583-01-01 00:00:00"]
    assert table.columns["odd"].cells().tolist() == ["2014-09-22", None, 1000000000000000]
    assert table.columns["took"].cells().tolist() == ["0:01:23.500000", "0:00:05", "25:01:01"]
    assert table.notes == ("Dates beyond the years 1 to 9999 were left as numbers: odd.",)
    assert table.about["start"].kind == "date"


@pytest.mark.parametrize(
    ("reader", "written", "value", "text"),
    [
        ("dta", "%td", 0.0, "1960-01-01"),
        ("dta", "%tdD_m_Y", 20424.0, "2015-12-02"),
        ("dta", "%tc", 1764558855000.0, "2015-12-01 03:14:15"),
        ("dta", "%tcHH:MM:SS", 36610000.0, "10:10:10"),
        ("dta", "%tcNN/DD/CCYY_HH:MM", 0.0, "1960-01-01 00:00:00"),
        ("sas7bdat", "YYMMDD10", 0.0, "1960-01-01"),
        ("sas7bdat", "E8601DT", 60.0, "1960-01-01 00:01:00"),
        ("sas7bdat", "DTDATE9", 86400.0, "1960-01-02"),
        ("xport", "TIME20.3", 3661.0, "1:01:01"),
        ("sav", "SDATE10", 86400.0, "1582-10-15"),
        ("sav", "TIME8", -1.0, None),
    ],
)
def test_calendars(reader: str, written: str, value: float, text: str | None) -> None:
    found = calendar(reader, written)
    assert found is not None
    assert found.text(value) == text


@pytest.mark.parametrize(("reader", "written"), [("dta", "%tw"), ("sav", "F8.2"), ("sav", "QYR8"), ("sas7bdat", None)])
def test_other_formats_hold_no_dates(reader: str, written: str | None) -> None:
    assert calendar(reader, written) is None


def test_sets_of_every_type(tmp_path: Path) -> None:
    columns = {name: [1.0, 0.0] for name in ("shop_with_a_long_name", "b", "m1", "m2", "e1", "e2")} | {
        "t": ["Yes", "No"]
    }
    labels = {name: {0.0: "No", 1.0: f"Seen {name}"} for name in ("e1", "e2")} | {"m1": {1.0: "Apple", 0.0: "None"}}
    raw = sav(tmp_path, columns, variable_value_labels=labels, column_labels={"b": "Shop B", "t": "Shop T"})
    short = sets(with_sets(raw, b"$x=C 0  b\n"), "utf-8")[0][0].columns
    assert short == ("b",)
    lines = b"$shops=D1 1 10 Shops used shop_wit b\n$texts=D3 Yes 3 Any t\n$first=C 8 Mentions m1 m2\n"
    table = read(with_sets(with_sets(raw, lines), b"$ads=E 11 1 1 0  e1 e2\n", kind=19))
    found = {name: (about.question, about.wording, about.part, about.ticked) for name, about in table.about.items()}
    assert found["b"] == ("shops", "Shops used", "Shop B", ("1",))
    assert found["shop_with_a_long_name"][:2] == ("shops", "Shops used")
    assert found["t"] == ("texts", "Any", "Shop T", ("Yes",))
    assert found["m1"] == ("first", "Mentions", None, ())
    assert found["e2"] == ("ads", None, "Seen e2", ("1",))
    assert {about.kind for about in table.about.values()} == {"multiple"}


def test_tagged_missing_values_of_stata(tmp_path: Path) -> None:
    columns = {"x": pd.Series([1, "a", "b", 5, None], dtype=object), "y": [1.0] * 5}
    labels = {"x": {1: "Low", 5: "High", "a": "Refused"}}
    raw = dta(tmp_path, columns, missing_user_values={"x": ["a", "b"]}, variable_value_labels=labels)
    table = read(raw)
    assert table.columns["x"].cells().tolist() == [1, ".a", ".b", 5, None]
    assert table.about["x"].missing == {".a": Reason.DECLINED, ".b": Reason.SKIPPED}
    assert dict(table.about["x"].labels) == {"1": "Low", "5": "High", ".a": "Refused"}


@pytest.mark.parametrize(("name", "page"), [(b"GB18030", 54936), (b"windows-1252", 1252)])
def test_texts_are_read_as_what_they_are_and_a_note_says_so(tmp_path: Path, name: bytes, page: int) -> None:
    columns = {"q1": [1.0, 9.0], "city": ["北京", "上海·浦东"]}
    right = sav(tmp_path, columns, column_labels=CHINESE, variable_value_labels={"q1": {9.0: "拒答"}})
    wrong = stated(right, name, page)
    table = read(wrong)
    assert table.about["q1"].wording == CHINESE["q1"]
    assert table.columns["city"].cells().tolist() == ["北京", "上海·浦东"]
    assert (table.source.encoding, len(table.notes)) == ("utf-8", 1)
    assert "utf-8" in table.notes[0]
    assert read(right).notes == ()


def test_a_declared_encoding_wins(tmp_path: Path) -> None:
    wrong = stated(sav(tmp_path, {"q1": [1.0]}, column_labels=CHINESE), b"GB18030", 54936)
    garbled = read(wrong, encoding="gb18030")
    assert garbled.about["q1"].wording != CHINESE["q1"]
    assert garbled.notes == ()
    assert read(wrong, encoding="utf-8").about["q1"].wording == CHINESE["q1"]
    assert "is no known encoding" in refusal(wrong, encoding="nonsense")
    assert refusal(sav(tmp_path, {"q": [1.0]}, column_labels={"q": "北京欢迎"}), encoding="ascii")


def test_which_encoding_is_meant() -> None:
    chinese, german = "您对品牌的满意程度".encode("gb18030"), "Größe und Übung, schön".encode("cp1252")
    assert meant(b"plain", "cp1252") is None
    assert meant(chinese, "cp1252") == "gb18030"
    assert meant(chinese, "gbk") is None
    assert meant(german, "cp1252") is None
    assert meant(german, None) == "cp1252"
    assert meant("Größe".encode(), "cp1252") == "utf-8"
    assert meant("联通".encode("gb18030"), "gb18030") is None, "its bytes happen to be UTF-8"


def test_refusals(tmp_path: Path) -> None:
    raw = sav(tmp_path, {"q1": [1.0, 2.0], "open": ["x", "y"]})
    assert "cannot be read as an SPSS file" in refusal(raw[:200])
    assert "locked with a password" in refusal(b"\x1c\0\0\0\0\0\0\0ENCRYPTEDSAV\x15\0\0\0" + bytes(50))
    assert "leave 'labels' out" in refusal(raw, labels=b"x")
    assert "leave 'labels' out" in refusal(dta(tmp_path, {"q": [1.0]}), labels=b"x")
    assert "no answers" in refusal(sav(tmp_path, {"q1": [np.nan]}))
    path = tmp_path / "made.xpt"
    pyreadstat.write_xport(pd.DataFrame({"q": [1.0]}), path)
    assert "takes no catalogue" in refusal(path.read_bytes(), labels=b"x")


def test_a_por_says_what_it_lost(tmp_path: Path) -> None:
    path = tmp_path / "made.por"
    pyreadstat.write_por(pd.DataFrame({"Q1": [1.0, np.nan]}), path, column_labels=["Brand"])
    table = read(path.read_bytes())
    assert table.source.format == "spss"
    assert "user-missing" in table.notes[0]
    assert "leave 'encoding' out" in refusal(path.read_bytes(), encoding="gb18030")


def test_long_files_are_read_in_passes_that_join(tmp_path: Path) -> None:
    rows = 25_001
    columns = {"n": np.arange(rows, dtype=float), "s": [f"t{row % 13_000}" for row in range(rows)]}
    table = read(sav(tmp_path, columns, row_compress=True))
    assert table.columns["n"].cells().tolist() == list(range(rows))
    assert table.columns["s"].cells().tolist() == columns["s"]
    assert table.lines.tolist() == list(range(1, rows + 1))
