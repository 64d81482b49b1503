"""Opened: a data file as its reader gets it, with the files beside it that it may need."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np

from pipeline.errors import DataError
from pipeline.responses import Coded
from pipeline.specs import DataFile

TOP = 6
"""Rows from which a format is told."""
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
BINARY = {
    b"PAR1": "a Parquet file",
    b"$FL2": "an SPSS file",
    b"$FL3": "an SPSS file",
    b"<stata_dta>": "a Stata file",
    b"\x1f\x8b": "a compressed file; unpack it first",
    b"%PDF": "a PDF; save it as CSV or Excel",
    b"SQLite": "a database",
}


class Rows(Protocol):
    """A file of rows, CSV or a sheet of a workbook: its first rows whole, the others on request."""

    @property
    def top(self) -> Sequence[Sequence[Any]]:
        """At most six first rows that hold anything: texts or native values, None where blank."""

    @property
    def lines(self) -> Sequence[int]:
        """Row number of each of them in the file."""

    @property
    def found(self) -> dict[str, Any]:
        """encoding, delimiter or sheet, and `detected` (which of them were not declared), for Source."""

    def below(self, skip: int) -> tuple[list[Coded], np.ndarray]:
        """Columns of all rows below the first `skip` that hold anything, as many as the first row has cells, and the
        row number of each row.

        Raises DataError with a sentence for each row that does not fit.
        """


@dataclass(kw_only=True)
class Opened:
    """raw: content of the file; name: what the study calls it; labels: content of the file that data.labels names.

    `beside(suffix)` is the content of the file of the same name with another suffix ('.csv'), None where there is none.
    """

    raw: bytes
    name: str
    file: DataFile
    labels: bytes | None = None
    beside: Callable[[str], bytes | None] = lambda _: None

    @cached_property
    def rows(self) -> Rows:
        """The rows of a text file, or of the chosen sheet of a workbook. Raises DataError where there are none."""
        from pipeline.ingest._delimited import delimited
        from pipeline.ingest._workbook import workbook

        return workbook(self.raw, self.file) if self.raw.startswith(WORKBOOKS) else delimited(self.raw, self.file)

    @cached_property
    def top(self) -> list[list[str]]:
        """Clean texts of the first rows, '' where blank; no row where the file cannot be opened as rows. Found once, as
        every format asks for it."""
        from pipeline.ingest._headings import headings

        try:
            return headings(self) if self.is_rows else []
        except DataError:
            return []

    @property
    def is_rows(self) -> bool:
        """May the file hold rows, as text or in a workbook? By its first bytes."""
        return self.raw.startswith(WORKBOOKS) or self.is_text

    @property
    def is_text(self) -> bool:
        """May the file be text? By its first bytes."""
        return not self.raw.startswith((*WORKBOOKS, *BINARY))
