"""KoboToolbox and ODK Central: choices in columns and cells, groups, versions, forms. Every sample is our own."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from pipeline.errors import DataError
from pipeline.ingest import Opened, read, read_table
from pipeline.responses import Reason, Table
from pipeline.specs import DataFile
from pipeline.study import load

OWN = ["_id", "_uuid", "_submission_time", "_validation_status", "_index"]
OWN_CELLS = ["17", "uuid-{}", "2026-03-02T09:05:00", "", "{}"]


def export(header: Sequence[str], *rows: Sequence[str], own: bool = True) -> bytes:
    """A CSV as Kobo writes it: ';', every cell in quotes."""
    lines = [[*header, *(OWN if own else ())]]
    lines += [[*row, *([cell.format(i) for cell in OWN_CELLS] if own else ())] for i, row in enumerate(rows, 1)]
    return ("\ufeff" + "\n".join(";".join(f'"{cell}"' for cell in line) for line in lines) + "\n").encode()


def book(**sheets: Sequence[Sequence[object]]) -> bytes:
    openpyxl = pytest.importorskip("openpyxl")
    workbook, buffer = openpyxl.Workbook(), io.BytesIO()
    workbook.remove(workbook.active)
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    workbook.save(buffer)
    return buffer.getvalue()


def table(raw: bytes, form: bytes | None = None, **keys: str) -> Table:
    file = DataFile(file="a", labels=None if form is None else "form.xlsx", **keys)
    return read_table(Opened(raw=raw, name="a", file=file, labels=form))


def test_roles_of_its_own_columns() -> None:
    header = ["start", "end", "phonenumber", "where", "_where_latitude", "_where_longitude", "Sure?"]
    moments = ["2026-03-02T09:00:00.000+01:00", "2026-03-02T09:04:00.000+01:00"]
    found = table(export(header, [*moments, "1", "1 2", "1", "2", "yes"]))
    assert (found.source.format, found.source.delimiter) == ("kobo", ";")
    roles = {name: about.role for name, about in found.about.items() if about.role}
    assert roles == {
        "start": "started", "end": "ended", "phonenumber": "phone", "where": "place", "_where_latitude": "place",
        "_where_longitude": "place", "_id": "metadata", "_uuid": "id", "_submission_time": "metadata",
        "_validation_status": "metadata", "_index": "metadata",
    }  # fmt: skip
    assert found.about["Sure?"].wording == "Sure?"


BOTH = (
    ["g/like", "g/like/a", "g/like/b", "g/like/c", "g/why"],
    ["a b", "1", "1", "", "x"],
    ["", "0", "0", "0", ""],
    ["", "", "", "", ""],
    ["c", "0", "0", "1", "y"],
)


def test_choices_in_columns_keep_not_asked_from_not_ticked() -> None:
    found = table(export(*BOTH))
    options = {name: about for name, about in found.about.items() if about.kind == "multiple"}
    assert list(options) == ["g/like/a", "g/like/b", "g/like/c"]
    assert [about.part for about in options.values()] == ["a", "b", "c"]
    assert all((about.ticked, about.blank) == (("1",), Reason.NOT_ASKED) for about in options.values())
    assert {about.question for about in options.values()} == {"g/like"}
    assert found.about["g/like"].role == "metadata"
    assert found.notes == ()


def test_choices_without_their_question_are_said_to_be_a_guess() -> None:
    found = table(export(["like/a", "like/b", "own/age"], ["1", "0", "34"], ["0", "0", "1"]))
    assert [name for name, about in found.about.items() if about.kind == "multiple"] == ["like/a", "like/b"]
    assert found.notes[0].startswith("The columns of like hold only 0 and 1")


def test_choices_in_one_cell() -> None:
    found = table(export(["like", "name"], ["a b", "Ann Lee"], ["b", "Bob Ray"], ["a c", "Cy"]))
    assert (found.about["like"].kind, found.about["like"].separator) == ("multiple", " ")
    assert found.about["name"].kind is None


def test_other_please_specify() -> None:
    found = table(export(["like", "like_other"], ["other", "Nero"], ["a", ""]))
    assert (found.about["like_other"].question, found.about["like_other"].role) == ("like", "free_text")


def test_lines_in_cells() -> None:
    assert table(export(["why"], ["one\ntwo"], ["x"])).columns["why"].cells().tolist() == ["one\ntwo", "x"]


def test_central() -> None:
    header = "SubmissionDate,g-like,g-where-Latitude,g-where-Longitude,meta-instanceID,KEY,SubmitterName,DeviceID"
    found = table(f"{header}\n2026-03-02T09:05:00.000Z,a,1,2,uuid:1,uuid:1,Ann,d".encode())
    assert found.source.format == "kobo"
    roles = [found.about[name].role for name in header.split(",") if name in found.about]
    assert roles == ["ended", "place", "place", "metadata", "id", "name", "metadata"]


def test_repeats_are_said_and_not_read() -> None:
    raw = book(
        main=[["start", "end", "q", "_index"], ["2026-03-02", "2026-03-02", 1, 1]],
        people=[["n", "_parent_index"], ["x", 1]],
    )
    assert table(raw).notes == ("The sheet people stands beside the answers, as repeats do; only one sheet was read.",)
    assert table(raw, sheet="main").notes == ()


SURVEY = [
    ["type", "name", "label", "required"],
    ["start", "begun", "", ""],
    ["begin group", "g", "About you", ""],
    ["select_multiple food", "like", "What do you <b>like</b>?", "yes"],
    ["select_one food", "best", "What most?", ""],
    ["select_one yn or_other", "sure", "Sure?", ""],
    ["end group", "", "", ""],
    ["begin_repeat", "people", "People", ""],
    ["text", "inner", "Name?", ""],
    ["end_repeat", "", "", ""],
    ["integer", "age", "How old?", ""],
    ["text", "why", "Why?", ""],
    ["geopoint", "where", "Where?", ""],
    ["rank food", "order", "Order", ""],
    ["note", "n", "Thanks", ""],
]
CHOICES = [
    ["list_name", "name", "label"],
    ["food", "b", "Bread, white"],
    ["food", "a", "Apple pie"],
    ["yn", "y", "Yes"],
]


def form(**sheets: Sequence[Sequence[object]]) -> bytes:
    return book(**({"survey": SURVEY, "choices": CHOICES} | sheets))


HEADER = ["begun", "g/like", "g/like/b", "g/like/a", "g/best", "g/sure", "age", "why", "where", "order"]
CELLS = ["2026-03-02T09:00:00", "b a", "1", "1", "a", "other", "34", "so", "1 2", "a b"]


def test_a_form_names_kinds_texts_and_choices() -> None:
    about = table(export(HEADER, CELLS), form()).about
    assert [about[name].kind for name in HEADER[2:]] == [
        "multiple", "multiple", "single", "single", "number", "text", None, "ranking",
    ]  # fmt: skip
    assert (about["g/like/b"].wording, about["g/like/b"].part) == ("What do you like?", "Bread, white")
    assert list(about["g/best"].labels.items()) == [("b", "Bread, white"), ("a", "Apple pie")]
    assert list(about["g/sure"].labels) == ["y", "other"]
    assert [about[name].role for name in ("begun", "g/like", "why", "where")] == [
        "started",
        "metadata",
        "free_text",
        "place",
    ]
    assert about["order"].separator == " "


def test_labels_with_blanks_are_split_by_the_form() -> None:
    header = ["About you/What do you like?", "What most?", "_uuid"]
    about = table(export(header, ["Bread, white Apple pie", "Apple pie", "u"], own=False), form()).about
    assert (about[header[0]].kind, about[header[0]].separator) == ("multiple", " ")
    assert list(about[header[0]].labels) == ["Bread, white", "Apple pie"]
    assert dict(about["What most?"].labels) == {"Bread, white": "Bread, white", "Apple pie": "Apple pie"}


def test_a_form_in_several_languages() -> None:
    survey = [["type", "name", "label::English (en)", "label::中文 (zh)"], ["select_one yn", "q", "Sure?", "确定?"]]
    choices = [["list name", "name", "label::English (en)"], ["yn", 1, "Yes"], ["yn", 2, ""]]
    about = table(export(["q"], ["1"]), form(survey=survey, choices=choices)).about["q"]
    assert (about.wording, dict(about.labels)) == ("Sure?", {"1": "Yes", "2": "2"})


REFUSED = {
    "no workbook": (lambda: b"type,name\n", "is no XLSForm"),
    "no sheet of that name": (lambda: book(other=[["a"], ["b"]]), "there is no sheet 'survey'"),
    "no form": (lambda: book(survey=[["a"], ["b"]]), "has no columns 'type' and 'name'"),
    "of another form": (lambda: book(survey=[["type", "name"], ["text", "x"]]), "describes none of the columns"),
    "broken": (lambda: b"PK\x03\x04xx", "is no whole Excel workbook"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_forms_that_are_refused(name: str) -> None:
    make, message = REFUSED[name]
    with pytest.raises(DataError, match=message) as refusal:
        table(export(["q"], ["1"]), make())
    (line,) = refusal.value.lines()
    assert line.startswith("form.xlsx: ")


@pytest.mark.parametrize(
    "raw", [b"", b"\0\0", b'"_uuid";"q"\n"1";"2', b'"_uuid";"q"\n', bytes(range(256)), b"PK\x03\x04"]
)
def test_bad_files_are_refused_in_a_sentence(raw: bytes) -> None:
    with pytest.raises(DataError) as refusal:
        table(raw, format="kobo")
    assert len(refusal.value.lines()) == 1


def test_a_study_on_a_form_of_two_versions(study_folder: Callable[..., Path]) -> None:
    rows = [[str(i % 5 + 1), str(i * 2 % 5 + 1), "", "", "", ""] for i in range(10)]
    for i, row in enumerate(rows):
        if i < 8:
            row[2:] = ["", "1" if i % 2 else "0", "0", "1" if i >= 4 else ""]
    folder = study_folder(
        text=export(["s1", "s2", "like", "like/a", "like/b", "like/c"], *rows),
        scales={"five": {"points": 5}},
        constructs={"a": ["s1"], "b": ["s2"]},
        model={"outcome": "b"},
        respondent={"id": "_uuid", "started": "_submission_time"},
        variables={"like": {"type": "multiple", "columns": ["like/a", "like/b", "like/c"]}},
    )
    responses = read(load(folder))
    chosen = responses.choices["like"]
    assert chosen.count().tolist() == [8, 8, 4]
    assert chosen.sum().tolist() == [4, 0, 4]
