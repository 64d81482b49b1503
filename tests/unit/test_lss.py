"""The structure files of LimeSurvey: what they say of the columns of an export. Every sample is our own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.errors import DataError
from pipeline.ingest import Opened, read, read_table
from pipeline.responses import Reason, Table
from pipeline.specs import DataFile
from pipeline.study import load

OWN = "id;submitdate;lastpage;startlanguage"


def csv(header: str, *answers: str) -> bytes:
    """An export; two rows in three are finished."""
    lines = [f"{i};{'' if i % 3 == 0 else '2026-03-02 10:00:00'};1;en;{row}" for i, row in enumerate(answers, start=1)]
    return "\r\n".join([f"{OWN};{header}", *lines]).encode()


def table(raw: bytes, structure: bytes | None = None) -> Table:
    file = DataFile(file="a.csv", labels=None if structure is None else "s.lss")
    return read_table(Opened(raw=raw, name="a.csv", file=file, labels=structure))


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
