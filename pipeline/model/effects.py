"""Regression of the outcome on the drivers, and how far the drivers can be told apart."""

from __future__ import annotations

import numpy as np

from pipeline.estimates import row
from pipeline.model import Row, Setting, everyone
from pipeline.model.regression import Fit, ols
from pipeline.moments import Moments
from pipeline.sample import Sample

Array = np.ndarray


def fit(sample: Sample) -> Fit:
    """The linear model of the outcome on all drivers."""
    return ols(sample.scores[:, :-1], sample.scores[:, -1], sample.drivers, design=sample.design)


def holm(p: Array) -> Array:
    """Holm's (1979) adjusted p values; NaN stays out of the family."""
    p = np.asarray(p, float)
    adjusted = np.full(p.shape, np.nan)
    order = np.argsort(p)[: np.isfinite(p).sum()]
    factors = np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(p[order] * factors))
    return adjusted


def regression_rows(model: Fit, moments: Moments, sample: Sample, setting: Setting) -> list[Row]:
    """Coefficients (b, beta) with robust errors, and the whole-model figures except R² (see drivers.r2_row)."""
    common: Row = {"outcome": setting.outcome, **everyone(sample)}
    rows = [
        row("regression", "r2_adjusted", estimate=model.r2_adjusted, **common),
        row("regression", "f", estimate=model.f, p_value=model.f_p, **common),
        row("regression", "df_model", estimate=float(model.df_model), **common),
        row("regression", "df_residual", estimate=float(model.df_residual), **common),
        row("regression", "sigma", estimate=model.sigma, **common),
    ]
    low, high = model.interval(setting.level)
    ratio = np.concatenate([[np.nan], moments.sd[:-1] / moments.sd[-1]])
    adjusted = holm(model.p[1:])
    intercept = _coefficient("b", "intercept", model, 0, 1.0, low, high, setting.level)
    rows.append(row("regression", **intercept, **common))
    for at, driver in enumerate(sample.drivers, start=1):
        for metric, unit in (("b", 1.0), ("beta", ratio[at])):
            figures = _coefficient(metric, driver, model, at, unit, low, high, setting.level)
            rows.append(row("regression", **figures, p_adjusted=float(adjusted[at - 1]), **common))
    return rows


def _coefficient(
    metric: str, term: str, model: Fit, at: int, unit: float, low: Array, high: Array, level: float
) -> Row:
    return {
        "metric": metric,
        "term": term,
        "estimate": float(model.b[at] * unit),
        "std_error": float(model.se[at] * unit),
        "conf_low": float(low[at] * unit),
        "conf_high": float(high[at] * unit),
        "conf_level": level,
        "p_value": float(model.p[at]),
    }


def overlap_rows(correlations: Array, sample: Sample, setting: Setting) -> list[Row]:
    """Variance inflation of every driver, and the condition index of their correlations."""
    common = {"outcome": setting.outcome, **everyone(sample)}
    drivers = correlations[:-1, :-1]
    inflation = np.diag(np.linalg.inv(drivers))
    values = np.linalg.eigvalsh(drivers)
    rows = [
        row("overlap", "vif", term=name, estimate=float(inflation[at]), **common)
        for at, name in enumerate(sample.drivers)
    ]
    return [
        *rows,
        row("overlap", "condition_index", estimate=float(np.sqrt(values[-1] / values[0])), **common),
    ]
