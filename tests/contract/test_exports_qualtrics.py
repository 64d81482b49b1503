"""Real exports of Qualtrics. The figures were counted with the standard library's csv and json, not with our reader."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from pipeline.ingest import READERS, Opened, read_table
from pipeline.responses import Reason, Table
from pipeline.specs import DataFile

FILES = {
    # rows, columns that have a name, blank cells in them
    "excluder_qualtrics_raw_choice_text.csv": (100, 16, 8),
    "qt_many_types_insights.csv": (5, 190, 300),
    "qt_many_types_legacy.csv": (5, 189, 290),
    "qt_matrix_insights.csv": (5, 30, 25),
    "qt_multi_answer_insights.csv": (5, 36, 60),
    "qt_multi_answer_legacy.csv": (5, 35, 50),
    "qt_na_option_insights.csv": (15, 49, 219),
    "qt_side_by_side_insights.csv": (25, 71, 167),
    "qt_text_entry.csv": (15, 40, 91),
    "qualtrics_legacy_sample_de.csv": (1, 15, 2),
    "qualtrics_v3_sample_de.csv": (1, 20, 5),
}
KINDS = {
    # columns by the types and selectors of the questionnaire that their ImportIds lead to
    "qt_na_option": {"single": 1, "multiple": 26, "grid": 8},
    "qt_multi_answer": {"multiple": 21, "text": 1},
    "qt_matrix": {"grid": 15, "text": 1},
    "qt_many_types": {"single": 4, "multiple": 96, "grid": 36, "number": 12, "text": 28},
}


def export(shared: Path, name: str, labels: str | None = None) -> Table:
    folder = shared / "exports" / "qualtrics"
    questionnaire = (folder / labels).read_bytes() if labels else None
    opened = Opened(
        raw=(folder / name).read_bytes(), name=name, file=DataFile(file=name, labels=labels), labels=questionnaire
    )
    return read_table(opened)


def reasons(table: Table, column: str) -> Counter[Reason]:
    """How many cells of a column are answered, and why the others are not."""
    about, found = table.about[column], Counter[Reason]()
    for cell in table.columns[column].cells():
        found[about.blank if cell is None else about.missing.get(str(cell), Reason.ANSWERED)] += 1
    return found


@pytest.mark.parametrize("name", FILES)
def test_every_file_is_told_and_read_whole(shared: Path, name: str) -> None:
    table = export(shared, name)
    rows, columns, blank = FILES[name]
    assert table.source.format == "qualtrics"
    assert "format" in table.source.detected
    assert (table.source.rows, table.source.columns) == (rows, columns)
    assert sum(int((cells.codes < 0).sum()) for cells in table.columns.values()) == blank
    assert table.about.keys() == table.columns.keys()


@pytest.mark.parametrize("name", KINDS)
def test_kinds_are_those_of_the_questionnaire(shared: Path, name: str) -> None:
    table = export(shared, f"{name}_insights.csv", f"{name}.qsf")
    assert dict(Counter(entry.kind for entry in table.about.values() if entry.question)) == KINDS[name]
    assert not any("does not know" in note for note in table.notes)


@pytest.mark.parametrize("name", KINDS)
def test_options_are_told_without_the_questionnaire_too(shared: Path, name: str) -> None:
    plain, known = export(shared, f"{name}_insights.csv"), export(shared, f"{name}_insights.csv", f"{name}.qsf")
    for column, entry in known.about.items():
        other = plain.about[column]
        assert (other.kind == "multiple") == (entry.kind == "multiple"), column
        assert (other.ticked, other.role) == (entry.ticked, entry.role), column
        if entry.part and entry.kind != "text":
            assert other.part == entry.part, column
    assert together(plain) == together(known)


def together(table: Table) -> set[frozenset[str]]:
    """Columns that belong to one question."""
    found: dict[str, set[str]] = {}
    for column, entry in table.about.items():
        if entry.question:
            found.setdefault(entry.question, set()).add(column)
    return set(map(frozenset, found.values()))


def test_the_legacy_export_says_the_same_of_the_same_answers(shared: Path) -> None:
    new = export(shared, "qt_multi_answer_insights.csv", "qt_multi_answer.qsf")
    old = export(shared, "qt_multi_answer_legacy.csv", "qt_multi_answer.qsf")
    ticks = {
        (entry.wording, entry.part): new.columns[column].cells().tolist()
        for column, entry in new.about.items()
        if entry.kind == "multiple"
    }
    for column, entry in old.about.items():
        if entry.kind == "multiple":
            assert old.columns[column].cells().tolist() == ticks.pop((entry.wording, entry.part)), column
    assert ticks == {}


def test_answers_outside_the_scale_are_declined(shared: Path) -> None:
    for labels in (None, "qt_na_option.qsf"):
        table = export(shared, "qt_na_option_insights.csv", labels)
        assert sum(reasons(table, column)[Reason.DECLINED] for column in table.columns) == 46
        assert reasons(table, "Q1") == {Reason.ANSWERED: 13, Reason.DECLINED: 2}
    assert table.about["Q1"].labels == {"1": "Great", "2": "In the middle", "3": "Awful", "-1": "No opinion"}
    ticked = [int((table.columns[column].codes >= 0).sum()) for column in ("Q2_1", "Q2_2", "Q2_3", "Q2_-1", "Q2_-2")]
    assert ticked == [9, 10, 9, 10, 8]
    assert table.about["Q2_-1"].part == "No basis for evaluation"


def test_recoded_answers_have_the_labels_of_their_codes(shared: Path) -> None:
    table = export(shared, "qt_many_types_insights.csv", "qt_many_types.qsf")
    assert table.about["Q45"].labels == {"143": "Oranges", "132": "Blueberries", "142": "Strawberries"}
    assert table.about["Q49#1_peeling_92"].labels == {"242": "Unwilling", "35423": "Neutral", "34": "Willing"}
    assert table.about["Q47_violet"].part == "Blueberries"
    assert table.about["Q47_violet"].question == table.about["Q47_bloody"].question == "Q47"
    assert table.about["Q40#1_Q40_1_1"].question == "Q40#1"


def test_a_blank_cell_was_not_asked_where_the_export_marks_what_was_left_out(shared: Path) -> None:
    table = export(shared, "qt_text_entry.csv")
    asked = [column for column, entry in table.about.items() if entry.question]
    found = sum((reasons(table, column) for column in asked), Counter[Reason]())
    assert (found[Reason.SKIPPED], found[Reason.NOT_ASKED]) == (12, 16)
    assert [reasons(table, f"MCMA_text_{i}")[Reason.ANSWERED] for i in (1, 2, 3)] == [13, 13, 11]
    assert any("-99" in note for note in table.notes)


def test_names_that_stand_twice_keep_what_the_file_says_of_each(shared: Path) -> None:
    table = export(shared, "qt_many_types_insights.csv", "qt_many_types.qsf")
    twice = [name for name in table.columns if name.endswith((" (1)", " (2)", " (3)", " (4)"))]
    assert len(twice) == 3 * 2 + 3 * 4
    parts = [table.about[f"Q50#2_wedges_1231 ({i})"].part for i in (1, 2, 3, 4)]
    assert parts == ["Bananas", "Cucumbers", "Graham crackers", "Gummy bears"]


def test_what_may_say_who_answered_has_its_role(shared: Path) -> None:
    table = export(shared, "excluder_qualtrics_raw_choice_text.csv")
    roles = {column: entry.role for column, entry in table.about.items()}
    assert roles["ResponseId"] == "id"
    assert roles["IPAddress"] == "ip"
    assert roles["LocationLatitude"] == roles["LocationLongitude"] == "place"
    assert roles["Duration (in seconds)"] == "seconds"
    assert roles["Version"] == "metadata"  # of the browser, which is no address
    assert Counter(table.columns["Status"].cells()) == {"IP Address": 98, "Survey Preview": 2}
    assert list(table.about["Status"].labels) == ["IP Address", "Survey Preview"]
    assert any("America/Chicago" in note for note in table.notes)
    legacy = export(shared, "qualtrics_legacy_sample_de.csv")
    assert (legacy.about["V1"].role, legacy.about["V5"].role, legacy.about["V10"].role) == ("id", "email", "complete")


def test_no_export_of_another_tool_is_taken_for_one(shared: Path) -> None:
    for path in sorted((shared / "exports").rglob("*.*")):
        if path.parent.name != "qualtrics" and path.stat().st_size < 2_000_000:
            opened = Opened(raw=path.read_bytes(), name=path.name, file=DataFile(file=path.name))
            assert not READERS["qualtrics"].fits(opened), path.name
