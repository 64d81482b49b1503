"""Typing: texts to answers, numbers and categories as the study declares them, with the reason beside every blank.

A cell that is neither an answer nor declared missing is a problem; nothing is guessed and nothing dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from pipeline.errors import Problem
from pipeline.ingest._cells import Cells, Sheet, decimals, folded, number, plain, shown
from pipeline.ingest._table import canonical
from pipeline.ingest._times import told
from pipeline.responses import Reason
from pipeline.specs import Label, Missing, Scale, Variable

SHORT = 6
DAY = 86_400
MONTH = "(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*"
DATE = re.compile(rf"\d{{4}}-\d\d-\d\d( 00:00:00)?|\d{{1,2}}[-. ]{MONTH}|{MONTH}[-. ]\d{{1,2}}|\d{{1,2}}月\d{{1,2}}日")
"""What a spreadsheet makes of an answer such as 3-5."""
MANGLED = (
    " It looks like a date that a spreadsheet made of an answer such as 3-5; restore the column from the original "
    "export, or declare the variable as type: date."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """One item or variable: (rows,) floats, NaN where there is none, or positions in `levels` (-1) if it has levels.

    reasons: (rows,) int8 `Reason` of each.
    """

    values: np.ndarray
    reasons: np.ndarray
    levels: tuple[str, ...] | None = None
    labels: Mapping[str, str] = field(default_factory=dict)


def reasons_of(missing: Missing) -> dict[str, Reason]:
    """Canonical text -> why it is no answer."""
    return {
        text: reason
        for reason, codes in (
            (Reason.SKIPPED, missing.skipped),
            (Reason.DECLINED, missing.declined),
            (Reason.NOT_ASKED, missing.not_asked),
        )
        for code in codes
        if (text := plain(canonical(code))) is not None
    }


def item(
    sheet: Sheet, cells: Cells, name: str, scale: Scale, missing: Mapping[str, Reason]
) -> tuple[Typed, list[Problem]]:
    """(rows,) answers on the scale, as presented (not reversed), and a problem for every text that is none."""
    worded = wording(scale)
    loosely = _loosely(worded)
    values = [worded.get(text, loosely.get(folded(text), number(text))) for text in cells.texts]
    possible = f"is not a whole number from {scale.low} to {scale.high} (scale {name})."
    advice = f"Map it under scales.{name}.codes or add it to missing."
    labels = cells.labels()
    wrong = {
        text: f"{shown(text)} {possible}{_called(labels, text)} {advice}{decimals(text)}{mangled(text)}"
        for text, value in zip(cells.texts, values, strict=True)
        if value is None or not scale.low <= value <= scale.high or value != int(value)
    }
    return _typed(sheet, cells, values, wrong, missing)


def _called(labels: Mapping[str, str], text: str) -> str:
    """' The file calls it "Don't know".' where the file has a label for the code."""
    label = labels.get(text, text)
    return "" if label == text else f" The file calls it {shown(label)}."


def mangled(text: str) -> str:
    return MANGLED if DATE.fullmatch(text) else ""


def _typed(
    sheet: Sheet, cells: Cells, values: Iterable[float | None], wrong: Mapping[str, str], missing: Mapping[str, Reason]
) -> tuple[Typed, list[Problem]]:
    """Numbers of the cells that are answers, and the problems of those that are wrong."""
    reasons = cells.reasons(missing)
    answered = reasons == Reason.ANSWERED
    found = cells.look_up([np.nan if value is None else value for value in values])
    held = set(cells.held(answered)) if wrong else set()
    present = {text: message for text, message in wrong.items() if text in held}
    typed = Typed(values=np.where(answered, found, np.nan), reasons=reasons)
    return typed, sheet.cell_problems(cells, present, answered)


def wording(scale: Scale) -> dict[str, int]:
    """Text -> value: the codes, and the wording of the points where it names one point only."""
    found: dict[str, int] = {}
    labels = scale.labels.values() if isinstance(scale.labels, dict) else [scale.labels or []]
    for texts in labels:
        for position, text in enumerate(texts):
            label = canonical(text)
            if label and number(label) is None and texts.count(text) == 1:
                found.setdefault(label, scale.low + position)
    return found | {known: value for code, value in scale.codes.items() if (known := plain(canonical(code)))}


def _loosely(worded: Mapping[str, int]) -> dict[str, int]:
    """Folded text -> value, where all texts that fold alike mean the same value."""
    values: dict[str, set[int]] = {}
    for text, value in worded.items():
        if number(text) is None:
            values.setdefault(folded(text), set()).add(value)
    return {text: min(found) for text, found in values.items() if len(found) == 1}


def numbers(
    sheet: Sheet, cells: Cells, name: str, variable: Variable, missing: Mapping[str, Reason]
) -> tuple[Typed, list[Problem]]:
    """(rows,) floats within the declared range."""
    low, high = variable.range or (-np.inf, np.inf)
    span = f"a number from {low:g} to {high:g}" if variable.range else "a number"
    advice = f"Correct it, add it to missing, or change variables.{name}."
    values = [number(text) for text in cells.texts]
    wrong = {
        text: f"{described(text)} is not {span}. {advice}{decimals(text)}"
        for text, value in zip(cells.texts, values, strict=True)
        if value is None or not low <= value <= high
    }
    return _typed(sheet, cells, values, wrong, missing)


def dates(
    sheet: Sheet, cells: Cells, name: str, variable: Variable, missing: Mapping[str, Reason]
) -> tuple[Typed, list[Problem]]:
    """(rows,) days since 1970-01-01."""
    del variable
    texts = cells.held(cells.reasons(missing) == Reason.ANSWERED)
    read, strange = told(texts)
    numbers = {text: "" for text in texts if number(text) is not None}
    advice = f"Write it as 2026-03-02, add it to missing, or change variables.{name}."
    wrong = {
        text: f"{described(text)} {message or 'is no date.'} {advice}" for text, message in (strange | numbers).items()
    }
    known = {text: value / DAY for text, value in zip(texts, read, strict=True) if value is not None}
    return _typed(sheet, cells, [known.get(text) for text in cells.texts], wrong, missing)


def category(
    sheet: Sheet, cells: Cells, name: str, variable: Variable, missing: Mapping[str, Reason]
) -> tuple[Typed, list[Problem]]:
    """(rows,) positions in the declared levels, else in those of the file's code book, else in those found, sorted."""
    reasons = cells.reasons(missing)
    answered = reasons == Reason.ANSWERED
    found = cells.held(answered)
    labels = cells.labels()
    levels = _levels(variable, labels, found)
    rank = {level: position for position, level in enumerate(levels)}
    rank |= _by_label(variable, labels, found, rank)
    strange = [text for text in found if text not in rank]
    if variable.other is not None:
        other = first_text(variable.other)
        levels = [*levels, other] if strange and other not in rank else levels
        rank |= dict.fromkeys(strange, levels.index(other) if strange else 0)
        strange = []
    wrong = {text: _unknown(text, name, levels) for text in strange}
    if not variable.codes and not wrong:
        wrong = {text: f"{described(text)} is a date.{MANGLED}" for text in found if DATE.fullmatch(text)}
    positions = cells.look_up([rank.get(text, -1) for text in cells.texts], -1).astype(np.int64)
    typed = Typed(values=np.where(answered, positions, -1), reasons=reasons, levels=tuple(levels), labels=labels)
    return typed, sheet.cell_problems(cells, wrong, answered)


def _by_label(
    variable: Variable, labels: Mapping[str, str], found: list[str], rank: Mapping[str, int]
) -> dict[str, int]:
    """Positions of texts that are no code, but the label of one in any language, or that the file labels like one.

    A label that is a number itself, or that two codes have, names none.
    """
    named: dict[str, set[str]] = {}
    for code, label in variable.codes.items():
        for text in label.values() if isinstance(label, dict) else [label]:
            if number(text) is None:
                named.setdefault(folded(text), set()).add(canonical(code) or code)
    spoken = {text: named.get(folded(labels.get(text, text)), set()) for text in found if text not in rank}
    return {text: rank[min(codes)] for text, codes in spoken.items() if len(codes) == 1}


def _levels(variable: Variable, labels: Mapping[str, str], found: list[str]) -> list[str]:
    """Levels in order; of a code book only those that somebody chose, for a level of nobody is no group."""
    if variable.codes:
        return [text for code in variable.codes if (text := canonical(code))]
    values = {text: number(text) for text in found}
    key: Any = values.__getitem__ if None not in values.values() else str
    return [
        *(code for code in labels if code in found),
        *sorted((text for text in found if text not in labels), key=key),
    ]


def _unknown(text: str, name: str, levels: list[str]) -> str:
    known = " or ".join(
        [", ".join(levels[:-1]), levels[-1]] if 1 < len(levels) <= 12 else [f"one of {len(levels)} codes"]
    )
    return (
        f"{described(text)} is not {known}. Add it under variables.{name}.codes, name what all others are with "
        f"variables.{name}.other, or add it to missing.{mangled(text)}"
    )


def first_text(label: Label) -> str:
    """The label in the first of its languages."""
    return label if isinstance(label, str) else next(iter(label.values()))


def described(text: str) -> str:
    """A short number as it is; anything else only by its length, for it may say who answered."""
    numeric = number(text.replace(",", ".")) is not None
    return f'"{text}"' if numeric and len(text) <= SHORT else f"a text of {len(text)} characters"


def series(typed: Typed) -> Any:
    """(rows,) column of Responses.variables: floats, or ordered categories."""
    if typed.levels is None:
        return typed.values
    return pd.Categorical.from_codes(typed.values, dtype=pd.CategoricalDtype(list(typed.levels), ordered=True))
