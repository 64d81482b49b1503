"""Qualtrics: rows of headings, ImportIds, codes outside a scale, and what a questionnaire adds."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from pipeline.errors import DataError
from pipeline.ingest import Opened, read, read_table
from pipeline.ingest._headings import clean, stem
from pipeline.responses import Reason, Responses, Table
from pipeline.specs import DataFile
from pipeline.study import load

ID = ("ResponseId", "Response ID", "_recordId")
RECORDS = ("R_aaaaaaaaaaaaaaa", "R_bbbbbbbbbbbbbbb", "R_ccccccccccccccc", "R_ddddddddddddddd")
Column = tuple[tuple[str, str, str], Sequence[str]]


def imported(import_id: str) -> str:
    return json.dumps({"ImportId": import_id})


def written(*columns: Column, delimiter: str = ",", quoted: Any = imported) -> str:
    """Text of an export: (name, wording, ImportId) and cells of each column, behind the ids."""
    heads = [ID, *(head for head, _ in columns)]
    rows = [
        [name for name, _, _ in heads],
        [wording for _, wording, _ in heads],
        [quoted(import_id) for _, _, import_id in heads],
        *map(list, zip(RECORDS, *(cells for _, cells in columns), strict=True)),
    ]
    import csv

    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter).writerows(rows)
    return buffer.getvalue()


def taken(text: str | bytes, labels: Mapping[str, Any] | bytes | None = None, **keys: str) -> Table:
    raw = text.encode() if isinstance(text, str) else text
    known = json.dumps(labels).encode() if isinstance(labels, Mapping) else labels
    file = DataFile(file="w.csv", labels=None if known is None else "w.qsf", **keys)
    return read_table(Opened(raw=raw, name="w.csv", file=file, labels=known))


def refusal(text: str | bytes, labels: bytes | None = None, **keys: str) -> str:
    with pytest.raises(DataError) as caught:
        taken(text, labels, **keys)
    return str(caught.value)


def questionnaire(*questions: Mapping[str, Any]) -> dict[str, Any]:
    return {"SurveyEntry": {}, "SurveyElements": [{"Element": "SQ", "Payload": dict(one)} for one in questions]}


def shown(**texts: str) -> dict[str, dict[str, str]]:
    return {key.removeprefix("c"): {"Display": text} for key, text in texts.items()}


LIKED: Column = (("Q1", "How much do you like it?", "QID1"), ("1", "5", "3", "2"))
GRID = {
    "QuestionID": "QID4",
    "DataExportTag": "Q4",
    "QuestionText": "How do you<br>feel&nbsp;about it?",
    "QuestionType": "Matrix",
    "Selector": "Likert",
    "SubSelector": "SingleAnswer",
    "Choices": shown(c1="<b>Oranges</b>", c2="Pears"),
    "Answers": shown(c1="Bad", c2="So, so", c3="Good", c4="No opinion"),
    "AnswerOrder": [3, "2", 1, 4],
    "RecodeValues": {"1": "1", "2": "2", "3": 3, "4": "-1"},
}


def test_texts_lose_markup_and_line_ends() -> None:
    assert clean("How do\nyou<br />like\xa0<b>this</b> &amp; that? <18") == "How do you like this & that? <18"
    assert stem(["Q - Apples", "Q - Apricots"]) == "Q"
    assert stem(["Q one-Apples", "Q one-Pears"]) == "Q one"
    assert stem(["Apples", "Pears"]) == ""


def test_json_and_python_write_the_same_import_ids() -> None:
    text = written(LIKED, quoted=lambda name: f"{{'ImportId': '{name}'}}")
    found, usual = taken(text), taken(written(LIKED))
    assert found.about == usual.about
    assert found.source.format == usual.source.format == "qualtrics"
    assert usual.about["ResponseId"].role == "id"
    assert usual.lines.tolist() == [4, 5, 6, 7]


def test_tabs_in_utf_16_and_line_ends_in_headings_are_read() -> None:
    column: Column = (("Q1", "How much\ndo you like it?", "QID1"), ("1", "5", "3", "2"))
    table = taken(written(column, delimiter="\t").encode("utf-16"))
    assert (table.source.encoding, table.source.delimiter) == ("utf-16", "\t")
    assert table.about["Q1"].wording == "How much do you like it?"
    assert table.columns["Q1"].cells().tolist() == ["1", "5", "3", "2"]


def test_a_workbook_is_read_as_text_is() -> None:
    openpyxl = pytest.importorskip("openpyxl")
    import csv

    book, buffer = openpyxl.Workbook(), io.BytesIO()
    for record in csv.reader(io.StringIO(written(LIKED))):
        book.active.append([int(cell) if cell.isdigit() else cell for cell in record])
    book.save(buffer)
    table = taken(buffer.getvalue())
    assert table.source.format == "qualtrics"
    assert [float(cell) for cell in table.columns["Q1"].cells()] == [1, 5, 3, 2]
    assert table.about == taken(written(LIKED)).about


def test_the_legacy_export_has_two_rows_and_an_empty_column() -> None:
    text = "\ufeffV1,V7,V10,Q1_1,Q1_2,\nResponseID,Status,Finished,Which?-A,Which?-B,\nR_aaaaaaaaaaaaa,0,1,1,,\n"
    text += "R_bbbbbbbbbbbbb,1,0,,1,\n"
    table = taken(text)
    assert list(table.columns) == ["V1", "V7", "V10", "Q1_1", "Q1_2"]
    assert [table.about[name].role for name in ("V1", "V7", "V10")] == ["id", "test", "complete"]
    assert table.about["V7"].labels == {"0": "IP Address", "1": "Survey Preview"}
    assert (table.about["Q1_2"].wording, table.about["Q1_2"].part) == ("Which?", "B")
    assert table.about["Q1_1"].kind == "multiple"


@pytest.mark.parametrize(("kept", "lost"), [(2, "ImportIds"), (1, "question texts and ImportIds")])
def test_rows_of_headings_that_were_taken_away_are_named(kept: int, lost: str) -> None:
    lines = written(LIKED).splitlines()
    table = taken("\n".join([*lines[:kept], *lines[3:]]))
    assert table.source.format == "qualtrics"
    assert table.source.rows == 4
    assert table.about["ResponseId"].role == "id"
    assert table.notes[0].startswith(f"The header rows with {lost} are missing")


def test_without_names_there_is_a_sentence() -> None:
    lines = written(LIKED).splitlines()
    assert refusal("\n".join(lines[3:])).startswith("w.csv: row 1 holds a response where Qualtrics writes the names")
    assert refusal("\n".join(lines[2:])).startswith("w.csv: row 1 holds ImportIds where Qualtrics writes the names")
    assert "neither ImportIds nor the name ResponseId" in refusal("a,b\n1,2\n", format="qualtrics")
    assert "no answers below" in refusal("\n".join(lines[:3]))


def test_what_was_seen_and_left_out_is_told_from_what_was_not_asked() -> None:
    table = taken(
        written((("Q1", "Rate", "QID1"), ("1", "-99", "", "2")), (("Q2", "Why?", "QID2_TEXT"), ("a", "", "b", "")))
    )
    assert table.about["Q1"].missing == {"-99": Reason.SKIPPED}
    assert table.about["Q1"].blank is table.about["Q2"].blank is Reason.NOT_ASKED
    assert taken(written(LIKED)).about["Q1"].blank is Reason.SKIPPED


def test_options_that_were_left_out_are_not_ticked() -> None:
    table = taken(
        written(
            (("Q1_1", "Which? - A", "QID1_1"), ("1", "-99", "", "1")),
            (("Q1_2", "Which? - B", "QID1_2"), ("-99", "-99", "", "1")),
            (("Q2_1", "Who? - A", "QID2_1"), ("1", "", "", "1")),
            (("Q2_2", "Who? - B", "QID2_2"), ("", "1", "", "1")),
        )
    )
    assert table.about["Q1_1"].blank is Reason.NOT_ASKED
    assert table.about["Q2_1"].blank is Reason.SKIPPED  # no -99 among its options, so a blank one is one not ticked
    assert {entry.kind for name, entry in table.about.items() if name != "ResponseId"} == {"multiple"}


def test_codes_below_zero_are_declined_beside_a_scale_and_answers_within_one() -> None:
    table = taken(
        written(
            (("Q1", "Rate", "QID1"), ("1", "-1", "3", "-2")),
            (("Q2", "Balance", "QID2"), ("-2", "-1", "1", "2")),
            (("Q3", "Degrees", "QID3_TEXT"), ("-1", "4", "12", "7")),
        )
    )
    assert table.about["Q1"].missing == {"-1": Reason.DECLINED, "-2": Reason.DECLINED}
    assert table.about["Q2"].missing == {}
    assert table.about["Q3"].missing == {}
    assert table.about["Q3"].kind == "number"
    assert [note for note in table.notes if "outside the scale" in note] == [
        'Answers coded -1 or -2 are read as outside the scale (not applicable) in "Q1".'
    ]


def test_several_options_may_share_one_cell() -> None:
    table = taken(written((("Q1", "Which? - Selected Choice", "QID1"), ("1,3", "2", "1,2,4", ""))))
    about = table.about["Q1"]
    assert (about.kind, about.separator, about.wording) == ("multiple", ",", "Which?")
    money = taken(written((("Q1", "How much?", "QID1"), ("1,000", "2,500", "10,000", ""))))
    assert money.about["Q1"].kind is None


def test_options_in_columns_of_their_own_are_told_by_number_or_by_label() -> None:
    labels = taken(
        written(
            (("Q1_1", "Which? - Red", "QID1_1"), ("Red", "", "", "Red")),
            (("Q1_2", "Which? - Blue", "QID1_2"), ("", "Blue", "", "Blue")),
            (("Q1_2_TEXT", "Which? - Blue - Text", "QID1_2_TEXT"), ("", "deep", "", "pale")),
        )
    )
    assert [labels.about[name].ticked for name in ("Q1_1", "Q1_2")] == [("Red",), ("Blue",)]
    assert (labels.about["Q1_2_TEXT"].role, labels.about["Q1_2_TEXT"].question) == ("free_text", "Q1")
    grid = taken(
        written(
            (("Q1_1", "Rate - Red", "QID1_1"), ("1", "2", "", "1")),
            (("Q1_2", "Rate - Blue", "QID1_2"), ("1", "", "1", "")),
        )
    )
    assert {grid.about[name].kind for name in ("Q1_1", "Q1_2")} == {None}
    assert {grid.about[name].question for name in ("Q1_1", "Q1_2")} == {"Q1"}


def test_the_choice_of_a_split_column_and_the_number_of_a_loop_are_read() -> None:
    heads = '{"ImportId":"QID1","choiceId":"2"}'
    table = taken(
        written(
            (("1_Q1_2", "Which? - Red", "1_QID1"), ("1", "", "1", "")),
            quoted=lambda name: heads if "QID1" in name else imported(name),
        )
    )
    assert table.about["1_Q1_2"].question == "1_Q1_2"
    looped = taken(written((("2_Q3", "Rate", "2_QID3"), ("1", "2", "3", "4"))))
    assert looped.about["2_Q3"].question == "2_Q3"


def test_names_that_stand_twice_are_numbered_with_their_own_wording() -> None:
    table = taken(
        written(
            (("Q1_x", "Rate - Red", "QID1_1"), ("1", "2", "3", "1")),
            (("Q1_x", "Rate - Blue", "QID1_2"), ("1", "", "1", "2")),
        )
    )
    assert [table.about[f"Q1_x ({i})"].part for i in (1, 2)] == ["Red", "Blue"]


def test_what_qualtrics_measured_beside_the_answers_is_no_answer() -> None:
    table = taken(
        written(
            (("Q1_First Click", "Timing - First Click", "QID1_FIRST_CLICK"), ("1.2", "3", "", "")),
            (("IPAddress", "IP Address", "ipAddress"), ("192.0.2.1",) * 4),
            (("RecipientEmail", "E-Mail", "recipientEmail"), ("a@example.org", "", "", "")),
            (("Name", "Your name?", "QID7"), ("1", "2", "3", "4")),
        )
    )
    roles = [table.about[name].role for name in ("Q1_First Click", "IPAddress", "RecipientEmail", "Name")]
    assert roles == ["metadata", "ip", "email", None]


def test_a_questionnaire_gives_labels_orders_and_grids() -> None:
    columns: list[Column] = [
        (("Q4_1", "How do you feel about it? - Oranges", "QID4_1"), ("1", "3", "-1", "2")),
        (("Q4_2", "How do you feel about it? - Pears", "QID4_2"), ("1", "3", "", "2")),
    ]
    about = taken(written(*columns), questionnaire(GRID)).about["Q4_1"]
    assert (about.kind, about.wording, about.part) == ("grid", "How do you feel about it?", "Oranges")
    assert list(about.labels.items()) == [("3", "Good"), ("2", "So, so"), ("1", "Bad"), ("-1", "No opinion")]
    assert about.missing == {"-1": Reason.DECLINED}


def test_labels_stand_for_themselves_where_the_cells_hold_them() -> None:
    column: Column = (
        ("Q4_1", "How do you feel about it? - Oranges", "QID4_1"),
        ("Bad", "So, so", "Good", "No opinion"),
    )
    about = taken(written(column), questionnaire(GRID)).about["Q4_1"]
    assert list(about.labels.items()) == [(text, text) for text in ("Good", "So, so", "Bad", "No opinion")]
    assert about.missing == {"No opinion": Reason.DECLINED}


def test_values_and_choice_texts_are_the_same_answers(tmp_path: Path) -> None:
    """One survey exported both ways, down to answers, reasons, groups and ticks."""
    colours = {
        "QuestionID": "QID2", "DataExportTag": "Q2", "QuestionText": "Which?", "QuestionType": "MC", "Selector": "MAVR",
        "Choices": shown(c1="Red, or so", c2="Blue"),
    }  # fmt: skip
    (tmp_path / "w.qsf").write_text(json.dumps(questionnaire(GRID, colours)), encoding="utf-8")
    heads = [("Q4_1", "How? - Oranges", "QID4_1"), ("Q4_2", "How? - Pears", "QID4_2"), ("Q2", "Which?", "QID2")]
    values = [("1", "2", "3", "-1"), ("3", "2", "-99", "1"), ("1", "1,2", "2", "2,1")]
    texts = [
        ("Bad", "So, so", "Good", "No opinion"),
        ("Good", "So, so", "-99", "Bad"),
        ("Red, or so", "Red, or so,Blue", "Blue", "Blue,Red, or so"),
    ]
    found = [_study(tmp_path, written(*zip(heads, cells, strict=True))) for cells in (values, texts)]
    for name in ("items", "reasons"):
        pd.testing.assert_frame_equal(getattr(found[0], name), getattr(found[1], name), check_like=True)
    assert sorted(found[0].items["Q4_1"].dropna()) == [1, 2, 3]
    assert Counter(found[0].reasons["Q4_2"]) == {Reason.ANSWERED: 3, Reason.SKIPPED: 1}
    assert [one.choices["which"].sum().tolist() for one in found] == [[3, 3], [3, 3]]


def _study(folder: Path, text: str) -> Responses:
    (folder / "w.csv").write_text(text, encoding="utf-8")
    definition = {
        "study": {"title": "Fruit"},
        "data": {"file": "w.csv", "labels": "w.qsf"},
        "respondent": {"id": "ResponseId"},
        "scales": {"good": {"points": 3, "labels": ["Bad", "So, so", "Good"]}},
        "constructs": {"oranges": {"items": ["Q4_1"]}, "pears": {"items": ["Q4_2"]}},
        "variables": {"which": {"type": "multiple", "columns": ["Q2"]}},
        "model": {"outcome": "pears"},
    }
    (folder / "study.yaml").write_text(json.dumps(definition), encoding="utf-8")
    return read(load(folder))


def test_a_questionnaire_tells_the_kind() -> None:
    plain = {"QuestionText": "?", "DataExportTag": "Q", "Choices": shown(c1="A, or so", c2="B")}
    kinds = {
        ("MC", "SAVR"): "single", ("MC", "MAVR"): "multiple", ("MC", "NPS"): "scale", ("TE", "ML"): "text",
        ("Slider", "HBAR"): "number", ("RO", "DND"): "ranking", ("DB", "TB"): None,
    }  # fmt: skip
    for (kind, selector), expected in kinds.items():
        asked = questionnaire({**plain, "QuestionID": "QID1", "QuestionType": kind, "Selector": selector})
        about = taken(written((("Q", "?", "QID1"), ("1", "2", "1", ""))), asked).about["Q"]
        assert about.kind == expected
        assert about.separator == ("," if expected == "multiple" else None)
        assert about.role == ("free_text" if expected == "text" else None)


def test_a_questionnaire_that_does_not_fit_is_named() -> None:
    assert "w.qsf: knows none of the questions" in refusal(written(LIKED), json.dumps(questionnaire(GRID)).encode())
    other = questionnaire({**GRID, "QuestionID": "QID1", "QuestionText": "Which of these do you own?"})
    note = taken(written(LIKED), other).notes[-1]
    assert note.startswith("w.qsf words 1 of 1 questions otherwise than the export;")
    for wrong in (
        b"",
        b"PK",
        b"[1]",
        b'{"SurveyElements": 3}',
        b'{"SurveyElements": [{"Element": "SQ"}]}',
        b"[" * 9999,
    ):
        assert refusal(written(LIKED), wrong).startswith("w.qsf: is no questionnaire of Qualtrics")


def test_a_file_cut_anywhere_is_read_or_refused_with_a_sentence() -> None:
    raw = written(LIKED, (("Q2", "Why?", "QID2_TEXT"), ("a", "b", "", "c"))).encode()
    found = [outcome(raw[:end]) for end in range(1, len(raw), 7)]
    assert all(said == "read" or said.startswith("w.csv: ") for said in found)
    assert {said == "read" for said in found} == {True, False}


def outcome(raw: bytes) -> str:
    try:
        taken(raw, format="qualtrics")
    except DataError as error:
        return str(error)
    return "read"
