"""Times at which interviews began, as numbers that rise: only their order is ever used."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from pipeline.errors import Problem
from pipeline.ingest._cells import Cells, Sheet, number, shown


def times(sheet: Sheet, cells: Cells) -> tuple[np.ndarray, list[Problem]]:
    """(rows,) seconds, or the numbers themselves; NaN where blank. A text that is neither is a problem.

    Times without a zone are taken as of one zone, the same for all.
    """
    found = [moment(text) for text in cells.texts]
    wrong = {
        text: f"{shown(text)} is no time. Write it as 2026-03-02 14:05:00, or number the interviews."
        for text, value in zip(cells.texts, found, strict=True)
        if value is None
    }
    values = cells.look_up([np.nan if value is None else value for value in found])
    return values, sheet.cell_problems(cells, wrong)


def moment(text: str) -> float | None:
    """Seconds of an ISO 8601 time, or a plain number; None for any other text."""
    value = number(text)
    if value is not None:
        return value
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()
