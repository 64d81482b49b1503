"""What people answered: means, correlations, distributions, and importance against performance."""

from __future__ import annotations

import numpy as np

from pipeline.estimates import row
from pipeline.model import Row, Setting, based, everyone, spread
from pipeline.model.drivers import Importance
from pipeline.model.resample import Resampled, interval
from pipeline.sample import Sample
from pipeline.specs import Scale

Array = np.ndarray

QUADRANTS = ("fix", "keep", "low", "overkill")


def description_rows(scores: Resampled, tops: Resampled, sample: Sample, setting: Setting) -> list[Row]:
    """mean, sd, top2box of every construct and r of every pair; intervals by percentile bootstrap."""
    common = {"outcome": setting.outcome, **everyone(sample)}
    rows: list[Row] = []
    for metric, resampled in (("mean", scores), ("top2box", tops)):
        point, draws = resampled.point.mean, resampled.draws.mean
        low, high = interval(draws, setting.level)
        for at, name in enumerate(sample.names):
            limits = spread(draws[:, at], low[at], high[at], setting.level)
            rows.append(row("description", metric, term=name, estimate=float(point[at]), **limits, **common))
    for at, name in enumerate(sample.names):
        rows.append(row("description", "sd", term=name, estimate=float(scores.point.sd[at]), **common))
    correlations = scores.point.correlations
    for at, name in enumerate(sample.names):
        for other in range(at):
            contrast = f"with:{sample.names[other]}"
            rows.append(
                row("description", "r", term=name, contrast=contrast, estimate=float(correlations[at, other]), **common)
            )
    return rows


def control_rows(correlations: Array, sample: Sample, setting: Setting) -> list[Row]:
    """r of every control column with all others, from (q, q) correlations of the model: a replication needs them."""
    names, controls = sample.model.names, sample.model.controls
    common = {"outcome": setting.outcome, **everyone(sample)}
    return [
        row(
            "description",
            "r",
            term=name,
            contrast=f"with:{names[at]}",
            estimate=float(correlations[at, other]),
            **common,
        )
        for at in range(controls)
        for other, name in enumerate(names)
        if other > at
    ]


def distribution_rows(sample: Sample, scales: dict[str, Scale], setting: Setting) -> list[Row]:
    """Weighted share of the answers to each construct's items that fall on each point of its scale, items pooled."""
    rows: list[Row] = []
    for name in sample.names:
        answers, scale = sample.items[name], scales[name]
        given = np.isfinite(answers)
        weight = np.where(given, sample.design.weight[:, None], 0.0)
        common = {"outcome": setting.outcome, "term": name, **based(sample.base(given.any(1)))}
        for value in range(scale.low, scale.high + 1):
            share = float(weight[answers == value].sum() / weight.sum())
            rows.append(row("distribution", "share_of_answers", contrast=f"answer:{value}", estimate=share, **common))
    return rows


def rescaled(values: Array, scales: list[Scale]) -> Array:
    """Means moved to 0-100 by the scales' own end points, never by what was observed. values: (…, p)."""
    low = np.array([scale.low for scale in scales], float)
    high = np.array([scale.high for scale in scales], float)
    return 100 * (values - low) / (high - low)


def performance_rows(
    importance: Importance, scores: Resampled, sample: Sample, scales: list[Scale], setting: Setting
) -> list[Row]:
    """Performance of every driver that is a construct and of their average, and P(quadrant) from the same resamples.

    Variables and interactions have no rating, so they have no place in the quadrants. The draws of the importance are
    the first of those of the scores, or all of them.
    """
    common = {"outcome": setting.outcome, **everyone(sample)}
    point, draws = rescaled(scores.point.mean[:-1], scales), rescaled(scores.draws.mean[:, :-1], scales)
    average, average_draws = point.mean(), draws.mean(1)
    rows: list[Row] = []
    rated = sample.names[:-1]
    columns = [(name, point[at], draws[:, at]) for at, name in enumerate(rated)]
    for term, value, drawn in [*columns, (None, average, average_draws)]:
        low, high = interval(drawn, setting.level)
        limits = spread(drawn, float(low), float(high), setting.level)
        rows.append(row("performance", "performance", term=term, estimate=float(value), **limits, **common))
    shares = importance.share()[1][:, [importance.drivers.index(name) for name in rated]]
    exists = np.isfinite(shares).all(1)
    below = (draws < average_draws[:, None])[: len(shares)]
    important, rated_low = shares[exists] > 1 / len(sample.drivers), below[exists]
    for at, name in enumerate(rated):
        matters, low_rated = important[:, at], rated_low[:, at]
        rows.append(row("performance", "prob_important", term=name, estimate=float(matters.mean()), **common))
        rows.append(row("performance", "prob_rated_low", term=name, estimate=float(low_rated.mean()), **common))
        inside = (matters & low_rated, matters & ~low_rated, ~matters & low_rated, ~matters & ~low_rated)
        for quadrant, members in zip(QUADRANTS, inside, strict=True):
            rows.append(
                row(
                    "performance",
                    "prob_quadrant",
                    term=name,
                    contrast=quadrant,
                    estimate=float(members.mean()),
                    **common,
                )
            )
    return rows
