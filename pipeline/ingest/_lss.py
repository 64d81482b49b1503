"""LimeSurvey's structure files (.lss, queXML): the questions behind the columns, by every name an export gives them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from xml.etree.ElementTree import Element

from pipeline.errors import DataError
from pipeline.ingest._headings import clean
from pipeline.ingest._table import fail
from pipeline.ingest._xml import parse
from pipeline.responses import Kind

KINDS: dict[str, Kind] = {
    **dict.fromkeys("L!OGYI", "single"),
    **dict.fromkeys("ABCEFH1", "grid"),
    **dict.fromkeys("MP", "multiple"),
    **dict.fromkeys("NK:", "number"),
    **dict.fromkeys("TUSQ;|", "text"),
    "5": "scale",
    "R": "ranking",
    "D": "date",
}
FIXED = {
    "Y": {"Y": "Yes", "N": "No"},
    "G": {"F": "Female", "M": "Male"},
    "C": {"Y": "Yes", "U": "Uncertain", "N": "No"},
    "E": {"I": "Increase", "S": "Same", "D": "Decrease"},
}
"""Answers of the types that have no list of their own."""
ORDERED = "5ABE"
OTHER = "-oth-"
ARCHIVE = b"PK"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """What the structure says of one column. type: LimeSurvey's letter, '' where the file does not tell it."""

    question: str
    wording: str
    kind: Kind | None
    part: str | None = None
    type: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    mandatory: bool = False


def structure(raw: bytes, name: str) -> dict[str, Column]:
    """Columns by the names of a CSV ('Q1[SQ001]'), of a VV file ('Q1_SQ001') and of the database ('1X2X3SQ001').

    Raises DataError for what is no structure of a survey.
    """
    if raw.startswith(ARCHIVE):
        raise fail(name, "is an archive (.lsa); unpack it and name the .lss file inside it.")
    root = parse(raw, name)
    if root.tag == "document" and root.findtext("LimeSurveyDocType") == "Survey":
        return _Survey(root).columns()
    if root.tag == "questionnaire":
        return dict(_from_quexml(root))
    raise _no_structure(name)


def _no_structure(name: str) -> DataError:
    return fail(name, "is XML, but no structure of a LimeSurvey survey; export it again as .lss.")


class _Survey:
    """An .lss: tables of the database as rows of named cells, texts in tables of their own since version 4."""

    def __init__(self, root: Element) -> None:
        self._root = root
        survey = next(iter(self._rows("surveys")), {})
        self._language = survey.get("language") or root.findtext("languages/language") or ""
        self._sid = survey.get("sid", "")
        self._texts = {row.get("qid", ""): row.get("question", "") for row in self._own("question_l10ns")}
        self._answer_texts = {row.get("aid", ""): row.get("answer", "") for row in self._own("answer_l10ns")}
        self._other = {
            row.get("qid", ""): clean(row.get("value", ""))
            for row in self._own("question_attributes")
            if row.get("attribute") == "other_replace_text" and row.get("value")
        }

        self._answer_rows = self._by("answers", "qid", "sortorder")
        self._parts = self._by("subquestions", "parent_qid", "question_order")

    def columns(self) -> dict[str, Column]:
        found: dict[str, Column] = {}
        for question in self._rows_named("questions"):
            for aid, scale, column in self._of(question):
                found |= dict.fromkeys(self._names(question, aid, scale), column)
        return found

    def _rows(self, table: str) -> Iterator[dict[str, str]]:
        for row in self._root.iterfind(f"{table}/rows/row"):
            yield {cell.tag: (cell.text or "").strip() for cell in row}

    def _own(self, table: str) -> Iterator[dict[str, str]]:
        """Rows in the language of the survey, or in none."""
        return (row for row in self._rows(table) if row.get("language", "") in ("", self._language))

    def _rows_named(self, table: str) -> Iterator[dict[str, str]]:
        return (row for row in self._own(table) if row.get("qid") and (table == "answers" or row.get("title")))

    def _by(self, table: str, key: str, order: str) -> dict[tuple[str, str], list[dict[str, str]]]:
        """Rows of a table by the question, and the axis of it, to which they belong; in order."""
        found: dict[tuple[str, str], list[dict[str, str]]] = {}
        for row in sorted(self._rows_named(table), key=lambda row: number(row, order)):
            found.setdefault((row.get(key, ""), row.get("scale_id", "0")), []).append(row)
        return found

    def _text(self, row: Mapping[str, str]) -> str:
        return clean(row.get("question") or self._texts.get(row["qid"], ""))

    def _subquestions(self, question: Mapping[str, str], scale: str) -> list[tuple[str, str]]:
        """Code and text of the subquestions on one axis, in order."""
        return [(row["title"], self._text(row)) for row in self._parts.get((question["qid"], scale), [])]

    def _answers(self, question: Mapping[str, str], scale: str = "0") -> dict[str, str]:
        found = {
            row.get("code", ""): clean(row.get("answer") or self._answer_texts.get(row.get("aid", ""), ""))
            for row in self._answer_rows.get((question["qid"], scale), [])
        }
        letter = question.get("type", "")
        if question.get("other") == "Y" and letter in ("L", "!"):
            found[OTHER] = self._other.get(question["qid"], "Other")
        return found or dict(FIXED.get(letter, {}))

    def _of(self, question: Mapping[str, str]) -> Iterator[tuple[str, int | None, Column]]:
        """Code of the subquestion, number of the scale where there are two, and the column, for each column."""
        letter = question.get("type", "")[:1] or "X"
        base = Column(
            question=question["title"],
            wording=self._text(question),
            kind=KINDS.get(letter),
            type=letter,
            labels=self._answers(question),
            mandatory=question.get("mandatory") in ("Y", "S"),
        )
        other = self._other.get(question["qid"], "Other") if question.get("other") == "Y" else None
        yield from _expanded(base, self._subquestions(question, "0"), self._subquestions(question, "1"),
                             self._answers(question, "1"), other)  # fmt: skip

    def _names(self, question: Mapping[str, str], aid: str, scale: int | None) -> list[str]:
        code, gid, qid = question["title"], question.get("gid", ""), question["qid"]
        brackets, low = (f"[{aid}]", f"_{aid}") if aid else ("", "")
        if scale is None:
            return [f"{code}{brackets}", f"{code}{low}", f"{self._sid}X{gid}X{qid}{aid}"]
        return [f"{code}{brackets}[{scale + 1}]", f"{code}{low}_{scale}", f"{self._sid}X{gid}X{qid}{aid}#{scale}"]


def _expanded(
    base: Column,
    rows: list[tuple[str, str]],
    across: list[tuple[str, str]],
    second: Mapping[str, str],
    other: str | None,
) -> Iterator[tuple[str, int | None, Column]]:
    """The columns that LimeSurvey writes for a question of this type."""
    letter, text = base.type, replace(base, kind="text", labels={}, mandatory=False)
    for aid, part in rows if letter in "ABCEFHKQMP1" else ():
        yield from _row(base, text, aid, part, second)
    for aid, part in rows if letter in ":;" else ():
        for over, above in across:
            yield f"{aid}_{over}", None, replace(base, part=f"{part} – {above}")
    for rank in range(1, len(base.labels) + 1) if letter == "R" else ():
        yield str(rank), None, replace(base, part=f"Rank {rank}")
    if letter not in "ABCEFHKQMP1:;RX":
        yield "", None, base
    if letter == "O":
        yield "comment", None, replace(text, part="comment")
    if other is not None and letter in "L!MP":
        yield "other", None, replace(text, part=other)
    if other is not None and letter == "P":
        yield "othercomment", None, replace(text, part=f"{other} – comment")


def _row(
    base: Column, text: Column, aid: str, part: str, second: Mapping[str, str]
) -> Iterator[tuple[str, int | None, Column]]:
    if base.type == "1":
        yield aid, 0, replace(base, part=part)
        yield aid, 1, replace(base, part=part, labels=second)
        return
    yield aid, None, replace(base, part=part)
    if base.type == "P":
        yield f"{aid}comment", None, replace(text, part=f"{part} – comment")


def number(row: Mapping[str, str], key: str) -> int:
    cell = row.get(key, "")
    return int(cell) if cell.isdecimal() else 0


def _from_quexml(root: Element) -> Iterator[tuple[str, Column]]:
    """Columns of a queXML file: it knows no types, but what can be ticked has an answer of its own."""
    for question in root.iter("question"):
        wording = clean(question.findtext("text") or "")
        rows = {row.get("varName", ""): clean(row.findtext("text") or "") for row in question.findall("subQuestion")}
        for response in question.findall("response"):
            name = response.get("varName", "")
            labels = {
                category.findtext("value") or "": clean(category.findtext("label") or "")
                for category in response.iterfind("fixed/category")
            }
            base = Column(question=name.partition("_")[0], wording=wording, kind="single", labels=labels)
            for code, column in _of_response(base, name, rows, response):
                yield from dict.fromkeys((code, _bracketed(code)), column).items()
            for extra in response.iter("contingentQuestion"):
                other = f"{base.question}[other]"
                part = clean(extra.findtext("text") or "") or None
                yield from dict.fromkeys(
                    (other, f"{base.question}_other"), replace(base, kind="text", part=part, labels={})
                ).items()


def _of_response(base: Column, name: str, rows: Mapping[str, str], response: Element) -> Iterator[tuple[str, Column]]:
    free = response.findtext("free/format")
    kinds: dict[str, Kind] = {"date": "date", "integer": "number", "numeric": "number"}
    kind: Kind = "grid" if rows and not free else kinds.get(free, "text") if free else "single"
    ticks = list(base.labels) == ["Y"] and "_" in name
    if ticks:
        yield name, replace(base, kind="multiple", type="M", part=base.labels["Y"], labels={})
    elif rows:
        for code, part in rows.items():
            yield code, replace(base, question=code.partition("_")[0], kind=kind, part=part)
    else:
        yield name, replace(base, kind=kind)


def _bracketed(code: str) -> str:
    question, low, part = code.partition("_")
    return f"{question}[{part}]" if low else code
