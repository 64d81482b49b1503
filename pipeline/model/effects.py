"""Regression of the outcome on the drivers, and how far the drivers can be told apart."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.special import fdtrc

from pipeline.estimates import row
from pipeline.model import Row, Setting, everyone
from pipeline.model.importance import SMALLEST_EIGENVALUE, culprits, usable
from pipeline.model.regression import Fit, ols_apart
from pipeline.moments import Moments
from pipeline.sample import Sample

Array = np.ndarray

TINY = 1e-16
RIDGE = 1e-9
LARGEST = 30.0
"""Log of a variance inflation beyond which its size is a rounding error."""


def fit(sample: Sample) -> Fit:
    """The linear model of the outcome on all drivers, and on the controls where there are any (see `ols_apart`)."""
    model = sample.model
    return ols_apart(model.x, model.y, model.names[:-1], design=sample.design)


def holm(p: Array) -> Array:
    """Holm's (1979) adjusted p values; NaN stays out of the family."""
    p = np.asarray(p, float)
    adjusted = np.full(p.shape, np.nan)
    order = np.argsort(p)[: np.isfinite(p).sum()]
    factors = np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(p[order] * factors))
    return adjusted


def holm_rows(rows: Sequence[Row], metric: str | None = None) -> list[Row]:
    """The rows, those that have a p (and the metric) with p_adjusted by Holm: one family."""
    tested = [at for at, one in enumerate(rows) if one["p_value"] is not None and metric in (None, one["metric"])]
    adjusted = dict(zip(tested, holm(np.array([rows[at]["p_value"] for at in tested], float)), strict=True))
    return [one | {"p_adjusted": float(adjusted[at])} if at in adjusted else one for at, one in enumerate(rows)]


def regression_rows(model: Fit, moments: Moments, sample: Sample, setting: Setting) -> list[Row]:
    """Coefficients (b, beta) with robust errors, and the whole-model figures except R² (see drivers.r2_row).

    One of each a column of the model, whose `moments` these are; those of a category have the contrast 'level:…' and
    stand against its reference. Controls stay out of the family of Holm. Columns that repeat each other have no
    coefficients: 'singular', reason 'collinear'.
    """
    common: Row = {"outcome": setting.outcome, **everyone(sample)}
    f, width = overall_f(model, sample)
    p = float(fdtrc(width, model.df_residual, f)) if np.isfinite(f) else 0.0
    rows = [
        row("regression", "r2_adjusted", estimate=model.r2_adjusted, **common),
        row("regression", "f", estimate=f, p_value=p, **common),
        row("regression", "df_model", estimate=float(width), **common),
        row("regression", "df_residual", estimate=float(model.df_residual), **common),
        row("regression", "sigma", estimate=model.sigma, **common),
    ]
    low, high = model.interval(setting.level)
    ratio = np.concatenate([[np.nan], moments.sd[:-1] / moments.sd[-1]])
    controls = sample.model.controls
    adjusted = np.concatenate([np.full(controls, np.nan), holm(model.p[1 + controls :])])
    intercept = _coefficient("b", "intercept", model, 0, 1.0, low, high, setting.level)
    rows.append(row("regression", **intercept, **common))
    for at, (name, level) in enumerate(sample.model.places, start=1):
        family: Row = {"p_adjusted": float(adjusted[at - 1])} if at > controls and np.isfinite(model.b[at]) else {}
        contrast = {} if level is None else {"contrast": f"level:{level}"}
        for metric, unit in (("b", 1.0), ("beta", ratio[at])):
            figures = _coefficient(metric, name, model, at, unit, low, high, setting.level)
            rows.append(row("regression", **figures, **family, **contrast, **common))
    return rows + _categories(sample, common)


def _categories(sample: Sample, common: Row) -> list[Row]:
    """A category has a coefficient for each of its levels and none of its own."""
    absent = {"state": "not_defined", "reason": "category", **common}
    names = [name for name in sample.drivers if sample.model.kinds[name] == "category"]
    return [row("regression", metric, term=name, **absent) for name in names for metric in ("b", "beta")]


def _coefficient(
    metric: str, term: str, model: Fit, at: int, unit: float, low: Array, high: Array, level: float
) -> Row:
    if np.isnan(model.b[at]):
        return {"metric": metric, "term": term, "state": "singular", "reason": "collinear"}
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
    the driver is one column. Under weights, strata or clusters Wald's F with the degrees of freedom of the design. A
    driver that repeats others has nothing of its own that could be told: 'singular', and outside the family.
    """
    common: Row = {"outcome": setting.outcome, **everyone(sample)}
    repeated = set(culprits(np.corrcoef(sample.model.x, rowvar=False).reshape(sample.model.x.shape[1], -1)))
    own = [{sample.model.controls + at for at in columns} for columns in sample.model.at]
    tested = [
        None if columns & repeated else own_f(model, sample, at)
        for columns, at in zip(own, sample.model.at, strict=True)
    ]
    p = np.array([np.nan if each is None else fdtrc(each[1], model.df_residual, each[0]) for each in tested])
    rows = []
    for driver, each, value, adjusted in zip(sample.drivers, tested, p, holm(p), strict=True):
        figures: Row = {"state": "singular", "reason": "singular"}
        if each is not None:
            figures = {"estimate": each[0], "p_value": float(value), "p_adjusted": float(adjusted)}
        rows.append(row("importance", "f_unique", term=driver, **figures, **common))
    return rows


def overall_f(model: Fit, sample: Sample) -> tuple[float, int]:
    """F of all drivers together, beyond the controls where there are any, and its first degrees of freedom."""
    controls, last = sample.model.controls, len(sample.model.names) - 1
    kept = [at - 1 - controls for at in range(1 + controls, 1 + last) if np.isfinite(model.b[at])]
    return own_f(model, sample, tuple(kept)) if controls and kept else (model.f, model.df_model)


def own_f(model: Fit, sample: Sample, columns: tuple[int, ...]) -> tuple[float, int]:
    """F and its first degrees of freedom for the coefficients of some columns, counted after the controls."""
    at = 1 + sample.model.controls + np.array(columns)
    b = model.b[at]
    if len(at) == 1:
        error = model.se_classical if model.errors == "hc3" else model.se
        return float((model.b[at[0]] / error[at[0]]) ** 2), 1
    cov = model.cov[np.ix_(at, at)]
    if model.errors == "hc3":
        sd = sample.model.x.std(0)
        scaled = (sample.model.x - sample.model.x.mean(0)) / sd
        inverse = np.linalg.pinv(scaled.T @ scaled, rcond=SMALLEST_EIGENVALUE, hermitian=True)
        b, cov = b * sd[at - 1], model.sigma**2 * inverse[np.ix_(at - 1, at - 1)]
    return float(b @ np.linalg.solve(cov, b)) / len(at), len(at)


def overlap_rows(correlations: Array, sample: Sample, setting: Setting) -> list[Row]:
    """vif of every driver beside all other columns, and the condition index of all columns' correlations.

    A driver of k columns has the k-th root of the generalised factor (Fox & Monette 1992), which reads as a vif does.
    """
    common = {"outcome": setting.outcome, **everyone(sample)}
    columns, controls = correlations[:-1, :-1], sample.model.controls
    values = np.linalg.eigvalsh(columns)
    inflation = [inflated(columns, [controls + at for at in own]) for own in sample.model.at]
    rows = [
        row("overlap", "vif", term=name, estimate=value, **common)
        for name, value in zip(sample.drivers, inflation, strict=True)
    ]
    return [
        *rows,
        row("overlap", "condition_index", estimate=float(np.sqrt(values[-1] / max(values[0], TINY))), **common),
    ]


def inflated(correlations: Array, own: list[int]) -> float:
    """Generalised variance inflation of some columns beside the others, on the scale of one column.

    Where columns repeat each other, with a ridge of 1e-9: huge for those that do, and right for the others.
    """
    if not usable(correlations):
        correlations = correlations + RIDGE * np.eye(len(correlations))
    others = [at for at in range(len(correlations)) if at not in own]
    inside, outside = (np.linalg.slogdet(correlations[np.ix_(part, part)])[1] for part in (own, others))
    whole = np.linalg.slogdet(correlations)[1]
    return float(np.exp(np.clip((inside + outside - whole) / len(own), 0.0, LARGEST)))
