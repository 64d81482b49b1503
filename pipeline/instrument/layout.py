"""A form before it is drawn: sections and questions of one language as plain texts, the same for print and Word."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from pipeline.instrument.asked import Asked, Condition, all_asked, answers, parts
from pipeline.instrument.duration import minutes
from pipeline.instrument.reading import Instrument
from pipeline.instrument.words import printable, words
from pipeline.specs import Label

Kind = Literal["one", "several", "grid", "scale", "number", "text", "date"]
KINDS: dict[str, Kind] = {
    "rating": "scale",
    "attention": "scale",
    "grid": "grid",
    "single": "one",
    "multiple": "several",
    "number": "number",
    "price": "number",
    "text": "text",
    "date": "date",
}
WIDEST = 11
"""Points that fit beside each other; more stand below each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One question as it is printed. heads: answers of a scale or grid, or options; rows: statements of a grid."""

    number: int
    kind: Kind
    wording: str
    notes: tuple[str, ...]
    route: tuple[str, ...]
    heads: tuple[str, ...]
    rows: tuple[str, ...]
    unit: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One section as it is printed."""

    title: str
    text: str
    route: tuple[str, ...]
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A whole form in one language."""

    language: str
    title: str
    firm: str
    accent: str
    intro: str
    lasts: str
    how: str
    outro: str
    simulated: str
    sheets: tuple[Sheet, ...]


def form(instrument: Instrument, language: str) -> Form:
    """The form in one of its languages."""
    definition = instrument.definition
    speak = words(language)
    firm = definition.report.theme.firm
    return Form(
        language=language,
        title=_text(instrument, definition.title, language),
        firm=_text(instrument, firm, language) or "whybuy",
        accent=definition.report.theme.accent,
        intro=_text(instrument, definition.intro, language),
        lasts=speak("form.minutes", minutes=minutes(instrument, language)),
        how=speak("form.how"),
        outro=_text(instrument, definition.outro, language),
        simulated=speak("form.simulated") if definition.study.simulated else "",
        sheets=tuple(_sheets(instrument, language)),
    )


def _text(instrument: Instrument, label: Label | None, language: str, level: str | None = None) -> str:
    return "" if label is None else printable(instrument.text(label, language, level)).strip()


def _sheets(instrument: Instrument, language: str) -> Iterator[Sheet]:
    for part in parts(instrument):
        yield Sheet(
            title=_text(instrument, part.section.title, language, part.level),
            text=_text(instrument, part.section.text, language, part.level),
            route=tuple(routes(instrument, part.route, language)),
            blocks=tuple(_block(instrument, asked, language) for asked in part.asked),
        )


def _block(instrument: Instrument, asked: Asked, language: str) -> Block:
    question = asked.question
    heads = [_text(instrument, text, language, asked.level) for text in answers(instrument, question).values()]
    kind = KINDS[question.type]
    return Block(
        number=asked.number,
        kind="one" if kind == "scale" and len(heads) > WIDEST else kind,
        wording=_text(instrument, question.wording, language, asked.level),
        notes=tuple(_notes(instrument, asked, language)),
        route=tuple(routes(instrument, asked.route, language)),
        heads=tuple(heads),
        rows=tuple(_text(instrument, item.wording, language, asked.level) for item in question.items.values()),
        unit=_text(instrument, unit_of(instrument, asked), language),
        columns=tuple(column.name for column in asked.columns),
    )


def unit_of(instrument: Instrument, asked: Asked) -> Label | None:
    """What a number counts; of a price the currency."""
    currency = instrument.definition.study.currency if asked.question.type == "price" else None
    return asked.question.unit or currency


def _notes(instrument: Instrument, asked: Asked, language: str) -> Iterator[str]:
    """What the respondent is told beside the question."""
    question, speak = asked.question, words(language)
    if question.help:
        yield _text(instrument, question.help, language, asked.level)
    if question.type == "multiple":
        yield speak("form.tick_all")
    if question.type == "grid" and len(question.items) > 1:
        yield speak("form.tick_row")
    if question.range and question.type != "price":  # a range would be an anchor
        yield speak("form.range", low=question.range[0], high=question.range[1])
    if question.type == "date":
        yield speak("form.date")


def routes(instrument: Instrument, route: Iterable[Condition], language: str) -> Iterator[str]:
    """One sentence for each condition: who is asked."""
    speak = words(language)
    for one in route:
        earlier = next(a for a in all_asked(instrument) if a.question.id == one.question and a.level == one.level)
        labels = answers(instrument, earlier.question)
        chosen = [_text(instrument, labels[code], language, earlier.level) for code in one.codes]
        quoted = speak("form.or").join(speak("form.quoted", answer=answer) for answer in chosen)
        yield speak("form.route", answers=quoted, number=earlier.number)
