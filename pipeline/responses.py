"""Responses: the canonical survey file, whatever it came from.

Cells arrive as text or native values and leave as numbers and categories typed by the study, with the reason
beside every answer that is missing. Rows are in canonical order, so the order of the file changes no byte.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Literal

import numpy as np
import pandas as pd

from pipeline.specs import Label
from pipeline.weighting import Calibration


class Reason(IntEnum):
    """Why a cell holds no answer; every base of a percentage depends on it."""

    ANSWERED = 0
    NOT_ASKED = 1
    SKIPPED = 2
    DECLINED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What was understood of one file. `name` is what the study wrote, never an absolute path."""

    name: str
    format: str
    rows: int
    columns: int
    sha256: str
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    labels: str | None = None
    """The file that said what columns and codes mean, as the study wrote it."""
    detected: tuple[str, ...] = ()
    """Which of format, encoding, delimiter and sheet were detected, not declared."""


@dataclass(frozen=True, slots=True)
class Coded:
    """A column of cells as (rows,) codes into its distinct cells, -1 where blank: work is done once a cell, not a row.

    `values` are texts or native numbers; none is None, none stands twice.
    """

    codes: np.ndarray
    values: tuple[Any, ...]

    @classmethod
    def of(cls, cells: np.ndarray) -> Coded:
        """Of (rows,) objects: texts, numbers, None or NaN where blank."""
        codes, values = pd.factorize(cells)
        return cls(codes, tuple(values.tolist()))

    def __len__(self) -> int:
        return len(self.codes)

    def cells(self) -> np.ndarray:
        """(rows,) objects, None where blank."""
        found = np.empty(len(self.values) + 1, dtype=object)
        found[:-1] = self.values
        return found[self.codes]

    def take(self, rows: np.ndarray) -> Coded:
        """Of the rows at these positions, or where this mask is true."""
        return Coded(self.codes[rows], self.values)


Kind = Literal["single", "multiple", "scale", "grid", "ranking", "number", "text", "date"]
Role = Literal[
    "id", "complete", "test", "started", "ended", "seconds", "weight", "ip", "email", "name", "phone", "place",
    "free_text", "metadata",
]  # fmt: skip
PERSONAL: tuple[Role, ...] = ("ip", "email", "name", "phone", "place", "free_text")
"""Roles of columns that may say who answered: dropped as the file is read unless the study keeps them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a file says of one column beside its cells. Every part may be unknown; nothing here is guessed.

    Texts in `labels`, `missing` and `ticked` are canonical (see ingest._table.canonical): '7', never '7.0'.
    """

    wording: str | None = None
    """The question as asked; for a row of a grid, or an option, what stands above all of them."""
    part: str | None = None
    """The row of the grid, the option, the place in the ranking: what this column adds to the question."""
    question: str | None = None
    """Columns with the same question belong together."""
    kind: Kind | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    """Code -> label, in the order of the code book; where the cells hold labels, the labels map to themselves."""
    measure: Literal["nominal", "ordinal", "scale"] | None = None
    missing: Mapping[str, Reason] = field(default_factory=dict)
    """Cells that are no answers in this column, with why."""
    blank: Reason = Reason.SKIPPED
    """What an empty cell means in this column."""
    ticked: tuple[str, ...] = ()
    """Kind multiple, one column an option: the cells that mean ticked."""
    separator: str | None = None
    """Kind multiple or ranking in one cell: what stands between the options."""
    role: Role | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One file as read: columns of cells by name, in the order of the file, and what the file says of them.

    `lines[i]` is the row number of record i in the file, counted as a person would see it (header = 1); for a file
    without lines, the number of the record. `about` holds columns of which anything is known. `notes` are sentences a
    researcher should see: names that stood twice, labels that look garbled; never the text of an answer.
    """

    source: Source
    columns: Mapping[str, Coded]
    lines: np.ndarray
    about: Mapping[str, About] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """A column whose `what` ('wording' or 'labels') in the file `other` is not that of the file `first`."""

    column: str
    what: str
    first: str
    other: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """One step of the way from file to analysis: what remained, and how many rows each reason took away."""

    stage: str
    remaining: int
    removed: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Responses:
    """Typed survey file: m respondents, r rows (r > m only where rows are stacked).

    items: (r, items) float, NaN where there is no answer. reasons: same shape, `Reason` codes.
    variables: (r, variables), ordered categories or numbers. numbers: weight as float, or None.
    respondent: (r,) index into `keys`; keys: (m,) uint64, a stable hash of the respondent id or of the row's content.
    strata, cluster: (r,) texts, or None where not declared. complete: (r,) bool.
    """

    items: pd.DataFrame
    reasons: pd.DataFrame
    variables: pd.DataFrame
    weight: np.ndarray | None
    strata: np.ndarray | None
    cluster: np.ndarray | None
    respondent: np.ndarray
    keys: np.ndarray
    complete: np.ndarray
    sources: tuple[Source, ...]
    content_sha256: str
    duplicates: int
    """Rows that repeated another row of the same respondent and were left out."""
    variable_reasons: pd.DataFrame = field(default_factory=pd.DataFrame)
    """(r, variables) `Reason` codes of every variable that has a column of its own."""
    choices: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    """Of every multiple question (r, options) 1 ticked, 0 not, NaN not answered; of a ranking the ranks, 1 = first."""
    labels: Mapping[str, Mapping[str, Label]] = field(default_factory=dict)
    """Variable -> level or option -> label, as far as files or study give them."""
    wordings: Mapping[str, str] = field(default_factory=dict)
    """Item -> its wording, as far as a file gives it."""
    seconds: np.ndarray | None = None
    """(r,) length of the interview, NaN where unknown; None where not declared."""
    ip: np.ndarray | None = None
    """(r,) uint64 hash of the IP address, 0 where unknown; None where not declared."""
    tests: np.ndarray | None = None
    """(r,) bool: previews and tests; None where not declared."""
    attention: pd.DataFrame | None = None
    """(r, checks) 1 passed, 0 failed or left out, NaN where the check was not asked; None where none is declared."""
    fpc: np.ndarray | None = None
    """(r,) sampling units in the population of the stratum, or their sampled share; None where not declared."""
    notes: tuple[str, ...] = ()
    """What a researcher should know of the files, as sentences; never an answer."""
    breaks: tuple[Break, ...] = ()
    """Questions that are not the same in every file."""
    started: np.ndarray | None = None
    """(r,) numbers that rise with the time an interview began, NaN where unknown; None where not declared."""
    calibration: Calibration | None = None
    """How the weights were adjusted to known figures; None where they were not."""
