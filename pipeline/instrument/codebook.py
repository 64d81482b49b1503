"""codebook.csv: what each column of the data is, and where each platform has it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from pipeline.instrument.asked import Asked, Column, Condition, answers, parts
from pipeline.instrument.codes import answer_codes, heading
from pipeline.instrument.layout import routes
from pipeline.instrument.reading import Instrument
from pipeline.instrument.words import one_line
from pipeline.report.publish import safe_cell
from pipeline.specs import Label

FIXED = ("column", "question", "number", "type", "construct", "scale", "source", "limesurvey")
SPOKEN = ("wording", "codes", "asked_if")


def code_book(instrument: Instrument) -> bytes:
    """A row a column: names, then wording, codes and routing in every language."""
    head = [*FIXED, *(f"{key}_{language}" for language in instrument.languages for key in SPOKEN)]
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(head)
    for row in _rows(instrument):
        writer.writerow([safe_cell(cell) for cell in row])
    return stream.getvalue().encode("utf-8-sig")


def _rows(instrument: Instrument) -> Iterator[list[str]]:
    for name, added in instrument.definition.columns.items():
        spoken = []
        for language in instrument.languages:
            labels = [f"{code} = {_said(instrument, text, language)}" for code, text in added.options.items()]
            spoken += [_said(instrument, added.label or name, language), "; ".join(labels), ""]
        yield [name, "", "", added.role, "", "", "", "", *spoken]
    for part in parts(instrument):
        for asked in part.asked:
            for column in asked.columns:
                yield [*_named(asked, column), *_spoken(instrument, asked, column, (*part.route, *asked.route))]


def _named(asked: Asked, column: Column) -> list[str]:
    question = asked.question
    item = question.items.get(column.part or "")
    construct = (item.measures if item else None) or question.measures or ""
    texts = [column.name, question.id, str(asked.number), question.type, construct, question.scale or ""]
    return [*texts, one_line(question.source or ""), heading(asked, column)]


def _spoken(instrument: Instrument, asked: Asked, column: Column, route: tuple[Condition, ...]) -> list[str]:
    """Wording, codes and routing in every language."""
    found = []
    for language in instrument.languages:
        found += [_worded(instrument, asked, column, language), _codes(instrument, asked, language)]
        found.append(one_line(" ".join(routes(instrument, route, language))))
    return found


def _worded(instrument: Instrument, asked: Asked, column: Column, language: str) -> str:
    question = asked.question
    part = column.part or ""
    inner = question.items[part].wording if part in question.items else question.options.get(part)
    texts = [question.wording, *([inner] if column.part and inner is not None else [])]
    return " – ".join(_said(instrument, text, language, asked.level) for text in texts)


def _codes(instrument: Instrument, asked: Asked, language: str) -> str:
    """'1 = Strongly disagree; 2 = …', with LimeSurvey's code behind a slash where it is another."""
    if asked.question.type == "multiple":
        return "1"
    labels = answers(instrument, asked.question)
    short = answer_codes(labels)
    return "; ".join(
        f"{code}{'' if short[code] == code else f' / {short[code]}'} = {_said(instrument, text, language, asked.level)}"
        for code, text in labels.items()
    )


def _said(instrument: Instrument, label: Label, language: str, level: str | None = None) -> str:
    return one_line(instrument.text(label, language, level))
