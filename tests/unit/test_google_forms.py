"""Google Forms: stamps, checkboxes, grids, quizzes, archives. Every sample is our own."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from pipeline.errors import DataError
from pipeline.ingest import READERS, Opened, google_forms, read, read_table
from pipeline.responses import Table
from pipeline.specs import DataFile
from pipeline.study import load

HEADER = [
    "Timestamp", "Email Address", "Score", "How old are you?", "Which do you know?", "Rate [Price]", "Rate [Quality]",
    "Which when? [Morning]", "Which when? [Evening]", "Why?",
]  # fmt: skip
ANSWERS = [
    [
        "3/2/2026 9:05:12",
        "a@example.org",
        "3 / 5",
        "34",
        "Apple, Pear",
        "4",
        "5",
        "Tea, Coffee",
        "Tea",
        "Cheap, but good",
    ],
    ["3/13/2026 17:45:00", "b@example.org", "5 / 5", "41", "Pear", "3", "", "Tea", "", "I like it, really, a lot"],
    ["3/14/2026 8:00:00", "c@example.org", "0 / 5", "27", "Apple, Plum", "1", "2", "Coffee", "Tea, Coffee", ""],
    ["3/15/2026 8:00:00", "d@example.org", "1 / 5", "29", "", "1", "2", "Tea, Coffee", "Coffee", "No"],
]


def text(rows: list[list[str]]) -> bytes:
    return "\n".join(",".join(f'"{cell}"' if "," in cell else cell for cell in row) for row in rows).encode()


def table(raw: bytes, **keys: str) -> Table:
    return read_table(Opened(raw=raw, name="a.csv", file=DataFile(file="a.csv", **keys)))


def test_a_form() -> None:
    found = table(text([HEADER, *ANSWERS]))
    assert (found.source.format, found.source.rows, found.source.columns) == ("google_forms", 4, 10)
    about = found.about
    assert [about[name].role for name in HEADER[:4]] == ["ended", "email", "metadata", None]
    assert (about["Which do you know?"].kind, about["Which do you know?"].separator) == ("multiple", ", ")
    assert [about[f"Rate [{part}]"].part for part in ("Price", "Quality")] == ["Price", "Quality"]
    assert {about[f"Rate [{part}]"].question for part in ("Price", "Quality")} == {"Rate"}
    assert about["Rate [Price]"].kind == "grid"
    assert (about["Which when? [Morning]"].kind, about["Which when? [Morning]"].wording) == ("multiple", "Which when?")
    assert (about["Why?"].kind, about["Why?"].separator) == (None, ", ")


@pytest.mark.parametrize(
    ("name", "stamp"),
    [
        ("Timestamp", "2026/11/22 1:02:03 PM GMT+8"),
        ("Timestamp", "11/22/2026 13:02:03"),
        ("时间戳记", "2026/11/22 下午1:02:03"),
        ("时间戳记", "2026/11/22 13:02:03"),
        ("Zeitstempel", "22.11.2026 13:02:03"),
        ("Horodateur", "22/11/2026 13:02:03"),
    ],
)
def test_stamps_of_every_language(name: str, stamp: str) -> None:
    found = table(text([[name, "Comment?"], [stamp, "good"]]))
    assert found.source.format == "google_forms"
    assert found.about[name].role == "ended"


@pytest.mark.parametrize(
    "rows",
    [
        [["Timestamp", "x"], ["1700000000", "1"]],
        [["Timestamp"], ["3/2/2026 9:05:12"]],
        [["Timestamp", "x"], ["yesterday", "1"]],
        [["Timestamp", "x"]],
        [["id", "Timestamp"], ["1", "3/2/2026 9:05:12"]],
    ],
)
def test_other_stamps_are_no_form(rows: list[list[str]]) -> None:
    assert not google_forms.fits(Opened(raw=text(rows), name="a", file=DataFile(file="a")))


def test_a_workbook_with_native_times() -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book, buffer = openpyxl.Workbook(), io.BytesIO()
    book.active.title = "Form Responses 1"
    for row in [HEADER[:1] + HEADER[3:5], [datetime(2026, 3, 2, 9, 5, 12, 345000), 34, "Apple, Pear"],
                [datetime(2026, 3, 3, 9, 5, 12), 41, "Pear"]]:  # fmt: skip
        book.active.append(row)
    book.save(buffer)
    found = table(buffer.getvalue())
    assert (found.source.format, found.source.sheet, found.source.rows) == ("google_forms", "Form Responses 1", 2)
    assert found.columns["How old are you?"].cells().tolist() == [34, 41]


def test_a_question_that_was_edited_keeps_both_columns() -> None:
    found = table(
        text([["Timestamp", "Which?", "Which?"], ["3/13/2026 9:05:12", "A, B", "x"], ["3/14/2026 9:05:12", "A", "y"]])
    )
    assert list(found.columns) == ["Timestamp", "Which? (1)", "Which? (2)"]
    assert [found.about[f"Which? ({i})"].separator for i in (1, 2)] == [", ", None]
    assert "numbered" in found.notes[0]


def test_labels_with_a_comma_are_no_checkboxes() -> None:
    rows = [["3/13/2026 9:05:12", cell] for cell in ("Yes, often", "Yes, rarely", "No", "No")]
    assert table(text([["Timestamp", "Often?"], *rows])).about["Often?"].kind is None


@pytest.mark.parametrize("names", [["answers.csv"], ["a.csv", "b.csv"]])
def test_an_archive_is_refused_with_advice(names: list[str]) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, text([HEADER, *ANSWERS]))
    with pytest.raises(DataError, match="is a zip archive with a CSV file inside; unpack it"):
        table(buffer.getvalue())


@pytest.mark.parametrize(
    "raw", [b"", b"\0" * 9, b"PK\x03\x04", b"Timestamp", b'Timestamp,x\n"3/2/2026 9:05:12', b"\xff\xfe\n"]
)
def test_bad_files_are_refused_in_a_sentence(raw: bytes) -> None:
    with pytest.raises(DataError) as refusal:
        read_table(Opened(raw=raw, name="a.csv", file=DataFile(file="a.csv", format="google_forms")))
    assert len(refusal.value.lines()) == 1


def test_options_that_hold_a_comma_are_told_by_the_study(study_folder: Callable[..., Path]) -> None:
    rows = [["Timestamp", "Which?", "s1", "s2"]]
    cells = ["Bread, white", "Bread, white, Milk", "Milk", "Eggs, Milk", ""] * 2
    rows += [[f"3/{13 + i}/2026 9:05:12", cell, str(i % 5 + 1), str(i * 2 % 5 + 1)] for i, cell in enumerate(cells)]
    folder = study_folder(
        text=text(rows),
        scales={"five": {"points": 5}},
        constructs={"a": ["s1"], "b": ["s2"]},
        model={"outcome": "b"},
        respondent={"started": "Timestamp"},
        variables={
            "food": {"column": "Which?", "type": "multiple", "codes": {c: c for c in ("Bread, white", "Milk", "Eggs")}}
        },
    )
    found = read(load(folder)).choices["food"]
    assert found.sum().to_dict() == {"Bread, white": 4, "Milk": 6, "Eggs": 2}
    assert int(found.isna().all(axis=1).sum()) == 2


def test_no_other_export_is_a_form(shared: Path) -> None:
    for path in sorted((shared / "exports").rglob("*")):
        if path.is_file() and path.stat().st_size < 300_000:
            opened = Opened(raw=path.read_bytes(), name=path.name, file=DataFile(file=path.name))
            assert not READERS["google_forms"].fits(opened), path.name
            assert not READERS["typeform"].fits(opened), path.name
