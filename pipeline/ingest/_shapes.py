"""Shapes of questions: what the headers of its columns share, and what their cells look like."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Sequence

import numpy as np

from pipeline.ingest._cells import number
from pipeline.ingest._headings import shared
from pipeline.ingest._opened import Opened
from pipeline.ingest._table import canonical, fail
from pipeline.ingest._text import held
from pipeline.responses import Coded

INTEGER = re.compile(r"-?\d{1,4}", re.ASCII)
LEAST, FEW = 10, 5
"""Answers from which one sees whether they come back, and options that are never taken for what respondents write."""


def parting(headers: Sequence[str], signs: str) -> int:
    """Position of the sign that parts the question from its row or option in all headers; 0 where there is none."""
    start = shared(headers) if len(headers) > 1 else ""
    return max(0, *(start.rfind(sign) for sign in signs))


def refuse_answers_as_names(opened: Opened) -> None:
    """Raises DataError where the first row is one of answers: it holds numbers wherever all rows below hold them.

    Numbers that rise from column to column may be names.
    """
    first, *below = opened.rows.top
    columns = [
        [row[place] for row in below if place < len(row) and row[place] is not None] for place in range(len(first))
    ]
    counted = [
        number(canonical(first[place]))
        for place, cells in enumerate(columns)
        if cells and all(number(canonical(cell)) is not None for cell in cells)
    ]
    heads = [value for value in counted if value is not None]
    if len(heads) == len(counted) > 1 and heads != sorted(set(heads)):
        message = (
            f"row {opened.rows.lines[0]} looks like answers, not names: it holds numbers wherever the rows below do"
        )
        raise fail(opened.name, f"{message}; put a row with the name of each question above it.")


def answered(cells: Coded, missing: Collection[str] = ()) -> list[str]:
    """Distinct answers of a column, without those that mean none."""
    return [text for text in held(cells) if text not in missing]


def codes(cells: Coded, missing: Collection[str] = ()) -> bool:
    """Does a column hold codes alone, and any?"""
    found = answered(cells, missing)
    return bool(found) and all(INTEGER.fullmatch(text) for text in found)


def recurring(cells: Coded, missing: Collection[str], options: Callable[[str], Sequence[str]]) -> bool:
    """Do answers come back, as options do and what respondents write does not? Yes where too few tell.

    The most frequent answer does not count: many write the same where they have nothing to say.
    """
    counts = np.bincount(cells.codes[cells.codes >= 0], minlength=len(cells.values))
    seen: Counter[str] = Counter()
    for value, count in zip(cells.values, counts.tolist(), strict=True):
        text = canonical(value)
        if text and text not in missing:
            for option in options(text):
                seen[option] += count
    others, total = len(seen) - 1, seen.total() - max(seen.values(), default=0)
    return seen.total() < LEAST or others <= FEW or 2 * others <= total


def ranks(columns: Sequence[Coded], missing: Collection[str] = ()) -> bool:
    """Does every row hold 1, 2, … up to the number of options it ranks, each once, and some row more than one?"""
    table = np.stack([_whole(cells, missing) for cells in columns], axis=1)
    places = np.arange(1, len(columns) + 1)
    ordered = np.sort(np.where(table > 0, table, len(columns) + 1), axis=1)
    many = (table > 0).sum(axis=1)
    right = (ordered == places) | (places > many[:, None])
    return bool(right.all() and (table >= 0).all() and (many > 1).any())


def _whole(cells: Coded, missing: Collection[str]) -> np.ndarray:
    """(rows,) whole numbers, 0 where blank or missing, -1 for other texts."""
    texts = [canonical(value) for value in cells.values]
    values = [0 if not t or t in missing else int(t) if INTEGER.fullmatch(t) else -1 for t in texts]
    found: np.ndarray = np.array([*values, 0], dtype=np.int64)[cells.codes]
    return found
