"""How long the interview takes, roughly: reading plus answering. A pilot with a watch is always better."""

from __future__ import annotations

import math

from pipeline.instrument.asked import Asked, answers, parts
from pipeline.instrument.reading import Instrument
from pipeline.specs import Label

WORDS_A_SECOND = 4.0
SIGNS_A_SECOND = 6.0
"""Silent reading of English words and of Chinese characters, rather slow: a form is read with care."""
ANSWERING = {
    "rating": 3.0,
    "attention": 3.0,
    "grid": 2.5,
    "single": 3.0,
    "multiple": 2.0,
    "number": 5.0,
    "price": 8.0,
    "text": 30.0,
    "date": 6.0,
}
"""Seconds to choose or to write, for each column."""


def minutes(instrument: Instrument, language: str) -> int:
    """Whole minutes, of somebody who is asked everything; 1 at least."""
    seconds = _reading(instrument, instrument.definition.intro, language)
    for part in parts(instrument):
        seconds += _reading(instrument, part.section.title, language) + _reading(
            instrument, part.section.text, language
        )
        seconds += sum(_seconds(instrument, asked, language) for asked in part.asked)
    return max(1, math.ceil(seconds / 60))


def _seconds(instrument: Instrument, asked: Asked, language: str) -> float:
    question = asked.question
    read = [question.wording, question.help, *(item.wording for item in question.items.values())]
    read += list(answers(instrument, question).values()) if question.type in ("single", "multiple") else []
    reading = sum(_reading(instrument, text, language) for text in read)
    return reading + ANSWERING[question.type] * len(asked.columns)


def _reading(instrument: Instrument, label: Label | None, language: str) -> float:
    text = "" if label is None else instrument.text(label, language)
    return len(text) / SIGNS_A_SECOND if language == "zh" else len(text.split()) / WORDS_A_SECOND
