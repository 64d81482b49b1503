"""Whether a single respondent decides the result: the model again without each of those who pull hardest."""

from __future__ import annotations

import numpy as np

from pipeline.estimates import row
from pipeline.model import Row, Setting, everyone
from pipeline.model.drivers import NOTHING, loosened
from pipeline.model.importance import SMALLEST_EIGENVALUE, r2, usable
from pipeline.model.players import Structure, arranged, drawn_values, settled, values
from pipeline.model.regression import Fit, ols_apart
from pipeline.moments import Moments, from_sums, unit_sums
from pipeline.sample import Sample

Array = np.ndarray

MOST_TRIED = 200
"""Respondents left out one at a time: those with the largest weighted pull on the regression."""


def influence_rows(model: Fit, moments: Moments, sample: Sample, setting: Setting) -> list[Row]:
    """Largest Cook's distance, and what leaving out one respondent does to R² and to the first driver."""
    common: Row = {"outcome": setting.outcome, **everyone(sample)}
    terms = sample.model
    unweighted = ols_apart(terms.x, terms.y, terms.names[:-1])
    structure, floor = Structure.of(terms), SMALLEST_EIGENVALUE
    whole, without = (
        moments.correlations,
        settled(_without_one(model, moments, sample).correlations, structure.optional),
    )
    if not usable(whole[:-1, :-1]):
        whole, without, floor = loosened(whole), loosened(without), 0.0
    whole, others = whole[None], without[usable(without[:, :-1, :-1], floor) & np.isfinite(without).all((-2, -1))]
    here = arranged(whole, structure)
    exact = values(here, structure, "lmg")[0]
    lmg = drawn_values(arranged(others, structure), exact, here, structure, "lmg") if len(others) else exact[None][:0]
    fits = [r2(correlations[:, :-1, :-1], correlations[:, :-1, -1]) for correlations in (whole, others)]
    return [
        row("influence", "cooks_distance", estimate=float(unweighted.cooks.max()), **common),
        row("influence", "leave_one_out_r2", estimate=float(np.abs(fits[1] - fits[0]).max(initial=0.0)), **common),
        row(
            "influence",
            "leave_one_out_first",
            estimate=float((lmg.max(-1) > lmg[:, exact.argmax()] + NOTHING).sum()),
            **common,
        ),
    ]


def _without_one(model: Fit, moments: Moments, sample: Sample) -> Moments:
    """Moments with a leading axis: everybody but one of the respondents who pull hardest."""
    weight = sample.design.weight
    people, index = np.unique(sample.respondent, return_inverse=True)
    sums = unit_sums(sample.model.values, weight, index, len(people), moments.origin)
    pull = np.bincount(index, model.leverage * weight * model.residuals**2 / np.maximum(1 - model.leverage, 1e-12) ** 2)
    chosen = np.sort(np.argsort(-pull, kind="stable")[:MOST_TRIED])
    return from_sums(sums.sum(0) - sums[chosen], sample.model.names, moments.origin, moments.rows - 1)
