"""Regression of the outcome on the drivers, and how far the drivers can be told apart."""

from __future__ import annotations

import numpy as np
from scipy.special import fdtrc

from pipeline.estimates import row
from pipeline.model import Row, Setting, everyone
from pipeline.model.regression import Fit, ols
from pipeline.moments import Moments
from pipeline.sample import Sample

Array = np.ndarray


def fit(sample: Sample) -> Fit:
    """The linear model of the outcome on all drivers, and on the controls where there are any."""
    model = sample.model
    return ols(model.x, model.y, model.names[:-1], design=sample.design)


def holm(p: Array) -> Array:
    """Holm's (1979) adjusted p values; NaN stays out of the family."""
    p = np.asarray(p, float)
    adjusted = np.full(p.shape, np.nan)
    order = np.argsort(p)[: np.isfinite(p).sum()]
    factors = np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(p[order] * factors))
    return adjusted


def regression_rows(model: Fit, moments: Moments, sample: Sample, setting: Setting) -> list[Row]:
    """Coefficients (b, beta) with robust errors, and the whole-model figures except R² (see drivers.r2_row).

    One of each a column of the model, whose `moments` these are; controls stay out of the family of Holm.
    """
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
    controls = sample.model.controls
    adjusted = np.concatenate([np.full(controls, np.nan), holm(model.p[1 + controls :])])
    intercept = _coefficient("b", "intercept", model, 0, 1.0, low, high, setting.level)
    rows.append(row("regression", **intercept, **common))
    for at, column in enumerate(model.names[1:], start=1):
        for metric, unit in (("b", 1.0), ("beta", ratio[at])):
            figures = _coefficient(metric, column, model, at, unit, low, high, setting.level)
            family: Row = {"p_adjusted": float(adjusted[at - 1])} if at > controls else {}
            rows.append(row("regression", **figures, **family, **common))
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


def unique_rows(model: Fit, sample: Sample, setting: Setting) -> list[Row]:
    """f_unique: F of what each driver explains beyond all others, with Holm's p over the drivers.

    In a simple sample the exact F of the drop in R², under equal variances (R `drop1`): t² of the classical error where
    the driver is one column. Under weights, strata or clusters Wald's F with the degrees of freedom of the design.
    """
    tested = [own_f(model, sample, at) for at in sample.model.at]
    p = [float(fdtrc(width, model.df_residual, f)) for f, width in tested]
    return [
        row(
            "importance",
            "f_unique",
            outcome=setting.outcome,
            term=driver,
            estimate=f,
            p_value=p[at],
            p_adjusted=float(holm(np.array(p))[at]),
            **everyone(sample),
        )
        for at, (driver, (f, _)) in enumerate(zip(sample.drivers, tested, strict=True))
    ]


def own_f(model: Fit, sample: Sample, columns: tuple[int, ...]) -> tuple[float, int]:
    """F and its first degrees of freedom for the coefficients of some columns, counted after the controls."""
    at = 1 + sample.model.controls + np.array(columns)
    if len(at) == 1:
        error = model.se_classical if model.errors == "hc3" else model.se
        return float((model.b[at[0]] / error[at[0]]) ** 2), 1
    cov = model.cov
    if model.errors == "hc3":
        full = np.column_stack([np.ones(len(sample.model.x)), sample.model.x - sample.model.x.mean(0)])
        cov = model.sigma**2 * np.linalg.inv(full.T @ full)
    return float(model.b[at] @ np.linalg.solve(cov[np.ix_(at, at)], model.b[at])) / len(at), len(at)


def overlap_rows(correlations: Array, sample: Sample, setting: Setting) -> list[Row]:
    """Variance inflation of every column of the model, and the condition index of their correlations."""
    common = {"outcome": setting.outcome, **everyone(sample)}
    drivers = correlations[:-1, :-1]
    inflation = np.diag(np.linalg.inv(drivers))
    values = np.linalg.eigvalsh(drivers)
    rows = [
        row("overlap", "vif", term=name, estimate=float(inflation[at]), **common)
        for at, name in enumerate(sample.model.names[:-1])
    ]
    return [
        *rows,
        row("overlap", "condition_index", estimate=float(np.sqrt(values[-1] / values[0])), **common),
    ]
