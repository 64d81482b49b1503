"""Typing: texts to answers, numbers and categories as the study declares them, with the reason beside every blank.

A cell that is neither an answer nor declared missing is a problem; nothing is guessed and nothing dropped.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pipeline.errors import Problem
from pipeline.ingest._cells import Cells, Sheet, decimals, folded, number, plain, shown
from pipeline.ingest._table import canonical
from pipeline.responses import Reason
from pipeline.specs import Missing, Scale, Variable

SHORT = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """One item: (rows,) floats, NaN where there is no answer, and the `Reason` of each."""

    values: np.ndarray
    reasons: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """One variable: (rows,) floats, or positions in `levels` (-1 where there is none) if it has levels."""

    values: np.ndarray
    levels: tuple[str, ...] | None = None


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
) -> tuple[Answers, list[Problem]]:
    """(rows,) answers on the scale, as presented (not reversed), and a problem for every text that is none."""
    worded = wording(scale)
    loosely = _loosely(worded)
    values, reasons, wrong = [], [], []
    for text in cells.texts:
        reason = missing.get(text, Reason.ANSWERED)
        value = worded.get(text, loosely.get(folded(text), number(text))) if reason is Reason.ANSWERED else None
        if reason is Reason.ANSWERED and (value is None or not scale.low <= value <= scale.high or value != int(value)):
            wrong.append(text)
        values.append(np.nan if value is None else value)
        reasons.append(reason)
    advice = f"Map it under scales.{name}.codes or add it to missing."
    possible = f"is not a whole number from {scale.low} to {scale.high} (scale {name}). {advice}"
    problems = sheet.cell_problems(cells, {text: f"{shown(text)} {possible}{decimals(text)}" for text in wrong})
    answers = Answers(values=cells.look_up(values), reasons=cells.look_up(reasons, Reason.SKIPPED).astype(np.int8))
    return answers, problems


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
    values, wrong = [], {}
    for text in cells.texts:
        value = None if text in missing else number(text)
        values.append(np.nan if value is None else value)
        if text not in missing and (value is None or not low <= value <= high):
            wrong[text] = f"{_described(text)} is not {span}. {advice}{decimals(text)}"
    return Typed(values=cells.look_up(values)), sheet.cell_problems(cells, wrong)


def category(
    sheet: Sheet, cells: Cells, name: str, variable: Variable, missing: Mapping[str, Reason]
) -> tuple[Typed, list[Problem]]:
    """(rows,) positions in the declared levels, or in those found, sorted (as numbers where all are)."""
    found = [text for text in cells.texts if text not in missing]
    if not variable.codes:
        values = {text: number(text) for text in found}
        key = values.__getitem__ if None not in values.values() else str
        found.sort(key=key)  # type: ignore[arg-type]
    levels = [text for code in variable.codes if (text := canonical(code))] or found
    rank = {level: position for position, level in enumerate(levels)}
    known = " or ".join(
        [", ".join(levels[:-1]), levels[-1]] if 1 < len(levels) <= 12 else [f"one of {len(levels)} codes"]
    )
    advice = f"Add it under variables.{name}.codes or to missing."
    wrong = {text: f"{_described(text)} is not {known}. {advice}" for text in found if text not in rank}
    positions = cells.look_up([rank.get(text, -1) if text not in missing else -1 for text in cells.texts], -1)
    return Typed(values=positions.astype(np.int64), levels=tuple(levels)), sheet.cell_problems(cells, wrong)


def _described(text: str) -> str:
    """A short number as it is; anything else only by its length, for it may say who answered."""
    numeric = number(text.replace(",", ".")) is not None
    return f'"{text}"' if numeric and len(text) <= SHORT else f"a text of {len(text)} characters"


def bands(base: Typed, variable: Variable) -> Typed:
    """(rows,) positions in the bands: each limit belongs to the band above it; -1 outside all of them."""
    limits = np.array(variable.cut)
    positions = np.digitize(base.values, limits) - 1
    outside = np.isnan(base.values) | (positions >= len(limits) - 1)
    return Typed(values=np.where(outside, -1, positions), levels=band_levels(variable))


def band_levels(variable: Variable) -> tuple[str, ...]:
    """Names of the bands: the declared ones (the first language's), else '[16,25)'."""
    if variable.labels:
        return tuple(label if isinstance(label, str) else next(iter(label.values())) for label in variable.labels)
    return tuple(f"[{low:g},{high:g})" for low, high in zip(variable.cut, variable.cut[1:], strict=False))


def weights(sheet: Sheet, cells: Cells, missing: Mapping[str, Reason]) -> tuple[np.ndarray, list[Problem]]:
    """(rows,) weights, NaN where blank or missing; negative ones and all zeros are problems."""
    possible = "is not a weight: a number that is zero or more. Correct it or add it to missing."
    wrong = {
        text: f"{_described(text)} {possible}{decimals(text)}"
        for text in cells.texts
        if text not in missing and ((value := number(text)) is None or value < 0)
    }
    values = cells.look_up(
        [np.nan if text in missing or (value := number(text)) is None else value for text in cells.texts]
    )
    if not wrong and not np.nansum(values) > 0:
        message = f'column "{cells.column}": no weight is above zero; name another column under weights.column.'
        return values, [Problem(where=sheet.names[0], message=message)]
    return values, sheet.cell_problems(cells, wrong)


def series(typed: Typed) -> Any:
    """(rows,) column of Responses.variables: floats, or ordered categories."""
    if typed.levels is None:
        return typed.values
    return pd.Categorical.from_codes(typed.values, dtype=pd.CategoricalDtype(list(typed.levels), ordered=True))
