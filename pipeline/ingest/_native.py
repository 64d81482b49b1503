"""Native: values of a database or of a typed file as cells: text, numbers, or None."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

import numpy as np

from pipeline.ingest._table import MOST_CELLS, MOST_COLUMNS, canonical, fail
from pipeline.responses import About, Coded

SEPARATORS = (";", "|", ",", "\x1f")
EXACT = 2**53
HASHED = {str, bool, int, float, Decimal, date, time, datetime, UUID}


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a query gave: columns by position, and of some of them what their type says."""

    names: list[str]
    columns: list[Coded]
    about: list[About | None]


def check_size(columns: int, cells: int, where: str) -> None:
    """Raises DataError where a result is larger than can be read at once."""
    if columns > MOST_COLUMNS or cells > MOST_CELLS:
        size = f"{columns:,} columns" if columns > MOST_COLUMNS else f"more than {MOST_CELLS:,} cells"
        raise fail(where, f"the query gives {size}; select fewer columns or rows.")


def labelled(values: Iterable[Any]) -> About:
    """Of an enumerated type: its values are their own labels, in their order; none where two of them are one cell."""
    labels = [text for value in values if (text := canonical(value))]
    return About(labels=dict(zip(labels, labels, strict=True)) if len(set(labels)) == len(labels) else {})


def native(value: Any) -> Any:
    """Texts and numbers as they are, None where there is none, all else as text; times with a zone in UTC."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (str, int, float)) or value is None:
        return None if value == "" or value != value else value
    if isinstance(value, Decimal):
        return _decimal(value)
    if isinstance(value, datetime) and value.tzinfo is not None:
        return str(value.astimezone(UTC).replace(tzinfo=None))
    return str(value)


def _decimal(value: Decimal) -> Any:
    """A number, or text where a number would lose digits."""
    if not value.is_finite():
        return None
    return float(value) if abs(value) < EXACT else format(value.normalize(), "f")


def coded(values: Sequence[Any]) -> tuple[Coded, About | None]:
    """A column of native values; lists are answers to one question and become one cell with a separator."""
    types = set(map(type, values)) - {type(None)}
    if types & {list, tuple, set, frozenset}:
        return listed(values)
    if len(types) == 1 and types <= HASHED:  # of several types, True and 1 would be one cell
        return remade(Coded.of(np.fromiter(values, dtype=object, count=len(values)))), None
    return Coded.of(np.fromiter(map(native, values), dtype=object, count=len(values))), None


def remade(raw: Coded) -> Coded:
    """The column with each distinct value made a cell; what has become equal is one, NaN and '' are blank."""
    distinct = Coded.of(np.array([*map(native, raw.values), None], dtype=object))
    return Coded(distinct.codes[raw.codes], distinct.values)


def listed(values: Sequence[Iterable[Any] | None]) -> tuple[Coded, About]:
    """Lists as cells with a separator that stands in none of them; an empty list is a separator alone: no ticks."""
    parts = [None if value is None else _parts(value) for value in values]
    texts = {text for each in parts if each is not None for text in each}
    separator = next((mark for mark in SEPARATORS if not any(mark in text for text in texts)), SEPARATORS[-1])
    cells = np.empty(len(parts), dtype=object)
    cells[:] = [None if each is None else separator.join(each) or separator for each in parts]
    return Coded.of(cells), About(kind="multiple", separator=separator)


def _parts(value: Any) -> list[str]:
    found = [value] if isinstance(value, (str, dict)) else value
    return [text for one in found if (text := canonical(native(one))) is not None]
