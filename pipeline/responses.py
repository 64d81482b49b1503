"""Responses: the canonical survey file, whatever it came from.

Cells arrive as text or native values and leave as numbers and categories typed by the study, with the reason
beside every answer that is missing. Rows are in canonical order, so the order of the file changes no byte.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import pandas as pd


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
    detected: tuple[str, ...] = ()
    """Which of format, encoding, delimiter and sheet were detected, not declared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One file as read: columns of cells, each a text, a native value, or None where blank.

    `lines[i]` is the row number of record i in the file, counted as a person would see it (header = 1).
    """

    source: Source
    columns: Mapping[str, np.ndarray]
    lines: np.ndarray


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
    started: np.ndarray | None = None
    """(r,) numbers that rise with the time an interview began, NaN where unknown; None where not declared."""
