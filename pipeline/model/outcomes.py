"""The shares again, with the outcome modelled in other ways: does it matter that it was taken as a straight score?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from scipy.special import ndtri

from pipeline.estimates import row
from pipeline.model import Row, Setting, everyone
from pipeline.model.drivers import loosened
from pipeline.model.importance import METHODS, culprits, r2, usable
from pipeline.model.likelihood import (
    MOST_DRIVERS,
    Along,
    Count,
    Logit,
    Model,
    Ordered,
    ParallelLines,
    Shares,
    along,
    blocks_within,
    fit_along,
    fit_subsets,
    mcfadden,
    parallel_lines,
    tjur,
)
from pipeline.model.polychoric import polychoric
from pipeline.sample import Sample

Array = np.ndarray
OutcomeType = Literal["score", "binary", "ordered", "count"]

MOST_WORK = 1 << 22
"""Rows times subsets up to which a model is fitted to every subset unasked: about a second a model."""
DECLARED_WORK = 1 << 26
"""The same where the study says what its outcome is: 15 drivers and 2,000 respondents take some ten seconds a model.

Beyond it, or beyond 15 drivers, every model follows a sample of the orders of entry instead, within the same work.
"""
MOST_CATEGORIES = 30
"""Distinct scores up to which an ordered model takes each for a category of its own."""

STATES: Mapping[str, str] = {
    "separation": "not_defined",
    "collinear": "singular",
    "nothing_explained": "not_defined",
    "not_counts": "not_defined",
    "two_categories": "not_defined",
    "nothing_ordered": "not_defined",
    "too_much_work": "not_defined",
    "not_converged": "not_converged",
    "one_class": "no_variance",
    "few_answers": "too_few",
    "few_units": "too_few",
}
"""Reason why a figure does not exist -> its state."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Data:
    """Rows to fit: x (n, p), y (n,), weight (n,) with mean 1 over the rows of the sample; of_row: (r,) row -> n.

    subsets: those to fit, None for all.
    """

    x: Array
    y: Array
    weight: Array
    of_row: Array
    subsets: Along | None = None


def outcome_rows(sample: Sample, setting: Setting, cutoff: float, outcome_type: OutcomeType = "score") -> list[Row]:
    """lmg_share of every driver and pseudo_r2 by each model that suits the type of outcome; parallel_lines.

    cutoff: score from which the binary outcome of the logit counts as reached. An outcome with more than
    MOST_CATEGORIES distinct scores is rounded to whole scale points for the ordered model. Errors are those of the
    infinitesimal jackknife by sampling unit and stratum; the polychoric shares have none, and the reason 'smoothed'
    where their correlations had to be mended. Where a type is declared, and drivers or rows are too many for every
    subset, orders of entry are sampled: sampling_error says how far that moves a share, whose error holds it too.
    """
    rows: list[Row] = []
    most = {name: MOST_WORK if outcome_type != name else DECLARED_WORK for name in ("binary", "ordered", "count")}
    sampled = 0 if outcome_type == "score" else DECLARED_WORK
    if outcome_type == "count":
        data = _data(_counts(sample), sample, most["count"], sampled)
        rows += _likelihood_rows("count", {"count_mcfadden": mcfadden}, data, sample, setting)
    else:
        data = _data(_reached(sample, cutoff), sample, most["binary"], sampled)
        rows += _likelihood_rows("logit", {"logit_mcfadden": mcfadden, "logit_tjur": tjur}, data, sample, setting)
    if outcome_type in ("score", "ordered"):
        steps = _steps(sample)
        data = _data(steps, sample, most["ordered"], sampled)
        rows += _likelihood_rows("ordered", {"ordered_mcfadden": mcfadden}, data, sample, setting)
        rows.append(_parallel_row(steps, sample, setting))
    return rows + _polychoric_rows(sample, setting)


def _reached(sample: Sample, cutoff: float) -> Array | str:
    """(r,) whether the score reaches the cutoff; of an outcome with two values, whether it is the larger."""
    values = np.unique(sample.scores[:, -1])
    reached = sample.scores[:, -1] >= (values[-1] if len(values) == 2 else cutoff) - 1e-9
    return reached.astype(int) if reached.any() and not reached.all() else "one_class"


def _steps(sample: Sample) -> Array | str:
    """(r,) number of each score's category, 0 for the lowest."""
    scores = np.round(sample.scores[:, -1], 9)
    values, steps = np.unique(scores, return_inverse=True)
    if len(values) > MOST_CATEGORIES:
        values, steps = np.unique(np.rint(scores), return_inverse=True)
    return steps if 3 <= len(values) <= MOST_CATEGORIES else "two_categories"


def _counts(sample: Sample) -> Array | str:
    counts = np.rint(sample.scores[:, -1])
    whole = np.allclose(counts, sample.scores[:, -1], atol=1e-9)
    return counts if whole and counts.min() >= 0 else "not_counts"


MODELS: Mapping[str, Callable[[Array, Array, Array], Model]] = {"logit": Logit, "ordered": Ordered, "count": Count}


def _likelihood_rows(
    kind: str,
    measures: Mapping[str, Callable[..., Shares]],
    data: Data | str,
    sample: Sample,
    setting: Setting,
) -> list[Row]:
    model = data if isinstance(data, str) else MODELS[kind](data.x, data.y, data.weight)
    params = model if isinstance(data, str) or isinstance(model, str) else _fitted(model, data)
    if isinstance(data, str) or isinstance(model, str) or isinstance(params, str):
        return [each for name in measures for each in _absent(name, str(params), sample, setting)]
    rows: list[Row] = []
    for name, measure in measures.items():
        found = measure(model, params, data.subsets)
        scale = len(data.of_row) / sample.design.weight.sum()
        found = replace(found, influence=found.influence[data.of_row] * scale)
        rows += _share_rows(name, found, sample, setting)
    return rows


def _fitted(model: Model, data: Data) -> Array | str:
    return fit_subsets(model, data.x.shape[1]) if data.subsets is None else fit_along(model, data.subsets)


def _data(outcome: Array | str, sample: Sample, most: int, sampled: int) -> Data | str:
    """Rows to fit; where they are many, equal ones are put together. Or the reason why nothing is fitted.

    most: rows times subsets up to which all subsets are fitted; sampled: the same of those along sampled orders.
    """
    if isinstance(outcome, str):
        return outcome
    if _repeated(sample):
        return "collinear"
    drivers, weight = len(sample.drivers), sample.design.weight / sample.design.weight.mean()
    data = Data(x=sample.scores[:, :-1], y=outcome, weight=weight, of_row=np.arange(len(weight)))
    every = drivers <= MOST_DRIVERS
    if every and len(data.x) << drivers <= most:
        return data
    data = _merged(data)
    if every and len(data.x) << drivers <= most:
        return data
    blocks = blocks_within(len(data.x), drivers, sampled)
    return replace(data, subsets=along(drivers, blocks)) if blocks else "too_much_work"


def _merged(data: Data) -> Data:
    """The same with equal rows put together."""
    patterns, of_row = np.unique(np.column_stack([data.x, data.y]), axis=0, return_inverse=True)
    of_row = of_row.ravel()
    y, weight = patterns[:, -1].astype(int), np.bincount(of_row, data.weight)
    return Data(x=patterns[:, :-1], y=y, weight=weight, of_row=of_row)


def _repeated(sample: Sample) -> bool:
    """Whether drivers repeat each other, so that their coefficients cannot be fitted."""
    return bool(culprits(np.corrcoef(sample.scores[:, :-1], rowvar=False).reshape(len(sample.drivers), -1)))


def _share_rows(name: str, found: Shares, sample: Sample, setting: Setting) -> list[Row]:
    if not np.isfinite(found.shares).all():
        return _absent(name, "nothing_explained", sample, setting)
    common = _common(name, sample, setting)
    error = found.total_error(sample.design)
    reach = ndtri((1 + setting.level) / 2) * error
    whole = _interval(error, max(found.total - reach, 0.0), min(found.total + reach, 1.0), setting)
    rows = [row("outcome_models", "pseudo_r2", estimate=found.total, **whole, **common)]
    limits = found.share_interval(sample.design, setting.level)
    for driver, share, error, low, high in zip(sample.drivers, found.shares, *limits, strict=True):
        figures = _interval(error, low, high, setting)
        rows.append(row("outcome_models", "lmg_share", term=driver, estimate=float(share), **figures, **common))
    if found.sampling.any():
        rows += [
            row("outcome_models", "sampling_error", term=driver, estimate=float(value), **common)
            for driver, value in zip(sample.drivers, found.sampling_error, strict=True)
        ]
    return rows


def _interval(error: float, low: float, high: float, setting: Setting) -> Row:
    return {
        "std_error": float(error),
        "conf_low": float(low),
        "conf_high": float(high),
        "conf_level": setting.level,
    }


def _parallel_row(steps: Array | str, sample: Sample, setting: Setting) -> Row:
    if not isinstance(steps, str) and _repeated(sample):
        steps = "collinear"
    found = steps if isinstance(steps, str) else parallel_lines(sample.scores[:, :-1], steps, sample.design)
    common = _common("ordered_mcfadden", sample, setting)
    if isinstance(found, ParallelLines):
        return row("outcome_models", "parallel_lines", estimate=found.chi2, p_value=found.p, **common)
    return row("outcome_models", "parallel_lines", state=STATES[found], reason=found, **common)


def _polychoric_rows(sample: Sample, setting: Setting) -> list[Row]:
    found = polychoric(sample.scores, sample.design.weight, sample.names)
    if not found.ordered.any():
        return _absent("polychoric", "nothing_ordered", sample, setting)
    matrix = found.moments.correlations
    matrix = matrix if usable(matrix[:-1, :-1]) else loosened(matrix)
    whole = float(r2(matrix[:-1, :-1], matrix[:-1, -1]))
    raw = METHODS["lmg"](matrix[:-1, :-1], matrix[:-1, -1])
    common = _common("polychoric", sample, setting) | ({"reason": "smoothed"} if found.smoothed else {})
    return [
        row("outcome_models", "pseudo_r2", estimate=whole, **common),
        *(
            row("outcome_models", "lmg_share", term=driver, estimate=float(value / whole), **common)
            for driver, value in zip(sample.drivers, raw, strict=True)
        ),
    ]


def _absent(name: str, reason: str, sample: Sample, setting: Setting) -> list[Row]:
    common = _common(name, sample, setting) | {"state": STATES[reason], "reason": reason}
    return [
        row("outcome_models", "pseudo_r2", **common),
        *(row("outcome_models", "lmg_share", term=driver, **common) for driver in sample.drivers),
    ]


def _common(name: str, sample: Sample, setting: Setting) -> Row:
    return {"outcome": setting.outcome, "contrast": f"model:{name}", **everyone(sample)}
