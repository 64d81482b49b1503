"""Typeform: options without a question, headings with markup and in doubles, yes and no. Every sample is our own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.errors import DataError
from pipeline.ingest import Opened, read, read_table
from pipeline.responses import Table
from pipeline.specs import DataFile
from pipeline.study import load

HEADER = [
    "#", "<strong>How old</strong> are you?", "*Red*", "Blue", "Green", "Other", "Do you smoke?", "Why?", "Why?",
    "Phone", "Response Type", "Start Date (UTC)", "Stage Date (UTC)", "Submit Date (UTC)",
    "Network ID", "Tags", "Ending",
]  # fmt: skip
ENDS = ["2026-03-02 09:00:00", "", "2026-03-02 09:05:00", "n1", "", "Thanks"]
ROWS = [
    ["abc1", "34", "Red", "", "", "", "1", "cheap", "", "'+4912345", "completed", *ENDS],
    ["abc2", "41", "Red", "", "Green", "mauve", "0", "", "dear", "", "completed", *ENDS],
    [
        "abc3",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "started",
        "2026-03-02 09:00:00",
        "2026-03-02 09:01:00",
        "",
        "n2",
        "",
        "",
    ],
]


def table(header: list[str], rows: list[list[str]]) -> Table:
    raw = "\n".join(",".join(f'"{cell}"' if "," in cell else cell for cell in row) for row in [header, *rows]).encode()
    return read_table(Opened(raw=raw, name="a.csv", file=DataFile(file="a.csv")))


def test_a_form() -> None:
    found = table(HEADER, ROWS)
    assert (found.source.format, found.source.rows, found.source.columns) == ("typeform", 3, 17)
    roles = {name: about.role for name, about in found.about.items() if about.role}
    assert roles == {
        "#": "id", "Other": "free_text", "Response Type": "complete", "Start Date (UTC)": "started",
        "Stage Date (UTC)": "metadata", "Submit Date (UTC)": "ended", "Network ID": "ip", "Tags": "metadata",
        "Ending": "metadata",
    }  # fmt: skip
    assert found.about["How old are you?"].wording == "How old are you?"
    assert found.columns["Phone"].cells().tolist() == ["+4912345", None, None]
    assert dict(found.about["Do you smoke?"].labels) == {"1": "yes", "0": "no"}


def test_options_without_a_question_belong_together() -> None:
    found = table(HEADER, ROWS)
    options = {name: about for name, about in found.about.items() if about.kind == "multiple"}
    assert list(options) == ["Red", "Blue", "Green"]
    assert {about.question for about in options.values()} == {"Red … Other"} == {found.about["Other"].question}
    assert [(about.part, about.ticked) for about in options.values()] == [(name, (name,)) for name in options]
    assert any('"Red" (columns 3 to 6)' in note for note in found.notes)


def test_columns_nobody_filled_at_the_end_of_a_run_stay_out_of_it() -> None:
    about = table(["#", "A", "B", "C", "Submit Date (UTC)"], [["1", "A", "B", "", "x"]]).about
    assert [about[name].kind for name in "ABC"] == ["multiple", "multiple", None]


def test_headings_in_doubles_are_told_by_their_place() -> None:
    found = table(HEADER, ROWS)
    assert found.columns["Why? (1)"].cells().tolist() == ["cheap", None, None]
    assert found.about["Why? (2)"].wording == "Why?"
    assert any("numbered" in note for note in found.notes)


@pytest.mark.parametrize("separator", [" / ", ", "])
def test_options_of_one_cell(separator: str) -> None:
    cells = [separator.join(parts) for parts in (["A", "B"], ["B"], ["A", "C"])]
    header = ["#", "Which?", "Start Date (UTC)", "Submit Date (UTC)", "Network ID"]
    about = table(header, [[str(i), cell, "x", "y", "z"] for i, cell in enumerate(cells)]).about["Which?"]
    assert (about.kind, about.separator) == ("multiple", separator)


def test_truth_values_are_yes_and_no() -> None:
    about = table(["#", "Sure?", "Submit Date (UTC)"], [["1", "TRUE", "x"], ["2", "FALSE", "x"]]).about["Sure?"]
    assert dict(about.labels) == {"TRUE": "yes", "FALSE": "no"}


@pytest.mark.parametrize(
    "raw", [b"", b"\0\0", b'#,Submit Date (UTC)\n"1,2', b"#,Submit Date (UTC)\n", bytes(range(256))]
)
def test_bad_files_are_refused_in_a_sentence(raw: bytes) -> None:
    with pytest.raises(DataError) as refusal:
        read_table(Opened(raw=raw, name="a.csv", file=DataFile(file="a.csv", format="typeform")))
    assert len(refusal.value.lines()) == 1


def test_a_study_on_a_form(study_folder: Callable[..., Path]) -> None:
    header = ["#", "s1", "s2", "Red", "Blue", "Response Type", "Start Date (UTC)", "Submit Date (UTC)"]
    rows = [
        [f"r{i}", str(i % 5 + 1), str(i * 2 % 5 + 1), "Red" if i % 2 else "", "Blue" if i % 3 == 0 else "",
         "completed" if i < 8 else "started", f"2026-03-02 09:{i:02}:00", "2026-03-02 10:00:00" if i < 8 else ""]
        for i in range(10)
    ]  # fmt: skip
    folder = study_folder(
        text="\n".join(",".join(row) for row in [header, *rows]),
        scales={"five": {"points": 5}},
        constructs={"a": ["s1"], "b": ["s2"]},
        model={"outcome": "b"},
        respondent={
            "id": "#",
            "complete": {"column": "Response Type", "equals": "completed"},
            "started": "Start Date (UTC)",
        },
        variables={"colour": {"type": "multiple", "columns": ["Red", "Blue"]}},
    )
    responses = read(load(folder))
    assert int(responses.complete.sum()) == 8
    assert responses.choices["colour"].sum().to_dict() == {"Red": 5, "Blue": 4}
