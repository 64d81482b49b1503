"""Tables: what every reader ends with, whatever it read."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from pipeline.errors import DataError, Problem, listing
from pipeline.responses import Source, Table

WHOLE = re.compile(r"-?(0|[1-9]\d*)\.0+", re.ASCII)
MOST_COLUMNS = 20_000
MOST_CELLS = 200_000_000


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
    raw: bytes, name: str, reader: str, header: Sequence[Any], cells: np.ndarray, lines: np.ndarray, **found: Any
) -> Table:
    """Table of the named columns and of the rows that hold anything. cells: (rows, columns), None where blank.

    Raises DataError where names are absent or stand twice, or no row is left.
    """
    names = [canonical(cell) for cell in header]
    named = [name for name in names if name]
    if not named:
        raise fail(name, "the first row holds no column names; put the name of each question there.")
    twice = (
        list(dict.fromkeys(column for column in named if named.count(column) > 1))
        if len(set(named)) < len(named)
        else []
    )
    if twice:
        raise fail(name, f"{_columns(twice)} than one column; give every column its own name.")
    filled = np.asarray(np.not_equal(cells, np.array(None)), dtype=bool).any(axis=1)
    if not filled.any():
        raise fail(name, "holds column names but no answers below them; export the file again with its rows.")
    cells = cells if filled.all() else cells[filled]
    columns = {column: cells[:, position] for position, column in enumerate(names) if column}
    source = Source(
        name=name,
        format=reader,
        rows=int(filled.sum()),
        columns=len(columns),
        sha256=hashlib.sha256(raw).hexdigest(),
        **found,
    )
    return Table(source=source, columns=columns, lines=lines[filled])


def _columns(names: list[str]) -> str:
    quoted = listing([f'"{name}"' for name in names])
    return f"the name {quoted} stands over more" if len(names) == 1 else f"the names {quoted} each stand over more"
