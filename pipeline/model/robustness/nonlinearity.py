"""Whether straight lines are enough, and whether low or high ratings weigh more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from pipeline.estimates import row
from pipeline.model import Row, Setting, based, everyone
from pipeline.model.keyed import words
from pipeline.model.robustness._boosting import Boost, Learners, best_steps
from pipeline.model.robustness._boxes import box_rows
from pipeline.model.validation import FOLDS, folds
from pipeline.sample import Sample
from pipeline.specs import Scale
from pipeline.weight import Design

Array = np.ndarray

THIRDS = 3
MOST_ROWS = 20_000
"""Rows that the boosted model looks at; more would only cost time."""
STREAM = 6
"""Words that deal units to folds, apart from those of the resamples."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """Weighted squared errors (units,) of both models where they were not fitted, and of the mean of the other folds.

    rows: (r,) whether a row took part. stratum: (units,) of the units that did.
    """

    linear: Array
    boosted: Array
    mean: Array
    rows: Array
    stratum: Array

    def r2(self, errors: Array) -> float:
        """1 less the squared errors over those of the mean."""
        return float(1 - errors.sum() / self.mean.sum())


def places(design: Design, seed: int) -> Array:
    """(units,) place of each sampling unit in a random order that is keyed on the unit, whatever the row order."""
    drawn = words(seed, design.keys, np.arange(1), stream=STREAM)[0].ravel()
    place = np.empty(len(drawn), dtype=int)
    place[np.lexsort((design.keys, drawn))] = np.arange(len(drawn))
    return place


def cross_validated(sample: Sample, seed: int) -> Unseen:
    """Errors of both models in the folds of `validation`; the steps are counted within each training part.

    How many there are is what does best when a third of the training folds is left out, each third in its turn.
    Of very large samples a random part is used.
    """
    design, place = sample.design, places(sample.design, seed)
    inside = place < max(1, len(place) * MOST_ROWS // len(design.unit))
    rows = inside[design.unit]
    fold = folds(design, seed)[rows]
    weight = design.weight[rows] / design.weight[rows].mean()
    x, y = sample.model.x[rows], sample.model.y[rows]
    x, y = x - x.mean(0), y - np.average(y, weights=weight)
    unit = (np.cumsum(inside) - 1)[design.unit[rows]]
    sums, sizes = np.bincount(fold, weight * y, FOLDS), np.bincount(fold, weight, FOLDS)
    elsewhere = ((sums.sum() - sums) / (sizes.sum() - sizes))[fold]
    fitted = (*_unseen(x, y, weight, fold), elsewhere)
    errors = [np.bincount(unit, weight * (y - each) ** 2) for each in fitted]
    return Unseen(linear=errors[0], boosted=errors[1], mean=errors[2], rows=rows, stratum=design.strata[inside])


def _unseen(x: Array, y: Array, weight: Array, fold: Array) -> tuple[Array, Array]:
    """Predictions of both models for the rows of each fold from the others."""
    learners = Learners.of(x)
    rows = [np.flatnonzero(fold == at) for at in range(FOLDS)]
    products = [learners.products(x, y, weight, part) for part in rows]
    total = sum(products[1:], products[0])
    straight, bent = np.empty(len(y)), np.empty(len(y))
    for at, part in enumerate(rows):
        others = [each for other, each in enumerate(products) if other != at]
        tests = [sum(others[third + THIRDS :: THIRDS], others[third]) for third in range(THIRDS)]
        train = total - products[at]
        model = Boost(learners, train)
        for _ in range(best_steps(learners, train, tests)):
            model.step()
        straight[part], bent[part] = model.predictions(learners, x, part)
    return straight, bent


def nonlinearity_rows(sample: Sample, scales: Mapping[str, Scale], setting: Setting, seed: int) -> list[Row]:
    """r2_cv of straight lines and of a boosted model, their difference; penalty, reward and asymmetry of the drivers.

    The difference has a normal interval from the linearised ratio of unit totals (Särndal, Swensson & Wretman 1992,
    ch. 5), within strata where there are some.
    """
    return [*_gain_rows(sample, setting, seed), *box_rows(sample, scales, setting, seed)]


def _gain_rows(sample: Sample, setting: Setting, seed: int) -> list[Row]:
    common = {"outcome": setting.outcome, **everyone(sample)}
    linear, boosted = ({"contrast": f"model:{name}", **common} for name in ("linear", "boosted"))
    if len(sample.design.keys) < 2 * FOLDS + sample.model.x.shape[1]:
        absent = {"state": "too_few", "reason": "small_base"}
        rows = [row("nonlinearity", "r2_cv", **absent, **each) for each in (linear, boosted)]
        return [*rows, row("nonlinearity", "r2_cv_gain", **absent, **common)]
    errors = cross_validated(sample, seed)
    gain = errors.r2(errors.boosted) - errors.r2(errors.linear)
    left = errors.linear - errors.boosted - gain * errors.mean
    error = _error(left, np.unique(errors.stratum, return_inverse=True)[1]) / float(errors.mean.sum())
    linear, boosted, common = (each | based(sample.base(errors.rows)) for each in (linear, boosted, common))
    reach = float(ndtri((1 + setting.level) / 2)) * error
    limits = {"conf_low": gain - reach, "conf_high": gain + reach, "conf_level": setting.level, "std_error": error}
    return [
        row("nonlinearity", "r2_cv", estimate=errors.r2(errors.linear), **linear),
        row("nonlinearity", "r2_cv", estimate=errors.r2(errors.boosted), **boosted),
        row("nonlinearity", "r2_cv_gain", estimate=gain, **limits, **common),
    ]


def _error(totals: Array, stratum: Array) -> float:
    """Standard error of the sum of (units,) totals drawn within strata."""
    units = np.bincount(stratum).astype(float)
    left = totals - (np.bincount(stratum, totals) / units)[stratum]
    ratio = (units / np.maximum(units - 1, 1))[stratum]
    return float(np.sqrt((ratio * left**2).sum()))
