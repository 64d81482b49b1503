"""Every question beyond the model, in the order of the report: what study.yaml does not ask has no rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pipeline.errors import AnalysisRefused
from pipeline.estimates import row
from pipeline.model import Row
from pipeline.model.case import Case
from pipeline.model.classes import classes_rows
from pipeline.model.comparability import comparability_rows
from pipeline.model.contrasted import outcomes_rows
from pipeline.model.journey import journey_rows
from pipeline.model.lock_in import lock_in_rows
from pipeline.model.mediation import mediation_rows
from pipeline.model.paradox import paradox_rows
from pipeline.model.pricing import pricing_rows
from pipeline.model.promotion import promotion_rows
from pipeline.model.rivals import rivals_rows
from pipeline.model.stated import stated_rows
from pipeline.model.total_value import total_value_rows
from pipeline.model.what_if import what_if_rows

FURTHER: Mapping[str, Callable[[Case], list[Row]]] = {
    "total_value": total_value_rows,
    "stated": stated_rows,
    "outcomes": outcomes_rows,
    "mediation": mediation_rows,
    "paradox": paradox_rows,
    "rivals": rivals_rows,
    "pricing": pricing_rows,
    "promotion": promotion_rows,
    "classes": classes_rows,
    "lock_in": lock_in_rows,
    "journey": journey_rows,
    "what_if": what_if_rows,
    "comparability": comparability_rows,
}
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
