"""Routing: who was asked what, why an answer is missing, and which other answer decided whether a question came up."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from pipeline.estimates import row
from pipeline.model import Row, Setting, based
from pipeline.responses import Reason, Responses
from pipeline.screen import Screening
from pipeline.study import Study
from pipeline.suppression import few
from pipeline.weight import base

Array = np.ndarray

COUNTED = {
    "answered": (Reason.ANSWERED,),
    "skipped": (Reason.SKIPPED,),
    "declined": (Reason.DECLINED,),
    "not_asked": (Reason.NOT_ASKED,),
}
DECIDED = 0.5
"""Difference of the shares asked between two groups from which on the variable may be what decided."""


def routing_rows(responses: Responses, screening: Screening, study: Study, setting: Setting) -> list[Row]:
    """asked, answered, skipped, declined, not_asked of every item and variable, counted over the rows that were kept.

    Where only a few respondents were asked, or all but a few, one suppressed row: it would say how many they are.
    Counts are unweighted and of ratings where rows are stacked; reasons that nobody gave have no row. Where some were
    asked and some not, asked_share by the levels of the category that parts them best, if by half or more.
    """
    kept = np.flatnonzero(screening.keep)
    people = responses.respondent[kept]
    common = {"outcome": setting.outcome, **based(base(np.ones(len(kept)), people))}
    rows: list[Row] = []
    for term, reasons in _questions(responses, study, kept):
        asked = reasons != Reason.NOT_ASKED
        if few(people, asked, setting.minimum_base):
            rows.append(row("routing", "asked", term=term, state="suppressed", reason="small_base"))
            continue
        rows.append(row("routing", "asked", term=term, estimate=float(asked.sum()), **common))
        counts = {metric: float(np.isin(reasons, kinds).sum()) for metric, kinds in COUNTED.items()}
        found = {metric: count for metric, count in counts.items() if count or metric == "answered"}
        rows += [row("routing", metric, term=term, estimate=count, **common) for metric, count in found.items()]
        if asked.any() and not asked.all():
            rows += _decided(responses, kept, term, asked, setting)
    return rows


def _questions(responses: Responses, study: Study, kept: Array) -> Iterator[tuple[str, Array]]:
    """(r,) reasons of every item, in the order of the study, then of every variable that is a question of its own."""
    for name in study.definition.constructs:
        for item in study.construct(name).items:
            yield item, responses.reasons[item].to_numpy()[kept]
    for name in map(str, responses.variable_reasons):
        if study.variable(name).from_:
            continue
        yield name, responses.variable_reasons[name].to_numpy()[kept]


def _decided(responses: Responses, kept: Array, term: str, asked: Array, setting: Setting) -> list[Row]:
    """asked_share by the levels of the variable that tells best who was asked; levels of too few people are hidden."""
    best: list[Row] = []
    widest = DECIDED
    for name in map(str, responses.variables):
        column = responses.variables[name].iloc[kept]
        if name == term or column.dtype.kind == "f":
            continue
        found = _by_level(name, column, responses.respondent[kept], term, asked, setting)
        shares = [entry["estimate"] for entry in found if entry["estimate"] is not None]
        if len(shares) > 1 and max(shares) - min(shares) > widest:
            best, widest = found, max(shares) - min(shares)
    return best


def _by_level(name: str, column: pd.Series, people: Array, term: str, asked: Array, setting: Setting) -> list[Row]:
    codes, levels = column.cat.codes.to_numpy(), column.cat.categories
    rows = []
    for at, level in enumerate(levels):
        inside = codes == at
        size = base(np.ones(int(inside.sum())), people[inside])
        common = {"outcome": setting.outcome, "term": term, "contrast": f"{name}={level}"}
        if size.n >= setting.minimum_base:
            share = float(asked[inside].mean())
            rows.append(row("routing", "asked_share", estimate=share, **common, **based(size)))
        elif size.n:
            rows.append(row("routing", "asked_share", state="suppressed", reason="small_base", **common))
    return rows
