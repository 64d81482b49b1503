"""Design-based variance by linearisation (Binder 1983; Lumley 2010, ch. 2), as R's survey package has it.

Units are drawn with replacement within their strata, less the part of the population that was sampled. Where weights
were adjusted to margins, what the margins explain is taken out first (Deville & Särndal 1992): margins that are known
do not vary. Strata of one unit count only where all of their population was sampled, and then they add nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.weight import Design

Array = np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """Weighted means of k columns. cov: (k, k) of their errors. df: units less strata, for t intervals.

    deff: (k,) variance over that of a simple random sample of as many rows (R `svymean(deff = "replace")`).
    """

    mean: Array
    cov: Array
    deff: Array
    df: int

    @property
    def se(self) -> Array:
        """(k,) standard errors."""
        return np.sqrt(np.maximum(np.diagonal(self.cov), 0.0))

    def interval(self, level: float) -> tuple[Array, Array]:
        """(k,) limits of the t intervals."""
        from scipy.special import stdtrit

        reach = stdtrit(self.df, (1 + level) / 2) * self.se
        return self.mean - reach, self.mean + reach


def means(columns: Array, design: Design) -> Means:
    """Means of (r, k) columns and their design-based errors; proportions where columns hold 0 and 1.

    NaN: the row is outside the group that column is about, which still counts among the units (as R `svyby`). A column
    without rows has NaN throughout.
    """
    inside = np.isfinite(columns)
    values = np.where(inside, columns, 0.0)
    weight = design.weight[:, None] * inside
    total = weight.sum(0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = (weight * values).sum(0) / total
        apart = np.where(inside, values - mean, 0.0)
        rows = inside.sum(0)
        simple = (weight * apart**2).sum(0) / total / (rows - 1)
        cov = covariance(weight * apart / total, design)
        deff = np.diagonal(cov) / simple
    return Means(mean=mean, cov=cov, deff=deff, df=degrees(design))


def degrees(design: Design) -> int:
    """Sampling units less strata."""
    return len(design.keys) - len(np.unique(design.strata))


def covariance(scores: Array, design: Design) -> Array:
    """(k, k) covariance of the sums of (r, k) weighted scores."""
    spread = spread_of_rows(scores, design)
    return np.asarray(spread.T @ spread)


def spread_of_rows(scores: Array, design: Design) -> Array:
    """(units, k) what each unit adds to the error of the sums of (r, k) weighted scores: squares sum to the variance.

    Where weights were adjusted the units are those of everybody who was, also of those who have no row here.
    """
    frame = design.frame
    if frame is None:
        return spread_of_units(sums(scores, design.unit, len(design.keys)), design)
    weight = frame.adjusted.weight
    each = sums(scores, frame.of_row, len(weight)) / np.where(weight > 0, weight, 1.0)[:, None]
    left = frame.adjusted.residuals(each) * weight[:, None]
    return spread_of_units(sums(left, frame.design.unit, len(frame.design.keys)), frame.design)


def sums(values: Array, of_row: Array, many: int) -> Array:
    """(many, k) sums of (r, k) values over the rows of each unit."""
    if many == len(values) and np.array_equal(of_row, np.arange(many)):
        return values
    return np.column_stack([np.bincount(of_row, column, minlength=many) for column in values.T])


def ratio(design: Design) -> Array:
    """(strata,) n/(n - 1) of the units in each stratum, times the part of its population that was not sampled."""
    sizes = np.bincount(design.strata).astype(float)
    apart = sizes / np.maximum(sizes - 1, 1) * (sizes > 1)
    return apart if design.left is None else np.asarray(apart * design.left)


def spread_of_units(values: Array, design: Design) -> Array:
    """(units, k) values less the mean of their stratum, times √`ratio`: their squares sum to the variance."""
    root = np.sqrt(ratio(design))
    if len(root) == 1:
        return np.asarray((values - values.mean(0)) * root)
    centre = sums(values, design.strata, len(root)) / np.bincount(design.strata)[:, None]
    return np.asarray((values - centre[design.strata]) * root[design.strata, None])
