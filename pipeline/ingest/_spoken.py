"""Columns of a file of SPSS, Stata or SAS in our words: cells, labels, missing codes with their reasons, dates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from pipeline.ingest._calendar import Calendar, calendar
from pipeline.ingest._parsed import BLANK
from pipeline.ingest._reasons import reason_of
from pipeline.ingest._sets import Answers
from pipeline.ingest._table import canonical
from pipeline.responses import About, Coded, Kind

MEASURES: dict[str, Literal["nominal", "ordinal", "scale"]] = {
    "nominal": "nominal",
    "ordinal": "ordinal",
    "scale": "scale",
}
LARGEST_WHOLE = 2**53
MOST_LETTERS = 27
Cell = str | int | float


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """One column: its cells, and what the file says of them. unread: does it hold dates beyond the calendar?"""

    cells: Coded
    about: About
    unread: bool


def spoken_of(column: Mapping[str, Any], array: np.ndarray, reader: str) -> Spoken:
    """A column as _parsed describes it. Missing values keep their codes; letters for them are '.a'."""
    codes, values = _distinct(column, array)
    labels = {_cell(code, column): label for code, label in column["labels"]}
    missing = _missing(column, values, labels)
    shown = calendar(reader, column["format"])
    cells, unread = _dated(values, set(missing), shown) if shown else (values, False)
    about = About(
        wording=column["label"].strip() or None,
        kind=_kind(column, shown, [code for code in labels if code not in missing]),
        labels={text: labels[code] for code in sorted(labels, key=_rank) if (text := canonical(code))},
        measure=MEASURES.get(column["measure"] or ""),
        missing={text: reason_of(labels.get(code)) for code in missing if (text := canonical(code))},
    )
    blank = column["values"] is not None and ("" in values or any(map(str.isspace, column["values"])))
    alike = blank or (shown is not None and len(set(cells)) < len(cells))
    coded = _coded(codes, cells) if alike else Coded(codes, tuple(cells))
    return Spoken(cells=coded, about=about, unread=unread)


def _distinct(column: Mapping[str, Any], array: np.ndarray) -> tuple[np.ndarray, list[Cell]]:
    """(rows,) codes, -1 where blank, and the cell of each code."""
    if column["values"] is not None:
        return array, column["values"]
    if column["low"] is not None:
        held = np.flatnonzero(np.bincount(array, minlength=BLANK + 1)[:BLANK])
        place = np.full(BLANK + 1, -1, dtype=np.int32)
        place[held] = np.arange(len(held))
        return place.take(array), (held + column["low"]).tolist()
    codes, found = pd.factorize(array)
    values = _cells(found, column)
    if np.isnan(array).any():
        blank = np.flatnonzero(codes < 0)
        letters = array[blank].view("<u8") & 0xFF
        for letter in np.unique(letters[letters > 0]).tolist():
            codes[blank[letters == letter]] = len(values)
            values.append(_cell(chr(letter), column))
    return codes, values


def _cells(found: np.ndarray, column: Mapping[str, Any]) -> list[Cell]:
    """The cells of distinct numbers, those of double precision at once."""
    if column["type"] == "float":
        return [_cell(value, column) for value in found.tolist()]
    whole = (np.floor(found) == found) & (np.abs(found) < LARGEST_WHOLE)
    if not whole.any():
        return found.tolist()
    integers = np.where(whole, found, 0).astype(np.int64).tolist()
    if whole.all():
        return integers
    return [one if is_whole else other for one, other, is_whole in zip(integers, found.tolist(), whole, strict=True)]


def _cell(value: Any, column: Mapping[str, Any]) -> Cell:
    """A text; '.a' for the letter of a missing number; a whole number without its decimal point."""
    if column["values"] is not None:
        return str(value)
    if isinstance(value, str):
        return f".{value}"
    if column["type"] == "float":  # the shortest number that single precision does not tell from it
        value = float(str(np.float32(value)))
    return int(value) if float(value).is_integer() and abs(value) < LARGEST_WHOLE else value


def _missing(column: Mapping[str, Any], values: Sequence[Cell], labels: Mapping[Cell, str]) -> list[Cell]:
    """Codes the file declares to be no answers, those that no row holds included; letters are always."""
    ranges = [(_cell(low, column), _cell(high, column)) for low, high in column["missing"]]
    lettered: list[Cell] = []
    if column["values"] is None:  # letters stand behind the numbers
        lettered = [code for code in (*values[-MOST_LETTERS:], *labels) if isinstance(code, str)]
    single = [low for low, high in ranges if low == high]
    known = [value for value in (*values, *labels) if any(_within(value, *span) for span in ranges)] if ranges else []
    return list(dict.fromkeys([*single, *known, *lettered]))


def _within(value: Any, low: Any, high: Any) -> bool:
    """Texts are compared without the blanks that fill them up."""
    if isinstance(value, str) or isinstance(low, str):
        return str(value).strip() == str(low).strip()
    return bool(low <= value <= high)


def _rank(code: Cell) -> tuple[bool, float]:
    """Numbers by size before texts as they come."""
    return (True, 0.0) if isinstance(code, str) else (False, float(code))


def _dated(values: Sequence[Cell], missing: set[Cell], shown: Calendar) -> tuple[list[Cell], bool]:
    """The values as dates, codes of missing ones as they are; are some beyond the calendar, and left as they are?"""
    if not missing and not any(isinstance(value, str) for value in values[-MOST_LETTERS:]):
        written = shown.texts(values)  # type: ignore[arg-type]
        return [value if text is None else text for value, text in zip(values, written, strict=True)], None in written
    cells = list(values)
    places = [place for place, value in enumerate(values) if not isinstance(value, str) and value not in missing]
    texts = shown.texts([float(values[place]) for place in places])
    for place, text in zip(places, texts, strict=True):
        cells[place] = values[place] if text is None else text
    return cells, None in texts


def _coded(codes: np.ndarray, cells: Sequence[Cell]) -> Coded:
    """Cells of which some may be blank, or alike after they were put into words."""
    known: dict[Cell, int] = {}
    places = [
        -1 if isinstance(cell, str) and not cell.strip() else known.setdefault(cell, len(known)) for cell in cells
    ]
    return Coded(np.array([*places, -1])[codes], tuple(known))


def _kind(column: Mapping[str, Any], shown: Calendar | None, answers: Sequence[Cell]) -> Kind | None:
    """Kind of question as far as format, labels and measure say it."""
    if shown:
        return None if shown.kind == "time" else "date"
    if column["values"] is not None:
        return "single" if answers else "text"
    if not answers:
        return "number" if column["measure"] == "scale" else None
    return "scale" if column["measure"] in ("ordinal", "scale") else "single"


def with_sets(about: Mapping[str, About], sets: Sequence[Answers]) -> dict[str, About]:
    """What is known of the columns, those of a multiple-response set as the options or mentions of one question."""
    found = dict(about)
    for question in sets:
        members = [name for name in question.columns if name in about and found[name].question is None]
        wording = question.label or next((about[name].wording for name in members), None)
        counted = canonical(question.counted)
        for name in members:
            part = about[name].labels.get(counted or "") if question.named else None
            found[name] = replace(
                about[name],
                wording=wording,
                part=part or about[name].wording,
                question=question.name,
                kind="multiple",
                ticked=(counted,) if counted else (),
            )
    return found
