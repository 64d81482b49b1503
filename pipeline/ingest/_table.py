"""Tables: what every reader ends with, whatever it read."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import count, pairwise
from typing import Any

import numpy as np

from pipeline.errors import DataError, Problem, listing
from pipeline.ingest._opened import Opened
from pipeline.responses import About, Coded, Source, Table

WHOLE = re.compile(r"-?(0|[1-9]\d*)\.0+", re.ASCII)
ANSWER = re.compile(
    r"[^\s@]+@[^\s@]+\.[^\s@]+|\d{1,3}(\.\d{1,3}){3}|\d{1,4}([/.-])\d{1,2}\2\d{1,4}[ T]\d{1,2}:\d\d.*", re.ASCII
)
"""A mail, an IP address, a time of a day: what stands in the first row only where the names of columns are absent."""
NUMERIC = re.compile(r"[+-]?\d{1,15}([.,]\d{1,15})?", re.ASCII)
MOST_COLUMNS = 20_000
MOST_CELLS = 200_000_000
DESCRIBED = ("qualtrics", "limesurvey", "kobo", "wenjuanxing", "triple_s", "sas")
"""Formats that a second file may describe."""
LABELS_ADVICE = "leave 'labels' out of data, or say with 'format' what the file is"


def canonical(cell: Any) -> str | None:
    """Text of a cell, or None where blank: native 7.0 and the texts '7', ' 7 ' and '7.0' are all '7'; '007' stays."""
    if isinstance(cell, str):
        text = cell.strip()
        return text.partition(".")[0] if WHOLE.fullmatch(text) else text or None
    if isinstance(cell, float):
        if cell != cell:
            return None
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    return None if cell is None else canonical(str(cell))


def fail(name: str, message: str) -> DataError:
    return DataError(Problem(where=name, message=message))


def make(
    opened: Opened,
    reader: str,
    names: Sequence[Any],
    columns: Sequence[Coded],
    lines: np.ndarray,
    *,
    about: Mapping[str, About] | Sequence[About] = (),
    notes: Sequence[str] = (),
    **found: Any,
) -> Table:
    """Table of the named columns and of the rows that hold anything in them.

    Names that stand over several columns get numbers, 'x (1)' and 'x (2)', so that no study can mean the wrong one.
    about: by the names given, or in the order of the columns. Raises DataError where names are absent, no row is left,
    or a file of labels was named that cannot be used.
    """
    if opened.labels is not None and reader not in DESCRIBED:
        raise fail(opened.name, f"is read as {reader}, which uses no file of labels; {LABELS_ADVICE}.")
    known = _names(opened.name, names, of_rows=not found.keys().isdisjoint(("delimiter", "sheet")))
    unique, twice = numbered(known)
    filled = _filled(columns, len(lines))
    if not filled.any():
        raise fail(opened.name, "holds column names but no answers below them; export the file again with its rows.")
    whole = bool(filled.all())
    kept = {
        name: column if whole else column.take(filled) for name, column in zip(unique, columns, strict=True) if name
    }
    source = Source(
        name=opened.name,
        format=reader,
        rows=int(filled.sum()),
        columns=len(kept),
        sha256=hashlib.sha256(opened.raw).hexdigest(),
        labels=opened.file.labels,
        **found,
    )
    return Table(
        source=source,
        columns=kept,
        lines=lines[filled],
        about=_said(about, known, unique),
        notes=(*notes, *_said_twice(twice, dict(zip(reversed(known), reversed(unique), strict=True)))),
    )


def _names(name: str, names: Sequence[Any], *, of_rows: bool) -> list[str | None]:
    """Texts of the names, None where blank. Raises DataError where none is given, or they are too many, or answers."""
    known = [canonical(text) for text in names]
    if not any(known):
        raise fail(name, "the first row holds no column names; put the name of each question there.")
    if len(known) > MOST_COLUMNS:
        raise fail(name, f"has {len(known):,} columns; at most {MOST_COLUMNS:,} can be read at once.")
    if of_rows:
        _refuse_answers(name, known)
    return known


def _refuse_answers(name: str, names: Sequence[str | None]) -> None:
    """Raises DataError where the first row of a file of rows holds an interview: its cells would be shown as names."""
    place = next((place for place, text in enumerate(names, start=1) if text and ANSWER.fullmatch(text)), None)
    numbers = [float(text.replace(",", ".")) for text in names if text and NUMERIC.fullmatch(text)]
    rising = all(first < second for first, second in pairwise(numbers))
    if place is not None:
        what = f"column {place} of the first row holds an address or a time"
    elif len(names) == len(numbers) > 1 and not rising:
        what = "the first row holds nothing but numbers"
    else:
        return
    raise fail(name, f"{what} where the names of the columns are needed; put the name of each question there.")


def _said(
    about: Mapping[str, About] | Sequence[About], given: Sequence[str | None], unique: Sequence[str | None]
) -> dict[str, About]:
    """What the file says of each column, by the name that the column has now."""
    by_name = about if isinstance(about, Mapping) else dict(zip(unique, about, strict=False))
    found = {new: by_name.get(new, by_name.get(str(old))) for new, old in zip(unique, given, strict=True) if new}
    return {name: entry for name, entry in found.items() if entry is not None}


def numbered(names: Sequence[str | None]) -> tuple[list[str | None], list[str]]:
    """The names, those that stand more than once with a number that no other column has; and these names."""
    counts = Counter(name for name in names if name)
    free = {name: _free(name, counts) for name in counts}
    unique: list[str | None] = []
    for name in names:
        if name and counts[name] > 1:
            unique.append(next(free[name]))
        else:
            unique.append(name)
    return unique, [name for name, times in counts.items() if times > 1]


def _free(name: str, taken: Mapping[str, int]) -> Iterator[str]:
    """'x (1)', 'x (2)', … without those that a column has already."""
    return (new for at in count(1) if (new := f"{name} ({at})") not in taken)


def _said_twice(names: Sequence[str], now: Mapping[str | None, str | None]) -> list[str]:
    """A note about names that stand over several columns, shortened so that it can be read. now: their new names."""
    if not names:
        return []
    first = listing([f'"{name if len(name) <= 40 else name[:39] + "…"}"' for name in names[:3]])
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    verb = "stands" if len(names) == 1 else "stand"
    example = now[names[0]] or ""
    example = example if len(example) <= 50 else f"…{example[-49:]}"
    return [f'{first}{more} {verb} over more than one column; they were numbered, as in "{example}".']


def _filled(columns: Sequence[Coded], rows: int) -> np.ndarray:
    """(rows,) bool: does the row hold anything?"""
    filled = np.zeros(rows, dtype=bool)
    for column in columns:
        if filled.all():
            break
        filled |= column.codes >= 0
    return filled
