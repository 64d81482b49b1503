"""Questions of SurveyMonkey: which columns are options, rows, ranks or a text beside them, told by their cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeline.ingest._cells import folded, number, private
from pipeline.ingest._text import held
from pipeline.responses import About, Coded, Kind, Reason

RESPONSE = "response"
OPEN = "open-endedresponse"
ANSWER = ("", RESPONSE, OPEN)
"""What stands under a question that has one column (folded)."""
MISSING = {"-": Reason.SKIPPED, "N/A": Reason.DECLINED}
LONGEST, HEAD, TAIL = 60, 36, 20
RANKED = 10
"""Rows from which ranks are told from ratings: that so many people never rate two things alike is no chance."""
SCALE = 15
"""Most answers the rows of a grid may choose from."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Column:
    """One column under its question. option: the text below or behind it, '' where there is none."""

    question: str
    option: str
    cells: Coded

    @property
    def texts(self) -> list[str]:
        return [text for text in held(self.cells) if text not in MISSING]

    @property
    def filled(self) -> np.ndarray:
        """(rows,) bool: does the cell hold an answer?"""
        blank = [str(value).strip() in ("", *MISSING) for value in self.cells.values]
        found: np.ndarray = ~np.array([*blank, True])[self.cells.codes]
        return found

    @property
    def is_option(self) -> bool:
        """Does the column hold nothing but its own option?"""
        return all(folded(text) == folded(self.option) for text in self.texts)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Found:
    """A column as the study will see it. name: question and option, not shortened yet."""

    name: tuple[str, ...]
    cells: Coded
    about: About
    merged: bool = False


def short(text: str) -> str:
    """The text as a name: of a long one the question without what follows it, and of that the first and last words."""
    if len(text) > LONGEST:
        text, asks, _ = text.partition("? ")
        text += asks.strip()
    if len(text) <= LONGEST:
        return text
    head, tail = text[: HEAD + 1].rpartition(" ")[0], text[-TAIL - 1 :].partition(" ")[2]
    return f"{head or text[:HEAD]} ... {tail or text[-TAIL:]}"


def understood(columns: Sequence[Column]) -> list[Found]:
    """The columns of one question; options of which nobody ticked two become one column."""
    wording = columns[0].question
    whole = [column for column in columns if folded(column.option) in ANSWER]
    parts = [column for column in columns if folded(column.option) not in ANSWER]
    found = [_whole(column) for column in whole]
    beside = [column for column in parts if whole or _is_beside(column, parts)]
    parts = [column for column in parts if column not in beside]
    if any(column.texts for column in parts) and (all(column.is_option for column in parts) or _positions(parts)):
        found += _options(parts, beside)
    else:
        kind = _kind_of(parts)
        found += [_part(column, replace(_reasons(column), kind=kind)) for column in parts]
    names = {entry.name for entry in found}
    texts = [_part(column, _free(column)) for column in beside]
    found += [
        replace(entry, name=(wording, f"{entry.name[1]} (text)")) if entry.name in names else entry for entry in texts
    ]
    return [replace(entry, about=replace(entry.about, wording=wording)) for entry in found]


def _is_beside(column: Column, parts: Sequence[Column]) -> bool:
    """Is it where people write what no option says? Not if they say there what they say elsewhere, as of a grid."""
    named = any(sign in column.option.casefold() for sign in ("other", "specify", "comment"))
    elsewhere = {text for other in parts if other is not column for text in other.texts}
    return named and not column.is_option and not set(column.texts) <= elsewhere


def _positions(parts: Sequence[Column]) -> bool:
    """Does each column hold nothing but its number, as in an export of numbers?"""
    return len(parts) > 1 and all({*column.texts} <= {str(place)} for place, column in enumerate(parts, start=1))


def _whole(column: Column) -> Found:
    """A question of one column."""
    kind: Kind | None = "single" if folded(column.option) == RESPONSE else None
    about = _free(column) if folded(column.option) == OPEN else replace(_reasons(column), kind=kind)
    return Found(name=(column.question,), cells=column.cells, about=about)


def _part(column: Column, about: About) -> Found:
    return Found(name=(column.question, column.option), cells=column.cells, about=replace(about, part=column.option))


def _reasons(column: Column) -> About:
    """Signs in the column that are no answers."""
    return About(missing={text: MISSING[text] for text in held(column.cells) if text in MISSING})


def _free(column: Column) -> About:
    """An open answer: a number where every one is, and none that may say who answered."""
    texts = column.texts
    if texts and all(number(text) is not None and not private(text) for text in texts):
        return replace(_reasons(column), kind="number")
    return replace(_reasons(column), kind="text", role="free_text")


def _options(parts: Sequence[Column], beside: Sequence[Column]) -> list[Found]:
    """One column an option, or one for all of them. What people wrote under 'other' ticks it where no column does."""
    known = {folded(column.option) for column in parts}
    written = [column for column in beside if folded(column.option) not in known]
    if len(parts) > 1 and np.sum([column.filled for column in parts], axis=0).max() <= 1:
        return [_merged([*parts, *written])]
    return [_tick(column) for column in parts] + [_tick(_as_option(column)) for column in written]


def _tick(column: Column) -> Found:
    about = replace(_reasons(column), kind="multiple", ticked=tuple(column.texts) or (column.option,))
    return _part(column, about)


def _as_option(column: Column) -> Column:
    """The column with its option in place of whatever was written."""
    return replace(column, cells=Coded(np.where(column.filled, 0, -1), (column.option,)))


def _merged(columns: Sequence[Column]) -> Found:
    """One column with the option of each row; its labels are the options in the order of the file."""
    codes = np.full(len(columns[0].cells), -1)
    for position, column in reversed(list(enumerate(columns))):
        codes[column.filled] = position
    options = tuple(column.option for column in columns)
    about = About(kind="single", labels=dict(zip(options, options, strict=True)))
    return Found(name=(columns[0].question,), cells=Coded(codes, options), about=about, merged=True)


def _kind_of(parts: Sequence[Column]) -> Kind | None:
    """Ranks, the rows of a grid, or nothing that can be told."""
    texts = {text for column in parts for text in column.texts}
    if len(parts) > 1 and texts and texts <= {str(rank) for rank in range(1, len(parts) + 1)} and _no_ties(parts):
        return "ranking"
    return "grid" if len(parts) > 1 and 1 < len(texts) <= SCALE else None


def _no_ties(parts: Sequence[Column]) -> bool:
    """Does nobody give two parts the same number, and do enough people give any?"""
    ranks = np.array([_numbers(column) for column in parts])
    ordered = np.sort(ranks, axis=0)
    several = (~np.isnan(ranks)).sum(axis=0) > 1
    return bool(several.sum() >= RANKED and not (np.diff(ordered, axis=0) == 0).any())


def _numbers(column: Column) -> np.ndarray:
    """(rows,) floats, NaN where the cell holds no answer."""
    values = [number(str(value).strip()) for value in column.cells.values]
    found: np.ndarray = np.array([*(np.nan if value is None else value for value in values), np.nan])
    return found[column.cells.codes]
