"""Every question beyond the model, in the order of the report: what study.yaml does not ask has no rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pipeline.errors import AnalysisRefused
from pipeline.estimates import row
from pipeline.model import Row
from pipeline.model.case import Case

FURTHER: Mapping[str, Callable[[Case], list[Row]]] = {}
"""Analysis -> its rows; empty where the study does not ask for it."""


def further_rows(case: Case) -> list[Row]:
    """Rows of all of them. One that the data cannot carry has a single row with its state, and stops no other."""
    rows: list[Row] = []
    for name, rows_of in FURTHER.items():
        try:
            rows += rows_of(case)
        except AnalysisRefused:
            rows.append(row(name, "answered", outcome=case.setting.outcome, state="too_few", reason="refused"))
    return rows
