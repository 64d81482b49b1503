"""Bad input: one sentence that says where, what was found, what was possible and what to do; the promised exit code."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline import load
from pipeline.checkup import check
from pipeline.errors import WhybuyError
from tests.conftest import HEADER, ROWS

Folder = Callable[..., Path]
PLACE = re.compile(r"^\S+(study\.yaml(:\d+:\d+)?|answers\.csv): ")
NEXT_STEP = re.compile(
    r"did you mean|possible keys|map it|export|save|put |give |leave|check|close it|correct|add |name |use ",
    re.IGNORECASE,
)


def refused(folder: Path) -> WhybuyError:
    with pytest.raises(WhybuyError) as caught:
        check(load(folder))
    return caught.value


def changed(column: str, cell: str, row: int = 1) -> list[list[str]]:
    rows = [list(row) for row in ROWS]
    rows[row][HEADER.index(column)] = cell
    return rows


CASES: dict[str, tuple[dict[str, object], int, str]] = {
    "unknown key": ({"modle": {}}, 3, "unknown key 'modle'. Did you mean 'model'?"),
    "misspelt construct": (
        {"model": {"outcome": "intent", "drivers": ["trsut"]}},
        3,
        "unknown driver 'trsut'. Did you mean 'trust'? Drivers are constructs: trust, price, intent.",
    ),
    "missing column": (
        {"header": ["id", "t1", "t2", "p_1", "i1", "city", "w"]},
        4,
        "answers.csv has no column \"p1\" (an item of price). Did you mean 'p_1'? Columns are: id, t1,",
    ),
    "empty file": ({"text": ""}, 4, "answers.csv: the file is empty; export it again."),
    "header only": ({"rows": []}, 4, "answers.csv: holds column names but no answers below them;"),
    "duplicate column names": (
        {"header": ["id", "t1", "t2", "p1", "i1", "t1", "w"]},
        4,
        'has several columns "t1" (an item of trust); name the one that is meant',
    ),
    "wrong encoding": (
        {"text": "t1,t2,p1,i1\n1,2,3,é\n".encode("cp1252"), "data": [{"file": "answers.csv", "encoding": "utf-8"}]},
        4,
        "answers.csv: row 2: byte 0xE9 is not utf-8; leave 'encoding' out of data to have it detected,",
    ),
    "no text at all": (
        {"text": b"\x00\x01\x02\x03\n"},
        4,
        "answers.csv: row 1 holds a NUL byte, so this is no text file;",
    ),
    "non-numeric cell": (
        {"rows": changed("p1", "six")},
        4,
        'answers.csv: row 3, column "p1": "six" is not a whole number from 1 to 7 (scale agree). '
        "Map it under scales.agree.codes or add it to missing.",
    ),
    "out-of-range code": ({"rows": changed("p1", "8")}, 4, 'row 3, column "p1": "8" is not a whole number from 1 to 7'),
    "between two points": ({"rows": changed("p1", "6.5")}, 4, 'row 3, column "p1": "6.5" is not a whole number'),
    "negative weight": (
        {"rows": changed("w", "-1"), "weights": {"column": "w"}},
        4,
        'row 3, column "w": "-1" is not a weight: a number that is zero or more. Correct it or add it to missing.',
    ),
    "all-zero weights": (
        {"rows": [[*row[:6], "0"] for row in ROWS], "weights": {"column": "w"}},
        4,
        'column "w": no weight is above zero; name another column under weights.',
    ),
    "ragged row": (
        {"text": "t1,t2,p1,i1\n1,2,3,4\n1,2,3\n"},
        4,
        "answers.csv: row 3: 3 fields where the header has 4;",
    ),
    "unclosed quote": ({"text": 't1,t2,p1,i1\n1,2,3,"4\n5,6,7,1\n'}, 4, 'answers.csv: row 2: a quote (") opens here'),
    "unknown id column": ({"respondent": {"id": "ID"}}, 4, "no column \"ID\" (the respondent id). Did you mean 'id'?"),
    "no file": ({"data": "answer.csv"}, 4, "answer.csv: there is no such file. Did you mean 'answers.csv'?"),
    "path outside": (
        {"data": "../answers.csv"},
        3,
        "'../answers.csv' does not lie inside the study folder; put the file",
    ),
    "never complete": (
        {"respondent": {"complete": {"column": "city", "equals": "west"}}},
        5,
        'no row is complete: column "city" never holds west; correct equals.',
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_bad_input_gets_a_sentence_with_a_way_out(study_folder: Folder, name: str) -> None:
    keys, code, words = CASES[name]
    error = refused(study_folder(**keys))
    assert error.exit_code == code
    (line,) = error.lines()
    assert words in line
    assert PLACE.match(line) or name == "no file"
    assert NEXT_STEP.search(line), line
    assert line[-1] in ".?"


def test_an_unreadable_file_gets_a_sentence(study_folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    study = load(study_folder())

    def forbidden(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", forbidden)
    with pytest.raises(WhybuyError) as caught:
        check(study)
    assert caught.value.exit_code == 4
    assert caught.value.lines() == [
        f"{study.folder}/answers.csv: cannot be read (Permission denied); check the path and its permissions."
    ]


def test_every_problem_of_the_data_comes_at_once(study_folder: Folder) -> None:
    rows = [
        *changed("p1", "six"),
        ["a02", "9", "x", "1", "1", "north", "heavy"],
        ["", "1", "1", "1", "1", "north", "1"],
    ]
    lines = refused(study_folder(rows=rows, respondent={"id": "id"}, weights={"column": "w"})).lines()
    assert len(lines) == 5
    assert {re.findall(r'column "(\w+)"', line)[0] for line in lines} == {"p1", "t1", "t2", "w", "id"}


def test_twenty_problems_are_shown_and_the_rest_counted(study_folder: Folder) -> None:
    rows = [[row[0], *(f"x{i}{j}" for j in range(4)), *row[5:]] for i, row in enumerate([*ROWS, *ROWS])]
    lines = refused(study_folder(rows=rows)).lines()
    assert len(lines) == 21
    assert lines[-1] == "… and 20 more problems."


def test_one_row_and_an_item_nobody_answered_are_read(study_folder: Folder) -> None:
    assert any("1 in 1 rows" in line for line in check(load(study_folder(rows=[ROWS[0]]))))
    nobody = [[row[0], "", *row[2:]] for row in ROWS]
    assert any("4 of 10 answers (6 skipped)" in line for line in check(load(study_folder(rows=nobody))))


def test_no_error_shows_an_id_or_an_address(study_folder: Folder) -> None:
    rows = [["ann@example.org", *row[1:5], "ann@example.org", "ann@example.org"] for row in ROWS]
    keys = {"respondent": {"id": "id"}, "weights": {"column": "w"}, "variables": {"city": {"type": "number"}}}
    assert "ann" not in str(refused(study_folder(rows=rows, **keys)))
