"""limesurvey.lss: the structure of the questionnaire as LimeSurvey 4 to 6 imports it, in every language.

Texts are HTML there, and braces are formulas: both are written so that they are printed and never obeyed.
"""

from __future__ import annotations

import html
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from pipeline.instrument.asked import Asked, Column, Condition, Part, all_asked, answers, parts
from pipeline.instrument.codes import answer_codes, code_of, subcode_of
from pipeline.instrument.duration import minutes
from pipeline.instrument.reading import Instrument
from pipeline.instrument.specs import Question
from pipeline.instrument.words import printable, words
from pipeline.specs import Label

VERSION = "600"
LANGUAGE = {"en": "en", "zh": "zh-Hans"}
TYPES = {
    "rating": "L",
    "attention": "L",
    "single": "L",
    "grid": "F",
    "multiple": "M",
    "number": "N",
    "price": "N",
    "text": "T",
    "date": "D",
}
MANY = 12
"""Options from which a list is folded up."""
SURVEY = {
    "gsid": "1", "admin": "", "adminemail": "", "anonymized": "Y", "format": "G", "savetimings": "Y",
    "template": "inherit", "datestamp": "Y", "usecookie": "N", "allowregister": "N", "allowsave": "Y",
    "autoredirect": "N", "allowprev": "Y", "printanswers": "N", "ipaddr": "N", "refurl": "N", "publicstatistics": "N",
    "publicgraphs": "N", "listpublic": "N", "htmlemail": "Y", "sendconfirmation": "N",
    "tokenanswerspersistence": "N", "assessments": "N", "usecaptcha": "N", "showxquestions": "N",
    "showgroupinfo": "B", "shownoanswer": "Y", "showqnumcode": "N", "showwelcome": "Y", "showprogress": "Y",
    "questionindex": "0", "navigationdelay": "0", "nokeyboard": "N", "alloweditaftercompletion": "N",
}  # fmt: skip
QUESTION = {
    "preg": "", "other": "N", "encrypted": "N", "same_default": "0", "modulename": "", "same_script": "0",
}  # fmt: skip
THEMES = {
    "L": "listradio", "!": "list_dropdown", "F": "arrays/array", "M": "multiplechoice", "N": "numerical",
    "T": "longfreetext", "D": "date",
}  # fmt: skip
"""What LimeSurvey draws a question of the type with."""
Row = dict[str, str]


@dataclass(slots=True)
class _Tables:
    """Rows of LimeSurvey's tables, and the numbers given so far."""

    instrument: Instrument
    sid: str
    rows: dict[str, list[Row]] = field(default_factory=dict)
    last: int = 0

    def add(self, table: str, row: Row) -> None:
        self.rows.setdefault(table, []).append(row)

    def number(self) -> str:
        self.last += 1
        return str(self.last)

    def texts(self, label: Label | None, level: str | None) -> Iterator[tuple[str, str]]:
        """Language as LimeSurvey writes it, and the text as HTML."""
        for language in self.instrument.languages:
            text = "" if label is None else self.instrument.text(label, language, level)
            yield LANGUAGE[language], safe(text)


def structure(instrument: Instrument) -> bytes:
    """The file; the same questionnaire gives the same bytes."""
    tables = _Tables(instrument=instrument, sid=str(100_000 + zlib.crc32(instrument.name.encode()) % 900_000))
    _survey(tables)
    for position, part in enumerate(parts(instrument), start=1):
        _group(tables, part, position)
    root = Element("document")
    SubElement(root, "LimeSurveyDocType").text = "Survey"
    SubElement(root, "DBVersion").text = VERSION
    languages = SubElement(root, "languages")
    for language in instrument.languages:
        SubElement(languages, "language").text = LANGUAGE[language]
    for name in sorted(tables.rows):
        _table(root, name, tables.rows[name])
    indent(root, space=" ")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="utf-8") + b"\n"


def safe(text: str) -> str:
    """The text as HTML that shows it as it is, without anything that LimeSurvey would run."""
    escaped = html.escape(printable(text)).replace("{", "&#123;").replace("}", "&#125;")
    return escaped.replace("\n", "<br />")


def _table(root: Element, name: str, rows: Iterable[Mapping[str, str]]) -> None:
    listed = list(rows)
    table = SubElement(root, name)
    fields = SubElement(table, "fields")
    for key in dict.fromkeys(key for row in listed for key in row):
        SubElement(fields, "fieldname").text = key
    body = SubElement(table, "rows")
    for row in listed:
        cells = SubElement(body, "row")
        for key, value in row.items():
            SubElement(cells, key).text = value


def _survey(tables: _Tables) -> None:
    instrument = tables.instrument
    first, *others = [LANGUAGE[language] for language in instrument.languages]
    own = {"sid": tables.sid, "language": first, "additional_languages": " ".join(others)}
    tables.add("surveys", own | SURVEY)
    for language in instrument.languages:
        intro, outro = (instrument.text(text or "", language) for text in _around(instrument))
        lasts = words(language)("form.minutes", minutes=minutes(instrument, language))
        welcome = "\n".join(text for text in (intro, lasts) if text)
        tables.add("surveys_languagesettings", {
            "surveyls_survey_id": tables.sid,
            "surveyls_language": LANGUAGE[language],
            "surveyls_title": safe(instrument.text(instrument.definition.title, language)),
            "surveyls_description": "",
            "surveyls_welcometext": safe(welcome),
            "surveyls_endtext": safe(outro),
            "surveyls_dateformat": "6",
            "surveyls_numberformat": "0",
        })  # fmt: skip


def _around(instrument: Instrument) -> tuple[Label | None, Label | None]:
    return instrument.definition.intro, instrument.definition.outro


def _group(tables: _Tables, part: Part, position: int) -> None:
    gid = str(position)
    relevance = expression(tables.instrument, part.route)
    tables.add("groups", {
        "gid": gid, "sid": tables.sid, "group_order": gid, "randomization_group": "", "grelevance": relevance,
    })  # fmt: skip
    titles = tables.texts(part.section.title, part.level)
    abouts = tables.texts(part.section.text, part.level)
    for (language, title), (_, about) in zip(titles, abouts, strict=True):
        tables.add("group_l10ns", {"gid": gid, "group_name": title, "description": about, "language": language})
    for order, asked in enumerate(part.asked, start=1):
        _question(tables, asked, gid, order)


def _question(tables: _Tables, asked: Asked, gid: str, order: int) -> None:
    question, qid = asked.question, tables.number()
    row = {"qid": qid, "parent_qid": "0", "sid": tables.sid, "gid": gid, "type": _type(question)}
    row |= {"title": code_of(asked), "mandatory": "Y" if question.required else "N", "question_order": str(order)}
    row |= {"scale_id": "0", "relevance": expression(tables.instrument, asked.route) or "1"} | QUESTION
    row["question_theme_name"] = THEMES[row["type"]]
    tables.add("questions", row)
    _worded(tables, qid, question.wording, question.help, asked.level)
    for place, column in enumerate((column for column in asked.columns if column.part), start=1):
        part = {**row, "qid": tables.number(), "parent_qid": qid, "type": "T", "title": subcode_of(column)}
        part["question_theme_name"] = ""
        tables.add("subquestions", part | {"mandatory": "N", "question_order": str(place), "relevance": "1"})
        _worded(tables, part["qid"], _part(question, column), None, asked.level)
    if question.type != "multiple":
        _answers(tables, qid, question, asked.level)
    for attribute, value, language in _attributes(tables, asked):
        tables.add("question_attributes", {"qid": qid, "attribute": attribute, "value": value, "language": language})


def _type(question: Question) -> str:
    return "!" if question.type == "single" and len(question.options) > MANY else TYPES[question.type]


def _part(question: Question, column: Column) -> Label:
    part = column.part or ""
    return question.items[part].wording if question.type == "grid" else question.options[part]


def _worded(tables: _Tables, qid: str, wording: Label, note: Label | None, level: str | None) -> None:
    notes = tables.texts(note, level)
    for (language, text), (_, about) in zip(tables.texts(wording, level), notes, strict=True):
        tables.add(
            "question_l10ns",
            {"qid": qid, "question": text, "help": about, "script": "", "language": language},
        )


def _answers(tables: _Tables, qid: str, question: Question, level: str | None) -> None:
    """Answers with LimeSurvey's codes; the assessment value is the code where it is a number, else the position."""
    labels = answers(tables.instrument, question)
    for place, (code, short) in enumerate(answer_codes(labels).items(), start=1):
        aid = tables.number()
        value = code if code.isdecimal() else str(place)
        tables.add("answers", {
            "aid": aid, "qid": qid, "code": short, "sortorder": str(place), "assessment_value": value, "scale_id": "0",
        })  # fmt: skip
        for language, text in tables.texts(labels[code], level):
            tables.add("answer_l10ns", {"aid": aid, "answer": text, "language": language})


def _attributes(tables: _Tables, asked: Asked) -> Iterator[tuple[str, str, str]]:
    """Attribute, value, language ('' for all)."""
    question = asked.question
    if question.random:
        yield "random_order", "1", ""
    if question.range:
        low, high = question.range
        yield "min_num_value_n", f"{low:g}", ""
        yield "max_num_value_n", f"{high:g}", ""
        if low == int(low) and high == int(high):
            yield "num_value_int_only", "1", ""
    unit = question.unit or (tables.instrument.definition.study.currency if question.type == "price" else None)
    for language, text in tables.texts(unit, asked.level) if unit else ():
        yield "suffix", text, language


def expression(instrument: Instrument, route: Iterable[Condition]) -> str:
    """What must hold, in LimeSurvey's language; '' where nothing must."""
    return " and ".join(_condition(instrument, one) for one in route)


def _condition(instrument: Instrument, one: Condition) -> str:
    asked = next(a for a in all_asked(instrument) if a.question.id == one.question and a.level == one.level)
    code, short = code_of(asked), answer_codes(answers(instrument, asked.question))
    if asked.question.type == "multiple":
        parts = {column.part: subcode_of(column) for column in asked.columns}
        return "(" + " or ".join(f'{code}_{parts[wanted]}.NAOK == "Y"' for wanted in one.codes) + ")"
    return "(" + " or ".join(f'{code}.NAOK == "{short[wanted]}"' for wanted in one.codes) + ")"
