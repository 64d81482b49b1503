"""LimeSurvey: headings of every kind, ticks in every spelling, VV files, structures. Every sample is our own."""

from __future__ import annotations

from collections.abc import Callable
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


def rows(table: str, *entries: dict[str, object]) -> str:
    inner = "".join(
        "<row>" + "".join(f"<{key}><![CDATA[{value}]]></{key}>" for key, value in entry.items()) + "</row>"
        for entry in entries
    )
    return f"<{table}><rows>{inner}</rows></{table}>"


def question(qid: int, letter: str, title: str, text: str, **more: object) -> dict[str, object]:
    return {"qid": qid, "type": letter, "title": title, "question": text, "language": "en", "gid": 7, **more}


def answer(qid: int, code: str, text: str, order: int, scale: int = 0) -> dict[str, object]:
    return {"qid": qid, "code": code, "answer": text, "sortorder": order, "language": "en", "scale_id": scale}


def lss(*tables: str, language: str = "en") -> bytes:
    survey = rows("surveys", {"sid": 5, "language": language})
    return (
        "<document><LimeSurveyDocType>Survey</LimeSurveyDocType>" + survey + "".join(tables) + "</document>"
    ).encode()


STRUCTURE = lss(
    rows(
        "questions",
        question(1, "L", "Q1", "<p>How <b>good</b>?</p>", mandatory="Y", other="Y"),
        question(1, "L", "Q1", "Wie gut?") | {"language": "de"},
        question(2, "M", "M", "Which?", other="Y"),
        question(3, "F", "G", "Rate"),
        question(4, "1", "D", "Both"),
        question(5, "R", "R", "Order"),
        question(6, "T", "T", "Why?"),
        question(7, "N", "N", "How old?"),
        question(8, ":", "A", "How many?"),
        question(9, "P", "P", "With words"),
        question(10, "Y", "Y", "Really?"),
        question(11, "B", "B", "Ten points"),
    ),
    rows(
        "subquestions",
        *(question(20 + i, "T", f"SQ00{i}", text, parent_qid=2, question_order=3 - i)
          for i, text in enumerate(("Red", "Blue"), 1)),
        *(question(30 + qid, "T", "SQ001", "Price", parent_qid=qid, scale_id=0) for qid in (3, 4, 8, 9, 11)),
        question(50, "T", "X1", "Shops", parent_qid=8, scale_id=1),
    ),
    rows(
        "answers",
        *(answer(qid, f"A{i}", text, 3 - i) for qid in (1, 3, 5) for i, text in enumerate(("Bad", "Good"), 1)),
        answer(1, "A1", "Schlecht", 1) | {"language": "de"},
        answer(4, "A1", "First", 1), answer(4, "A1", "Second", 1, 1),
    ),
)  # fmt: skip
HEADER = ('"Q1";"Q1[other]";"M[SQ001]";"M[SQ002]";"M[other]";"G[SQ001]";"D[SQ001][1]";"D[SQ001][2]";"R[1]";"R[2]";'
          '"T";"N";"A[SQ001_X1]";"P[SQ001]";"P[SQ001comment]";"Y";"B[SQ001]"')  # fmt: skip
CODES = ("A2;;1;2;;A1;A1;A1;A2;A1;words;34;3;Y;words;Y;7", "-oth-;mine;;;;;;;;;;;;;;;")


def test_a_structure_names_kinds_wordings_parts_and_labels() -> None:
    found = table(csv(HEADER, *CODES), STRUCTURE).about
    kinds = {name: about.kind for name, about in found.items() if about.kind and about.role in (None, "free_text")}
    assert kinds == {
        "Q1": "single", "Q1[other]": "text", "M[SQ001]": "multiple", "M[SQ002]": "multiple", "M[other]": "text",
        "G[SQ001]": "grid", "D[SQ001][1]": "grid", "D[SQ001][2]": "grid", "R[1]": "ranking", "R[2]": "ranking",
        "T": "text", "N": "number", "A[SQ001_X1]": "number", "P[SQ001]": "multiple", "P[SQ001comment]": "text",
        "Y": "single", "B[SQ001]": "grid",
    }  # fmt: skip
    assert (found["Q1"].wording, found["Q1"].blank) == ("How good?", Reason.NOT_ASKED)
    assert list(found["Q1"].labels.items()) == [("A2", "Good"), ("A1", "Bad"), ("-oth-", "Other")]
    assert list(found["M[SQ001]"].ticked) == ["1"]
    assert (found["M[SQ001]"].part, found["M[SQ001]"].blank) == ("Red", Reason.NOT_ASKED)
    assert [dict(found[f"D[SQ001][{scale}]"].labels) for scale in (1, 2)] == [{"A1": "First"}, {"A1": "Second"}]
    assert found["A[SQ001_X1]"].part == "Price – Shops"
    assert (found["B[SQ001]"].measure, found["T"].role, found["P[SQ001]"].ticked) == ("ordinal", "free_text", ("Y",))
    assert dict(found["Y"].labels) == {"Y": "Yes", "N": "No"}


def test_full_answers_are_their_own_labels_in_the_order_of_the_structure() -> None:
    found = table(csv('"Q1";"G[SQ001]"', "Good;Bad", ";Good"), STRUCTURE).about
    assert dict(found["G[SQ001]"].labels) == {"Good": "Good", "Bad": "Bad"}
    assert set(found["Q1"].labels) == {"Good", "Bad", "Other"}


@pytest.mark.parametrize(("name", "header"), [("M_SQ001", '"M_SQ001";"D_SQ001_1"'), ("5X7X2SQ001", '"5X7X2SQ001"')])
def test_a_structure_knows_the_names_of_vv_files(name: str, header: str) -> None:
    found = table(csv(header, ";".join("Y" for _ in header.split(";"))), STRUCTURE).about
    assert (found[name].kind, found[name].part) == ("multiple", "Red")


def test_a_structure_of_version_4_keeps_its_texts_apart() -> None:
    texts = {"de": ("Wie gut?", "Gut", "Schlecht"), "en": ("How good?", "Good", "Bad")}
    raw = lss(
        rows("questions", {"qid": 1, "type": "L", "title": "Q1", "gid": 7}),
        rows("question_l10ns", *({"qid": 1, "question": text, "language": code} for code, (text, *_) in texts.items())),
        rows("answers", *({"aid": aid, "qid": 1, "code": f"A{10 - aid}", "sortorder": aid} for aid in (8, 9))),
        rows("answer_l10ns", *({"aid": 9, "answer": good, "language": code} for code, (_, good, _) in texts.items()),
             *({"aid": 8, "answer": bad, "language": code} for code, (_, _, bad) in texts.items())),
        language="de",
    )  # fmt: skip
    about = table(csv('"Q1"', "A1"), raw).about["Q1"]
    assert (about.wording, list(about.labels.items())) == ("Wie gut?", [("A2", "Schlecht"), ("A1", "Gut")])


QUEXML = """<questionnaire id="1"><section id="1">
<question><text>&lt;p&gt;How good?&lt;/p&gt;</text><response varName="Q1"><fixed>
<category><label>Good</label><value>A1</value></category><category><label>Bad</label><value>A2</value></category>
<category><label>Other</label><value>-oth-</value><contingentQuestion varName="Q1other"><text>Which?</text>
</contingentQuestion>
</category></fixed></response></question>
<question><text>Which?</text><response varName="M_SQ001"><fixed><category><label>Red</label><value>Y</value></category>
</fixed></response></question>
<question><text>Rate</text><subQuestion varName="G_SQ001"><text>Price</text></subQuestion><response varName="G"><fixed>
<category><label>Good</label><value>A1</value></category></fixed></response></question>
<question><text>When?</text><response varName="W"><free><format>date</format></free></response></question>
</section></questionnaire>"""


def test_quexml() -> None:
    found = table(csv('"Q1";"Q1[other]";"M[SQ001]";"G[SQ001]";"W"', "A1;;Y;A1;2026-01-01"), QUEXML.encode()).about
    assert [found[name].kind for name in ("Q1", "Q1[other]", "M[SQ001]", "G[SQ001]", "W")] == [
        "single", "text", "multiple", "grid", "date",
    ]  # fmt: skip
    assert (found["G[SQ001]"].part, found["M[SQ001]"].part, found["Q1"].wording) == ("Price", "Red", "How good?")


REFUSED = {
    "of another survey": (lss(rows("questions", question(1, "L", "Z9", "?"))), "describes none of the columns"),
    "no structure": (b"<document><LimeSurveyDocType>Label set</LimeSurveyDocType></document>", "no structure of"),
    "other XML": (b"<sss/>", "no structure of"),
    "archive": (b"PK\x03\x04", "is an archive"),
    "entities": (b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:secret.txt">]><a>&x;</a>', "never read"),
    "empty": (b"", "is empty"),
    "cut": (STRUCTURE[:500], "is not valid XML"),
    "no XML": (b"id;x", "is not valid XML"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_labels_that_are_refused(name: str) -> None:
    raw, message = REFUSED[name]
    with pytest.raises(DataError, match=message) as refusal:
        table(csv('"Q1"', "A1"), raw)
    (line,) = refusal.value.lines()
    assert line.startswith("s.lss: ")


def test_odd_rows_of_a_structure_are_passed_over() -> None:
    raw = lss(rows("questions", {"title": "Q9"}, {"qid": 1}, {"qid": 2, "title": "Q2"}, question(1, "L", "Q1", "?")),
              rows("answers", {"qid": 1}, {"code": "A1"}), rows("subquestions", {"qid": 3}))  # fmt: skip
    assert table(csv('"Q1"', "A1"), raw).about["Q1"].kind == "single"


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8, 0.95])
def test_truncated_files_are_read_or_refused_in_a_sentence(share: float) -> None:
    raw = csv(HEADER, *CODES)
    try:
        found: Table | list[str] = limesurvey.read(
            Opened(raw=raw[: int(len(raw) * share)], name="a.csv", file=DataFile(file="a.csv"))
        )
    except DataError as error:
        found = error.lines()
    assert isinstance(found, Table) or len(found) == 1


def test_a_study_on_codes_and_a_structure(study_folder: Callable[..., Path]) -> None:
    answers = [
        f"A{i % 2 + 1};;{'Y' if i % 3 else ''};{'Y' if i % 2 else ''};;{i % 5 + 1};{(i * 3) % 5 + 1}" for i in range(12)
    ]
    text = csv('"Q1";"Q1[other]";"M[SQ001]";"M[SQ002]";"M[other]";"s1";"s2"', *answers)
    folder = study_folder(
        text=text,
        data={"file": "answers.csv", "labels": "s.lss"},
        scales={"five": {"points": 5}},
        constructs={"a": ["s1"], "b": ["s2"]},
        model={"outcome": "b"},
        respondent={"id": "id", "complete": {"column": "submitdate"}},
        variables={"colour": {"type": "multiple", "columns": ["M[SQ001]", "M[SQ002]"]}, "good": {"column": "Q1"}},
    )
    (folder / "s.lss").write_bytes(STRUCTURE)
    responses = read(load(folder))
    assert (len(responses.items), int(responses.complete.sum())) == (12, 8)
    chosen = responses.choices["colour"]
    assert list(chosen.columns) == ["M[SQ001]", "M[SQ002]"]
    assert chosen.sum().tolist() == [8, 6]
    assert int(chosen.isna().all(axis=1).sum()) == 2


def test_a_draft_counts_an_interview_as_finished_where_it_was_submitted(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(csv('"s1";"s2"', *(f"{i % 5 + 1};{i * 2 % 5 + 1}" for i in range(30))))
    study = load(draft(tmp_path / "a.csv", tmp_path / "study.yaml"))
    complete = study.definition.respondent.complete
    assert complete is not None
    assert (complete.column, complete.equals) == ("submitdate", ())
    assert int(read(study).complete.sum()) == 20
