"""SurveyMonkey: headings in two rows or one, options in columns of their own, names that can be typed."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import pytest

from pipeline.errors import DataError
from pipeline.ingest import Opened, read_table
from pipeline.ingest._surveymonkey import short
from pipeline.responses import Reason, Table
from pipeline.specs import DataFile

IDS = ("118000000001", "118000000002", "118000000003", "118000000004")
Column = tuple[str, str, Sequence[str]]


def written(*columns: Column, rows: int = 2) -> str:
    """Text of an export: question, option and cells of each column, behind the ids."""
    whole: list[Column] = [("Respondent ID", "", IDS), *columns]
    heads = [[question for question, _, _ in whole], [option for _, option, _ in whole]][:rows]
    buffer = io.StringIO()
    csv.writer(buffer).writerows([*heads, *zip(*(cells for _, _, cells in whole), strict=True)])
    return buffer.getvalue()


def taken(text: str | bytes, **keys: str) -> Table:
    raw = text.encode() if isinstance(text, str) else text
    return read_table(Opened(raw=raw, name="w.csv", file=DataFile(file="w.csv", **keys)))


def refusal(text: str | bytes, **keys: str) -> str:
    with pytest.raises(DataError) as caught:
        taken(text, **keys)
    return str(caught.value)


def cells(table: Table, column: str) -> list[object]:
    return table.columns[column].cells().tolist()


GENDER: tuple[Column, Column] = (("Gender", "Male", ("Male", "", "", "Male")), ("", "Female", ("", "Female", "", "")))
DRINKS: tuple[Column, Column] = (
    ("Drinks?", "Tea", ("Tea", "", "", "Tea")),
    ("", "Coffee", ("", "Coffee", "", "Coffee")),
)


def test_names_are_short_and_say_what_the_question_is() -> None:
    assert short("Gender") == "Gender"
    assert short("Please rate how much you like the traditional cuisine of Bosnia and Herzegovina.") == (
        "Please rate how much you like the ... and Herzegovina."
    )
    assert short("Which of these films have you ever seen? Please select all that apply.") == (
        "Which of these films have you ever seen?"
    )
    assert short("x" * 90) == "x" * 36 + " ... " + "x" * 20


def test_options_of_which_nobody_ticked_two_become_one_column() -> None:
    table = taken(written(*GENDER))
    assert table.source.format == "surveymonkey"
    assert list(table.columns) == ["Respondent ID", "Gender"]
    assert cells(table, "Gender") == ["Male", "Female", None, "Male"]
    about = table.about["Gender"]
    assert (about.kind, list(about.labels)) == ("single", ["Male", "Female"])
    assert any('One column each was made of the options of "Gender"' in note for note in table.notes)
    assert table.lines.tolist() == [3, 4, 5, 6]


def test_options_of_which_somebody_ticked_two_stay_as_they_are() -> None:
    table = taken(written(*DRINKS))
    assert list(table.columns) == ["Respondent ID", "Drinks? - Tea", "Drinks? - Coffee"]
    tea = table.about["Drinks? - Tea"]
    assert (tea.kind, tea.ticked, tea.part, tea.question, tea.wording) == (
        "multiple",
        ("Tea",),
        "Tea",
        "Drinks?",
        "Drinks?",
    )
    assert tea.blank is Reason.SKIPPED


def test_a_question_ends_where_the_next_has_no_text_of_its_own() -> None:
    table = taken(
        written(*DRINKS, ("", "Response", ("Yes", "No", "", "Yes")), ("Age", "Response", ("1", "2", "3", "")))
    )
    assert list(table.columns)[3:] == ["Response", "Age"]
    assert table.about["Response"].question == "Response"


def test_what_people_wrote_ticks_the_option_it_is_written_under() -> None:
    other: Column = ("", "Other (please specify)", ("", "", "maté", "milk"))
    table = taken(written(*DRINKS, other))
    name = "Drinks? - Other (please specify)"
    assert cells(table, name) == [None, None, "Other (please specify)", "Other (please specify)"]
    assert table.about[name].kind == "multiple"
    assert cells(table, f"{name} (text)") == [None, None, "maté", "milk"]
    assert table.about[f"{name} (text)"].role == "free_text"
    single = taken(written(*GENDER, ("", "Other (please specify)", ("", "", "both", ""))))
    assert cells(single, "Gender") == ["Male", "Female", "Other (please specify)", "Male"]
    assert cells(single, "Gender - Other (please specify)") == [None, None, "both", None]


def test_a_row_of_a_grid_may_be_called_other() -> None:
    rows: tuple[Column, ...] = (
        ("How good is it?", "Brand A", ("Good", "Bad", "Good", "")),
        ("", "Other brands", ("Bad", "Bad", "Good", "Good")),
    )
    table = taken(written(*rows))
    assert table.about["How good is it? - Other brands"].kind == "grid"


def test_an_option_may_be_exported_as_its_number() -> None:
    table = taken(written(("Gender", "Male", ("1", "", "", "1")), ("", "Female", ("", "2", "", ""))))
    assert cells(table, "Gender") == ["Male", "Female", None, "Male"]


def test_ranks_are_told_from_ratings_by_many_people_without_a_tie() -> None:
    def ranked(count: int, tie: bool) -> str:
        rows = [["1", "2"] if i % 2 else ["2", "1"] for i in range(count)] + ([["1", "1"]] if tie else [])
        ids = [f"{118000000000 + i}" for i in range(len(rows))]
        heads = "Respondent ID,Which is best?,\n,A,B\n"
        return heads + "".join(f"{one},{','.join(row)}\n" for one, row in zip(ids, rows, strict=True))

    for count, tie, kind in ((20, False, "ranking"), (20, True, "grid"), (5, False, "grid")):
        assert {taken(ranked(count, tie)).about[f"Which is best? - {part}"].kind for part in "AB"} == {kind}


def test_one_row_of_headings_is_taken_apart() -> None:
    headers: tuple[Column, ...] = (
        ("What do you usually drink? Tell all. - Tea", "", ("Tea", "", "", "Tea")),
        ("What do you usually drink? Tell all. - Coffee", "", ("", "Coffee", "", "Coffee")),
        ("What do you usually drink? Tell all. - Other (please specify)", "", ("", "", "Other (please specify)", "")),
        ("What do you usually drink? Tell all. - Other (please specify)", "", ("", "", "maté", "")),
        ("How old are you - in years?", "", ("30", "41", "", "25")),
        ("Where do you live most of the time?", "", ("City", "Other", "", "Land")),
        ("Where do you live most of the time? - Other (please specify)", "", ("", "at sea", "", "")),
    )
    table = taken(written(*headers, rows=1))
    assert table.source.format == "surveymonkey"
    question = "What do you usually drink? Tell all."
    assert [name for name, entry in table.about.items() if entry.kind == "multiple"] == [
        f"{question} - {option}" for option in ("Tea", "Coffee", "Other (please specify)")
    ]
    assert table.about[f"{question} - Other (please specify) (text)"].role == "free_text"
    assert table.about["How old are you - in years?"].part is None
    assert table.about["Where do you live most of the time? - Other (please specify)"].kind == "text"
    assert table.about["Where do you live most of the time?"].kind is None


def test_markup_and_hard_spaces_leave_the_names() -> None:
    table = taken(written(("How do you<br>like\xa0it,  <b>really</b>?", "Response", ("Well", "", "Badly", "Well"))))
    assert list(table.columns)[1] == "How do you like it, really?"


def test_names_that_would_be_alike_are_given_whole_and_then_numbered() -> None:
    one = "Please say how much you agree that the shop was clean and that its staff was kind"
    two = "Please say how much you agree that the shop was quick and that its staff was kind"
    answers = ("Yes", "No", "", "Yes")
    table = taken(written((one, "Response", answers), (two, "Response", answers), ("Age", "Response", answers)))
    assert list(table.columns)[1:] == [one, two, "Age"]
    again = taken(written(("Age", "Response", answers), ("Age", "Response", answers)))
    assert list(again.columns)[1:] == ["Age (1)", "Age (2)"]
    assert [again.about[f"Age ({i})"].question for i in (1, 2)] == ["Age (1)", "Age (2)"]


def test_signs_that_are_no_answers_have_their_reason() -> None:
    table = taken(written(("How good?", "Response", ("-", "N/A", "Good", ""))))
    assert table.about["How good?"].missing == {"-": Reason.SKIPPED, "N/A": Reason.DECLINED}
    assert [note for note in table.notes if "is read as no answer" in note] == [
        "'-' is read as no answer (skipped) in \"How good?\".",
        "'N/A' is read as no answer (declined) in \"How good?\".",
    ]


def test_what_may_say_who_answered_has_its_role_and_ids_stay_whole() -> None:
    table = taken(
        written(
            ("IP Address", "", ("192.0.2.1",) * 4),
            ("Email Address", "", ("", "a@example.org", "", "")),
            ("Start Date", "", ("01/02/2026 03:04:05 PM",) * 4),
            ("Your ZIP code?", "Open-Ended Response", ("00544", "94305", "", "")),
            ("Children?", "Open-Ended Response", ("0", "2", "", "1")),
        )
    )
    roles = [entry.role for entry in table.about.values()]
    assert roles == ["id", "ip", "email", "started", "free_text", None]
    assert table.about["Children?"].kind == "number"
    assert cells(table, "Your ZIP code?")[0] == "00544"
    assert cells(table, "Respondent ID") == list(IDS)


def test_a_workbook_keeps_long_ids() -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book, buffer = openpyxl.Workbook(), io.BytesIO()
    for record in csv.reader(io.StringIO(written(*GENDER))):
        book.active.append([float(cell) if cell.isdigit() else cell or None for cell in record])
    book.save(buffer)
    table = taken(buffer.getvalue())
    assert [int(value) for value in table.columns["Respondent ID"].values] == list(map(int, IDS))
    assert cells(table, "Gender") == ["Male", "Female", None, "Male"]


def test_other_tables_with_an_id_are_plain() -> None:
    assert taken("respondentid,q1,q2\n118000000001,1,2\n").source.format == "csv"
    assert taken("RespondentID,q1,q2\n,1,2\n7,3,4\n").source.format == "csv"
    assert "is no export of SurveyMonkey" in refusal("a,b\n1,2\n", format="surveymonkey")
    assert "no answers below" in refusal("Respondent ID,Age\n,Response\n")


def test_a_file_of_labels_is_not_ignored() -> None:
    file = DataFile(file="w.csv", labels="w.qsf")
    with pytest.raises(DataError, match="is read as surveymonkey, which uses no file of labels"):
        read_table(Opened(raw=written(*GENDER).encode(), name="w.csv", file=file, labels=b"{}"))


def test_a_file_cut_anywhere_is_read_or_refused_with_a_sentence() -> None:
    raw = written(*GENDER, *DRINKS, ('Why "so"?', "Open-Ended Response", ('a "b"', "", "c", ""))).encode()
    found = [outcome(raw[:end]) for end in range(1, len(raw), 7)]
    assert all(said == "read" or said.startswith("w.csv: ") for said in found)
    assert {said == "read" for said in found} == {True, False}


def outcome(raw: bytes) -> str:
    try:
        taken(raw, format="surveymonkey")
    except DataError as error:
        return str(error)
    return "read"
