"""CSV: text cells below one row of names."""

from __future__ import annotations

from pipeline.ingest._opened import Opened
from pipeline.ingest._shapes import refuse_answers_as_names
from pipeline.ingest._table import fail, make
from pipeline.responses import Table

FIXED = (".asc", ".dat")
"""Suffixes of files whose columns are told apart by their position."""


def fits(opened: Opened) -> bool:
    """Whatever nothing else fits is text with delimiters, or is refused as such."""
    return opened.is_text


def read(opened: Opened) -> Table:
    """Table of a delimited text file. Raises DataError with a sentence for each row that does not fit."""
    if len(opened.rows.top[0]) == 1 and opened.name.lower().endswith(FIXED):
        message = "has nothing between its columns; a file of fixed positions needs its definition (.sss) beside it"
        raise fail(opened.name, f"{message} or under 'labels'.")
    refuse_answers_as_names(opened)
    columns, lines = opened.rows.below(1)
    return make(opened, "csv", opened.rows.top[0], columns, lines, **opened.rows.found)
