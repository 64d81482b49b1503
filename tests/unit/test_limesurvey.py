"""LimeSurvey: headings of every kind, ticks in every spelling, VV files, structures. Every sample is our own."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from pipeline.draft import draft
from pipeline.errors import DataError
from pipeline.ingest import Opened, limesurvey, read, read_table
from pipeline.responses import Reason, Table
from pipeline.specs import DataFile
from pipeline.study import load

OWN = '"id";"submitdate";"lastpage";"startlanguage";"startdate"'
WORDS = ('"id. Response ID";"submitdate. Date submitted";"lastpage. Last page";"startlanguage. Start language";'
         '"startdate. Date started"')  # fmt: skip
TEXTS = '"Response ID";"Date submitted";"Last page";"Start language";"Date started"'
DONE, GONE = ";2026-03-02 10:00:00;3;en;2026-03-02 09:50:00;", ";;1;en;2026-03-02 09:50:00;"


def csv(header: str, *rows: str, own: str = OWN) -> bytes:
    """An export as LimeSurvey writes it: byte order mark, CRLF, a blank last line; two rows in three are finished."""
    lines = [f"{place}{GONE if place % 3 == 0 else DONE}{row}" for place, row in enumerate(rows, start=1)]
    return ("\ufeff" + "\r\n".join([f"{own};{header}", *lines]) + "\r\n\r\n").encode()


def table(raw: bytes, structure: bytes | None = None) -> Table:
    file = DataFile(file="a.csv", labels=None if structure is None else "s.lss")
    return read_table(Opened(raw=raw, name="a.csv", file=file, labels=structure))


def cells(found: Table, column: str) -> list[object]:
    return found.columns[column].cells().tolist()


def test_columns_of_its_own_have_roles_and_broken_off_interviews_are_counted() -> None:
    found = table(csv('"Q1";"interviewtime";"groupTime7";"Q1Time"', "a;61.5;60;1", "b;70;60;2", "c;80;1;3"))
    assert found.source.format == "limesurvey"
    roles = {name: about.role for name, about in found.about.items() if about.role}
    assert roles == {
        "id": "id", "submitdate": "complete", "lastpage": "metadata", "startlanguage": "metadata",
        "startdate": "started", "interviewtime": "seconds", "groupTime7": "metadata", "Q1Time": "metadata",
    }  # fmt: skip
    assert found.notes == ("1 of 3 interviews were not finished: submitdate is blank in them.",)


BRACKETS = {
    "Rate (1 to 5) [Price (net)]": ("Rate (1 to 5)", "Price (net)"),
    "Rate [1-5] [Price]": ("Rate [1-5]", "Price"),
    "Rate [Price [net]][Today]": ("Rate", "Price [net] – Today"),
    "Rate ]]] [": ("Rate ]]] [", None),
    "[Price]": ("[Price]", None),
    "Rate [": ("Rate [", None),
    "Rate )]": ("Rate )]", None),
}


@pytest.mark.parametrize("text", BRACKETS)
def test_what_stands_in_brackets_is_a_part(text: str) -> None:
    about = table(csv(f'"Q1[SQ001]. {text}"', "A1", own=WORDS)).about["Q1[SQ001]"]
    assert (about.wording, about.part) == BRACKETS[text]


def test_a_question_that_ends_in_time_is_no_timing() -> None:
    found = table(csv('"leadTime"', "5"))
    assert "leadTime" not in found.about


@pytest.mark.parametrize(
    ("own", "header", "name", "wording", "part"),
    [
        (OWN, '"Q1[SQ001]";"Q1[SQ002]"', "Q1[SQ001]", None, None),
        (WORDS, '"Q1[SQ001]. Which? [Red]";"Q1[SQ002]. Which? [Blue]"', "Q1[SQ001]", "Which?", "Red"),
        (WORDS.replace(". ", " - "), '"Q1[A] - Which? [Red]";"Q1[B] - Which? [Blue]"', "Q1[A]", "Which?", "Red"),
        (TEXTS, '"Which? [Red]";"Which? [Blue]"', "Which? [Red]", "Which?", "Red"),
        (OWN, '"Q1_SQ001";"Q1_SQ002"', "Q1_SQ001", None, None),
    ],
    ids=["codes", "codes and texts", "other separator", "texts", "codes of expressions"],
)  # fmt: skip
def test_headings(own: str, header: str, name: str, wording: str | None, part: str | None) -> None:
    found = table(csv(header, "Yes;No", "No;No", "N/A;N/A", own=own))
    about = found.about[name]
    assert (about.wording, about.part, about.kind, about.ticked) == (wording, part, "multiple", ("Yes",))
    assert about.missing == {"N/A": Reason.NOT_ASKED}
    others = [entry.question for entry in found.about.values() if entry.kind == "multiple"]
    assert others == [about.question] * 2


def test_dual_scales_numbers_of_an_array_and_html() -> None:
    header = '"Q1[SQ1][1]. <b>Rate</b>&nbsp;it [Price][Today]";"Q1[SQ1][2]. Rate it [Price][Then]"'
    found = table(csv(header, "A1;A2", own=WORDS))
    assert [found.about[name].part for name in ("Q1[SQ1][1]", "Q1[SQ1][2]")] == ["Price – Today", "Price – Then"]
    assert found.about["Q1[SQ1][1]"].wording == "Rate it"
    assert found.about["Q1[SQ1][1]"].kind is None


TICKS = {
    "Y and blank": ("Y;;", ";Y;", ";;", ("Y",), Reason.SKIPPED),
    "1 and 2, other beside": ("1;2;x", "2;1;", ";;", ("1",), Reason.NOT_ASKED),
    "Y and 2": ("Y;2;x", "2;Y;", ";;", ("Y",), Reason.NOT_ASKED),
    "full answers": ("Yes;No;", "No;Yes;", "N/A;N/A;", ("Yes",), Reason.SKIPPED),
    "full answers in German": ("Ja;Nein;", "Nein;Nein;", "N/A;N/A;", ("Ja",), Reason.SKIPPED),
    "full answers in Chinese": ("是;否;", "否;否;", "N/A;N/A;", ("是",), Reason.SKIPPED),
}


@pytest.mark.parametrize("name", TICKS)
def test_ticks(name: str) -> None:
    *rows, ticked, blank = TICKS[name]
    found = table(csv('"M[SQ001]";"M[SQ002]";"M[other]"', *map(str, rows)))
    for option in "M[SQ001]", "M[SQ002]":
        assert (found.about[option].kind, found.about[option].ticked) == ("multiple", ticked)
        assert found.about[option].blank == blank
    assert (found.about["M[other]"].kind, found.about["M[other]"].role) == ("text", "free_text")


@pytest.mark.parametrize("rows", [("1;2", "2;1"), ("Yes;No", "No;No"), ("1;", ";1")])
def test_what_may_be_ticks_or_a_scale_is_said(rows: tuple[str, ...]) -> None:
    found = table(csv('"G[SQ001]";"G[SQ002]"', *rows))
    assert found.about["G[SQ001]"].kind is None
    assert any(note.startswith("G: the cells do not tell whether options were ticked") for note in found.notes)


@pytest.mark.parametrize(
    "rows", [("Yes;No", ";Uncertain", "No;"), ("Yes;", "No;Yes"), ("A1;A2", "A3;A1"), ("3;2", "1;5")]
)
def test_grids_are_not_taken_for_ticks(rows: tuple[str, ...]) -> None:
    found = table(csv('"G[SQ001]";"G[SQ002]"', *rows))
    assert (found.about["G[SQ001]"].kind, found.about["G[SQ001]"].missing) == (None, {})
    assert len(found.notes) == (len(rows) == 3)


def test_not_applicable_among_labels_is_an_answer() -> None:
    found = table(csv('"Q1";"Q2"', "N/A;N/A", "Good;Yes", ";No"))
    assert "Q1" not in found.about
    assert found.about["Q2"].missing == {"N/A": Reason.NOT_ASKED}


def test_rankings() -> None:
    found = table(csv('"R[1]";"R[2]";"R[3]";"K[1]";"K[2]"', "A1;A3;;5;5", "A3;A1;A2;7;1"))
    assert [found.about[f"R[{rank}]"].kind for rank in (1, 2, 3)] == ["ranking"] * 3
    assert found.about["K[1]"].kind is None


def test_masked_formulas_are_unmasked() -> None:
    assert cells(table(csv('"Q1"', "'=1+1", "'tis", "x")), "Q1") == ["=1+1", "'tis", "x"]


VV = "\t".join
VV_ROWS = [
    VV(["Response ID", "Date submitted", "Last page", "Language", "Which? (Red)", "Which? (Blue)", "Why?"]),
    VV(["id", "submitdate", "lastpage", "startlanguage", "M_SQ001", "M_SQ002", "Q2"]),
    VV(["1", "2026-03-02 10:00:00", "3", "en", "Y", "", "a{newline}b{tab}c{cr}{lbrace}newline}"]),
    VV(
        ["2", "{question_not_shown}", "1", "en", "{question_not_shown}", "{question_not_shown}", "{question_not_shown}"]
    ),
    VV(["3", "2026-03-02 11:00:00", "3", "en", "", "", "{quote}so{quote}"]),
]


def test_vv() -> None:
    found = table(("\ufeff" + "\n".join(VV_ROWS) + "\n").encode())
    assert (found.source.rows, found.source.delimiter, list(found.lines)) == (3, "\t", [3, 4, 5])
    assert cells(found, "submitdate") == ["2026-03-02 10:00:00", None, "2026-03-02 11:00:00"]
    assert cells(found, "Q2") == ["a\nb\tc\r{newline}", "{question_not_shown}", '"so"']
    about = found.about["M_SQ001"]
    assert (about.kind, about.ticked, about.part, about.wording) == ("multiple", ("Y",), "Red", "Which?")
    assert (about.blank, dict(about.missing)) == (Reason.SKIPPED, {"{question_not_shown}": Reason.NOT_ASKED})
    assert found.about["Q2"].missing == {"{question_not_shown}": Reason.NOT_ASKED}


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8, 0.95])
def test_truncated_files_are_read_or_refused_in_a_sentence(share: float) -> None:
    raw = csv('"Q1";"M[SQ001]";"M[SQ002]"', "A1;Y;", "A2;;Y", "A3;Y;Y")
    try:
        found: Table | list[str] = limesurvey.read(
            Opened(raw=raw[: int(len(raw) * share)], name="a.csv", file=DataFile(file="a.csv"))
        )
    except DataError as error:
        found = error.lines()
    assert isinstance(found, Table) or len(found) == 1


def test_a_draft_counts_an_interview_as_finished_where_it_was_submitted(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(csv('"s1";"s2"', *(f"{i % 5 + 1};{i * 2 % 5 + 1}" for i in range(30))))
    study = load(draft(tmp_path / "a.csv", tmp_path / "study.yaml"))
    complete = study.definition.respondent.complete
    assert complete is not None
    assert (complete.column, complete.equals) == ("submitdate", ())
    assert int(read(study).complete.sum()) == 20


def test_a_workbook_holds_the_same() -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book, buffer = openpyxl.Workbook(), io.BytesIO()
    for row in ["id", "submitdate", "lastpage", "Q1", "M[SQ001]", "M[SQ002]"], [1, "2026-03-02", 3, 4, "Y", None]:
        book.active.append(row)
    book.save(buffer)
    found = table(buffer.getvalue())
    assert (found.source.format, found.about["M[SQ002]"].ticked) == ("limesurvey", ("Y",))
    assert cells(found, "Q1") == [4]
