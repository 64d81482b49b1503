"""Triple-S files of five programs, held to counts that were taken with cut and awk, not with our reader."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.errors import DataError
from pipeline.ingest import triple_s
from pipeline.ingest._opened import Opened
from pipeline.responses import Reason, Table
from pipeline.specs import DataFile

Load = Callable[[str], Table]


def opened(path: Path, raw: bytes | None = None) -> Opened:
    def beside(suffix: str) -> bytes | None:
        other = path.with_suffix(suffix)
        return other.read_bytes() if other.is_file() and other != path else None

    content = path.read_bytes() if raw is None else raw
    return Opened(raw=content, name=path.name, file=DataFile(file=path.name), beside=beside)


@pytest.fixture
def load(shared: Path) -> Load:
    return lambda name: triple_s.read(opened(shared / "exports" / "triple_s" / name))


def counts(table: Table, column: str) -> Counter[object]:
    return Counter(table.columns[column].cells().tolist())


@pytest.mark.parametrize(
    ("name", "rows", "columns", "encoding", "kinds"),
    [
        ("sample-1.sss", 3, 18, "utf-8", {"single": 3, "multiple": 12, "text": 1, "number": 2}),
        ("sample-2.sss", 1, 90, "UTF-8", {"single": 32, "multiple": 28, "text": 24, "number": 6}),
        ("sample-3.sss", 98, 200, "utf-8", {"single": 65 + 38, "number": 46, "text": 41 + 5, "date": 5}),
        ("sample-4.sss", 10, 3, "utf-8", {"single": 2, "number": 1}),
        ("sample-5.sss", 10, 3, "utf-8", {"single": 2, "number": 1}),
    ],
)
def test_rows_columns_and_kinds(
    load: Load, name: str, rows: int, columns: int, encoding: str, kinds: dict[str, int]
) -> None:
    table = load(name)
    assert (table.source.rows, table.source.columns, table.source.encoding) == (rows, columns, encoding)
    assert Counter(about.kind for about in table.about.values()) == kinds


def test_the_exit_survey_of_the_standard(load: Load) -> None:
    table = load("sample-1.sss")
    shown = {name: column.cells().tolist() for name, column in table.columns.items()}
    assert shown["Q1"] == ["2", "3", "2"]
    assert [shown[f"Q2_{code}"] for code in (1, 2, 3, 4, 5, 9)] == [
        ["1", "0", "1"], ["0", "1", "0"], ["1", "0", "0"], ["0", "0", "1"], ["0", "0", "0"], ["1", "0", "1"],
    ]  # fmt: skip
    assert [shown[f"Q4_{code}"] for code in (1, 2, 4, 9)] == [
        ["1", "0", "0"], ["0", "1", "0"], ["0", "0", "1"], ["1", "0", "1"],
    ]  # fmt: skip
    assert shown["Q3"] == ["Amusement Park", None, '"Marco\'s" Restaurant']
    assert (shown["Q5"], shown["Q99"]) == ([12.0, 999.0, 58.0], [1.4, 0.9, 0.7])
    assert shown["Q6"] == ["1", "1", "0"]
    assert table.about["Q5"].labels == {"500": "500 or more", "999": "Not stated"}
    assert table.about["Q2_3"].part == '"Friar Tuck" Restaurant'


def test_who_was_not_asked_when_they_would_come_again(load: Load) -> None:
    table = load("sample-1.sss")
    about = table.about["Q7"]
    reasons = [about.missing.get(cell, Reason.ANSWERED) for cell in table.columns["Q7"].cells()]
    assert reasons == [Reason.ANSWERED, Reason.ANSWERED, Reason.NOT_ASKED]


def test_a_csv_with_a_line_of_names(load: Load) -> None:
    table = load("sample-2.sss")
    assert table.lines.tolist() == [2]
    ticked = [code for code in range(1, 12) if table.columns[f"AA15M1_{code}"].cells()[0] == "1"]
    assert ticked == [3, 6, 9, 10]
    assert [code for code in range(1, 10) if table.columns[f"AA18M1_{code}"].cells()[0] == "1"] == [2, 4, 5, 6]
    assert table.about["AA02N1"].labels["9"] == "Qatar"
    assert len(table.about["AA03N1"].labels) == 144
    assert table.about["AA15M1_3"].part == "Broadband internet"


def test_a_file_of_200_variables_in_fixed_positions(load: Load) -> None:
    table = load("sample-3.sss")
    assert table.about["id"].role == "id"
    assert len(set(table.columns["id"].cells())) == 98
    assert counts(table, "lastpage")[None] == 25
    assert counts(table, "lastpage")[1.0] == 35
    assert counts(table, "M_SQ01") == {None: 82, "0": 13, "1": 3}
    assert counts(table, "K_SQ001") == {None: 82, "1": 16}
    assert counts(table, "Y") == {None: 96, "Y": 1, "N": 1}
    assert counts(table, "ldd")[None] == 85
    assert counts(table, "ldd")["A0"] == 12
    assert counts(table, "Q2_SQ01")[None] == 68
    assert counts(table, "Q2_SQ01")[5.0] == 24
    assert counts(table, "startdate_date")["2015-03-31"] == 10
    assert counts(table, "submitdate_time")["12:24"] == 1
    assert counts(table, "MNM_SQ002") == {None: 97, 3.0: 1}
    assert table.about["C_SQ01"].labels == {"Y": "Yes", "N": "No", "U": "Uncertain"}


def test_definitions_in_utf_16(load: Load) -> None:
    for name, unlisted in (("sample-4.sss", 0), ("sample-5.sss", 3)):
        table = load(name)
        assert table.columns["foyer"].cells().tolist() == [float(n) for n in range(1, 11)]
        assert table.columns["weekday"].cells().tolist() == ["1", "2", "3", "4", "6", "5", "4", "3", "4", "7"]
        assert table.about["weekday"].labels["6"] == "Saturday"
        assert counts(table, "typtel")["3"] == unlisted
        assert any("typtel (3)" in note for note in table.notes) == bool(unlisted)


def test_every_file_is_told_and_cut_anywhere_it_is_read_or_refused(shared: Path) -> None:
    for path in sorted((shared / "exports" / "triple_s").glob("*.sss")):
        assert triple_s.fits(opened(path))
        raw = path.read_bytes()
        for share in range(10):
            cut = opened(path, raw[: len(raw) * share // 10])
            with pytest.raises(DataError) as caught:
                triple_s.read(cut)
            assert str(caught.value).startswith(f"{path.name}: ")
