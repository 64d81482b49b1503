"""Excel: native cells below one row of names, from the declared sheet or the first."""

from __future__ import annotations

from pipeline.ingest._opened import Opened
from pipeline.ingest._shapes import refuse_answers_as_names
from pipeline.ingest._table import make
from pipeline.responses import Table


def fits(opened: Opened) -> bool:
    return opened.is_rows and not opened.is_text


def read(opened: Opened) -> Table:
    """Table of one sheet. The first row that holds anything is the header."""
    refuse_answers_as_names(opened)
    columns, lines = opened.rows.below(1)
    return make(opened, "excel", opened.rows.top[0], columns, lines, **opened.rows.found)
