"""Figures behind the assumptions of the linear model that are checked by name."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.special import gammaincc, ndtr, stdtr

from pipeline.estimates import row
from pipeline.model import Row, Setting, everyone
from pipeline.model.regression import Fit, ols_apart
from pipeline.model.robustness._boosting import BINS, bins
from pipeline.sample import Sample

Array = np.ndarray

NOTHING = 1e-12


def assumption_rows(sample: Sample, setting: Setting, order: Array | None = None) -> list[Row]:
    """distinct_values of every construct, monotone_loss of every rating, and three tests of the residuals.

    order: (r,) numbers by which the interviews of the sample's rows followed each other, if that is known. Residuals
    are those of the unweighted regression, as the tests assume; that of a weighted study has its own errors anyway.
    """
    common = {"outcome": setting.outcome, **everyone(sample)}
    model = sample.model
    fit = ols_apart(model.x, model.y, model.names[:-1])
    return [
        *_distinct(sample, common),
        *_monotone(sample, common),
        _residual_row("largest_residual", largest_residual(fit), common),
        _serial(fit, sample, order, common),
        _residual_row("breusch_pagan", breusch_pagan(fit, model.x), common),
    ]


def _residual_row(metric: str, figures: tuple[float, float] | None, common: Row) -> Row:
    """A row; where the model leaves nothing over there is nothing to test."""
    if figures is None:
        return row("assumption", metric, state="too_few", reason="small_base", **common)
    return row("assumption", metric, estimate=figures[0], p_value=figures[1], **common)


def _distinct(sample: Sample, common: Row) -> Iterator[Row]:
    for name, column in zip(sample.names, sample.scores.T, strict=True):
        count = len(np.unique(np.round(column, 9)))
        yield row("assumption", "distinct_values", term=name, estimate=float(count), **common)


def largest_residual(fit: Fit) -> tuple[float, float] | None:
    """Externally studentised residual farthest from 0, and its two-sided p after Bonferroni.

    Belsley, Kuh & Welsch (1980, sec. 2.1); the outlier test of Cook & Weisberg (1982). A row whose own leverage is 1
    has no such residual.
    """
    n, k = len(fit.residuals), len(fit.b)
    free = fit.leverage < 1 - NOTHING
    if n - k - 1 < 1 or not free.any() or not fit.r2 < 1 - NOTHING:
        return None
    inner = fit.residuals[free] / (fit.sigma * np.sqrt(1 - fit.leverage[free]))
    left = np.maximum((n - k - inner**2) / (n - k - 1), NOTHING)
    outer = inner / np.sqrt(left)
    farthest = float(outer[np.abs(outer).argmax()])
    return farthest, float(min(1.0, 2 * stdtr(n - k - 1, -abs(farthest)) * free.sum()))


def breusch_pagan(fit: Fit, x: Array) -> tuple[float, float] | None:
    """n R² of the squared residuals on the columns of x, and its chi-square p (Koenker 1981, studentised)."""
    if not fit.r2 < 1 - NOTHING:
        return None
    squared = fit.residuals**2
    centred = x - x.mean(0)
    scale = np.where(np.ptp(x, axis=0) > 0, centred.std(0), 1.0)
    fitted = centred / scale @ np.linalg.lstsq(centred / scale, squared - squared.mean(), rcond=None)[0]
    statistic = float(len(squared) * (fitted @ fitted) / ((squared - squared.mean()) ** 2).sum())
    return statistic, float(gammaincc(x.shape[1] / 2, statistic / 2))


def durbin_watson(residuals: Array) -> float:
    """Sum of the squared steps between neighbours over the sum of squares (Durbin & Watson 1950)."""
    return float((np.diff(residuals) ** 2).sum() / (residuals @ residuals))


def durbin_watson_moments(x: Array) -> tuple[float, float]:
    """Mean and variance of the statistic under independent errors; x: (n, k), the 1 among them (Durbin & Watson 1950).

    From traces of A M, where M = I - X (X'X)^-1 X' makes the residuals and A the squared steps.
    """
    n, k = x.shape
    steps = np.zeros_like(x)
    steps[:-1] -= np.diff(x, axis=0)
    steps[1:] += np.diff(x, axis=0)
    basis = np.linalg.qr(x)[1]
    inverse = np.linalg.inv(basis)
    bread = inverse @ inverse.T
    across = x.T @ steps @ bread
    first = 2 * (n - 1) - np.trace(across)
    second = 2 * (3 * n - 4) - 2 * np.trace(steps.T @ steps @ bread) + np.trace(across @ across)
    mean = first / (n - k)
    return float(mean), float(2 * (second - first * mean) / ((n - k) * (n - k + 2)))


def _serial(fit: Fit, sample: Sample, order: Array | None, common: Row) -> Row:
    """1 - DW/2 of the residuals in the order of the interviews; of stacked rows, of the respondents' mean residuals.

    Two-sided p from the normal approximation with the exact moments of DW, or with 1/n where rows are stacked.
    """
    if order is None:
        return row("assumption", "serial_correlation", state="not_defined", reason="no_order", **common)
    if not fit.r2 < 1 - NOTHING:
        return _residual_row("serial_correlation", None, common)
    place, residuals = np.argsort(order, kind="stable"), fit.residuals
    if sample.stacked:
        _, person = np.unique(sample.respondent, return_inverse=True)
        means = np.bincount(person, residuals) / np.bincount(person)
        residuals = means[list(dict.fromkeys(person[place].tolist()))]
        residuals = residuals - residuals.mean()
        moments = (2.0, 4 / len(residuals))
    else:
        residuals = residuals[place]
        moments = durbin_watson_moments(np.column_stack([np.ones(len(place)), sample.model.x[place]]))
    statistic = durbin_watson(residuals)
    p = float(2 * ndtr(-abs(statistic - moments[0]) / np.sqrt(moments[1])))
    return row("assumption", "serial_correlation", estimate=1 - statistic / 2, p_value=p, **common)


def _monotone(sample: Sample, common: Row) -> Iterator[Row]:
    weight = sample.design.weight
    y = sample.scores[:, -1]
    # As many as the weighted, clustered answers are worth: else chance would look like a bend.
    worth = weight * (sample.everyone.n_eff / weight.sum())
    for at, name in enumerate(sample.names[:-1]):
        level = bins(sample.scores[:, at], BINS)
        total = np.bincount(level, worth)
        means = np.bincount(level, worth * y) / total
        within = float(worth @ (y - means[level]) ** 2)
        loss, p = monotone_loss(means, total, within)
        yield row("assumption", "monotone_loss", term=name, estimate=loss, p_value=p, **common)


def monotone_loss(means: Array, weight: Array, within: float) -> tuple[float, float]:
    """Part of the variance between k levels that the better of a rising and a falling line of means loses, and its p.

    The p is that of the likelihood ratio test of a monotone order against any other (Robertson, Wright & Dykstra 1988,
    sec. 2.3, level probabilities of equal weights), where the order is most in doubt: all means equal. `within`:
    sum of squares within levels.
    """
    between = float(weight @ (means - weight @ means / weight.sum()) ** 2)
    if between <= NOTHING * max(within, NOTHING):
        return 0.0, 1.0
    lost = min(float(weight @ (means - sign * rising(sign * means, weight)) ** 2) for sign in (1.0, -1.0))
    left = within / max(float(weight.sum()) - len(means), 1.0)
    return lost / between, _bent(lost / left, len(means)) if left > 0 else float(lost <= 0)


def rising(means: Array, weight: Array) -> Array:
    """(k,) means made to rise by pooling neighbours (Ayer et al. 1955): the nearest rising values by weight."""
    blocks: list[tuple[float, float, int]] = []
    for mean, size in zip(means.tolist(), weight.tolist(), strict=True):
        block = (mean, size, 1)
        while blocks and blocks[-1][0] >= block[0]:
            before = blocks.pop()
            total = before[1] + block[1]
            block = ((before[0] * before[1] + block[0] * block[1]) / total, total, before[2] + block[2])
        blocks.append(block)
    return np.repeat([block[0] for block in blocks], [block[2] for block in blocks])


def _bent(statistic: float, k: int) -> float:
    """Chance of a larger statistic: chi-squares with k - l degrees, weighted by P(l levels left of k)."""
    if statistic <= NOTHING:
        return 1.0
    chance = np.zeros(k + 1)
    chance[1] = 1.0
    for size in range(2, k + 1):
        # P(l, size) = P(l - 1, size - 1) / size + P(l, size - 1) (size - 1) / size.
        chance[1:] = chance[:-1] / size + chance[1:] * (size - 1) / size
    degrees = k - np.arange(1, k)
    return float(chance[1:k] @ gammaincc(degrees / 2, statistic / 2))
